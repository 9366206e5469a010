"""Several runners at once: one applies, the others wait and then see that nothing is pending."""

import json
import subprocess
import time

import hook_runs


class RunnersTest(hook_runs.HookCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.server.create_database("alone")
        assert cls.hook.run("alone").returncode == 0
        cls.expected = hook_runs.state_of(cls.server, "alone")

    def start_at_once(self, count):
        database = f"runners_{count}"
        self.server.create_database(database)
        children = [self.hook.start(database, "migrate", "--output", "json") for _ in range(count)]
        ends = [child.communicate(timeout=120) for child in children]
        self.assertEqual([child.returncode for child in children], [0] * count, ends)
        applied = [len(json.loads(out)["applied"]) for out, _ in ends]
        self.assertEqual(sorted(applied), [0] * (count - 1) + [8], "one runner applies everything")
        self.assertEqual(hook_runs.differences(self.expected, hook_runs.state_of(self.server, database)), [])
        return [log for _, log in ends]

    def test_two_runners(self):
        self.start_at_once(2)

    def test_eight_runners(self):
        logs = self.start_at_once(8)
        waiting = [log for log in logs if "another runner holds the lock, waiting up to 5m: process " in log]
        self.assertGreater(len(waiting), 0, "nobody was told who holds the lock")

    def test_a_lock_held_by_flyway_itself_is_waited_for_and_named(self):
        self.server.create_database("foreign")
        holder = subprocess.Popen([self.server.client_program("psql"), "-XqAt"],
                                  env={**self.server.client_environment("foreign"), "PGAPPNAME": "flyway"},
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        # Flyway's default: a transaction-level lock on a connection of its own.
        holder.stdin.write(f"BEGIN; SELECT 'held' WHERE pg_try_advisory_xact_lock({hook_runs.LOCK_KEY});\n")
        holder.stdin.flush()
        self.assertEqual(holder.stdout.readline().strip(), "held")
        refused = self.hook.run("foreign", "migrate", "--lock-wait", "1s")
        self.assertEqual(refused.returncode, 73)
        self.assertRegex(refused.stderr, r"another runner holds the lock, waited 1s: process \d+ \(flyway, role postgres")
        child = self.hook.start("foreign")
        time.sleep(1.5)
        self.assertIsNone(child.poll(), "it did not wait")
        holder.stdin.write("COMMIT;\n")
        holder.stdin.close()
        child.communicate(timeout=60)
        holder.wait()
        holder.stdout.close()
        self.assertEqual(child.returncode, 0)
        self.assertEqual(hook_runs.differences(self.expected, hook_runs.state_of(self.server, "foreign")), [])


if __name__ == "__main__":
    hook_runs.main()
