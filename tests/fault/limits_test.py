"""Scripts as large as they come, run by a hook that has 64 MiB of memory: limits_test.py WINDLASS_HOOK"""

import os
import re
import signal
import sys
import tempfile
import time
import unittest
import zlib

import hook_runs
import memory_limit

MEBIBYTE = 1 << 20
LIMIT = 64 * MEBIBYTE
# What psql takes for the same is 12 MB, of which the libraries that both load are 10.
USUAL_PEAK = 21 * MEBIBYTE  # of the unoptimised program, half of it pages of libraries
WAIT = 240  # seconds; on a machine that does nothing else each run takes a few


def flyway_checksum(folder, script):
    """Of the file's lines, one after the other, as Flyway computes it: by other code than the hook's."""
    crc = 0
    with open(os.path.join(folder, script), "rb") as file:
        for line in file:
            crc = zlib.crc32(line.rstrip(b"\r\n"), crc)
    return str(crc - (1 << 32) if crc >= 1 << 31 else crc)


class LimitsCase(hook_runs.HookCase):
    server_settings = {"fsync": "off", "full_page_writes": "off", "max_wal_size": "4GB"}

    def setUp(self):
        self.database = "db_" + re.sub(r"\W", "_", self.id().rsplit(".", 1)[1])[5:40]
        self.server.create_database(self.database)
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.parent_folder = folder.name
        self.scripts = os.path.join(folder.name, "sql")
        os.mkdir(self.scripts)

    def write(self, name, *parts):
        """Parts are texts, or iterables of texts: no test holds its script."""
        with open(os.path.join(self.scripts, name), "w", encoding="utf-8", newline="") as file:
            for part in parts:
                for text in [part] if isinstance(part, str) else part:
                    file.write(text)
        return os.path.getsize(file.name)

    def start(self, phase, *flags):
        hook = hook_runs.Hook(self.program, self.server, self.scripts)
        return memory_limit.LimitedProgram(hook.command(phase, *flags), hook.environment(self.database),
                                           None if self.sanitized else LIMIT, self.parent_folder)

    def run_hook(self, phase="migrate", *flags, code=0, most=LIMIT):
        program = self.start(phase, *flags)
        began = time.monotonic()
        outcome = program.wait(WAIT)
        print(f"{self.id().rsplit('.', 1)[1]}: {phase}: {outcome.peak / MEBIBYTE:.1f} MiB at most, "
              f"{time.monotonic() - began:.1f} s, {program.kind}", flush=True)
        self.assertEqual(outcome.code, code, outcome.err[-3000:])
        if not self.sanitized:
            self.assertLessEqual(outcome.peak, most)
        return outcome

    def query(self, sql):
        return self.server.query(self.database, sql)

    def check_history(self, *scripts):
        rows = self.query("SELECT script, checksum::text FROM flyway_schema_history WHERE success "
                          "AND version IS NOT NULL ORDER BY installed_rank")
        self.assertEqual(rows, [[script, flyway_checksum(self.scripts, script)] for script in scripts])


ROW = "{}\tsome words that make a row as long as rows are\t2024-01-31\n"
ROWS = 1_600_000


def copy_rows(count):
    for begin in range(0, count, 10_000):
        yield "".join([ROW.format(i) for i in range(begin, min(begin + 10_000, count))])


class Copy(LimitsCase):
    """100 MB of rows behind COPY FROM STDIN."""

    def write_copy(self, words="some words"):
        size = self.write("V1__rows.sql", "CREATE UNLOGGED TABLE r (id int, t text, d date);\n", "COPY r FROM STDIN;\n",
                          (rows.replace("some words", words) for rows in copy_rows(ROWS)),
                          "\\.\nCREATE TABLE after AS SELECT count(*) AS n FROM r;\n")
        self.assertGreater(size, 95_000_000)

    def check_rows(self, words="some words"):
        length = len(f"{words} that make a row as long as rows are")
        self.assertEqual(self.query("SELECT count(*), sum(id::bigint), min(length(t)), max(length(t)), "
                                    "(SELECT n FROM after) FROM r"),
                         [[str(ROWS), str(ROWS * (ROWS - 1) // 2), str(length), str(length), str(ROWS)]])

    def test_rows_arrive_within_the_usual_memory_and_a_second_run_needs_no_more(self):
        self.write_copy()
        self.run_hook(most=USUAL_PEAK)
        self.check_rows()
        self.check_history("V1__rows.sql")
        self.run_hook(most=USUAL_PEAK)  # nothing to do

    def test_placeholders_in_every_row(self):
        self.write_copy(words="${words}")
        self.run_hook("migrate", "--placeholders", "words=other words", most=USUAL_PEAK)
        self.check_rows("other words")
        self.check_history("V1__rows.sql")

    def test_a_kill_in_the_middle_leaves_nothing_and_the_next_run_does_it_all(self):
        self.write_copy()
        program = self.start("migrate")
        sent = "SELECT coalesce(max(bytes_processed), 0) FROM pg_stat_progress_copy"
        while int(self.query(sent)[0][0]) < 1_000_000:
            self.assertIsNone(program.process.poll(), "the run ended before its rows were on their way")
            time.sleep(0.01)
        program.process.send_signal(signal.SIGKILL)
        self.assertEqual(program.wait(WAIT).code, -signal.SIGKILL)
        others = "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'windlass-hook%'"
        end = time.monotonic() + WAIT
        while self.query(others) != [["0"]]:
            self.assertLess(time.monotonic(), end, "the killed run's session lives on")
            time.sleep(0.05)
        self.assertEqual(self.query("SELECT to_regclass('r') IS NULL, to_regclass('after') IS NULL"), [["t", "t"]])
        self.check_history()
        self.run_hook()
        self.check_rows()
        self.check_history("V1__rows.sql")


class Statements(LimitsCase):
    def big(self, size, word):
        """A statement of about `size` bytes, and its literal's length, by pieces."""
        unit = f"a line of the literal, with 'quotes'' doubled' and {word}; not the end\n".replace("'", "''")
        return ["INSERT INTO big (t) VALUES ('", *[unit] * (size // len(unit)), "');\n"]

    def length_of(self, statement, word="", value=""):
        literal = "".join(statement[1:-1]).replace("''", "'")
        return len(literal.replace(word, value) if word else literal)

    def test_a_hundred_megabytes_of_comments_and_big_statements_and_the_place_of_a_fault_in_them(self):
        statement = self.big(5_000_000, "${word}")
        comment = ["-- " + "nothing but words " * 50 + "\n"] * 5_000
        body = ["CREATE UNLOGGED TABLE big (t text);\n"]
        for _ in range(11):
            body += [*comment, *statement]
        lines = sum(part.count("\n") for part in body)
        size = self.write("V1__big.sql", body, "SELECT 1; SELECT nope FROM big;\n")
        self.assertGreater(size, 100_000_000)
        outcome = self.run_hook("migrate", "--placeholders", "word=a value\nof two lines", code=76)
        self.assertIn(f"V1__big.sql:{lines + 1}:18: error: column \"nope\" does not exist", outcome.err.replace("\\\"", '"'))
        self.check_history()
        self.write("V1__big.sql", body, "SELECT 1;\n")
        self.run_hook("migrate", "--placeholders", "word=a value\nof two lines")
        length = self.length_of(statement, "${word}", "a value\nof two lines")
        self.assertEqual(self.query("SELECT count(*), min(length(t)), max(length(t)) FROM big"),
                         [["11", str(length), str(length)]])
        self.check_history("V1__big.sql")

    def test_a_statement_of_30_megabytes(self):
        statement = self.big(30_000_000, "words")
        self.write("V1__one.sql", "CREATE UNLOGGED TABLE big (t text);\n", statement)
        # libpq copies a message twice: for its error messages, and into its buffer. Beside that the peak counts pages of
        # the script's file, which the kernel takes back. That the run survives its 64 MiB is what this shows.
        self.run_hook(most=LIMIT + 48 * MEBIBYTE)
        self.assertEqual(self.query("SELECT length(t) FROM big"), [[str(self.length_of(statement))]])
        self.check_history("V1__one.sql")

    def test_a_hundred_thousand_statements(self):
        self.write("V1__many.sql", "CREATE TABLE n (i int);\n",
                   (f"INSERT INTO n VALUES ({i}); -- number {i}\n" for i in range(100_000)))
        self.run_hook(most=USUAL_PEAK + 8 * MEBIBYTE)
        self.assertEqual(self.query("SELECT count(*), sum(i) FROM n"), [["100000", "4999950000"]])
        self.check_history("V1__many.sql")

    def test_millions_of_rows_that_nobody_reads(self):
        self.write("V1__rows.sql", "SELECT i, repeat('x', 30) FROM generate_series(1, 2000000) i;\nCREATE TABLE t ();\n")
        self.run_hook(most=USUAL_PEAK)
        self.check_history("V1__rows.sql")


class Projects(LimitsCase):
    def test_a_project_of_60_megabytes_that_is_pending_and_then_not(self):
        filler = ["-- " + "what this script is for " * 10 + "\n"] * 600
        names = [f"V{i}__table.sql" for i in range(1, 401)]
        size = sum(self.write(name, filler, f"CREATE TABLE t{i} (id int);\n") for i, name in enumerate(names))
        self.assertGreater(size, 55_000_000)
        self.run_hook(most=USUAL_PEAK + 8 * MEBIBYTE)
        self.check_history(*names)
        self.run_hook(most=USUAL_PEAK)
        self.run_hook("info", most=USUAL_PEAK)

    def test_small_scripts_that_were_let_go_travel_together_like_those_that_were_not(self):
        filler = "-- " + "what this script is for " * 10 + "\n"
        names = [f"V{i}__table.sql" for i in range(1, 101)]
        for i, name in enumerate(names, 1):
            self.write(name, [filler] * 200, f"CREATE TABLE t{i} (id int);\n", f"INSERT INTO t{i} VALUES ({i});\n")
        self.run_hook(most=USUAL_PEAK + 8 * MEBIBYTE)
        self.check_history(*names)
        self.assertEqual(self.query("SELECT (SELECT id FROM t1), (SELECT id FROM t57), (SELECT id FROM t100)"),
                         [["1", "57", "100"]])


if __name__ == "__main__":
    if "--help" in sys.argv:
        print(__doc__)
    else:
        hook_runs.main()
