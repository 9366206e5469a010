"""Behind a real PgBouncer: in session mode as without it, in transaction mode by a lease, in statement mode not at all."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time

import hook_runs
import pgbouncer
from pgbouncer import POOL

MISSING = 77  # a visible skip on a desk; CI=true makes it a failure


# No script of it needs a session. V2 takes as long as the table `pace`, where there is one, says.
PROJECT = {
    "V1__tables.sql": "CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL);\n"
                      "INSERT INTO counter SELECT i, 0 FROM generate_series(1, 500) i;\n",
    "V2__count.sql": "UPDATE counter SET n = n + 1;\n"
                     "DO $$ BEGIN IF to_regclass('public.pace') IS NOT NULL THEN\n"
                     "  PERFORM pg_sleep(seconds) FROM public.pace; END IF; END $$;\n"
                     "UPDATE counter SET n = n * 3;\n",
    "V3__copy.sql": "CREATE TABLE copied (id int, t text);\nCOPY copied FROM STDIN;\n1\tone\n2\ttwo\n\\.\n"
                    "UPDATE copied SET t = t || t;\n",
    "V4__wrapped.sql": "BEGIN;\nUPDATE counter SET n = n + 7;\nCOMMIT;\n",
    "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT sum(n) AS total FROM counter;\n",
    "U4__wrapped.sql": "UPDATE counter SET n = n - 7;\n",
}
SET_FOR_SESSION = ("SELECT coalesce(string_agg(name || '=' || setting, ' '), '') FROM pg_settings WHERE source = 'session' "
                   "AND setting <> '' AND name NOT IN ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', "
                   "'IntervalStyle', 'standard_conforming_strings')")


class PoolerCase(hook_runs.HookCase):
    """Runs through a pooler, or past it, against databases with the same end in view."""

    mode = "transaction"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bouncer = pgbouncer.PgBouncer(cls.server, cls.parent.name, cls.mode)
        cls.addClassCleanup(cls.bouncer.stop)
        cls.hook.folder = os.path.join(cls.parent.name, "pooled")
        os.mkdir(cls.hook.folder)
        hook_runs.write_project(cls.hook.folder, PROJECT)
        cls.direct = hook_runs.Hook(cls.program, cls.server, cls.hook.folder)
        cls.pooled = hook_runs.Hook(cls.program, cls.server, cls.hook.folder)
        cls.pooled.environment = lambda database: {
            "PATH": os.environ["PATH"], "WINDLASS_DATABASE_URL": cls.bouncer.url(database)}

    def psql(self, database, script, **flags):
        return subprocess.Popen([self.server.client_program("psql"), "-XqAt", "-c", script, self.bouncer.url(database)],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **flags)

    def on_every_server_session(self, database, script):
        """`script` once in each session of the pool: each is kept busy until all have begun."""
        clients = [self.psql(database, f"BEGIN; {script}; SELECT pg_sleep(0.5); COMMIT") for _ in range(POOL)]
        return [client.communicate(timeout=60)[0].split("\n")[0] for client in clients]

    def wait_for(self, database, query, wanted="t"):
        end = time.monotonic() + 60
        while time.monotonic() < end:
            if self.server.query(database, query) == [[wanted]]:
                return
            time.sleep(0.05)
        self.fail(f"never {wanted}: {query}")

    def wait_for_lease(self, database, script="V2__count.sql"):
        self.wait_for(database, "SELECT to_regclass('windlass_lease') IS NOT NULL")
        self.wait_for(database, f"SELECT bool_or(held AND script = '{script}') FROM windlass_lease")

    def slow(self, name, seconds=60):
        """A database whose V2 takes its time."""
        self.server.create_database(name)
        self.server.query(name, f"CREATE TABLE pace AS SELECT {seconds}::float AS seconds")
        return name

    def assert_undisturbed(self, database):
        self.server.query(database, "DROP TABLE IF EXISTS pace")
        self.assertEqual(hook_runs.differences(self.expected(), hook_runs.state_of(self.server, database)), [])
        leases = self.server.query(database, "SELECT to_regclass('windlass_lease')") != [[""]]
        held = self.server.query(database, "SELECT * FROM windlass_lease WHERE held") if leases else []
        self.assertEqual(held, [])

    def expected(self):
        if not hasattr(type(self), "undisturbed"):
            self.server.create_database("undisturbed")
            result = self.direct.run("undisturbed")
            self.assertEqual(result.returncode, 0, result.stderr)
            type(self).undisturbed = hook_runs.state_of(self.server, "undisturbed")
        return self.undisturbed


class SessionModeTest(PoolerCase):
    mode = "session"

    def test_session_mode_is_as_good_as_the_server(self):
        self.server.create_database("pooled_session")
        preflight = self.pooled.run("pooled_session", "preflight")
        self.assertEqual(preflight.returncode, 0, preflight.stderr)
        self.assertIn("a pooler in session mode", preflight.stdout)
        with tempfile.TemporaryDirectory() as folder:
            hook_runs.write_project(folder)  # with scripts that need a session
            self.pooled.folder, own = folder, self.pooled.folder
            result = self.pooled.run("pooled_session")
            self.pooled.folder = own
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(self.server.query("pooled_session", "SELECT to_regclass('windlass_lease')"), [[""]])

    def test_without_a_pooler_none_is_seen(self):
        self.server.create_database("direct")
        self.assertIn("none seen", self.direct.run("direct", "preflight").stdout)


class StatementModeTest(PoolerCase):
    mode = "statement"

    def test_statement_mode_is_refused_by_every_phase(self):
        self.server.create_database("pooled_statement")
        for phase in ("preflight", "migrate", "info"):
            result = self.pooled.run("pooled_statement", phase)
            self.assertEqual(result.returncode, 78, result.stderr)
            self.assertIn("a connection pooler in statement mode", result.stderr)
        self.assertEqual(self.server.query("pooled_statement", "SELECT to_regclass('counter')"), [[""]])


class TransactionModeTest(PoolerCase):
    def done(self, result, *texts):
        self.assertEqual(result.returncode, 0, result.stderr)
        for text in texts:
            self.assertIn(text, result.stdout + result.stderr)

    def test_every_phase_and_nothing_stays_set_for_other_clients(self):
        self.server.create_database("phases")
        self.on_every_server_session("phases", "SELECT 1")  # the pool is full: transactions move about in it
        run = lambda *command: self.pooled.run("phases", *command)
        self.done(run("preflight"), "a pooler in transaction mode")
        self.done(run("migrate", "--dry-run"), "would run V1__tables.sql")
        self.done(run("migrate"), "applied 5 scripts", "taking a lease instead of a lock")
        self.assert_undisturbed("phases")
        self.done(run("migrate"), "nothing to do")
        self.done(run("verify"), "verified")
        self.done(run("info"), "at version 4, 0 scripts pending")
        self.done(run("guard", "--expect-version", "4"))
        self.done(run("repair", "--dry-run"), "0 repairs")
        self.done(run("repair"), "nothing to repair")
        self.done(run("rollback", "--target", "3", "--safety-delay", "0s", "--confirm", "phases-4-to-3"), "undid 1 version")
        self.done(run("migrate"), "applied 2 scripts")
        self.assertEqual(self.on_every_server_session("phases", SET_FOR_SESSION), [""] * POOL)
        self.assertEqual(self.server.query("phases", "SELECT * FROM pg_locks WHERE locktype = 'advisory'"), [])
        self.assertEqual(self.server.query("phases", "SELECT DISTINCT outcome FROM windlass_runs"), [["done"]])

    def test_baseline(self):
        self.server.create_database("baselined")
        self.server.query("baselined", "CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL)")
        self.done(self.pooled.run("baselined", "baseline", "--baseline-version", "1"), "baselined public with version 1")
        self.done(self.pooled.run("baselined"), "applied 4 scripts")

    def test_a_schema_that_is_missing_is_made_and_recorded_as_ever(self):
        self.server.create_database("schemas")
        self.done(self.pooled.run("schemas", "migrate", "--schemas", "shop,audit"), "applied 5 scripts")
        self.assertEqual(self.server.query("schemas", "SELECT type, script FROM shop.flyway_schema_history "
                                                      "WHERE installed_rank = 0"), [["SCHEMA", '"shop","audit"']])

    def test_what_other_clients_left_set_does_not_reach_a_run(self):
        self.server.create_database("dirty")
        self.server.query("dirty", "CREATE SCHEMA elsewhere; CREATE ROLE nobody_special")
        self.on_every_server_session("dirty", "SET search_path = elsewhere; SET statement_timeout = '9s'; "
                                              "SET ROLE nobody_special")
        self.done(self.pooled.run("dirty"), "applied 5 scripts")
        self.server.query("dirty", "DROP SCHEMA elsewhere")
        self.assert_undisturbed("dirty")

    def test_scripts_that_need_a_session_are_named_and_nothing_is_run(self):
        self.server.create_database("needy")
        with tempfile.TemporaryDirectory() as folder:
            hook_runs.write_project(folder, {
                "V1__a.sql": "CREATE TABLE counter (id int);", "V2__set.sql": "SET lock_timeout = 0;\nSELECT 1;",
                "V3__index.sql": "CREATE INDEX CONCURRENTLY i ON counter (id);"})
            hook = hook_runs.Hook(self.program, self.server, folder)
            environment = {"PATH": os.environ["PATH"], "WINDLASS_DATABASE_URL": self.bouncer.url("needy")}
            hook.environment = lambda _: environment
            refused = hook.run("needy")
            self.assertEqual(refused.returncode, 78)
            self.assertIn("these scripts need a session: V2__set.sql, V3__index.sql", refused.stderr)
            self.assertIn("CREATE INDEX CONCURRENTLY cannot run in a transaction", refused.stderr)
            self.assertIn("direct-database-url", refused.stderr)
            self.assertEqual(self.server.query("needy", "SELECT to_regclass('counter')"), [[""]])
            environment["WINDLASS_DIRECT_DATABASE_URL"] = self.server.url("needy")
            self.done(hook.run("needy"), "using direct-database-url", "applied 3 scripts")
            environment["WINDLASS_DIRECT_DATABASE_URL"] = "postgresql://nobody@127.0.0.1:1/needy"
            away = hook.run("needy", "info", "--connect-timeout", "500ms")
            self.assertEqual(away.returncode, 69, "it fell back to the pooler")
        self.assertNotIn(self.server.client_environment("needy")["PGPASSWORD"], refused.stderr)

    def test_a_backup_is_refused_where_pg_dump_would_set_up_a_session(self):
        self.server.create_database("dumped")
        with tempfile.TemporaryDirectory() as folder:
            result = self.pooled.run("dumped", "backup", "--backup-dir", folder)
        self.assertEqual(result.returncode, 78, result.stderr)
        self.assertIn("pg_dump needs a session", result.stderr)

    def test_eight_runners_at_once_through_the_pooler_and_past_it(self):
        for name, hooks in (("eight_pooled", [self.pooled] * 8), ("eight_mixed", [self.pooled, self.direct] * 4)):
            self.server.create_database(name)
            children = [hook.start(name, "migrate", "--output", "json") for hook in hooks]
            ends = [child.communicate(timeout=120) for child in children]
            self.assertEqual([child.returncode for child in children], [0] * 8, ends)
            self.assertEqual(sorted(len(json.loads(out)["applied"]) for out, _ in ends), [0] * 7 + [5], ends)
            self.assert_undisturbed(name)

    def test_a_killed_holder_is_taken_over_from_by_name_when_its_lease_has_expired(self):
        self.slow("killed")
        holder = self.pooled.start("killed", "migrate", "--lease-duration", "2s", "--baseline-on-migrate",
                                   "--baseline-version", "0", out=subprocess.DEVNULL)
        self.wait_for_lease("killed")
        holder.kill()
        holder.communicate()
        self.server.query("killed", "UPDATE pace SET seconds = 0")
        successor = self.pooled.run("killed", "migrate")
        self.done(successor, "another runner holds the lock, waiting up to 5m: migrate of ", "with V2__count.sql",
                  "taking over the lease of migrate of ", "applied 4 scripts")
        self.assertEqual(self.server.query("killed", "SELECT outcome FROM windlass_runs ORDER BY started_at"),
                         [["lost"], ["done"]])
        self.assertEqual(self.server.query("killed", "SELECT sum(n), count(*) FROM counter"), [["5000", "500"]])

    def test_a_frozen_holder_that_was_overtaken_commits_nothing_when_it_wakes(self):
        self.slow("frozen")
        holder = self.pooled.start("frozen", "migrate", "--lease-duration", "2s", "--baseline-on-migrate",
                                   "--baseline-version", "0", out=subprocess.DEVNULL)
        self.wait_for_lease("frozen")
        holder.send_signal(signal.SIGSTOP)
        self.server.query("frozen", "UPDATE pace SET seconds = 0")
        successor = self.pooled.run("frozen", "migrate")
        self.done(successor, "taking over the lease of migrate of ", "ended process ", "applied 4 scripts")
        history = self.server.query("frozen", "SELECT * FROM flyway_schema_history ORDER BY 1")
        holder.send_signal(signal.SIGCONT)
        log = holder.communicate(timeout=60)[1]
        self.assertEqual(holder.returncode, 73, log)
        self.assertIn("the lease of this run was taken over by", log)
        self.assertEqual(self.server.query("frozen", "SELECT * FROM flyway_schema_history ORDER BY 1"), history)
        self.assertEqual(self.server.query("frozen", "SELECT sum(n), count(*) FROM counter"), [["5000", "500"]])

    def test_who_is_in_the_way_is_named_through_the_pooler(self):
        self.server.create_database("blocked")
        self.done(self.pooled.run("blocked"))
        with tempfile.TemporaryDirectory() as folder:
            hook_runs.write_project(folder, PROJECT | {"V5__alter.sql": "ALTER TABLE counter ADD x int;\n"})
            blocker = subprocess.Popen([self.server.client_program("psql"), "-Xq"], stdin=subprocess.PIPE, text=True,
                                       env=self.server.client_environment("blocked") | {"PGAPPNAME": "accounting"})
            blocker.stdin.write("BEGIN; SELECT count(*) FROM counter \\g /dev/null\n")
            blocker.stdin.flush()
            self.wait_for("blocked", "SELECT count(*) > 0 FROM pg_stat_activity WHERE application_name = 'accounting' "
                          "AND state = 'idle in transaction'")
            self.pooled.folder, own = folder, self.pooled.folder
            self.addCleanup(setattr, self.pooled, "folder", own)
            refused = self.pooled.run("blocked", "migrate", "--lock-timeout", "400ms", "--retries", "1", "--output", "json")
            self.assertEqual(refused.returncode, 75, refused.stderr)
            self.assertEqual([one["application"] for one in json.loads(refused.stdout)["blockers"]], ["accounting"])
            self.assertIn("V5__alter.sql waits for a lock behind process ", "\n".join(hook_runs.messages(refused.stderr)))
            blocker.communicate("ROLLBACK;\n", timeout=30)
            self.done(self.pooled.run("blocked"), "applied 1 script")

    def test_a_direct_runner_and_a_pooled_one_wait_for_each_other(self):
        self.slow("both")
        holder = self.pooled.start("both", "migrate", "--baseline-on-migrate", "--baseline-version", "0",
                                   out=subprocess.DEVNULL)
        self.wait_for_lease("both")
        for reader in (self.direct, self.pooled):
            found = json.loads(reader.run("both", "inspect", "--output", "json").stdout)["inspection"]
            self.assertEqual(found["state"], "running", found)
            self.assertTrue(found["holder"]["lease"], found)
            self.assertEqual(found["holder"]["script"], "V2__count.sql", found)
            self.assertEqual(found["runs"][0]["outcome"], "running", found)
        refused = self.direct.run("both", "migrate", "--lock-wait", "0s")
        self.assertEqual(refused.returncode, 73, refused.stderr)
        self.assertRegex(refused.stderr, r"another runner holds the lock, waited 0s: migrate of \S+ \(run \S+, role postgres")
        holder.terminate()
        log = holder.communicate(timeout=60)[1]
        self.assertEqual(holder.returncode, 143, log)
        self.assertEqual(self.server.query("both", "SELECT held FROM windlass_lease"), [["f"]])
        keeper = subprocess.Popen([self.server.client_program("psql"), "-XqAt"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True, env=self.server.client_environment("both"))
        keeper.stdin.write(f"SELECT pg_advisory_lock({hook_runs.LOCK_KEY}); SELECT 'held';\n")
        keeper.stdin.flush()
        while keeper.stdout.readline().strip() != "held":
            pass
        refused = self.pooled.run("both", "migrate", "--lock-wait", "0s")
        self.assertEqual(refused.returncode, 73, refused.stderr)
        self.assertRegex(refused.stderr, r"waited 0s: process \d+ \(psql, role postgres")
        keeper.stdin.close()
        keeper.wait(30)
        keeper.stdout.close()


if __name__ == "__main__":
    if not pgbouncer.is_installed() and os.environ.get("CI") != "true":
        print("pgbouncer is not installed", file=sys.stderr)
        sys.exit(MISSING)
    hook_runs.main()
