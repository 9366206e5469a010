"""An auth proxy that only the hook can end is told so on every way out, and never by a hook that has none.

    proxy_end_test.py HOOK
"""

import contextlib
import http.server
import os
import signal
import socket
import subprocess
import threading
import time

import hook_runs


@contextlib.contextmanager
def proxy(port=0):
    """The paths that were posted to, and the server; it listens at once."""
    orders = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            orders.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield orders, f"http://127.0.0.1:{server.server_port}/quitquitquit"
    finally:
        server.shutdown()
        server.server_close()


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class ProxyTest(hook_runs.HookCase):
    def setUp(self):
        self.database = self.id().rsplit(".", 1)[1]
        self.server.create_database(self.database)

    def start(self, url, *words, **more):
        environment = {**self.hook.environment(self.database), "WINDLASS_PROXY_QUIT_URL": url, **more}
        return subprocess.Popen([self.program, *words], env=environment, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE, text=True)

    def assert_ended(self, code, *words, **more):
        with proxy() as (orders, url):
            run = self.start(url, *words, **more)
            _, log = run.communicate(timeout=60)
            self.assertEqual((run.returncode, orders), (code, ["/quitquitquit"]), log)

    def migrate(self):
        return ["migrate", "--locations", self.hook.folder]

    def test_every_way_out_ends_it(self):
        self.assert_ended(0, *self.migrate())
        self.assert_ended(0, *self.migrate())  # nothing to do
        self.assert_ended(64, "migrate", "--no-such-flag")
        self.assert_ended(64)
        self.assert_ended(78, *self.migrate(), WINDLASS_RETRIES="many")
        self.assert_ended(78, *self.migrate(), WINDLASS_SETTINGS="/does/not/exist.yaml")
        self.assert_ended(66, "migrate", "--locations", os.path.dirname(self.hook.folder) + "/none",
                          "--fail-on-missing-locations=false")
        self.assert_ended(69, *self.migrate(), "--connect-timeout", "1s",
                          WINDLASS_DATABASE_URL=f"postgresql://app@127.0.0.1:{free_port()}/x")

    def test_a_stop_ends_it(self):
        folder = os.path.join(self.parent.name, "slow")
        os.mkdir(folder)
        hook_runs.write_project(folder, {"V1__slow.sql": "SELECT pg_sleep(60);\n"})
        with proxy() as (orders, url):
            run = self.start(url, "migrate", "--locations", folder)
            for _ in range(200):
                if self.server.query(self.database, "SELECT 1 FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' "
                                     "AND pid <> pg_backend_pid() AND datname = current_database()"):
                    break
                time.sleep(0.05)
            run.send_signal(signal.SIGTERM)
            _, log = run.communicate(timeout=60)
            self.assertEqual((run.returncode, orders), (143, ["/quitquitquit"]), log)

    def test_one_that_starts_later_is_waited_for(self):
        port = free_port()
        run = self.start(f"http://127.0.0.1:{port}/quitquitquit", *self.migrate())
        time.sleep(2)
        self.assertIsNone(run.poll())
        with proxy(port) as (orders, _):
            _, log = run.communicate(timeout=60)
            self.assertEqual((run.returncode, orders), (0, ["/quitquitquit"]), log)
        self.assertIn("waiting for the proxy to end", log)

    def test_an_address_outside_of_the_pod_is_refused(self):
        run = self.start("http://10.0.0.1:9091/quitquitquit", *self.migrate())
        _, log = run.communicate(timeout=60)
        self.assertEqual(run.returncode, 78, log)
        self.assertIn("must be http://127.0.0.1:PORT/PATH", log)


if __name__ == "__main__":
    hook_runs.main()
