"""One trial of the crash matrix: a run disturbed at one message, then runs as a Job would start them, then the end state."""

import contextlib
import dataclasses
import os
import shutil
import subprocess
import tempfile
import time

import end_state
import hook_runs
import pg_server
import pgbouncer
import projects
import proxy as fault_proxy
import wire

NORMAL = ("--deadline", "60s", "--lock-wait", "30s", "--connect-timeout", "15s")
# A stalled connection is given up at the deadline and the time that an answer may still take (docs/crash-safety.md).
STALL_BOUND = 20  # seconds beyond the deadline
RUN_LIMIT = 90  # seconds: a run that takes longer hangs
PODS = 6


@dataclasses.dataclass
class Outcome:
    project: str
    fault: str
    message: int
    first_exit: object = None
    violations: list = dataclasses.field(default_factory=list)
    log: str = ""
    sent: list = dataclasses.field(default_factory=list)
    seconds: float = 0
    missed: bool = False  # the run ended before the message


class Bench:
    """A server of its own with a template database for each project, and folders for scripts and logs."""

    def __init__(self, program, cluster=None):
        self.program = program
        self.templates = {}
        self.stack = contextlib.ExitStack()
        # A commit that was answered survives a restart; what survives a power cut is not the question here.
        self.server = self.stack.enter_context(pg_server.PgServer(
            {"synchronous_commit": "on", "max_connections": "50", "autovacuum": "off", "shared_buffers": "16MB",
             "wal_level": "minimal", "max_wal_senders": "0"}, authentication="trust", copy_of=cluster))
        self.folder = self.stack.enter_context(tempfile.TemporaryDirectory(prefix="windlass-matrix-"))
        self.admin = self.connect("postgres")
        self.pooler = None

    def close(self):
        self.admin.__exit__()
        self.stack.close()

    def connect(self, database):
        return wire.Client(self.server.port, database)

    def port(self, project):
        """Where its runs connect to."""
        if not project.pooled:
            return self.server.port
        if self.pooler is None:
            folder = os.path.join(self.folder, "pgbouncer")
            os.mkdir(folder)
            os.chmod(self.folder, 0o755)
            # Nothing of the pool outlives a trial for long, nor does its memory of a server that was away.
            self.pooler = pgbouncer.PgBouncer(self.server, folder, "transaction",
                                              ("server_idle_timeout = 1", "server_login_retry = 1"))
            self.stack.callback(self.pooler.stop)
        return self.pooler.port

    def scripts(self, project, which):
        folder = os.path.join(self.folder, project.name, which)
        if not os.path.isdir(folder):
            os.makedirs(folder)
            hook_runs.write_project(folder, getattr(project, which))
        return folder

    def template(self, project):
        if project.name not in self.templates:
            name = f"template_{project.name}"
            self.admin.query(f'CREATE DATABASE "{name}"')
            with self.connect(name) as client:
                if project.setup:
                    client.query(project.setup)
                if project.before:
                    run = Run(self, project, name, self.server.port)
                    done = run.start("migrate", self.scripts(project, "before"), ()).wait(RUN_LIMIT)
                    if done != 0:
                        raise RuntimeError(run.log())
                if project.then:
                    client.query(project.then)
            self._wait_for_sessions(name)
            self.templates[project.name] = name
        return self.templates[project.name]

    def _wait_for_sessions(self, database):
        until(lambda: not self.admin.query(f"SELECT 1 FROM pg_stat_activity WHERE datname = '{database}'"), 30)

    def create(self, project, name):
        template = self.template(project)
        self._wait_for_sessions(template)
        self.admin.query(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')

    def drop(self, name):
        """As WITH (FORCE) does from 13 on, of which 12 knows nothing."""
        self.admin.query(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        self._wait_for_sessions(name)
        self.admin.query(f'DROP DATABASE IF EXISTS "{name}"')

    def restarted(self):
        """To be called by the thread that owns the server."""
        self.server.start_again()
        self.admin = self.connect("postgres")


class Run:
    """Runs of the hook on one database; their logs, one after the other."""

    def __init__(self, bench, project, database, port):
        self.bench, self.project, self.database, self.port = bench, project, database, port
        self.folder = os.path.join(bench.folder, database)
        shutil.rmtree(self.folder, ignore_errors=True)  # of a trial that is made again
        os.makedirs(os.path.join(self.folder, "backups"))
        self.path = os.path.join(self.folder, "log")

    def start(self, phase, scripts, flags, port=None):
        command = [self.bench.program, phase, "--locations", scripts, "--log-format", "text", "--log-level", "debug",
                   "--termination-log", os.path.join(self.folder, "termination"), *flags]
        environment = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8",
                       "WINDLASS_DATABASE_URL": f"postgresql://postgres@127.0.0.1:{port or self.port}/{self.database}"}
        with open(self.path, "ab") as log:
            log.write(f"--- {phase} {' '.join(flags)}\n".encode())
            log.flush()
            return subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def start_phase(self, limits, port=None):
        flags = [*self.project.flags, *limits]
        if self.project.backs_up:
            flags += ["--backup-dir", os.path.join(self.folder, "backups")]
        if self.project.confirm:
            flags += ["--confirm", f"{self.database}-{self.project.confirm(self._current_version())}"]
        return self.start(self.project.phase, self.bench.scripts(self.project, "files"), flags, port)

    def _current_version(self):
        """The confirmation value is for where the database is now."""
        with self.bench.connect(self.database) as client:
            return client.query(
                "SELECT max(version::int) FROM flyway_schema_history h WHERE type = 'SQL' AND NOT EXISTS (SELECT 1 FROM "
                "flyway_schema_history d WHERE d.type = 'DELETE' AND d.version = h.version AND "
                "d.installed_rank > h.installed_rank)")[0][0]

    def until_done(self):
        """As a Job does; the last exit code."""
        for _ in range(PODS):
            code = self.start_phase(NORMAL).wait(RUN_LIMIT)
            if code not in hook_runs.RETRIED:
                break
            time.sleep(0.2)
        return code

    def log(self):
        with open(self.path, encoding="utf-8", errors="replace") as file:
            return file.read()


def until(condition, seconds):
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def record(bench, name):
    """The undisturbed run: (its messages, the end state, its duration in seconds)."""
    project = projects.PROJECTS[name]
    database = f"undisturbed_{name}"
    bench.create(project, database)
    run = Run(bench, project, database, bench.port(project))
    proxy = fault_proxy.Proxy(bench.port(project))
    began = time.monotonic()
    try:
        process = run.start_phase(NORMAL, proxy.port)
        if process.wait(RUN_LIMIT) != 0:
            raise RuntimeError(f"the undisturbed run of {name} failed:\n{run.log()}")
        duration = time.monotonic() - began
    finally:
        proxy.close()
    with bench.connect(database) as client:
        until(lambda: not client.query(end_state.SESSIONS), 10)
        left = end_state.leftovers(client, project.schemas)
        state = end_state.read(client, project.schemas)
    if left:
        raise RuntimeError(f"the undisturbed run of {name} left {left}")
    bench.drop(database)
    shutil.rmtree(run.folder)
    return proxy.sent, state, duration


class Trial:
    """`undisturbed` is what record() gave."""

    def __init__(self, bench, name, fault, message, undisturbed, patience=1):
        self.bench, self.project = bench, projects.PROJECTS[name]
        _, self.expected, duration = undisturbed
        # Long enough to get as far as the message, on a machine that does other things as well.
        self.stall_deadline = patience * (2 + round(3 * duration))
        self.outcome = Outcome(name, fault, message)
        self.database = f"{name}_{fault}_{message}".replace("-", "_")
        self.server_stopped = False

    def run(self):
        began = time.monotonic()
        self.bench.create(self.project, self.database)
        self.job = Run(self.bench, self.project, self.database, self.bench.port(self.project))
        try:
            self._disturb()
            code = self.job.until_done()
            if code != 0:
                self._violation(f"the run after it ended with exit code {code}")
            self._compare()
        except (subprocess.TimeoutExpired, wire.Failed, OSError) as error:
            self._violation(f"the trial could not be finished: {error!r}")
        self.outcome.log = self.job.log()
        if not self.outcome.violations:
            shutil.rmtree(self.job.folder)
        self.bench.drop(self.database)
        self.outcome.seconds = time.monotonic() - began
        return self.outcome

    def _limits(self):
        if self.outcome.fault != "stall":
            return NORMAL, RUN_LIMIT
        deadline = f"{self.stall_deadline}s"
        return (("--deadline", deadline, "--lock-wait", deadline, "--connect-timeout", "2s"),
                self.stall_deadline + STALL_BOUND)

    def _violation(self, text):
        self.outcome.violations.append(text)

    def _disturb(self):
        fault = self.outcome.fault
        proxy = fault_proxy.Proxy(self.bench.port(self.project), fault, self.outcome.message, self._terminate, self._stop)
        limits, bound = self._limits()
        process = self.job.start_phase(limits, proxy.port)
        proxy.is_for(process)
        try:
            end = time.monotonic() + bound
            while process.poll() is None and time.monotonic() < end:
                if self.server_stopped:
                    self.server_stopped = False
                    self.bench.restarted()
                time.sleep(0.005)
            if process.poll() is None:
                process.kill()
                self._violation(f"the disturbed run did not end within {bound} s")
        finally:
            process.wait()
            proxy.close()
            if self.server_stopped:
                self.bench.restarted()
        self.outcome.sent = proxy.sent
        self._judge_exit(process.returncode, proxy)

    def _judge_exit(self, code, proxy):
        self.outcome.first_exit = code
        self.outcome.missed = not proxy.fired.is_set()
        if self.outcome.missed:
            self._violation(f"the run sent only {len(proxy.sent)} messages: the fault did not happen")
        expected = {0} | (hook_runs.RETRIED - {70})
        expected |= {"sigkill": {-9}, "sigterm": {-15}}.get(self.outcome.fault, set())
        if code not in expected and not self.outcome.violations:
            self._violation(f"the disturbed run ended with exit code {code}")

    def _terminate(self, backend, wait):
        # A pooler makes up the process that it names: there every session of the database is ended.
        which = f"datname = '{self.database}'" if self.project.pooled else f"pid = {backend}"
        with self.bench.connect("postgres") as client:
            ended = client.query(f"SELECT pid, pg_terminate_backend(pid) FROM pg_stat_activity WHERE {which}")
            pids = ", ".join(["0"] + [row[0] for row in ended])
            if wait:
                until(lambda: not client.query(f"SELECT 1 FROM pg_stat_activity WHERE pid IN ({pids})"), 10)

    def _stop(self):
        self.bench.server.stop_at_once()
        self.server_stopped = True

    def _compare(self):
        with self.bench.connect(self.database) as client:
            if not until(lambda: not client.query(end_state.SESSIONS), 15):
                self._violation("a session is left 15 s after the last run")
            # A run that came before a killed session had ended could not know that its record is lost.
            if end_state.open_records(client, self.project.schemas) and self.job.until_done() == 0:
                until(lambda: not client.query(end_state.SESSIONS), 15)
            # A lease of a killed run counts until it has expired, also for runs that need none.
            if end_state.held_leases(client, self.project.schemas):
                until(lambda: end_state.held_leases(client, self.project.schemas, "expires_at < clock_timestamp()"), 15)
                if self.job.until_done() == 0:
                    until(lambda: not client.query(end_state.SESSIONS), 15)
            for line in end_state.leftovers(client, self.project.schemas):
                self._violation("left: " + line)
            for line in end_state.differences(self.expected, end_state.read(client, self.project.schemas)):
                self._violation(line)
        if self.project.backs_up:
            for line in end_state.backup_faults(os.path.join(self.job.folder, "backups")):
                self._violation(line)


def perform(bench, *cell):
    """The outcome of a trial; once more with more time when a stalled run met its deadline too early."""
    outcome = Trial(bench, *cell).run()
    return Trial(bench, *cell, patience=5).run() if outcome.missed and outcome.fault == "stall" else outcome
