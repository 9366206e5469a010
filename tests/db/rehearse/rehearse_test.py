"""windlass rehearse as a whole, on real servers, with a double of windlass-hook that fails where it is told to.

usage: rehearse_test.py WINDLASS [unittest arguments]
"""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import memory  # noqa: E402
import pg_server  # noqa: E402

DOUBLE = os.path.join(ROOT, "tests", "support", "hook_double.sh")
WINDLASS = ""
LIMIT = 120  # seconds that one rehearsal may take

CONFIG = """apiVersion: windlass.dev/v1
kind: ProjectConfig
metadata:
  name: shop
spec:
  databases:
    main:
      name: shop
      connection:
        urlSecret: {{name: shop-db, key: url}}
  kubernetes:
    namespace: shop
    env: {env}
  backup: {{claimName: shop-backups}}
  environments:
    dev:
      kubernetes:
        namespace: shop-dev
"""
SECRET = """apiVersion: v1
kind: Secret
metadata:
  name: shop-db
stringData:
  url: postgresql://shopper:it%27s@db.example:5432/shop?sslmode=verify-full
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  template:
    spec:
      initContainers:
      - name: proxy
        image: some-proxy
        command: [proxy]
      - name: guard
        image: windlass
        args: [guard]
        env:
        - name: WINDLASS_DATABASE_URL
          valueFrom:
            secretKeyRef: {name: shop-db, key: url}
        - name: HOOK_DOUBLE_EXIT
          value: GUARD
      containers:
      - name: shop
        image: shop
"""
SCRIPTS = {
    "V1__create_orders.sql": "CREATE TABLE orders (id int PRIMARY KEY);\n",
    "U1__create_orders.sql": "DROP TABLE orders;\n",
    "V2__add_currency.sql": "ALTER TABLE orders ADD COLUMN currency text;\n",
    "U2__add_currency.sql": "ALTER TABLE orders DROP COLUMN currency;\n",
    "V3__add_note.sql": "ALTER TABLE orders ADD COLUMN note text;\n",
    "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT currency, count(note) FROM orders GROUP BY currency;\n",
}


class RehearseTest(unittest.TestCase):
    def setUp(self):
        # Everybody may pass through, for the server runs as another user when the test runs as root. Not below
        # /tmp, which every rendered pod mounts: paths below it are not the double's to see.
        self.folder = tempfile.mkdtemp(prefix="windlass-test-", dir=memory.folder("/var/tmp"))
        os.chmod(self.folder, 0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.temporary = os.path.join(self.folder, "tmp")
        os.mkdir(self.temporary)
        os.chmod(self.temporary, 0o777)
        self.project = os.path.join(self.folder, "project")

    def write(self, path, text):
        path = os.path.join(self.project, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)

    def make_project(self, scripts=None, secret=SECRET, guard=None, **double):
        env = {"HOOK_DOUBLE_COUNT": os.path.join(self.folder, "count"),
               **{f"HOOK_DOUBLE_{name.upper()}": value for name, value in double.items()}}
        self.write("windlass.yaml", CONFIG.format(env=json.dumps(env)))
        for name, text in {**SCRIPTS, **(scripts or {})}.items():
            self.write("sql/" + name, text)
        if secret:
            self.write("outside/secret.yaml", secret)
        if guard is not None:
            self.write("app/deployment.yaml", DEPLOYMENT.replace("GUARD", guard))

    def command(self, *arguments, hook=DOUBLE):
        return [WINDLASS, "rehearse", self.project, "--env", "dev", "--hook", hook, *arguments]

    def environment(self):
        return {**os.environ, "TMPDIR": self.temporary}

    def rehearse(self, *arguments, expect):
        result = subprocess.run(self.command(*arguments), capture_output=True, text=True, timeout=LIMIT,
                                errors="replace", env=self.environment())
        self.assertEqual(result.returncode, expect, result.stdout + result.stderr)
        self.assert_nothing_left()
        return result

    def rehearse_json(self, *arguments, expect):
        return json.loads(self.rehearse("--output", "json", *arguments, expect=expect).stdout)

    def servers(self):
        """Process ids of servers whose data lie in our folder for temporary files."""
        found = []
        for process in filter(str.isdigit, os.listdir("/proc")):
            try:
                with open(f"/proc/{process}/cmdline", encoding="utf-8", errors="replace") as file:
                    if self.temporary in file.read():
                        found.append(int(process))
            except OSError:
                continue
        return found

    def assert_nothing_left(self):
        self.assertEqual(self.servers(), [])
        self.assertEqual(os.listdir(self.temporary), [])

    def wait_for(self, condition, what):
        end = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), end, f"no {what} within 60 s")
            time.sleep(0.05)

    def start_and_wait_for_container(self):
        process = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                   env=self.environment())
        self.addCleanup(process.stdout.close)
        for line in process.stdout:
            if "Job/shop-migrate" in line:
                return process
        self.fail("the migrate Job never began")

    # What goes well

    def test_a_sync_runs_in_order_and_the_promise_is_kept(self):
        self.make_project(guard="")
        text = self.rehearse(expect=0).stdout
        self.assertRegex(text, re.compile(".*".join((
            "PreSync +-5  ConfigMap/shop-sql-0 +applied", "PreSync +-1  Job/shop-backup-", "PreSync +0  Job/shop-migrate-",
            "preflight +exit 0", "migrate +exit 0", "Sync +0  Deployment/shop", "guard +exit 0", "PostSync +2  Job/shop-verify-",
            "the rollback promise", "main 1 create orders", "main 2 add currency", "main 3 add note", "rehearsal succeeded")),
            re.DOTALL))
        self.assertRegex(text, r"migrate +exit 0 +[0-9.]+s  from 0 to 3")
        self.assertRegex(text, r"main 2 add currency +kept")
        self.assertRegex(text, r"main 3 add note +no undo script")

    def test_json_says_the_same(self):
        self.make_project()
        report = self.rehearse_json(expect=0)
        self.assertEqual((report["schemaVersion"], report["outcome"], report["project"], report["environment"]),
                         (1, "succeeded", "shop", "dev"))
        migrate = next(step for step in report["steps"] if step["object"].startswith("Job/shop-migrate"))
        self.assertEqual((migrate["phase"], migrate["wave"], migrate["outcome"]), ("PreSync", 0, "succeeded"))
        self.assertEqual([(c["name"], c["phase"], c["exitCode"]) for c in migrate["containers"]],
                         [("preflight", "preflight", 0), ("migrate", "migrate", 0)])
        self.assertEqual([(p["version"], p["outcome"]) for p in report["rollbackPromise"]],
                         [("1", "kept"), ("2", "kept"), ("3", "noUndoScript")])

    def test_a_retried_exit_code_gets_another_pod(self):
        self.make_project(exit="migrate:75:1")
        report = self.rehearse_json(expect=0)
        migrate = next(step for step in report["steps"] if step["object"].startswith("Job/shop-migrate"))
        self.assertEqual([c["exitCode"] for c in migrate["containers"]], [0, 75, 0, 0])
        self.assertIn("exit code 75 is retried: another pod in 1s", migrate["notes"][0])

    def test_a_project_without_outside_gets_its_secret_made_up(self):
        self.make_project(secret=None)
        report = self.rehearse_json(expect=0)
        self.assertEqual(report["madeUp"], ["the Secret shop-db is made up, because the project has no folder outside/"])

    def test_a_kept_server_answers_until_it_is_stopped_as_it_says(self):
        self.make_project()
        result = subprocess.run(self.command("--keep"), capture_output=True, text=True, timeout=LIMIT, env=self.environment())
        self.assertEqual(result.returncode, 0, result.stderr)
        port = re.search(r"kept: 127\.0\.0\.1:(\d+), database shop,", result.stderr).group(1)
        stop = re.search(r"to stop it: (.*)", result.stderr).group(1)
        self.assertNotIn("it's", result.stderr)
        rows = subprocess.run(["psql", "-XAtc", "SELECT count(*) FROM orders", f"postgresql://shopper:it%27s@127.0.0.1:{port}/shop"],
                              capture_output=True, text=True, timeout=30)
        self.assertEqual(rows.stdout, "0\n", rows.stderr)
        subprocess.run(["sh", "-c", stop], check=True, timeout=30)
        self.wait_for(lambda: not self.servers(), "end of the server")
        self.assert_nothing_left()

    def test_a_named_server_is_used_and_its_other_databases_stay(self):
        self.make_project()
        with pg_server.PgServer() as server:
            server.create_database("staging", owner="owner", password="secret")
            url = server.url("staging", "owner", "secret")
            report = self.rehearse_json("--database-url", url, expect=0)
            self.assertFalse(report["server"]["throwAway"])
            self.assertEqual(report["rollbackPromise"], [])
            self.assertIn("may not create the databases", report["rollbackPromiseNotChecked"])
            self.assertEqual(server.query("staging", "SELECT max(version) FROM flyway_schema_history"), [["3"]])
            server.query("postgres", "ALTER ROLE owner CREATEDB")
            report = self.rehearse_json("--database-url", url, expect=0)
            self.assertEqual([p["outcome"] for p in report["rollbackPromise"]], ["kept", "kept", "noUndoScript"])
            databases = server.query("postgres", "SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")
            self.assertEqual(databases, [["postgres"], ["staging"]])

    # What goes wrong

    def test_a_permanent_exit_code_fails_the_job_and_stops_the_sync(self):
        self.make_project(exit="migrate:76")
        report = self.rehearse_json(expect=1)
        outcomes = {step["object"].split("/")[1].rsplit("-", 1)[0]: step for step in report["steps"]}
        self.assertRegex(outcomes["shop-migrate"]["message"],
                         r"^Container migrate for pod shop-dev/shop-migrate-\w+-rehearsal failed with exit code 76 matching FailJob rule at index \d$")
        self.assertEqual(len(outcomes["shop-migrate"]["containers"]), 2)
        self.assertEqual(outcomes["shop-verify"]["outcome"], "notReached")
        self.assertEqual(report["rollbackPromiseNotChecked"], "the sync failed before")
        self.assertEqual(outcomes["shop-migrate"]["containers"][1]["log"], "a line of the log \ufffd")

    def test_the_log_of_a_failed_container_is_shown(self):
        self.make_project(exit="migrate:76")
        text = self.rehearse(expect=1).stdout
        self.assertRegex(text, r"migrate +exit 76 +[0-9.]+s  told to fail")
        self.assertIn("| a line of the log", text)
        self.assertIn("rehearsal FAILED", text)

    def test_retries_end_at_the_backoff_limit(self):
        self.make_project(exit="migrate:75")
        report = self.rehearse_json(expect=1)
        migrate = next(step for step in report["steps"] if step["object"].startswith("Job/shop-migrate"))
        self.assertEqual(migrate["message"], "Job has reached the specified backoff limit")
        self.assertEqual([c["exitCode"] for c in migrate["containers"]].count(75), 3)

    def test_a_guard_that_fails_keeps_the_application_back(self):
        self.make_project(guard="guard:75")
        report = self.rehearse_json(expect=1)
        deployment = next(step for step in report["steps"] if step["object"] == "Deployment/shop")
        self.assertEqual((deployment["outcome"], deployment["message"]),
                         ("failed", "init container guard keeps the new pods from starting"))
        self.assertEqual([c["name"] for c in deployment["containers"]], ["guard"])

    def test_a_secret_that_is_missing_is_named(self):
        self.make_project(secret=SECRET.replace("shop-db", "other"))
        text = self.rehearse(expect=1).stdout
        self.assertIn('not started   0.0s  secret "shop-db" not found', text)

    def test_an_undo_script_that_leaves_something_breaks_the_promise(self):
        self.make_project({"U2__add_currency.sql": "SELECT 'forgotten';\n"})
        report = self.rehearse_json(expect=1)
        promise = report["rollbackPromise"][1]
        self.assertEqual((promise["version"], promise["outcome"], promise["message"]),
                         ("2", "broken", "the undo script does not bring the schema back"))
        self.assertIn("--- before 2\n+++ after its undo\n", promise["diff"])
        self.assertIn("+    currency text\n", promise["diff"])
        self.assertEqual([p["outcome"] for p in report["rollbackPromise"]], ["kept", "broken", "noUndoScript"])

    def test_an_undo_script_that_todays_view_stands_in_the_way_of_breaks_the_promise(self):
        self.make_project({"U3__add_note.sql": "ALTER TABLE orders DROP COLUMN note;\n"})
        report = self.rehearse_json(expect=1)
        promises = [(p["version"], p["outcome"]) for p in report["rollbackPromise"]]
        self.assertEqual(promises, [("1", "kept"), ("2", "kept"), ("3", "kept"), ("all", "broken")])
        self.assertIn("view totals depends on column note", report["rollbackPromise"][3]["log"])

    def test_all_versions_are_undone_and_applied_again_from_todays_state(self):
        self.make_project({"U3__add_note.sql": "DROP VIEW IF EXISTS totals;\nALTER TABLE orders DROP COLUMN note;\n",
                           "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT count(note) FROM orders;\n"})
        text = self.rehearse(expect=0).stdout
        self.assertRegex(text, "main all from today's state back to 0 and forward again +kept")
        self.assertIn("rehearsal succeeded: 8 objects applied, rollback promise kept for 3 versions", text)

    def test_an_undo_script_that_fails_breaks_the_promise(self):
        self.make_project({"U1__create_orders.sql": "DROP TABLE no_such_table;\n"})
        promise = self.rehearse_json(expect=1)["rollbackPromise"][0]
        self.assertEqual(promise["outcome"], "broken")
        self.assertIn("it cannot be undone", promise["message"])
        self.assertIn("no_such_table", promise["log"])

    def test_a_version_that_makes_another_schema_the_second_time_breaks_the_promise(self):
        self.make_project({"U2__add_currency.sql": "ALTER TABLE orders DROP COLUMN currency;\nCREATE TABLE IF NOT EXISTS public.seen ();\nDROP TABLE seen;\nCREATE SEQUENCE IF NOT EXISTS again;\nDROP SEQUENCE again;\nCOMMENT ON DATABASE shop_promise_undo IS 'undone';\n",
                           "V2__add_currency.sql": "DO $$ BEGIN IF shobj_description((SELECT oid FROM pg_database WHERE datname = current_database()), 'pg_database') = 'undone' THEN ALTER TABLE orders ADD COLUMN currency varchar; ELSE ALTER TABLE orders ADD COLUMN currency text; END IF; END $$;\n"})
        promise = self.rehearse_json(expect=1)["rollbackPromise"][1]
        self.assertEqual((promise["outcome"], promise["message"]), ("broken", "applied again, it makes another schema"))
        self.assertIn("-    currency text\n+    currency character varying\n", promise["diff"])

    def test_wrong_options_are_usage_errors(self):
        self.make_project()
        for arguments, message in ((["--output", "xml"], "--output: xml not in {text,json}"),
                                   (["--database-url", "mysql://x"], "--database-url is no postgresql:// URL"),
                                   (["--keep", "--database-url", "postgresql://x"], "--keep is about the throw-away server")):
            self.assertIn(message, self.rehearse(*arguments, expect=64).stderr)
        result = subprocess.run(self.command(hook="/no/such/hook"), capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual(result.returncode, 64)
        self.assertIn("--hook /no/such/hook is no program", result.stderr)

    # Ends before its time

    def test_control_c_leaves_neither_server_nor_folder(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            with self.subTest(signal=number):
                self.make_project(sleep="migrate")
                process = self.start_and_wait_for_container()
                self.assertNotEqual(self.servers(), [])
                process.send_signal(number)
                output = process.stdout.read()
                self.assertEqual(process.wait(30), 143, output)
                self.assertIn("stopped while the container", output)
                self.assert_nothing_left()

    def test_a_rehearsal_that_is_killed_takes_its_server_along(self):
        self.make_project(sleep="migrate")
        process = self.start_and_wait_for_container()
        self.assertNotEqual(self.servers(), [])
        process.kill()
        process.wait(30)
        self.wait_for(lambda: not self.servers(), "end of the server")


if __name__ == "__main__":
    WINDLASS = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)
