"""The real Flyway and windlass-hook on one database: either goes on where the other stopped, and only one at a time.

    flyway_test.py HOOK
"""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import fetch_flyway

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
import hook_runs  # noqa: E402

LIMIT = 240  # seconds for one run: a JVM on a busy machine

SCRIPTS = {
    "V1__tables.sql": "CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL);\n"
                      "INSERT INTO counter SELECT i, 0 FROM generate_series(1, 100) i;\n",
    # Applied twice it shows in the numbers.
    "V2__count.sql": "UPDATE counter SET n = n + 1;\nSELECT pg_sleep(0.2);\nUPDATE counter SET n = n * 3;\n",
    "V3__index.sql": "CREATE INDEX counter_n ON counter (n);\n",
    "V4__more.sql": "INSERT INTO counter VALUES (101, 7);\n",
    "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT sum(n) AS total FROM counter;\n",
    "U3__index.sql": "DROP INDEX counter_n;\n",
    "U4__more.sql": "DELETE FROM counter WHERE id = 101;\n",
}


class FlywayTest(hook_runs.HookCase):
    def setUp(self):
        self.database = self.id().rsplit(".", 1)[1]
        self.server.create_database(self.database)
        self.folder = os.path.join(self.parent.name, self.database)
        os.mkdir(self.folder)
        hook_runs.write_project(self.folder, SCRIPTS)
        self.hook = hook_runs.Hook(self.program, self.server, self.folder)

    def flyway(self, command, *flags):
        client = self.server.client_environment(self.database)
        environment = {"PATH": os.environ["PATH"], "HOME": self.parent.name, "FLYWAY_USER": client["PGUSER"],
                       "FLYWAY_PASSWORD": client["PGPASSWORD"], "FLYWAY_LOCATIONS": f"filesystem:{self.folder}",
                       "FLYWAY_URL": f"jdbc:postgresql://127.0.0.1:{self.server.port}/{self.database}",
                       "REDGATE_DISABLE_TELEMETRY": "true"}
        # A run of a second gains nothing from the optimising compiler.
        return subprocess.Popen(["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", fetch_flyway.class_path(),
                                 "org.flywaydb.commandline.Main", "-skipCheckForUpdate", *flags, command],
                                env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def run_flyway(self, command, *flags):
        child = self.flyway(command, *flags)
        said, _ = child.communicate(timeout=LIMIT)
        self.assertEqual(child.returncode, 0, said)
        return said

    def run_hook(self, phase, *flags):
        done = self.hook.run(self.database, phase, "--output", "json", *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def applied(self, *flags):
        return [script["script"] for script in self.run_hook("migrate", *flags)["applied"]]

    def check_end(self):
        self.assertEqual(self.server.query(self.database, "SELECT DISTINCT n FROM counter WHERE id < 101"), [["3"]])
        self.assertEqual(self.server.query(self.database, "SELECT total FROM totals"), [["307"]])
        rows = self.server.query(self.database, "SELECT count(*), count(DISTINCT installed_rank) FROM "
                                                "flyway_schema_history WHERE success AND type = 'SQL'")
        self.assertEqual(rows, [["5", "5"]])

    def test_flyway_migrates_and_we_go_on(self):
        self.run_flyway("migrate", "-target=2")
        self.assertEqual(self.applied(), ["V3__index.sql", "V4__more.sql"])
        self.run_hook("validate")
        self.check_end()
        self.assertIn("is up to date", self.run_flyway("migrate"))

    def test_we_migrate_and_flyway_validates_and_goes_on(self):
        self.assertEqual(self.applied("--target", "2"), ["V1__tables.sql", "V2__count.sql", "R__totals.sql"])
        self.run_flyway("validate", "-target=2")
        self.assertIn("Successfully applied 2 migrations", self.run_flyway("migrate"))
        self.run_flyway("validate")
        self.check_end()
        self.assertEqual(self.applied(), [])

    def test_flyway_migrates_after_our_rollback(self):
        self.applied()
        self.run_hook("rollback", "--target", "2", "--safety-delay", "0s", "--confirm", f"{self.database}-4-to-2")
        self.assertEqual(self.server.query(self.database, "SELECT to_regclass('counter_n') IS NULL"), [["t"]])
        # The repeatable script too: a rollback has it run again, because it may stand on what was undone.
        self.assertIn("Successfully applied 3 migrations", self.run_flyway("migrate"))
        self.assertEqual(self.applied(), [])
        self.run_flyway("validate")

    def test_runners_of_both_kinds_at_once(self):
        ours = [self.hook.start(self.database, "migrate", "--output", "json") for _ in range(8)]
        theirs = [self.flyway("migrate") for _ in range(2)]
        ours += [self.hook.start(self.database, "migrate", "--output", "json") for _ in range(8)]
        told = [child.communicate(timeout=LIMIT) for child in ours]
        said = [child.communicate(timeout=LIMIT)[0] for child in theirs]
        self.assertEqual([child.returncode for child in ours], [0] * len(ours), told)
        self.assertEqual([child.returncode for child in theirs], [0] * len(theirs), said)
        self.check_end()
        self.run_flyway("validate")


def main():
    absent = [] if fetch_flyway.folder().exists() else ["Flyway (make peers fetches it)"]
    absent += [] if shutil.which("java") else ["java (tools/deps peers installs it)"]
    if absent:
        print(f"not there: {', '.join(absent)}")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    hook_runs.main()


if __name__ == "__main__":
    main()
