"""What goes wrong at night: each failure has its documented exit code, its sentence, and no secret in it."""

import json
import os
import tempfile
import time

import hook_runs

PASSWORD = "s3cret-p4ssword"


class FailuresTest(hook_runs.HookCase):
    def check(self, result, code, message, phase="migrate"):
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(message, "\n".join(hook_runs.messages(result.stderr)))
        self.assertNotIn(PASSWORD, result.stdout + result.stderr)
        with open(os.path.join(self.parent.name, "termination-log"), encoding="utf-8") as file:
            termination = file.read()
        self.assertLessEqual(len(termination.encode()), 1024)
        self.assertNotIn(PASSWORD, termination)
        self.assertNotIn("SELECT", termination)
        self.assertEqual(json.loads(termination)["exitCode"], code)
        self.assertEqual(json.loads(termination)["phase"], phase)

    def run_with_url(self, url, *flags, phase="migrate"):
        self.hook.environment = lambda _: {"PATH": os.environ["PATH"], "WINDLASS_DATABASE_URL": url}
        try:
            return self.hook.run("", phase, *flags)
        finally:
            del self.hook.environment

    def test_a_wrong_password(self):
        self.server.create_database("wrong", owner="keeper", password="right")
        result = self.run_with_url(self.server.url("wrong", "keeper", PASSWORD))
        self.check(result, 77, 'the database refused the role: password authentication failed for user "keeper"')

    def test_an_unreachable_host(self):
        url = f"postgresql://keeper:{PASSWORD}@127.0.0.1:1/nowhere"
        result = self.run_with_url(url, "--connect-timeout", "1s")
        self.check(result, 69, "the database could not be reached within 1s: ")

    def test_an_unknown_database(self):
        self.check(self.run_with_url(self.server.url("nowhere")), 78, 'database "nowhere" does not exist')

    def test_a_password_that_was_not_escaped(self):
        result = self.run_with_url(f"postgresql://keeper:{PASSWORD}@{PASSWORD}@127.0.0.1/x")
        self.check(result, 78, "the database URL is not valid")

    def test_a_read_only_server(self):
        self.server.create_database("readonly")
        self.server.query("postgres", "ALTER DATABASE readonly SET default_transaction_read_only = on")
        for phase in ("preflight", "migrate"):
            self.check(self.hook.run("readonly", phase, "--connect-timeout", "1s"), 75,
                       "the session is read-only: default_transaction_read_only is on", phase)

    def test_a_role_that_may_not_create(self):
        self.server.create_database("guarded")
        self.server.query("guarded", "REVOKE CREATE ON SCHEMA public FROM PUBLIC")  # as it is from 15 on
        self.server.query("postgres", f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
        url = self.server.url("guarded", "reader", PASSWORD)
        self.check(self.run_with_url(url, phase="preflight"), 77, "role reader may not create in schema public", "preflight")
        self.check(self.run_with_url(url), 77, "permission denied for schema public")

    def test_a_script_that_fails(self):
        self.server.create_database("failing")
        self.assertEqual(self.hook.run("failing", "migrate", "--target", "1").returncode, 0)
        self.server.query("failing", "ALTER TABLE counter ADD CHECK (n < 2)")
        result = self.hook.run("failing", "migrate", "--target", "2")
        self.check(result, 76, "V2__count.sql:3:1 failed: new row for relation \"counter\" violates check constraint")
        runs = self.server.query("failing", "SELECT outcome, exit_code, version_from, version_to, failed_script "
                                 "FROM windlass_runs ORDER BY started_at DESC LIMIT 1")
        self.assertEqual(runs, [["script_failed", "76", "1", "1", "V2__count.sql"]])
        self.assertEqual(self.server.query("failing", "SELECT DISTINCT n FROM counter"), [["0"]])

    def test_a_script_that_says_something_is_heard_but_not_without_end(self):
        self.server.create_database("talking")
        with tempfile.TemporaryDirectory() as folder:
            hook_runs.write_project(folder, {
                "V1__talk.sql": "DO $$BEGIN RAISE WARNING 'look here'; FOR i IN 1..60 LOOP RAISE NOTICE 'line %', i; "
                                "END LOOP; END$$;\n"})
            result = hook_runs.Hook(self.program, self.server, folder).run("talking")
        self.assertEqual(result.returncode, 0, result.stderr)
        heard = hook_runs.messages(result.stderr)
        self.assertIn("V1__talk.sql: WARNING: look here", heard)
        self.assertIn("V1__talk.sql: NOTICE: line 50", heard)
        self.assertNotIn("V1__talk.sql: NOTICE: line 51", heard)
        self.assertIn("V1__talk.sql: 10 more notices", heard)

    def test_a_session_that_is_ended_under_a_script(self):
        self.server.create_database("ended")
        with tempfile.TemporaryDirectory() as folder:
            hook_runs.write_project(folder, {"V1__slow.sql": "SELECT pg_sleep(30);\n"})
            hook = hook_runs.Hook(self.program, self.server, folder)
            child = hook.start("ended")
            ended = []
            for _ in range(200):
                ended = self.server.query("ended", "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE "
                                          "'%pg_sleep(30)%' AND pid <> pg_backend_pid()")
                if ended:
                    break
                time.sleep(0.05)
            _, log = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 75, log)
        self.assertIn("the connection was lost during V1__slow.sql; its history row is not there, so it was rolled back",
                      hook_runs.messages(log))
        self.assertEqual(self.server.query("ended", "SELECT outcome, failed_script FROM windlass_runs"),
                         [["transient", "V1__slow.sql"]])

    def test_a_database_of_another_environment(self):
        self.server.create_database("prod")
        self.assertEqual(self.hook.run("prod", "migrate", "--environment", "prod").returncode, 0)
        self.check(self.hook.run("prod", "migrate", "--environment", "dev"), 80,
                   "this database belongs to environment prod, the run is for dev")

    def test_a_folder_without_scripts(self):
        self.server.create_database("empty")
        with tempfile.TemporaryDirectory() as empty:
            result = hook_runs.Hook(self.program, self.server, empty).run("empty")
        self.assertEqual(result.returncode, 66)
        self.assertIn("no migration scripts in ", result.stderr)

    def test_a_stale_config_map(self):
        self.server.create_database("stale")
        self.check(self.hook.run("stale", "migrate", "--expect-digest", "0" * 64), 65, "the mounted scripts have digest ")
        self.assertEqual(self.server.query("stale", "SELECT to_regclass('counter')"), [[""]])

    def test_an_unknown_flag(self):
        result = self.hook.run("stale", "migrate", "--lock-timeot", "1s")
        self.assertEqual(result.returncode, 64)
        self.assertIn("lock-timeot", result.stderr)
        self.assertIn("--lock-timeout", result.stderr)


if __name__ == "__main__":
    hook_runs.main()
