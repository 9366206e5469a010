"""Runs of windlass-hook against databases of one throw-away server, and what is left of them."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import end_state  # noqa: E402
import pg_server  # noqa: E402

RETRIED = {69, 70, 73, 75, 143}  # the codes after which a Job starts another pod
LOCK_KEY = 77433833903597        # of "public"."flyway_schema_history", as Flyway computes it

# What a project is made of: versioned scripts of every kind, a repeatable one, and undo scripts.
PROJECT = {
    "V1__tables.sql": "CREATE TABLE counter (id int PRIMARY KEY, n int NOT NULL);\n"
                      "INSERT INTO counter SELECT i, 0 FROM generate_series(1, 500) i;\n",
    # Applied twice, or half, it shows in the numbers.
    "V2__count.sql": "UPDATE counter SET n = n + 1;\nSELECT pg_sleep(0.02);\nUPDATE counter SET n = n * 3;\n",
    "V3__index.sql": "CREATE INDEX CONCURRENTLY counter_n ON counter (n);\n",
    "V4__copy.sql": "CREATE TABLE copied (id int, t text);\nCOPY copied FROM STDIN;\n1\tone\n2\ttwo\n\\.\n"
                    "SELECT pg_sleep(0.02);\nUPDATE copied SET t = t || t;\n",
    "V5__maintain.sql": "CREATE UNIQUE INDEX CONCURRENTLY copied_id ON copied (id);\nVACUUM copied;\n"
                        "REINDEX INDEX CONCURRENTLY counter_n;\nDROP INDEX CONCURRENTLY counter_n;\n",
    "V6__wrapped.sql": "BEGIN;\nUPDATE counter SET n = n + 7;\nSELECT pg_sleep(0.02);\nCOMMIT;\n",
    "V7__loose.sql": "UPDATE counter SET n = n + 11;\nUPDATE counter SET n = n * 2;\nVACUUM counter;\n",
    "V7__loose.sql.conf": "executeInTransaction=false\n",
    "R__totals.sql": "CREATE OR REPLACE VIEW totals AS SELECT sum(n) AS total FROM counter;\n",
    "U5__maintain.sql": "DROP INDEX CONCURRENTLY copied_id;\nCREATE INDEX CONCURRENTLY counter_n ON counter (n);\n",
    "U6__wrapped.sql": "UPDATE counter SET n = n - 7;\n",
    "U7__loose.sql": "UPDATE counter SET n = n / 2;\nUPDATE counter SET n = n - 11;\n",
}
LAST_VERSION = "7"


def write_project(folder, files=None):
    for name, text in (files or PROJECT).items():
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text)


class Hook:
    def __init__(self, program, server, folder):
        self.program = program
        self.server = server
        self.folder = folder

    def command(self, phase, *flags):
        return [self.program, phase, "--locations", self.folder, "--log-format", "json",
                "--termination-log", os.path.join(self.folder, "..", "termination-log"), *flags]

    def environment(self, database):
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "WINDLASS_DATABASE_URL": self.server.url(database)}

    def start(self, database, phase="migrate", *flags, out=subprocess.PIPE):
        return subprocess.Popen(self.command(phase, *flags), env=self.environment(database), stdout=out,
                                stderr=subprocess.PIPE, text=True)

    def run(self, database, phase="migrate", *flags):
        return subprocess.run(self.command(phase, *flags), env=self.environment(database), capture_output=True,
                              text=True, timeout=120)

    def run_until_done(self, database, phase="migrate", *flags):
        """As a Job does: again after every code that is to be retried, five pods at most."""
        for _ in range(5):
            result = self.run(database, phase, *flags)
            if result.returncode not in RETRIED:
                return result
        return result


class HookCase(unittest.TestCase):
    """A suite with a server of its own and the project in a folder; `program` is the hook under test."""

    program = None
    server_settings = None
    sanitized = False  # then the memory that the hook takes says nothing

    @classmethod
    def setUpClass(cls):
        with open(cls.program, "rb") as program:
            cls.sanitized = b"__asan_init" in program.read()
        cls.server = pg_server.PgServer(cls.server_settings).__enter__()
        cls.addClassCleanup(cls.server.stop)
        cls.parent = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.parent.cleanup)
        folder = os.path.join(cls.parent.name, "sql")
        os.mkdir(folder)
        write_project(folder)
        cls.hook = Hook(cls.program, cls.server, folder)


def main():
    """Runs the suites of the calling file on the hook that its first argument names."""
    HookCase.program = sys.argv.pop(1)
    unittest.main(module="__main__")


def messages(log):
    return [json.loads(line)["message"] for line in log.splitlines() if line.startswith("{")]


def schema_of(server, database):
    """From the catalogue, because pg_dump refuses a server that is newer than itself."""
    return "\n".join(row[0] for row in server.query(database, end_state.SCHEMA) if "windlass_" not in row[0])


def state_of(server, database):
    """All that two runs must agree in: schema, data, history, stored undo scripts; and what must be gone."""
    query = lambda sql: server.query(database, sql)
    return {
        "schema": schema_of(server, database),
        "counter": query("SELECT md5(string_agg(c::text, ',' ORDER BY id)) FROM counter c"),
        "copied": query("SELECT * FROM copied ORDER BY id"),
        "history": query("SELECT installed_rank, version, description, type, script, checksum, success "
                         "FROM flyway_schema_history ORDER BY installed_rank"),
        "undo": query("SELECT version, script, content FROM windlass_undo ORDER BY version"),
        "intents": query("SELECT script, statement FROM windlass_intents"),
        "locks": query("SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND database = "
                       "(SELECT oid FROM pg_database WHERE datname = current_database())"),
        "invalid": query("SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid"),
        "running": query("SELECT run_id FROM windlass_runs WHERE outcome = 'running'"),
    }


def differences(expected, actual):
    return [f"{key}: expected {expected[key]}, is {actual[key]}" for key in expected if expected[key] != actual[key]]
