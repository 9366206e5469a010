"""A network that swallows everything between a hook and its server: both ends notice by keepalives, within their bounds.

The hook runs in a network namespace of its own, at one end of a cable (veth). The cable is broken by naming a wrong
hardware address at both ends: nothing is refused, nothing is closed, no packet arrives.
"""

import contextlib
import os
import subprocess
import sys
import time

import hook_runs

MISSING = 77  # a visible skip on a desk; CI=true makes it a failure
HOOK_GIVES_UP = 25   # seconds, docs/connections.md
SERVER_GIVES_UP = 35
SLACK = 10           # of a busy machine
SERVER_ADDRESS, HOOK_ADDRESS = "10.213.77.1", "10.213.77.2"
NOBODY = "02:00:00:00:00:99"


def ip(*arguments):
    subprocess.run(["ip", *arguments], check=True, capture_output=True, text=True)


class Cable:
    """From this host to a namespace."""

    def __init__(self):
        self.namespace = f"windlass-{os.getpid()}"
        self.here, self.there = f"wl{os.getpid()}a", f"wl{os.getpid()}b"
        ip("netns", "add", self.namespace)
        ip("link", "add", self.here, "type", "veth", "peer", "name", self.there, "netns", self.namespace)
        ip("addr", "add", SERVER_ADDRESS + "/30", "dev", self.here)
        ip("link", "set", self.here, "up")
        ip("-n", self.namespace, "addr", "add", HOOK_ADDRESS + "/30", "dev", self.there)
        ip("-n", self.namespace, "link", "set", self.there, "up")

    def break_silently(self):
        ip("neigh", "replace", HOOK_ADDRESS, "lladdr", NOBODY, "dev", self.here, "nud", "permanent")
        ip("-n", self.namespace, "neigh", "replace", SERVER_ADDRESS, "lladdr", NOBODY, "dev", self.there, "nud", "permanent")

    def remove(self):
        for arguments in (("link", "delete", self.here), ("netns", "delete", self.namespace)):
            with contextlib.suppress(subprocess.CalledProcessError):
                ip(*arguments)


class DeadLinkTest(hook_runs.HookCase):
    server_settings = {"listen_addresses": f"127.0.0.1,{SERVER_ADDRESS}"}

    @classmethod
    def setUpClass(cls):
        cls.cable = Cable()
        cls.addClassCleanup(cls.cable.remove)
        super().setUpClass()
        with open(os.path.join(cls.server.data, "pg_hba.conf"), "a", encoding="utf-8") as file:
            file.write(f"host all all {HOOK_ADDRESS}/32 scram-sha-256\n")
        cls.server.query("postgres", "SELECT pg_reload_conf()")

    def seconds_until(self, happened, limit):
        began = time.monotonic()
        while not happened():
            self.assertLess(time.monotonic() - began, limit, "it did not happen")
            time.sleep(0.1)
        return time.monotonic() - began

    def test_both_ends_notice_and_the_next_run_goes_on(self):
        if int(self.server.query("postgres", "SHOW server_version_num")[0][0]) < 140_000:
            self.skipTest("a server before 14 notices when the statement has ended")
        self.server.create_database("dead")
        hook_runs.write_project(self.hook.folder, {
            **hook_runs.PROJECT, "V2__count.sql": hook_runs.PROJECT["V2__count.sql"].replace("pg_sleep(0.02)", "pg_sleep(300)")})
        environment = self.hook.environment("dead")
        environment["WINDLASS_DATABASE_URL"] = environment["WINDLASS_DATABASE_URL"].replace("127.0.0.1", SERVER_ADDRESS)
        runner = subprocess.Popen(
            ["ip", "netns", "exec", self.cable.namespace, *self.hook.command("migrate", "--connect-timeout", "3s")],
            env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        asleep = "SELECT 1 FROM pg_stat_activity WHERE datname = 'dead' AND wait_event = 'PgSleep'"
        locked = "SELECT 1 FROM pg_locks WHERE locktype = 'advisory'"
        self.seconds_until(lambda: self.server.query("postgres", asleep), 30)
        self.assertTrue(self.server.query("postgres", locked))
        self.cable.break_silently()
        hook_noticed = self.seconds_until(lambda: runner.poll() is not None, HOOK_GIVES_UP + 20 + SLACK)
        log = runner.communicate()[1]
        server_noticed = hook_noticed + self.seconds_until(lambda: not self.server.query("postgres", locked),
                                                           SERVER_GIVES_UP + SLACK - hook_noticed)
        print(f"the hook ended after {hook_noticed:.0f} s, the lock was free after {server_noticed:.0f} s", file=sys.stderr)
        self.assertIn(runner.returncode, (69, 75), log)
        self.assertIn("the session of V2__count.sql ended without an answer", log)
        hook_runs.write_project(self.hook.folder)
        done = self.hook.run("dead")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.server.query("dead", "SELECT version FROM flyway_schema_history WHERE version IS NOT NULL "
                                                   "ORDER BY installed_rank"), [[str(n)] for n in range(1, 8)])
        self.assertEqual(self.server.query("dead", "SELECT count(*) FROM windlass_runs WHERE outcome = 'lost'"), [["1"]])


def cable_fault():
    """Why there can be none; empty: there can."""
    try:
        Cable().remove()
    except FileNotFoundError:
        return "iproute2 is not installed"
    except subprocess.CalledProcessError as error:
        return error.stderr.strip()
    return ""


if __name__ == "__main__":
    fault = cable_fault()
    if fault and os.environ.get("CI") != "true":
        print(f"no network namespace can be made here: {fault}", file=sys.stderr)
        sys.exit(MISSING)
    hook_runs.main()
