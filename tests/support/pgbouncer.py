"""A real PgBouncer before a test's server, from Debian's package."""

import os
import pwd
import shutil
import socket
import subprocess
import time

POOL = 4  # server connections: consecutive transactions land on different ones


def is_installed():
    return shutil.which("pgbouncer", path="/usr/sbin:/usr/bin") is not None


class PgBouncer:
    """One pool in `mode` for each database, for the role and password that the server's own environment names.

    `more` are lines of its [pgbouncer] section; `folder` is where its settings lie.
    """

    def __init__(self, server, folder, mode, more=()):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        path = os.path.join(folder, f"{mode}.ini")
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"[databases]\n* = host=127.0.0.1 port={server.port} user=postgres "
                       f"password={server.client_environment('postgres').get('PGPASSWORD', 'none')}\n"
                       f"[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {self.port}\nunix_socket_dir =\n"
                       f"auth_type = any\npool_mode = {mode}\ndefault_pool_size = {POOL}\n"
                       "ignore_startup_parameters = extra_float_digits\n" + "".join(line + "\n" for line in more))
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
