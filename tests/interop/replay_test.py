"""Replays what real Flyway did: the same project, commands and settings, and then the same exit and history rows.

tests/data/flyway/history.json holds runs of Flyway 11.20.3 on PostgreSQL 15, step by step. Where this program means
to do otherwise, the scenario stands in DELIBERATE with the reason; one that is listed and agrees all the same fails,
so that the list stays true.
"""

import base64
import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
import zlib

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import pg_server  # noqa: E402

DATA = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "data", "flyway", "history.json")
UNSUPPORTED = {"group", "mixed", "postgresql.transactional.lock", "tablespace", "initSql", "skipExecutingMigrations",
               "user"}
RENAMED = {"table": "history-table"}
DELIBERATE = {
    "baseline-empty-table": "a location that does not exist is a fault, not an empty project",
    "missing-location": "a location that does not exist is a fault, not an empty project",
    "empty-location": "no scripts at all is exit 66: a mount that failed must not look like success",
    "no-scripts-left": "no scripts at all is exit 66: a mount that failed must not look like success",
    "baseline-quote": "a quotation mark in a baseline's description is no SQL error here",
    "callbacks-migrate": "callbacks are refused: they are not run yet, and must not be passed over",
    "callback-fails-after": "callbacks are refused: they are not run yet, and must not be passed over",
    "empty-prefix": "an empty value is as good as none, so a prefix cannot be empty",
    "ignore-patterns-bad-migrate": "an empty value is as good as none, so the list cannot be empty",
    "ignore-patterns-bad": "a bad pattern is a fault in info too",
    "placeholder-missing": "every pending script is prepared before the first one runs",
    "version-words": "Vlatest and Vnext are no versions: Flyway itself cannot read the rows that they leave",
}
PROGRAM = None


def flag_of(key):
    return RENAMED.get(key) or "".join("-" + c.lower() if c.isupper() else c for c in key)


def flags_of(settings):
    flags = []
    for key, value in settings.items():
        if key.startswith("placeholders."):
            flags += ["--placeholders", f"{key.removeprefix('placeholders.')}={value}"]
        else:
            flags.append(f"--{flag_of(key)}={value}")
    return flags


def raw_checksum(path):
    """Flyway's formula: the first byte order mark and all line ends do not count."""
    with open(path, encoding="utf-8", newline="") as file:
        text = file.read().removeprefix("\ufeff").replace("\r", "").replace("\n", "")
    unsigned = zlib.crc32(text.encode())
    return unsigned - (1 << 32) if unsigned >= 1 << 31 else unsigned


def write_files(folder, files):
    for name, text in files.items():
        path = os.path.join(folder, name)
        os.makedirs(path if name.endswith("/") else os.path.dirname(path), exist_ok=True)
        if name.endswith("/"):
            continue
        if text is None:
            os.unlink(path)
        elif isinstance(text, dict) and "symlink" in text:
            os.symlink(text["symlink"], path)
        else:
            with open(path, "wb") as file:
                file.write(base64.b64decode(text["base64"]) if isinstance(text, dict) else text.encode())


class Scenario:
    def __init__(self, server, description, folder):
        self.server = server
        self.description = description
        self.folder = folder
        self.database = description["name"]
        server.create_database(self.database)
        if description.get("setup_sql"):
            server.query(self.database, description["setup_sql"])
        write_files(folder, description["files"])

    def history(self, table, schema):
        """Rows as Flyway's vectors write them; None when there is no table."""
        quoted = ".".join('"' + name.replace('"', '""') + '"' for name in (schema, table))
        if self.server.query(self.database, f"SELECT to_regclass($name${quoted}$name$)") == [[""]]:
            return None
        rows = self.server.query(self.database, "SELECT json_build_array(installed_rank, version, description, type, "
                                 f"script, checksum, success) FROM {quoted} ORDER BY installed_rank")
        return [json.loads(row[0]) for row in rows]

    def run_step(self, step):
        """What differs, as texts."""
        write_files(self.folder, step.get("files", {}))
        if step.get("sql"):
            checksum = lambda found: str(raw_checksum(os.path.join(self.folder, "sql", found.group(1))))
            self.server.query(self.database, re.sub(r"\{\{raw_checksum:(.*?)\}\}", checksum, step["sql"]))
        settings = {**self.description["settings"], **step.get("settings", {})}
        result = subprocess.run(
            [PROGRAM, step["command"][0], "--log-format=json", *flags_of(settings)], cwd=self.folder,
            env={"PATH": os.environ["PATH"], "WINDLASS_DATABASE_URL": self.server.url(self.database)},
            capture_output=True, text=True, timeout=60)
        what = " ".join(step["command"])
        differences = []
        # With JSON output Flyway's validate exits 0 although it found something.
        failed = step["exit"] != 0 or "error" in step
        if (result.returncode != 0) != failed:
            last = (result.stderr.splitlines() or [""])[-1]
            differences.append(f"{what}: exit {result.returncode}, Flyway's error {step.get('error')!r}: {last}")
        schema = settings.get("defaultSchema") or settings.get("schemas", "public").split(",")[0]
        rows = self.history(settings.get("table", "flyway_schema_history"), schema) or []
        if rows != step["rows"]:
            differences.append(f"{what}: rows {rows}, Flyway's {step['rows']}")
        return differences

    def run(self):
        differences = []
        for number, step in enumerate(self.description["steps"]):
            differences += [f"step {number}: {text}" for text in self.run_step(step)]
        return differences


def is_replayed(description):
    settings = set(description["settings"])
    for step in description["steps"]:
        settings |= set(step.get("settings", {}))
    commands = {step["command"][0] for step in description["steps"]}
    return not settings & UNSUPPORTED and "undo" not in commands


class ReplayTest(unittest.TestCase):
    def test_every_scenario_ends_as_it_did_with_flyway(self):
        with open(DATA, encoding="utf-8") as file:
            scenarios = [one for one in json.load(file)["scenarios"] if is_replayed(one)]
        agreed = 0
        with pg_server.PgServer() as server:
            for description in scenarios:
                name = description["name"]
                with self.subTest(name), tempfile.TemporaryDirectory() as folder:
                    differences = Scenario(server, description, folder).run()
                    if name in DELIBERATE:
                        self.assertNotEqual(differences, [], "it agrees: take it off the list")
                    else:
                        self.assertEqual(differences, [], "\n" + "\n".join(differences))
                        agreed += 1
        print(f"replay: {agreed} of {len(scenarios)} scenarios as with Flyway, {len(DELIBERATE)} otherwise on purpose",
              file=sys.stderr)
        self.assertGreater(agreed, 60)


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
