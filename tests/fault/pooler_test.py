"""Behind a real PgBouncer: session mode works, transaction mode is refused before anything is done."""

import os
import pwd
import shutil
import socket
import subprocess
import sys
import time

import hook_runs

MISSING = 77  # a visible skip on a desk; CI=true makes it a failure


class PgBouncer:
    """One pool in `mode` before the server, for the role and password that the server's URL names."""

    def __init__(self, server, folder, mode):
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        path = os.path.join(folder, f"{mode}.ini")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"[databases]\n* = host=127.0.0.1 port={server.port} user=postgres "
                       f"password={server.client_environment('postgres')['PGPASSWORD']}\n"
                       f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
                       f"auth_type = any\npool_mode = {mode}\nmin_pool_size = 2\n"
                       "ignore_startup_parameters = extra_float_digits\n")
        nobody = pwd.getpwnam("nobody")
        identity = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []} if os.geteuid() == 0 else {}
        os.chmod(folder, 0o755)
        if identity:
            os.chown(path, nobody.pw_uid, nobody.pw_gid)
        self.process = subprocess.Popen(["/usr/sbin/pgbouncer", "-q", path], cwd="/", stdout=subprocess.DEVNULL,
                                        stderr=subprocess.DEVNULL, **identity)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError("PgBouncer did not start")

    def url(self, database):
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class PoolerTest(hook_runs.HookCase):
    def behind(self, mode, database):
        self.server.create_database(database)
        bouncer = PgBouncer(self.server, self.parent.name, mode)
        self.addCleanup(bouncer.stop)
        self.hook.environment = lambda name: {"PATH": os.environ["PATH"], "WINDLASS_DATABASE_URL": bouncer.url(name)}
        self.addCleanup(lambda: delattr(self.hook, "environment"))

    def test_session_mode_is_as_good_as_the_server(self):
        self.behind("session", "pooled_session")
        preflight = self.hook.run("pooled_session", "preflight")
        self.assertEqual(preflight.returncode, 0, preflight.stderr)
        self.assertIn("a pooler in session mode", preflight.stdout)
        result = self.hook.run("pooled_session")
        self.assertEqual(result.returncode, 0, result.stderr)

    def test_transaction_mode_is_refused_before_anything_is_done(self):
        self.behind("transaction", "pooled_transaction")
        for phase in ("preflight", "migrate"):
            result = self.hook.run("pooled_transaction", phase)
            self.assertEqual(result.returncode, 78, result.stderr)
            self.assertIn("a connection pooler in transaction mode stands before the server", result.stderr)
        self.assertEqual(self.server.query("pooled_transaction", "SELECT to_regclass('counter')"), [[""]])

    def test_without_a_pooler_none_is_seen(self):
        self.server.create_database("direct")
        self.assertIn("none seen", self.hook.run("direct", "preflight").stdout)


if __name__ == "__main__":
    if not shutil.which("pgbouncer", path="/usr/sbin:/usr/bin") and os.environ.get("CI") != "true":
        print("pgbouncer is not installed", file=sys.stderr)
        sys.exit(MISSING)
    hook_runs.main()
