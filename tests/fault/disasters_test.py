"""What befalls a server under a run: no disk, no memory, a crash; and floods of notices and of history rows."""

import json
import os
import subprocess
import tempfile
import time

import hook_runs
import pg_server

LIMIT = 64 << 20  # bytes of memory that a run may take


class Finished:
    """A run of the hook with what it took: seconds, and the largest size that it had in memory."""

    def __init__(self, hook, database, *arguments):
        with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as log:
            began = time.monotonic()
            child = subprocess.Popen(hook.command(*arguments), env=hook.environment(database), stdout=out, stderr=log)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            self.seconds = time.monotonic() - began
            out.seek(0)
            log.seek(0)
            self.stdout, self.stderr = out.read(), log.read()
        self.returncode = child.returncode
        self.memory = usage.ru_maxrss * 1024


class DisastersTest(hook_runs.HookCase):
    # A commit that was answered must outlive a crash.
    server_settings = {"max_locks_per_transaction": "10", "max_connections": "20", "synchronous_commit": "on"}

    def project(self, database, files):
        self.server.create_database(database)
        folder = tempfile.mkdtemp(dir=self.parent.name)
        hook_runs.write_project(folder, files)
        return hook_runs.Hook(self.program, self.server, folder)

    def assert_within_limit(self, run):
        if not self.sanitized:
            self.assertLess(run.memory, LIMIT)

    def query_when_up(self, database, sql):
        for _ in range(300):
            try:
                return self.server.query(database, sql)
            except RuntimeError:
                time.sleep(0.1)
        self.fail("the server did not come back")

    def backend_of(self, database, text):
        for _ in range(400):
            found = self.server.query(database, "SELECT pid FROM pg_stat_activity WHERE query LIKE '%" + text +
                                      "%' AND pid <> pg_backend_pid() AND state = 'active'")
            if found:
                return int(found[0][0])
            time.sleep(0.05)
        self.fail("the statement was never seen")

    # --- crashes: the server ends every session and starts again

    CRASHING = {"V1__counter.sql": "CREATE TABLE counter (n int); INSERT INTO counter VALUES (1);\n",
                "V2__count.sql": "UPDATE counter SET n = n + 1; SELECT pg_sleep(2 * (n - 1)) FROM counter;\n"
                                 "UPDATE counter SET n = n * 10;\n"}

    def crash(self, database, victim):
        """Kills the process that `victim` finds while V2 runs; returns the log of the run that met it."""
        hook = self.project(database, self.CRASHING)
        # One by one: what a crash finds of a batch that has not reached the disk is another question (fault_matrix).
        child = hook.start(database, "migrate", "--batch", "off")
        os.kill(victim(self.backend_of(database, "pg_sleep(2 *")), 9)
        _, log = child.communicate(timeout=90)
        self.assertEqual(child.returncode, 75, log)
        said = "\n".join(hook_runs.messages(log))
        self.assertIn("the connection was lost during V2__count.sql; its history row is not there, so it was rolled back", said)
        self.assertEqual(self.query_when_up(database, "SELECT n FROM counter"), [["1"]])
        self.assertEqual(hook.run_until_done(database).returncode, 0)
        self.assertEqual(self.server.query(database, "SELECT n FROM counter"), [["20"]])
        self.assertEqual(self.server.query(database, "SELECT version FROM flyway_schema_history ORDER BY 1"), [["1"], ["2"]])
        return said

    def test_a_backend_that_the_kernel_kills_for_memory(self):
        said = self.crash("killed", lambda own: own)
        self.assertIn("the session of V2__count.sql ended without an answer: its server process was killed (out of memory", said)

    def test_a_crash_of_another_backend_that_takes_ours_with_it(self):
        bystander = subprocess.Popen([self.server.client_program("psql"), "-Xc", "SELECT pg_sleep(60)"],
                                     env=self.server.client_environment("postgres"), stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
        self.addCleanup(bystander.wait)
        other = self.backend_of("postgres", "pg_sleep(60")
        said = self.crash("crashed", lambda _: other)
        self.assertIn("V2__count.sql: WARNING: terminating connection because of crash of another server process", said)

    # --- what runs out

    def failed(self, hook, database, code):
        result = hook.run(database, "migrate", "--output", "json")
        self.assertEqual(result.returncode, code, result.stderr)
        return json.loads(result.stdout)

    def mount_small_disk(self, server, size):
        folder = os.path.join(server.folder, "small disk")
        os.mkdir(folder)
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=" + size, "none", folder], capture_output=True,
                                 text=True)
        if mounted.returncode != 0:
            self.skipTest("no small disk can be mounted here: " + mounted.stderr.strip())
        self.addCleanup(subprocess.run, ["umount", "-l", folder], check=True)
        server.own(folder)
        return folder

    def test_a_disk_that_is_full(self):
        folder = self.mount_small_disk(self.server, "8m")
        self.server.query("postgres", f"CREATE TABLESPACE small LOCATION '{folder}'")
        hook = self.project("full", {
            "V1__fill.sql": "CREATE TABLE big (t text) TABLESPACE small;\n"
                            "INSERT INTO big SELECT repeat('x', 1000) FROM generate_series(1, 20000);\n"})
        report = self.failed(hook, "full", 75)
        self.assertRegex(report["message"], r"V1__fill.sql:2:1 failed: could not extend file .*: No space left on device")
        self.assertEqual(report["hint"], "The disk of the database server is full. What the script wrote was given back; free "
                         "space, then run again.")
        self.assertEqual(self.server.query("full", "SELECT to_regclass('big')"), [[""]])
        subprocess.run(["mount", "-o", "remount,size=64m", folder], check=True)
        self.assertEqual(hook.run("full").returncode, 0)
        self.assertEqual(self.server.query("full", "SELECT count(*) FROM big"), [["20000"]])
        self.server.query("full", "DROP TABLE big")
        self.server.query("postgres", "DROP TABLESPACE small")

    def test_a_disk_of_the_write_ahead_log_that_is_full(self):
        """The server panics, cannot recover without room for its log, and is gone until somebody gives it some."""
        server = self.enterContext(pg_server.PgServer({"max_wal_size": "4GB", "synchronous_commit": "on"}))
        folder = self.mount_small_disk(server, "64m")
        server.stop_at_once()
        server.move_log_to(folder)
        server.start_again()
        server.create_database("panic")
        hook = hook_runs.Hook(self.program, server, self.parent.name + "/panic")
        os.mkdir(hook.folder)
        hook_runs.write_project(hook.folder, {
            "V1__one.sql": "CREATE TABLE one AS SELECT 1 AS n;\n",
            "V2__fill.sql": "UPDATE one SET n = n + 1;\nCREATE TABLE big AS SELECT repeat(md5(i::text), 20) AS t "
                            "FROM generate_series(1, 200000) i;\n"})
        result = hook.run("panic", "migrate", "--batch", "off", "--deadline", "20s")
        self.assertEqual(result.returncode, 69, result.stderr)
        said = "\n".join(hook_runs.messages(result.stderr))
        self.assertRegex(said, r"the server ended the session of V2__fill.sql: could not write to file .*: No space left on device")
        self.assertIn("the connection was lost during V2__fill.sql, and whether it was committed is not known: the database "
                      "could not be reached", said)
        self.assertTrue(server.has_ended())
        subprocess.run(["mount", "-o", "remount,size=1g", folder], check=True)
        server.start_again()
        self.assertEqual(hook.run_until_done("panic").returncode, 0)
        self.assertEqual(server.query("panic", "SELECT n, (SELECT count(*) FROM big) FROM one"), [["2", "200000"]])

    def test_more_temporary_files_than_allowed(self):
        hook = self.project("spilling", {"V1__sort.sql": "SET LOCAL work_mem = '64kB';\nCREATE TABLE sorted AS SELECT i FROM "
                                         "generate_series(1, 300000) i ORDER BY -i;\n"})
        self.server.query("postgres", "ALTER DATABASE spilling SET temp_file_limit = '1MB'")
        report = self.failed(hook, "spilling", 76)
        self.assertIn("temporary file size exceeds temp_file_limit", report["message"])
        self.assertIn("Raise it for the role, or give the script more work_mem", report["hint"])

    def test_more_locks_than_the_server_has_room_for(self):
        tables = "".join(f"CREATE TABLE t{i} (id int PRIMARY KEY, t text);\n" for i in range(2500))
        hook = self.project("many_locks", {"V1__tables.sql": tables})
        report = self.failed(hook, "many_locks", 75)
        self.assertIn("out of shared memory (SQLSTATE 53200)", report["message"])
        self.assertIn("Raise max_locks_per_transaction, or split the script", report["hint"])
        self.assertEqual(self.server.query("many_locks", "SELECT to_regclass('t0')"), [[""]])

    # --- floods

    def test_a_million_notices(self):
        text = "DO $$BEGIN FOR i IN 1..1000000 LOOP RAISE NOTICE 'line %', i; END LOOP; RAISE WARNING 'look here'; END$$;\n"
        hook = self.project("talking", {"V1__talk.sql": text})
        began = time.monotonic()
        subprocess.run([self.server.client_program("psql"), "-Xqf", "-"], input=text, text=True, check=True,
                       env=self.server.client_environment("talking"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        psql = time.monotonic() - began
        run = Finished(hook, "talking", "migrate")
        print(f"a million notices: {run.seconds:.1f} s, psql {psql:.1f} s; {run.memory >> 20} MiB, "
              f"{len(run.stderr.splitlines())} lines")
        self.assertEqual(run.returncode, 0, run.stderr[-2000:])
        self.assert_within_limit(run)
        self.assertLess(len(run.stderr.splitlines()), 100)
        self.assertLess(run.seconds, 3 * psql + 5)
        said = hook_runs.messages(run.stderr)
        self.assertIn("V1__talk.sql: 999950 more notices", said)
        self.assertIn("V1__talk.sql: WARNING: look here", said)

    def test_twenty_thousand_history_rows(self):
        hook = self.project("long_history", {"V1__one.sql": "SELECT 1;\n"})
        self.assertEqual(hook.run("long_history").returncode, 0)
        few = self.with_history(hook, 5000)
        many = self.with_history(hook, 20000)
        for phase in few:
            print(f"{phase} with 20,000 rows: {many[phase].seconds:.2f} s, with 5,000: {few[phase].seconds:.2f} s; "
                  f"{many[phase].memory >> 20} MiB")
            self.assert_within_limit(many[phase])
            self.assertLess(many[phase].seconds, 8 * few[phase].seconds + 2)  # four times the rows

    def with_history(self, hook, rows):
        """Rows and scripts up to version `rows`, then the phases that read them all."""
        known = self.server.query("long_history", "SELECT max(version::int) FROM flyway_schema_history")[0][0]
        self.server.query("long_history", f"""
            INSERT INTO flyway_schema_history SELECT i, i, 'one', 'SQL', 'V' || i || '__one.sql', h.checksum, 'postgres',
              now(), 1, true FROM generate_series({known}::int + 1, {rows}) i,
              (SELECT checksum FROM flyway_schema_history WHERE version = '1') h""")
        for i in range(int(known) + 1, rows + 1):
            with open(os.path.join(hook.folder, f"V{i}__one.sql"), "w", encoding="ascii") as file:
                file.write("SELECT 1;\n")
        runs = {}
        for phase in ("info", "validate", "migrate"):
            runs[phase] = Finished(hook, "long_history", phase)
            self.assertEqual(runs[phase].returncode, 0, runs[phase].stderr)
        return runs


if __name__ == "__main__":
    hook_runs.main()
