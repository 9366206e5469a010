"""A script that waits for a lock: how long others wait behind it, whom it names, and what it says while it works."""

import glob
import json
import os
import subprocess
import tempfile
import threading
import time

import hook_runs
import pg_server

LOCK_TIMEOUT = 0.5  # seconds: what the runs below are given
DEADLOCK_TIMEOUT = 0.3
MARGIN = 1.5        # what a busy machine adds to a wait


class Psql:
    """A session of its own that keeps a transaction open until it is told otherwise."""

    def __init__(self, server, database, sql, application="psql"):
        environment = {**server.client_environment(database), "PGAPPNAME": application}
        self.process = subprocess.Popen([server.client_program("psql"), "-Xq"], env=environment, text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.process.stdin.write(sql + "\n\\echo begun\n")
        self.process.stdin.flush()
        while "begun" not in self.process.stdout.readline():
            pass

    def end(self):
        if self.process.poll() is None:
            self.process.communicate("ROLLBACK;\n", timeout=30)
        self.process.stdout.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.end()


class Load:
    """pgbench that reads and writes one table; the worst latency of its transactions, in seconds."""

    def __init__(self, server, database, folder):
        self.server, self.database = server, database
        self.folder = tempfile.mkdtemp(dir=folder)
        script = os.path.join(self.folder, "load.sql")
        with open(script, "w", encoding="ascii") as file:
            file.write("\\set id random(1, 1000)\nUPDATE orders SET n = n + 1 WHERE id = :id;\n"
                       "SELECT n FROM orders WHERE id = :id;\n\\sleep 5 ms\n")
        self.process = subprocess.Popen(
            [server.client_program("pgbench"), "-n", "-c", "3", "-T", "120", "-f", script, "-l", "--log-prefix",
             os.path.join(self.folder, "log")], env=server.client_environment(database), cwd=self.folder,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def stop(self):
        """The worst latency and how many transactions there were."""
        # Clients that lose their session end with their log written; a signal would cut it off.
        self.server.query(self.database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                          "application_name = 'pgbench'")
        self.process.wait(30)
        worst = count = 0
        for path in glob.glob(os.path.join(self.folder, "log*")):
            with open(path, encoding="ascii") as file:
                for line in file:
                    fields = line.split()
                    if len(fields) >= 6:  # the last line may have been cut
                        worst, count = max(worst, int(fields[2])), count + 1
        return worst / 1e6, count


class LocksTest(hook_runs.HookCase):
    server_settings = {"deadlock_timeout": f"{int(DEADLOCK_TIMEOUT * 1000)}ms", "max_prepared_transactions": "5"}

    def project(self, database, files):
        """A database with a table, and the hook for `files` behind the script that made it."""
        self.server.create_database(database)
        folder = tempfile.mkdtemp(dir=self.parent.name)
        hook_runs.write_project(folder, {"V1__orders.sql": "CREATE TABLE orders (id int PRIMARY KEY, n int);\n"
                                         "INSERT INTO orders SELECT i, 0 FROM generate_series(1, 1000) i;\n"})
        hook = hook_runs.Hook(self.program, self.server, folder)
        self.assertEqual(hook.run(database).returncode, 0)
        hook_runs.write_project(folder, files)
        return hook

    def wait_until(self, condition, what):
        for _ in range(400):
            if condition():
                return
            time.sleep(0.05)
        self.fail("never saw " + what)

    def column_is_there(self, database):
        return self.server.query(database, "SELECT count(*) FROM information_schema.columns WHERE table_name = 'orders' "
                                 "AND column_name = 'added'") == [["1"]]

    # --- how long others wait

    def test_nobody_waits_longer_behind_a_blocked_run_than_the_lock_timeout(self):
        database = "latency"
        hook = self.project(database, {"V2__add.sql": "ALTER TABLE orders ADD COLUMN added int;\n"})
        retried, worst, count = self.run_under_load(database, hook)
        naive = self.worst_without_tactics(database)
        print(f"worst of {count} transactions beside {retried} attempts: {worst:.2f} s, naively {naive:.2f} s")
        self.assertGreaterEqual(retried, 2, "the run met nobody")
        self.assertGreater(count, 50)
        self.assertLess(worst, LOCK_TIMEOUT + MARGIN)
        self.assertGreater(naive, 3.0, "the load does not wait behind a blocked ALTER TABLE at all")
        self.assertGreater(naive, 1.5 * worst)

    def run_under_load(self, database, hook):
        """Readers that come and go, one at least at any time, until the run was sent back a few times."""
        load = Load(self.server, database, self.parent.name)
        stop = threading.Event()

        def read_again_and_again(offset):
            time.sleep(offset)
            while not stop.is_set():
                self.server.query(database, "BEGIN; SELECT n FROM orders WHERE id = 1; SELECT pg_sleep(1.6); COMMIT")

        readers = [threading.Thread(target=read_again_and_again, args=(offset,)) for offset in (0, 0.8)]
        for reader in readers:
            reader.start()
        time.sleep(1.2)
        child = hook.start(database, "migrate", "--lock-timeout", "500ms")
        lines = []
        for line in child.stderr:
            lines.append(line)
            if sum("gave way" in seen for seen in lines) == 4:
                stop.set()
        child.communicate(timeout=60)
        stop.set()
        for reader in readers:
            reader.join()
        worst, count = load.stop()
        self.assertEqual(child.returncode, 0, "".join(lines))
        self.assertTrue(self.column_is_there(database))
        return sum("gave way" in line for line in lines), worst, count

    def worst_without_tactics(self, database):
        """The same ALTER TABLE by hand, with a lock_timeout that nothing reaches, behind one reader."""
        load = Load(self.server, database, self.parent.name)
        with Psql(self.server, database, "BEGIN; SELECT n FROM orders WHERE id = 1;") as reader:
            time.sleep(0.5)
            by_hand = threading.Thread(target=self.server.query, args=(
                database, "SET lock_timeout = '30s'; ALTER TABLE orders ADD COLUMN by_hand int"))
            by_hand.start()
            time.sleep(4)
            reader.end()
        by_hand.join()
        return load.stop()[0]

    def test_an_attempt_that_would_be_in_vain_is_not_made(self):
        database = "in_vain"
        hook = self.project(database, {"V2__add.sql": "ALTER TABLE orders ADD COLUMN added int;\n"})
        with Psql(self.server, database, "BEGIN; SELECT n FROM orders WHERE id = 1;", "nightly") as reader:
            child = hook.start(database, "migrate", "--lock-timeout", "500ms")
            for line in child.stderr:
                if "makes no attempt while the transaction of process" in line:
                    break
            waiting = self.server.query(database, "SELECT count(*) FROM pg_locks WHERE NOT granted")
            reader.end()
        _, log = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, log)
        self.assertEqual(waiting, [["0"]])
        self.assertTrue(self.column_is_there(database))

    # --- whom it names

    def blocked_report(self, hook, database, *flags):
        result = hook.run(database, "migrate", "--lock-timeout", "500ms", "--retries", "1", "--output", "json", *flags)
        self.assertEqual(result.returncode, 75, result.stderr)
        return json.loads(result.stdout), result.stderr

    def test_the_session_in_the_way_is_named_in_the_log_the_error_and_the_report(self):
        database = "blocked"
        hook = self.project(database, {"V2__add.sql": "ALTER TABLE orders ADD COLUMN added int;\n"})
        with Psql(self.server, database, "BEGIN; SELECT n FROM orders WHERE id = 1 OR 'secret' = 'x';", "nightly"):
            report, log = self.blocked_report(hook, database)
        self.assertEqual(len(report["blockers"]), 1)
        blocker = report["blockers"][0]
        self.assertEqual({key: blocker[key] for key in ("role", "application", "address", "state", "mode", "object")},
                         {"role": "postgres", "application": "nightly", "address": "127.0.0.1",
                          "state": "idle in transaction", "mode": "AccessShareLock", "object": "table public.orders"})
        self.assertEqual(blocker["query"], "SELECT n FROM orders WHERE id = ? OR ? = ?;")
        self.assertEqual(blocker["remedy"], f"SELECT pg_terminate_backend({blocker['pid']})")
        self.assertIn("V2__add.sql could not get its locks in 2 attempts within ", report["message"])
        self.assertIn(f"blocked by process {blocker['pid']} (role postgres, nightly, from 127.0.0.1", report["details"])
        self.assertTrue(any("V2__add.sql waits for a lock behind process" in line for line in hook_runs.messages(log)))
        self.assertNotIn("secret", log + json.dumps(report))

    def test_a_prepared_transaction_is_named_with_the_statement_that_ends_it(self):
        database = "prepared"
        hook = self.project(database, {"V2__add.sql": "ALTER TABLE orders ADD COLUMN added int;\n"})
        self.server.query(database, "BEGIN; UPDATE orders SET n = 1; PREPARE TRANSACTION 'left behind'")
        report, _ = self.blocked_report(hook, database)
        self.assertEqual(report["blockers"][0]["remedy"], "ROLLBACK PREPARED 'left behind'")
        self.assertIn("prepared transaction 'left behind' (role postgres", report["details"])
        self.assertIn("Commit or roll back the prepared transaction", report["hint"])
        self.server.query(database, "ROLLBACK PREPARED 'left behind'")
        self.assertEqual(hook.run(database).returncode, 0)

    # --- what it says while it works

    def test_an_index_that_cannot_be_finished_is_told_with_its_phase_and_given_up_at_the_deadline(self):
        database = "stalled"
        hook = self.project(database, {"V2__index.sql": "CREATE INDEX CONCURRENTLY orders_n ON orders (n);\n"})
        with Psql(self.server, database, "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1;", "dump"):
            result = hook.run(database, "migrate", "--deadline", "13s")
        said = "\n".join(hook_runs.messages(result.stderr))
        self.assertEqual(result.returncode, 75, result.stderr)
        self.assertRegex(said, r"waits for a lock behind process \d+ \(role postgres, dump, .*on the snapshot of its transaction")
        self.assertRegex(said, r"has been running for 1\ds, index build: waiting for old snapshots, 0 of 1 done, waits "
                         r"for virtualxid \(Lock\)")
        self.assertEqual(self.server.query(database, "SELECT indexrelid::regclass FROM pg_index WHERE NOT indisvalid"), [])
        self.assertEqual(hook.run(database).returncode, 0)

    def test_a_rewrite_of_a_large_table_is_announced(self):
        database = "heavy"
        hook = self.project(database, {"V2__fill.sql": "INSERT INTO orders SELECT i, 0 FROM generate_series(1001, 320000) i;\n",
                                       "V3__widen.sql": "ALTER TABLE orders ALTER COLUMN n TYPE bigint;\n",
                                       "V4__small.sql": "CREATE TABLE small (id int); CREATE INDEX ON small (id);\n"})
        result = hook.run(database)
        self.assertEqual(result.returncode, 0, result.stderr)
        said = [line for line in hook_runs.messages(result.stderr) if "works through all of" in line]
        self.assertEqual(len(said), 1, result.stderr)
        self.assertRegex(said[0], r"V3__widen.sql: WARNING: statement 1 \(ALTER TABLE\) works through all of orders "
                         r"\(\d+ MB\) and keeps readers and writers out meanwhile")


if __name__ == "__main__":
    hook_runs.main()
