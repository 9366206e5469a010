"""A commit whose answer was lost: the run finds out what became of it before it does anything, and says what it was."""

import unittest

import hook_runs
import trial


class LostCommitTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.bench = trial.Bench(hook_runs.HookCase.program)
        cls.addClassCleanup(cls.bench.close)
        cls.recorded = {}

    def disturb(self, project, fault, *wanted):
        """Disturbs the first message that holds the last text, after one with the text before it; (exit code, log)."""
        if project not in self.recorded:
            self.recorded[project] = trial.record(self.bench, project)
        sent = self.recorded[project][0]
        message = 0
        for text in wanted:
            message = next(number for number in range(message + 1, len(sent) + 1) if text in sent[number - 1])
        outcome = trial.perform(self.bench, project, fault, message, self.recorded[project])
        self.assertEqual(outcome.violations, [], outcome.log)
        return outcome.first_exit, outcome.log

    def test_a_script_whose_commit_arrived_counts_as_committed(self):
        code, log = self.disturb("wrapped", "swallow", "COMMIT;")
        self.assertEqual(code, 0, log)
        self.assertIn("the connection was lost during V1__tables.sql; reconnecting to see whether it was committed", log)
        self.assertIn("V1__tables.sql was committed: its history row is there", log)

    def test_a_script_that_never_arrived_was_rolled_back(self):
        code, log = self.disturb("wrapped", "cut-before", "COMMIT;")
        self.assertEqual(code, 75, log)
        self.assertIn("the connection was lost during V1__tables.sql; its history row is not there, so it was rolled back",
                      log)

    def test_without_a_history_row_the_server_is_asked_for_the_transaction(self):
        code, log = self.disturb("groundwork", "swallow", "CREATE SCHEMA", "Q COMMIT")
        self.assertEqual(code, 0, log)
        self.assertRegex(log, r"creating schemas and the history table: it was committed, says the server of transaction \d+")

    def test_a_transaction_that_the_server_rolled_back_is_said_to_be(self):
        code, log = self.disturb("groundwork", "cut-before", "CREATE SCHEMA", "Q COMMIT")
        self.assertEqual(code, 75, log)
        self.assertIn("the connection was lost at the commit, and it was rolled back, says the server", log)

    def test_a_statement_outside_a_transaction_that_took_effect_is_gone_on_behind(self):
        code, log = self.disturb("concurrent", "swallow", "CREATE INDEX CONCURRENTLY")
        self.assertEqual(code, 0, log)
        self.assertIn("the connection was lost during statement 1 of V2__index.sql; reconnecting to see", log)
        self.assertIn("statement 1 of V2__index.sql took effect", log)

    def test_a_statement_outside_a_transaction_that_never_arrived_runs_again(self):
        code, log = self.disturb("concurrent", "cut-before", "CREATE INDEX CONCURRENTLY")
        self.assertEqual(code, 75, log)
        self.assertIn("the connection was lost during statement 1 of V2__index.sql; it did not take effect, or has to run",
                      log)

    def test_the_row_of_a_script_outside_a_transaction_is_looked_for(self):
        row = ("CREATE INDEX CONCURRENTLY", "Q BEGIN;INSERT INTO")
        code, log = self.disturb("concurrent", "swallow", *row)
        self.assertEqual(code, 0, log)
        self.assertIn("V2__index.sql was committed: its history row is there", log)
        code, log = self.disturb("concurrent", "cut-before", *row)
        self.assertEqual(code, 75, log)
        self.assertIn("its statements took effect and are known to, its history row is not there yet", log)

    def test_a_silent_connection_is_given_up_and_what_is_not_known_is_said(self):
        code, log = self.disturb("wrapped", "stall", "COMMIT;")
        self.assertEqual(code, 69, log)
        self.assertIn("the server does not answer: giving the connection up", log)
        self.assertIn("the connection was lost during V1__tables.sql, and whether it was committed is not known: "
                      "the database could not be reached", log)


if __name__ == "__main__":
    hook_runs.main()
