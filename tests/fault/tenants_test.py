"""Many tenants in shards: a shard that is killed and run again, and two pods on one shard, leave what one run leaves."""

import json
import os
import signal
import subprocess
import time

import hook_runs

TENANTS = [f"t{number:02}" for number in range(30)]
SHARDS = 4
PROJECT = {
    "V1__counter.sql": "CREATE TABLE counter (n int);\nINSERT INTO counter VALUES (1);\n",
    "V2__count.sql": "UPDATE counter SET n = n * 3;\nSELECT pg_sleep(0.05);\nUPDATE counter SET n = n + 1;\n",
    "V3__index.sql": "CREATE INDEX CONCURRENTLY counter_n ON counter (n);\n",
}


class TenantsTest(hook_runs.HookCase):
    def setUp(self):
        self.database = "tenants_" + self._testMethodName[-20:].lower()
        self.server.create_database(self.database)
        self.place = os.path.join(self.parent.name, self._testMethodName)
        os.makedirs(os.path.join(self.place, "sql"))
        hook_runs.write_project(os.path.join(self.place, "sql"), PROJECT)
        self.list = os.path.join(self.place, "tenants.txt")
        self.write_list(TENANTS)

    def write_list(self, names):
        with open(self.list, "w", encoding="utf-8") as file:
            file.write("\n".join(names) + "\n")

    def start(self, index, phase="migrate", *flags):
        """As the Job controller starts the pod of an index."""
        hook = hook_runs.Hook(self.program, self.server, os.path.join(self.place, "sql"))
        command = hook.command(phase, "--tenants", "--tenant-list", self.list, "--tenant-shards", str(SHARDS),
                               "--output", "json", *flags)
        environment = hook.environment(self.database)
        if index is not None:
            environment["JOB_COMPLETION_INDEX"] = str(index)
        return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run_index(self, index, *arguments):
        child = self.start(index, *arguments)
        out, log = child.communicate(timeout=120)
        return child.returncode, json.loads(out), log

    def assert_all_done(self, tenants=None):
        for tenant in tenants or TENANTS:
            self.assertEqual(self.server.query(self.database, f"SELECT n FROM {tenant}.counter"), [['4']], tenant)
            rows = self.server.query(self.database, "SELECT version, success FROM "
                                     f"{tenant}.flyway_schema_history WHERE version IS NOT NULL ORDER BY 1")
            self.assertEqual([row[0] for row in rows], ["1", "2", "3"], tenant)
        self.assertEqual(self.server.query(self.database, "SELECT indexrelid::regclass FROM pg_index "
                                           "WHERE NOT indisvalid"), [])

    def test_a_killed_shard_goes_on_with_what_is_not_there_yet(self):
        child = self.start(None)
        time.sleep(0.1)
        for _ in range(400):
            done = self.server.query(self.database, "SELECT count(*) FROM pg_class WHERE relname = 'counter_n'")[0][0]
            if int(done) >= 5:
                break
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)
        child.communicate(timeout=30)
        code, report, log = self.run_index(None)
        self.assertEqual(code, 0, log)
        states = [each["state"] for each in report["tenants"]]
        self.assertGreaterEqual(states.count("up to date"), 4, states)
        self.assertGreater(states.count("applied"), 10, states)
        self.assert_all_done()

    def test_two_pods_of_one_shard_and_all_shards_at_once(self):
        children = [self.start(index) for index in (*range(SHARDS), 0, 2)]
        ends = [child.communicate(timeout=120) for child in children]
        self.assertEqual([child.returncode for child in children], [0] * len(children), ends)
        applied = sum(each["applied"] for out, _ in ends for each in json.loads(out)["tenants"])
        self.assertEqual(applied, len(TENANTS) * len(PROJECT), "nothing is applied twice")
        self.assert_all_done()

    def test_one_broken_tenant_is_named_and_the_others_are_done(self):
        self.assertEqual(self.run_index(None, "migrate", "--target", "1")[0], 0)
        self.server.query(self.database, "DROP TABLE t17.counter")
        failed = 0
        for index in range(SHARDS):
            code, report, log = self.run_index(index)
            broken = [each["tenant"] for each in report["tenants"] if each["state"] == "failed"]
            self.assertEqual(code, 76 if broken else 0, log)
            if broken:
                failed += 1
                self.assertEqual(broken, ["t17"])
                with open(os.path.join(self.place, "termination-log"), encoding="utf-8") as file:
                    last = json.load(file)
                self.assertIn("1 failed: t17: ", last["message"])
                self.assertEqual(last["failedScript"], "V2__count.sql")
        self.assertEqual(failed, 1)
        self.assert_all_done([tenant for tenant in TENANTS if tenant != "t17"])
        code, report, _ = self.run_index(None, "info")
        self.assertEqual(code, 0)
        rows = {each["tenant"]: each for each in report["tenants"]}
        self.assertEqual((rows["t17"]["state"], rows["t17"]["current"], rows["t17"]["pending"]), ("failed", "1", 2))
        self.assertEqual(rows["t17"]["lastFailure"]["script"], "V2__count.sql")
        self.assertEqual((rows["t16"]["state"], rows["t16"]["current"]), ("up to date", "3"))

    def test_sigterm_leaves_the_rest_not_begun(self):
        child = self.start(None)
        time.sleep(1)
        child.send_signal(signal.SIGTERM)
        out, log = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 143, log)
        self.assertIn("not begun", [each["state"] for each in json.loads(out)["tenants"]])
        self.assertEqual(self.run_index(None)[0], 0)
        self.assert_all_done()


if __name__ == "__main__":
    hook_runs.main()
