"""A throw-away PostgreSQL server for Python test drivers; the rules are those of throwaway_server.hpp.

    with pg_server.PgServer() as server:
        server.create_database("shop", owner="shop", password="secret")
        server.query("shop", "SELECT 1")          # [["1"]]
        server.url("shop", "shop", "secret")
"""

import contextlib
import ctypes
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse

START_LIMIT = 120  # seconds, for initdb and again for the start
CLIENT_LIMIT = 60
PR_SET_PDEATHSIG = 1


def find_programs():
    """The folder of initdb and postgres."""
    given = os.environ.get("WINDLASS_POSTGRES_BIN")
    if given:
        if not _holds_server(given):
            raise RuntimeError(f"WINDLASS_POSTGRES_BIN={given} holds no initdb and postgres")
        return given
    if shutil.which("pg_config"):
        told = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, timeout=30)
        if told.returncode == 0 and _holds_server(told.stdout.strip()):
            return told.stdout.strip()
    packaged = "/usr/lib/postgresql"
    majors = [name for name in os.listdir(packaged) if name.isdigit()] if os.path.isdir(packaged) else []
    for major in sorted(majors, key=int, reverse=True):
        if _holds_server(f"{packaged}/{major}/bin"):
            return f"{packaged}/{major}/bin"
    found = shutil.which("initdb")
    if found and _holds_server(os.path.dirname(found)):
        return os.path.dirname(found)
    raise RuntimeError("no PostgreSQL server is installed")


def _holds_server(folder):
    return all(os.access(os.path.join(folder, name), os.X_OK) for name in ("initdb", "postgres"))


def _server_user():
    """Whom the server runs as: ourselves, unless we are root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL refuses to run as root, and there is no user postgres or nobody")


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class PgServer:
    def __init__(self, settings=None, authentication="scram-sha-256", copy_of=None):
        """`copy_of`: the data folder of a cluster that was never started, to begin with instead of an initdb."""
        self._settings = settings or {}
        self._authentication = authentication
        self._copy_of = copy_of
        self.programs = find_programs()
        self._user = _server_user()
        self._password = secrets.token_hex(18)
        self._process = None
        self.folder = None
        self.port = 0

    def __enter__(self):
        parent = tempfile.gettempdir()
        self.folder = tempfile.mkdtemp(prefix="windlass-pg-", dir=parent if len(parent) <= 70 else "/tmp")
        self.data = os.path.join(self.folder, "data")
        self.log_file = os.path.join(self.folder, "server.log")
        try:
            if self._copy_of:
                self._copy_cluster()
            else:
                self._make_cluster()
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Ends the server at once and removes its folder."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def stop_at_once(self):
        """As pg_ctl -m immediate: no session is waited for, nothing is written. start_again() must follow."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_LIMIT)

    def start_again(self):
        """After stop_at_once(), on the same port; the server ends with the calling thread. Waits until it is ready."""
        with contextlib.suppress(FileNotFoundError):
            os.unlink(os.path.join(self.data, "postmaster.pid"))
        self._spawn()
        if not self._wait_until_ready():
            raise RuntimeError("the server did not start again: " + self.log())

    def has_ended(self):
        """Whether the server is gone, by itself or by stop_at_once()."""
        return self._process.poll() is not None

    def move_log_to(self, folder):
        """After stop_at_once(): the write-ahead log is kept in `folder` from now on."""
        log, moved = os.path.join(self.data, "pg_wal"), os.path.join(folder, "pg_wal")
        subprocess.run(["cp", "-a", log, moved], check=True)
        shutil.rmtree(log)
        os.symlink(moved, log)

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def url(self, database, role="postgres", password=None):
        quote = lambda text: urllib.parse.quote(text, safe="")
        secret = self._password if password is None else password
        return f"postgresql://{quote(role)}:{quote(secret)}@127.0.0.1:{self.port}/{quote(database)}"

    def create_database(self, name, owner=None, password=None):
        """A database; `owner` is made as a role that may log in and nothing else."""
        if owner:
            self.query("postgres", f"CREATE ROLE {_identifier(owner)} LOGIN PASSWORD {_literal(password or owner)}")
        self.query("postgres", f"CREATE DATABASE {_identifier(name)} OWNER {_identifier(owner or 'postgres')}")

    def query(self, database, sql):
        """Rows as lists of texts, NULL as an empty text; raises RuntimeError with psql's message."""
        result = subprocess.run(
            [self.client_program("psql"), "-XqAt", "-F", "\x1f", "-R", "\x1e", "-v", "ON_ERROR_STOP=1", "-f", "-"],
            input=sql + "\n;\n", env=self.client_environment(database), capture_output=True, text=True,
            timeout=CLIENT_LIMIT)
        if result.returncode != 0:
            raise RuntimeError(result.stderr)
        if not result.stdout:
            return []
        return [row.split("\x1f") for row in result.stdout.removesuffix("\n").split("\x1e")]

    def client_environment(self, database):
        return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "PGHOST": "127.0.0.1",
                "PGPORT": str(self.port), "PGUSER": "postgres", "PGPASSWORD": self._password,
                "PGDATABASE": database, "PGCONNECT_TIMEOUT": "10", "PGCLIENTENCODING": "UTF8"}

    def client_program(self, name):
        own = os.path.join(self.programs, name)
        found = own if os.access(own, os.X_OK) else shutil.which(name)
        if not found:
            raise RuntimeError(f"{name} is not installed")
        return found

    def _run_as(self):
        identity = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8"}
        return {"cwd": self.folder, "env": environment, "stdin": subprocess.DEVNULL, **identity}

    def own(self, path):
        """Makes a file or folder the server's."""
        if self._user:
            os.chown(path, self._user.pw_uid, self._user.pw_gid)

    def _copy_cluster(self):
        self.own(self.folder)
        shutil.copytree(self._copy_of, self.data)
        for parent, folders, files in os.walk(self.data):
            for name in (".", *folders, *files):
                self.own(os.path.join(parent, name))

    @contextlib.contextmanager
    def unstarted(self):
        """A cluster in a folder of its own; gives the data folder, for copy_of."""
        self.folder = tempfile.mkdtemp(prefix="windlass-pg-")
        self.data = os.path.join(self.folder, "data")
        try:
            self._make_cluster()
            yield self.data
        finally:
            shutil.rmtree(self.folder, ignore_errors=True)

    def _make_cluster(self):
        self.own(self.folder)
        password_file = os.path.join(self.folder, "password")
        with open(password_file, "w", encoding="ascii") as file:
            file.write(self._password + "\n")
        self.own(password_file)
        made = subprocess.run(
            [os.path.join(self.programs, "initdb"), "-D", self.data, "-U", "postgres", "-A", self._authentication,
             "--pwfile", password_file, "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=START_LIMIT, **self._run_as())
        os.unlink(password_file)
        if made.returncode != 0:
            raise RuntimeError("initdb failed: " + made.stdout)

    def _configure(self):
        self.port = _free_port()
        settings = {"listen_addresses": "127.0.0.1", "port": self.port, "unix_socket_directories": self.folder,
                    "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off",
                    "logging_collector": "off", "log_destination": "stderr", "timezone": "UTC", **self._settings}
        path = os.path.join(self.data, "postgresql.auto.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(f"{name} = {_literal(str(value))}\n" for name, value in settings.items())

    def _start(self):
        for attempt in (1, 2, 3):  # the port may be taken between our look and the server's start
            self._configure()
            self._spawn()
            if self._wait_until_ready():
                return
            if attempt == 3 or "Address already in use" not in self.log():
                raise RuntimeError("the server did not start: " + self.log())

    def _spawn(self):
        libc = ctypes.CDLL(None)
        tie = lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)
        identity = self._run_as()
        with open(self.log_file, "ab") as log:
            self._process = subprocess.Popen([os.path.join(self.programs, "postgres"), "-D", self.data],
                                             stdout=log, stderr=log, preexec_fn=tie, start_new_session=True,
                                             **identity)

    def _wait_until_ready(self):
        end = time.monotonic() + START_LIMIT
        while self._process.poll() is None and time.monotonic() < end:
            try:
                with open(os.path.join(self.data, "postmaster.pid"), encoding="ascii") as file:
                    lines = file.read().split("\n")
            except FileNotFoundError:
                lines = []
            if len(lines) > 7 and lines[7].strip() in ("ready", "standby"):
                return True
            time.sleep(0.01)
        return False


class PgReplica(PgServer):
    """A hot standby of a running server, by streaming replication."""

    def __init__(self, primary):
        self._primary = primary
        client = primary.client_environment("")
        conninfo = f"host=127.0.0.1 port={primary.port} user=postgres password={client['PGPASSWORD']}"
        super().__init__({**primary._settings, "primary_conninfo": conninfo})
        self._password = client["PGPASSWORD"]

    def promote(self):
        """Returns when the server takes writes."""
        self.query("postgres", f"SELECT pg_promote(true, {START_LIMIT})")

    def _make_cluster(self):
        self.own(self.folder)
        identity = self._run_as()
        identity["env"].update(self._primary.client_environment("postgres"))
        subprocess.run([os.path.join(self.programs, "pg_basebackup"), "-D", self.data, "--checkpoint=fast", "--no-sync"],
                       stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=START_LIMIT, check=True,
                       **identity)
        signal_file = os.path.join(self.data, "standby.signal")
        with open(signal_file, "w", encoding="ascii"):
            pass
        self.own(signal_file)


def _identifier(name):
    return '"' + name.replace('"', '""') + '"'


def _literal(text):
    return "'" + text.replace("'", "''") + "'"


if __name__ == "__main__":
    with PgServer(dict(pair.split("=", 1) for pair in sys.argv[1:])) as started:
        print(started.url("postgres"), flush=True)
        sys.stdin.read()
