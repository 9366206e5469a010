"""kill -9, and SIGTERM, at many points of a run; then run again and compare with an undisturbed run.

The points are moments spread over the time that an undisturbed run takes, from a fixed seed. CRASH_TRIALS says how
many of each signal.
"""

import os
import random
import signal
import sys
import time

import hook_runs

TRIALS = int(os.environ.get("CRASH_TRIALS", "15"))


class CrashTest(hook_runs.HookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.create_database("undisturbed")
        began = time.monotonic()
        result = cls.hook.run("undisturbed")
        cls.duration = time.monotonic() - began
        assert result.returncode == 0, result.stderr
        cls.expected = hook_runs.state_of(cls.server, "undisturbed")

    def disturb(self, database, number, moment, phase="migrate", *flags):
        child = self.hook.start(database, phase, *flags)
        time.sleep(moment)
        child.send_signal(number)
        child.communicate(timeout=60)
        return child.returncode

    def disturbed_state(self, database, number, moment):
        self.server.create_database(database)
        code = self.disturb(database, number, moment)
        again = self.hook.run_until_done(database)
        self.assertEqual(again.returncode, 0, f"after {moment:.3f} s: {again.stderr}")
        return code, self.settled_state(database)

    def settled_state(self, database):
        """The state once the killed session has ended: a run that finds nothing to do may come before that."""
        for _ in range(50):
            if not self.server.query(database, "SELECT 1 FROM windlass_runs WHERE outcome = 'running'"):
                break
            time.sleep(0.1)
            self.hook.run(database)
        return hook_runs.state_of(self.server, database)

    def test_sigkill_anywhere_then_the_same_end(self):
        points = random.Random(1)
        interrupted = 0
        duration = self.duration
        for trial in range(TRIALS):
            moment = duration * points.random()
            code, state = self.disturbed_state(f"kill_{trial}", signal.SIGKILL, moment)
            interrupted += code == -signal.SIGKILL
            # The machine may have become quicker since the undisturbed run.
            duration = duration if code else moment
            with self.subTest(moment=moment):
                self.assertEqual(hook_runs.differences(self.expected, state), [])
        self.assertGreater(interrupted, TRIALS // 2, "most runs ended before they were killed")
        print(f"crash: {TRIALS} runs, {interrupted} killed", file=sys.stderr)

    def test_sigterm_anywhere_ends_in_time_and_then_the_same_end(self):
        points = random.Random(2)
        stopped = 0
        for trial in range(TRIALS):
            moment = self.duration * points.random()
            code, state = self.disturbed_state(f"term_{trial}", signal.SIGTERM, moment)
            # Before the handlers stand a signal ends the process as it ends any other.
            self.assertIn(code, (0, 143, -signal.SIGTERM))
            stopped += code == 143
            with self.subTest(moment=moment):
                self.assertEqual(hook_runs.differences(self.expected, state), [])
        self.assertGreater(stopped, 0)

    def test_a_rollback_killed_anywhere_goes_on(self):
        points = random.Random(3)
        self.server.create_database("back", owner=None)
        flags = lambda database: ("--target", "4", "--safety-delay", "0s", "--confirm", f"{database}-7-to-4")
        self.assertEqual(self.hook.run("back").returncode, 0)
        began = time.monotonic()
        self.assertEqual(self.hook.run("back", "rollback", *flags("back")).returncode, 0)
        duration = time.monotonic() - began
        expected = hook_runs.state_of(self.server, "back")
        for trial in range(max(TRIALS // 3, 1)):
            database = f"back_{trial}"
            self.server.create_database(database)
            self.assertEqual(self.hook.run(database).returncode, 0)
            moment = duration * points.random()
            self.disturb(database, signal.SIGKILL, moment, "rollback", *flags(database))
            # Where it is now decides the confirmation value: the old one fits only what it was given for.
            current = self.server.query(database, "SELECT max(version::int) FROM flyway_schema_history h WHERE type = "
                                        "'SQL' AND NOT EXISTS (SELECT 1 FROM flyway_schema_history d WHERE d.type = "
                                        "'DELETE' AND d.version = h.version)")[0][0]
            confirm = ("--target", "4", "--safety-delay", "0s", "--confirm", f"{database}-{current}-to-4")
            again = self.hook.run_until_done(database, "rollback", *confirm)
            self.assertEqual(again.returncode, 0, f"after {moment:.3f} s: {again.stderr}")
            with self.subTest(moment=moment):
                self.assertEqual(hook_runs.differences(expected, hook_runs.state_of(self.server, database)), [])

    def test_a_batch_killed_anywhere_applies_each_script_once(self):
        count = 60
        folder = os.path.join(self.parent.name, "batches")
        os.mkdir(folder)
        hook_runs.write_project(folder, {"V0__log.sql": "CREATE TABLE applied (version int, at timestamptz);\n"} | {
            f"V{number}__note.sql": f"INSERT INTO applied VALUES ({number}, now());\nSELECT pg_sleep(0.005);\n"
            for number in range(1, count + 1)})
        hook = hook_runs.Hook(self.program, self.server, folder)
        self.server.create_database("batches")
        began = time.monotonic()
        self.assertEqual(hook.run("batches").returncode, 0)
        duration = time.monotonic() - began
        expected = [[str(number)] for number in range(1, count + 1)]
        points = random.Random(4)
        for trial in range(max(TRIALS // 3, 1)):
            database = f"batches_{trial}"
            self.server.create_database(database)
            child = hook.start(database)
            time.sleep(duration * points.random())
            child.kill()
            child.communicate(timeout=60)
            again = hook.run_until_done(database)
            self.assertEqual(again.returncode, 0, again.stderr)
            self.assertEqual(self.server.query(database, "SELECT version FROM applied ORDER BY at, version"), expected)
            self.assertEqual(self.server.query(database, "SELECT version FROM flyway_schema_history WHERE version <> '0' "
                                               "ORDER BY installed_rank"), expected)

    def kill_asleep(self, database, seconds):
        """Kills a run whose only script sleeps, and gives the hook that another run may be started with."""
        self.server.create_database(database)
        folder = os.path.join(self.parent.name, database)
        os.mkdir(folder)
        hook = hook_runs.Hook(self.program, self.server, folder)
        hook_runs.write_project(folder, {"V1__slow.sql": f"SELECT pg_sleep({seconds});\n"})
        child = hook.start(database)
        for _ in range(200):
            if self.server.query(database, f"SELECT 1 FROM pg_stat_activity WHERE datname = '{database}' AND query "
                                 f"LIKE '%pg_sleep({seconds})%' AND pid <> pg_backend_pid()"):
                break
            time.sleep(0.05)
        child.kill()
        child.communicate()
        return hook

    def assert_lost_then_done(self, database, again):
        self.assertEqual(again.returncode, 0, again.stderr)
        outcomes = self.server.query(database, "SELECT outcome FROM windlass_runs ORDER BY started_at")
        self.assertEqual(outcomes, [["lost"], ["done"]])
        self.assertIn("an earlier run ended without a word: migrate ", again.stderr)
        self.assertEqual(self.server.query(database, "SELECT version FROM flyway_schema_history WHERE success AND "
                                           "version = '1'"), [["1"]])

    def test_a_killed_run_is_named_by_the_next_one(self):
        if int(self.server.query("postgres", "SHOW server_version_num")[0][0]) < 140_000:
            self.skipTest("a server before 14 finishes what a killed client has sent: see the next test")
        hook = self.kill_asleep("named", 30)
        hook_runs.write_project(hook.folder, {"V1__slow.sql": "SELECT 1;\n"})
        began = time.monotonic()
        again = hook.run_until_done("named")
        # client_connection_check_interval makes the server give the statement up within a second or two.
        self.assertLess(time.monotonic() - began, 15)
        self.assert_lost_then_done("named", again)

    def test_what_the_server_finished_for_a_killed_run_is_not_run_again(self):
        hook = self.kill_asleep("finished", 3)
        self.assert_lost_then_done("finished", hook.run_until_done("finished"))


if __name__ == "__main__":
    hook_runs.main()
