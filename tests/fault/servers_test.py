"""Servers that are not there, silent, full, read-only or coming up: what is waited for, and how a run ends."""

import os
import socket
import subprocess
import time

import hook_runs


class SilentServer:
    """Takes connections and never says a word, as a black hole in the network does."""

    def __init__(self):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]

    def close(self):
        self.socket.close()


class Psql:
    """A session that stays open."""

    def __init__(self, server, database):
        self.process = subprocess.Popen([server.client_program("psql"), "-XqAt"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
                                        env=server.client_environment(database))

    def answer(self, sql):
        """The first line of the answer."""
        self.process.stdin.write(sql + ";\n")
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()

    def close(self):
        if self.process.poll() is None:
            self.process.communicate()


def refusing_port():
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ServersTest(hook_runs.HookCase):
    server_settings = {"max_connections": 12, "superuser_reserved_connections": 2}

    def environment(self, database, hosts=None, **variables):
        """Of a run on `hosts` (host:port, ...), by default the one server; `variables` are added."""
        client = self.server.client_environment(database)
        where = hosts or [f"127.0.0.1:{self.server.port}"]
        url = f"postgresql://postgres@{','.join(where)}/{database}"
        return {"PATH": os.environ["PATH"], "WINDLASS_DATABASE_URL": url, "PGPASSWORD": client["PGPASSWORD"],
                **variables}

    def psql(self, database):
        session = Psql(self.server, database)
        self.addCleanup(session.close)
        return session

    def run_in(self, environment, phase, *flags):
        began = time.monotonic()
        result = subprocess.run(self.hook.command(phase, *flags), env=environment, capture_output=True, text=True,
                                timeout=120)
        result.seconds = time.monotonic() - began
        return result

    def check(self, result, code, sentence):
        self.assertEqual(result.returncode, code, result.stderr)
        self.assertIn(sentence, "\n".join(hook_runs.messages(result.stderr)))

    def test_a_silent_host_and_a_refusing_one_are_passed_over(self):
        self.server.create_database("hosts")
        silent = SilentServer()
        self.addCleanup(silent.close)
        hosts = [f"127.0.0.1:{silent.port}", f"127.0.0.1:{refusing_port()}", f"127.0.0.1:{self.server.port}"]
        result = self.run_in(self.environment("hosts", hosts, PGCONNECT_TIMEOUT="2"), "preflight")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn(f"at 127.0.0.1:{self.server.port}", result.stdout)

    def test_hosts_that_are_all_dead_are_all_named(self):
        silent = SilentServer()
        self.addCleanup(silent.close)
        hosts = [f"127.0.0.1:{silent.port}", f"127.0.0.1:{refusing_port()}"]
        result = self.run_in(self.environment("nowhere", hosts), "migrate", "--connect-timeout", "2s")
        self.check(result, 69, "the database could not be reached within 2s: ")
        self.check(result, 69, f"{hosts[0]}: it did not answer within ")
        self.check(result, 69, f"{hosts[1]}: Connection refused")

    def test_a_name_that_is_not_known_is_waited_for_and_named(self):
        result = self.run_in(self.environment("nowhere", ["no-such-host.invalid"]), "info", "--connect-timeout", "1s")
        self.check(result, 69, 'could not translate host name "no-such-host.invalid" to address: ')

    def test_lists_that_do_not_fit_are_refused_at_once(self):
        url = "host=a,b,c port=1,2 dbname=d"
        result = self.run_in({**self.environment("nowhere"), "WINDLASS_DATABASE_URL": url}, "migrate")
        self.check(result, 78, "the database URL names 3 hosts but 2 ports")

    def refused(self, database, role, code, sentence, phase="migrate"):
        environment = self.environment(database, PGPASSWORD="secret")
        environment["WINDLASS_DATABASE_URL"] = self.server.url(database, role, "secret")
        result = self.run_in(environment, phase, "--connect-timeout", "1s")
        self.check(result, code, sentence)
        return result

    def test_a_role_or_a_database_that_has_no_connection_left(self):
        self.server.create_database("full", owner="crowd", password="secret")
        self.server.query("postgres", "ALTER ROLE crowd CONNECTION LIMIT 0")
        result = self.refused("full", "crowd", 69, 'too many connections for role "crowd"')
        self.assertIn("cannot reach the database yet, trying for 1s: ", result.stderr)
        self.assertIn("ALTER ROLE ... CONNECTION LIMIT", result.stderr)
        self.server.query("postgres", "ALTER ROLE crowd CONNECTION LIMIT -1; ALTER DATABASE \"full\" CONNECTION LIMIT 0")
        self.refused("full", "crowd", 69, 'too many connections for database "full"')
        self.server.query("postgres", "ALTER DATABASE \"full\" CONNECTION LIMIT -1; ALTER DATABASE \"full\" "
                                      "ALLOW_CONNECTIONS false")
        self.refused("full", "crowd", 78, 'database "full" is not currently accepting connections')
        self.server.query("postgres", "ALTER DATABASE \"full\" ALLOW_CONNECTIONS true; ALTER ROLE crowd NOLOGIN")
        self.refused("full", "crowd", 77, 'role "crowd" is not permitted to log in')
        self.server.query("postgres", "ALTER ROLE crowd LOGIN; REVOKE CONNECT ON DATABASE \"full\" FROM public, crowd")
        self.refused("full", "crowd", 77, 'permission denied for database "full"')

    def test_a_read_only_role_is_told_who_made_it_so(self):
        self.server.create_database("still", owner="quiet", password="secret")
        self.server.query("postgres", "ALTER ROLE quiet SET default_transaction_read_only = on")
        result = self.refused("still", "quiet", 75, "the session is read-only: default_transaction_read_only is on")
        self.assertIn('no server yet that can be used, trying for 1s: ', result.stderr)
        self.assertIn('ALTER ROLE \\"quiet\\" RESET default_transaction_read_only', result.stderr)
        environment = self.environment("still", PGPASSWORD="secret")
        environment["WINDLASS_DATABASE_URL"] = self.server.url("still", "quiet", "secret")
        self.assertEqual(self.run_in(environment, "info").returncode, 0, "a phase that reads needs no writes")

    def test_a_full_server_is_waited_for(self):
        self.server.create_database("busy")
        limit = int(self.server.query("busy", "SHOW max_connections")[0][0])
        crowd = [self.psql("busy") for _ in range(limit)]
        self.assertEqual([one.answer("SELECT 1") for one in crowd], ["1"] * limit)
        child = subprocess.Popen(self.hook.command("migrate"), env=self.environment("busy"), stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True)
        first = self.wait_for_line(child, "cannot reach the database yet")
        for one in crowd:
            one.close()
        _, log = child.communicate(timeout=60)
        self.assertEqual(child.returncode, 0, first + log)
        self.assertRegex(first, "too many clients already|remaining connection slots are reserved")

    def wait_for_line(self, child, text):
        for line in child.stderr:
            if text in line:
                return line
        self.fail(f"never said: {text}")


if __name__ == "__main__":
    hook_runs.main()
