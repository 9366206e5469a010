"""Several runners at once: one applies, the others wait and then see that nothing is pending."""

import json
import os
import re
import signal
import subprocess
import time

import hook_runs


class RunnersTest(hook_runs.HookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.create_database("alone")
        assert cls.hook.run("alone").returncode == 0
        cls.expected = hook_runs.state_of(cls.server, "alone")

    def start_at_once(self, count):
        database = f"runners_{count}"
        self.server.create_database(database)
        children = [self.hook.start(database, "migrate", "--output", "json") for _ in range(count)]
        ends = [child.communicate(timeout=120) for child in children]
        self.assertEqual([child.returncode for child in children], [0] * count, ends)
        applied = [len(json.loads(out)["applied"]) for out, _ in ends]
        self.assertEqual(sorted(applied), [0] * (count - 1) + [8], "one runner applies everything")
        self.assertEqual(hook_runs.differences(self.expected, hook_runs.state_of(self.server, database)), [])
        return [log for _, log in ends]

    def wait_until(self, database, sql, limit=60):
        """Until the query has a row."""
        end = time.monotonic() + limit
        while time.monotonic() < end:
            rows = self.server.query(database, sql)
            if rows:
                return rows
            time.sleep(0.05)
        self.fail(f"{sql}: no row within {limit} s")

    def project(self, name, files):
        folder = os.path.join(self.parent.name, name)
        os.mkdir(folder)
        hook_runs.write_project(folder, files)
        return hook_runs.Hook(self.program, self.server, folder)

    def test_two_runners(self):
        self.start_at_once(2)

    def test_thirty_two_runners(self):
        logs = self.start_at_once(32)
        waiting = [log for log in logs if "another runner holds the lock, waiting up to 5m: process " in log]
        self.assertGreater(len(waiting), 0, "nobody was told who holds the lock")

    def test_who_waits_is_told_pod_role_address_script_and_since_when(self):
        self.server.create_database("named")
        slow = self.project("named", {"V1__slow.sql": "SELECT pg_sleep(600);\n"})
        child = slow.start("named")
        self.wait_until("named", "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND state = 'active' "
                                 "AND pid <> pg_backend_pid()")
        refused = slow.run("named", "migrate", "--lock-wait", "1s")
        child.terminate()
        child.communicate(timeout=60)
        self.assertEqual(refused.returncode, 73, refused.stderr)
        self.assertRegex(refused.stderr, r"another runner holds the lock, waited 1s: process \d+ \(windlass-hook migrate [^,]+, "
                         r"role postgres, from 127\.0\.0\.1, connected since [-0-9]+ [:0-9]+\S*, "
                         r"running V1__slow\.sql since [-0-9]+ [:0-9]+")

    def test_a_frozen_runner_is_not_overtaken_while_its_session_lives(self):
        self.server.create_database("frozen")
        project = self.project("frozen", {"V1__slow.sql": "CREATE TABLE a (id int);\nSELECT pg_sleep(1);\n",
                                          "V2__next.sql": "CREATE TABLE b (id int);\n"})
        # One message for each script: a batch would be with the server whole, and be done with it.
        child = project.start("frozen", "migrate", "--batch", "off")
        holder, = self.wait_until("frozen", "SELECT pid FROM pg_stat_activity WHERE state = 'active' AND "
                                            "query LIKE '/* windlass: V1__slow.sql */%'")
        child.send_signal(signal.SIGSTOP)
        try:
            # What was sent is done by the server; from then on the frozen runner holds the lock and does nothing.
            self.wait_until("frozen", f"SELECT 1 FROM pg_stat_activity WHERE pid = {holder[0]} AND state = 'idle'")
            before = self.server.query("frozen", "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
            for _ in range(2):
                refused = project.run("frozen", "migrate", "--lock-wait", "1s")
                self.assertEqual(refused.returncode, 73, refused.stderr)
                self.assertIn(f"waited 1s: process {holder[0]} (windlass-hook migrate ", refused.stderr)
                self.assertRegex(refused.stderr, r", idle since [-0-9]+ [:0-9]+")
            self.assertEqual(before, self.server.query("frozen", "SELECT tablename FROM pg_tables WHERE schemaname = "
                                                                 "'public' ORDER BY 1"), "somebody overtook it")
        finally:
            child.send_signal(signal.SIGCONT)
        _, log = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, log)
        self.assertEqual(self.server.query("frozen", "SELECT version, success FROM flyway_schema_history ORDER BY 1"),
                         [["1", "t"], ["2", "t"]])

    def test_projects_that_share_a_history_table_run_one_after_the_other(self):
        self.server.create_database("shared")
        # Each adds to what it reads, so that two at once would lose one of the additions.
        add = "UPDATE total SET n = n + {}, seen = seen || {};\nSELECT pg_sleep(0.05);\n"
        self.server.query("shared", "CREATE TABLE total (n int, seen int[]); INSERT INTO total VALUES (0, '{}')")
        projects = []
        for number, schema in enumerate(("orders", "billing", "stock")):
            versions = [number + 1 + 3 * step for step in range(3)]
            files = {f"V{version}__{schema}.sql": "SET search_path = public;\n" + add.format(version, version)
                     for version in versions}
            projects.append((schema, self.project(schema, files)))
        flags = ("--default-schema", "shared", "--out-of-order", "--ignore-migration-patterns", "*:missing,*:future",
                 "--output", "json")
        children = [project.start("shared", "migrate", "--schemas", f"shared,{schema}", *flags)
                    for schema, project in projects for _ in range(3)]
        ends = [child.communicate(timeout=120) for child in children]
        self.assertEqual([child.returncode for child in children], [0] * 9, ends)
        self.assertEqual(sorted(len(json.loads(out)["applied"]) for out, _ in ends), [0] * 6 + [3] * 3)
        self.assertEqual(self.server.query("shared", "SELECT n, cardinality(seen) FROM total"), [["45", "9"]])
        self.assertEqual(self.server.query("shared", "SELECT count(*), count(DISTINCT version) FROM "
                         "shared.flyway_schema_history WHERE version IS NOT NULL AND success"), [["9", "9"]])

    def test_a_history_table_made_by_another_runner_between_two_questions_was_read_half(self):
        """Who only looks takes no lock: it must see the database before or after the other's step, never between."""
        for round_ in range(3):
            database = f"race_{round_}"
            self.server.create_database(database)
            runner = self.hook.start(database)
            lookers = []
            while runner.poll() is None and len(lookers) < 60:
                lookers.append(self.hook.start(database, "info"))
                if len(lookers) > 3:
                    lookers[-4].wait(60)
            ends = [(looker.communicate(timeout=60), looker.returncode) for looker in lookers]
            runner.communicate(timeout=60)
            self.assertEqual(runner.returncode, 0)
            self.assertGreater(len(ends), 0)
            for (_, log), code in ends:
                self.assertEqual(code, 0, log)
                self.assertIsNone(re.search(r"does not exist", log), log)

    def test_a_lock_held_by_flyway_itself_is_waited_for_and_named(self):
        self.server.create_database("foreign")
        holder = subprocess.Popen([self.server.client_program("psql"), "-XqAt"],
                                  env={**self.server.client_environment("foreign"), "PGAPPNAME": "flyway"},
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # Flyway's default: a transaction-level lock on a connection of its own.
        holder.stdin.write(f"BEGIN; SELECT 'held' WHERE pg_try_advisory_xact_lock({hook_runs.LOCK_KEY});\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline().strip(), "held")
        refused = self.hook.run("foreign", "migrate", "--lock-wait", "1s")
        self.assertEqual(refused.returncode, 73)
        self.assertRegex(refused.stderr, r"another runner holds the lock, waited 1s: process \d+ \(flyway, role postgres")
        child = self.hook.start("foreign")
        time.sleep(1.5)
        self.assertIsNone(child.poll(), "it did not wait")
        holder.stdin.write("COMMIT;\n")
        holder.stdin.close()
        child.communicate(timeout=60)
        holder.wait()
        holder.stdout.close()
        self.assertEqual(child.returncode, 0)
        self.assertEqual(hook_runs.differences(self.expected, hook_runs.state_of(self.server, "foreign")), [])


if __name__ == "__main__":
    hook_runs.main()
