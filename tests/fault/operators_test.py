"""kill -9 in the middle of every kind of statement that cannot run in a transaction; then inspect, and resume.

Each statement is held up by another session, so that the kill comes while the server is at it.
"""

import contextlib
import json
import os
import subprocess
import time

import hook_runs

TABLE = "CREATE TABLE t (id int PRIMARY KEY, n int);\nINSERT INTO t SELECT i, i FROM generate_series(1, 100) i;\n"
PARTITIONS = "CREATE TABLE p (id int) PARTITION BY RANGE (id);\nCREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9);\n"
INDEXES = ("SELECT string_agg(indexrelid::regclass || ' ' || indisvalid, ',' ORDER BY 1) FROM pg_index "
           "WHERE indrelid = 't'::regclass AND NOT indisprimary")
WRITER = "BEGIN; UPDATE t SET n = n WHERE id = 1;"
READER = "BEGIN; SELECT count(*) FROM t;"
SNAPSHOT = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT * FROM p;"

# name: (what is there, the statement, who holds it up, state that inspect then says, the question, its answer)
KINDS = {
    "create_index": (TABLE, "CREATE INDEX CONCURRENTLY t_n ON t (n)", WRITER, "interrupted", INDEXES, "t_n true"),
    "create_index_without_a_name": (TABLE, "CREATE INDEX CONCURRENTLY ON t (n)", WRITER, "interrupted", INDEXES,
                                    "t_n_idx true"),
    "drop_index": (TABLE + "CREATE INDEX t_n ON t (n);\n", "DROP INDEX CONCURRENTLY t_n", READER, "interrupted", INDEXES,
                   ""),
    "reindex": (TABLE + "CREATE INDEX t_n ON t (n);\n", "REINDEX INDEX CONCURRENTLY t_n", WRITER, "interrupted", INDEXES,
                "t_n true"),
    "detach": (PARTITIONS, "ALTER TABLE p DETACH PARTITION p1 CONCURRENTLY", SNAPSHOT, "interrupted",
               "SELECT count(*) FROM pg_inherits", "0"),
    "vacuum": (TABLE, "VACUUM t", "BEGIN; LOCK TABLE t IN SHARE UPDATE EXCLUSIVE MODE;", "interrupted",
               "SELECT count(*) FROM t", "100"),
    "shared": (TABLE + "CREATE TYPE mood AS ENUM ('low');\n",
               "ALTER TYPE mood ADD VALUE 'high';\nUPDATE t SET n = n + 1 WHERE id = 1;\nVACUUM t", WRITER, "interrupted",
               "SELECT n || ' ' || enum_range(NULL::mood)::text FROM t WHERE id = 1", "2 {low,high}"),
    "procedure": (TABLE + "CREATE PROCEDURE grow() LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET n = n + 1 WHERE id = 2; "
                  "COMMIT; UPDATE t SET n = n + 1 WHERE id = 1; END $$;\n", "CALL grow()", WRITER, "partly-applied",
                  "SELECT string_agg(n::text, ',' ORDER BY id) FROM t WHERE id <= 2", "1,3"),
}
ALONE = {"shared", "procedure"}


class OperatorsTest(hook_runs.HookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.version = int(cls.server.query("postgres", "SHOW server_version_num")[0][0]) // 10000

    @contextlib.contextmanager
    def blocker(self, database, sql):
        psql = subprocess.Popen([self.server.client_program("psql"), "-qAtX"], stdin=subprocess.PIPE,
                                stdout=subprocess.DEVNULL, env=self.server.client_environment(database), text=True)
        psql.stdin.write(sql + "\n")
        psql.stdin.flush()
        self.wait_for(database, "SELECT 1 FROM pg_stat_activity WHERE application_name = 'psql' AND datname = "
                      "current_database() AND state = 'idle in transaction'")
        try:
            yield
        finally:
            psql.stdin.close()
            psql.wait(timeout=30)

    def wait_for(self, database, question, wanted=True):
        for _ in range(600):
            if bool(self.server.query(database, question)) == wanted:
                return
            time.sleep(0.05)
        self.fail(f"{question}: did not become {wanted}")

    def project(self, name, before, statement):
        folder = os.path.join(self.parent.name, name)
        os.mkdir(folder)
        files = {"V1__before.sql": before, "V2__step.sql": statement + ";\n"}
        if name in ALONE:
            files["V2__step.sql.conf"] = "executeInTransaction=false\n"
        hook_runs.write_project(folder, files)
        return hook_runs.Hook(self.program, self.server, folder)

    def inspect(self, hook, database):
        result = hook.run(database, "inspect", "--output", "json")
        self.assertEqual(result.returncode, 0, result.stderr)
        return json.loads(result.stdout)["inspection"]

    def inspect_live(self, hook, database):
        """Between two attempts nothing is in flight."""
        for _ in range(20):
            found = self.inspect(hook, database)
            if found["holder"] and found["holder"]["script"]:
                break
            time.sleep(0.1)
        return found

    def kill_in(self, name):
        before, statement, blocker, *_ = KINDS[name]
        self.server.create_database(name)
        hook = self.project(name, before, statement)
        self.assertEqual(hook.run(name, "migrate", "--target", "1").returncode, 0)
        with self.blocker(name, blocker):
            child = hook.start(name, "migrate", "--lock-timeout", "30s")
            waiting = ("SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE "
                       "'windlass-hook migrate%' AND application_name NOT LIKE '%monitor%' AND wait_event_type = 'Lock'")
            self.wait_for(name, waiting)
            live = self.inspect_live(hook, name)
            child.kill()
            child.communicate()
            if self.version >= 14:  # the server sees within a second or two that nobody listens
                self.wait_until_gone(name)
        self.wait_until_gone(name)
        return hook, live

    def wait_until_gone(self, database):
        self.wait_for(database, "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND "
                      "application_name LIKE 'windlass-hook migrate%'", wanted=False)

    def test_every_kind_is_told_and_gone_on_with(self):
        for name, (_, statement, _, state, question, answer) in KINDS.items():
            if name == "detach" and self.version < 14:
                continue
            with self.subTest(kind=name):
                hook, live = self.kill_in(name)
                self.assertEqual((live["state"], live["holder"]["script"]), ("running", "V2__step.sql"))
                found = self.inspect(hook, name)
                self.assertEqual(found["state"], state, found)
                self.assertEqual(found["begun"], ["V2__step.sql"])
                self.assertIn("V2__step.sql:", found["inFlight"][0]["place"])
                if state == "partly-applied":
                    self.settle_by_hand(hook, name)
                resumed = hook.run(name, "resume")
                self.assertEqual(resumed.returncode, 0, resumed.stderr)
                self.assertEqual(self.server.query(name, question), [[answer]])
                after = self.inspect(hook, name)
                self.assertEqual((after["state"], after["objects"], after["version"]), ("up-to-date", [], "2"))
                if state == "interrupted":
                    self.assertEqual([run["outcome"] for run in after["runs"]][:2], ["done", "lost"])

    def settle_by_hand(self, hook, database):
        """What it committed stays, nothing is run again, and somebody finishes it."""
        for phase in ("resume", "migrate"):
            refused = hook.run(database, phase)
            self.assertEqual(refused.returncode, 79, refused.stderr)
        self.server.query(database, "UPDATE t SET n = n WHERE id = 1")
        self.assertEqual(hook.run(database, "repair", "--confirm", "applied:V2__step.sql").returncode, 0)


if __name__ == "__main__":
    hook_runs.main()
