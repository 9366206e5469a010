"""Speed as ratios: windlass-hook beside psql on the same work in the same run, and windlass render.

usage: bench.py BUILD [--scripts N] [--projects N] [--copy-mb N] [--repeat N] [--peers FOLDER] [--only TEXT]
"""
import argparse
import contextlib
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
import delay_proxy  # noqa: E402
import peers  # noqa: E402
import pg_server  # noqa: E402

PRODUCTION = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
HISTORY = """CREATE TABLE history (installed_rank int PRIMARY KEY, version text, description text NOT NULL,
    type text NOT NULL, script text NOT NULL, checksum int, installed_by text NOT NULL,
    installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT NULL, success boolean NOT NULL);
CREATE INDEX ON history (success);
"""


def seconds(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def noise():
    """How far the slowest of ten equal loops is above the fastest, in percent."""
    def loop():
        total = 0
        for number in range(1_000_000):
            total += number
    times = [seconds(loop) for _ in range(10)]
    return 100 * (max(times) / min(times) - 1)


def statements_of(number):
    return (f"CREATE TABLE item_{number} (id bigint PRIMARY KEY, name text NOT NULL);\n"
            f"INSERT INTO item_{number} VALUES (1, 'one'), (2, 'two; with a semicolon');\n"
            f"COMMENT ON TABLE item_{number} IS 'table {number}';\n")


def data_statements_of(number):
    """What costs the server next to nothing, so that the way there is what is measured."""
    if number == 1:
        return "CREATE TABLE entry (id int PRIMARY KEY, name text NOT NULL);\n"
    return f"INSERT INTO entry VALUES ({number}, 'one');\nUPDATE entry SET name = 'two' WHERE id = {number};\n"


def write_scripts(folder, count, statements=statements_of):
    folder.mkdir()
    for number in range(1, count + 1):
        (folder / f"V{number}__item_{number}.sql").write_text(statements(number))


def psql_script(count, statements_of_script=statements_of):
    """The floor: each script one message, `\\;` between its statements, with a history row and a commit of its own."""
    parts = [HISTORY]
    for number in range(1, count + 1):
        statements = (f"BEGIN;\n{statements_of_script(number)}INSERT INTO history VALUES ({number}, '{number}', 'item {number}', "
                      f"'SQL', 'V{number}__item_{number}.sql', 1, 'bench', DEFAULT, 1, true);\n")
        parts.append(statements.replace(";\n", "\\;\n") + "COMMIT;\n")
    return "".join(parts)


def write_copy_script(file, megabytes):
    row = "\t".join(["123456", "a name of some length", "2026-01-31 12:00:00", "x" * 50]) + "\n"
    with open(file, "w", encoding="ascii") as script:
        script.write("CREATE TABLE loaded (id int, name text, at timestamp, filler text);\nCOPY loaded FROM STDIN;\n")
        for _ in range(megabytes * 1_000_000 // len(row)):
            script.write(row)
        script.write("\\.\n")


class Bench:
    def __init__(self, build, server, folder, options):
        self.hook = build / "hook/windlass-hook"
        self.windlass = build / "generator/windlass"
        self.psql_program = server.client_program("psql")
        self.server, self.folder, self.options = server, folder, options
        self.databases = 0

    def environment(self, database, port=None):
        environment = self.server.client_environment(database) if database else dict(os.environ)
        return environment | ({"PGPORT": str(port)} if port else {})

    def run(self, command, database=None, port=None, **more):
        more = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        result = subprocess.run([str(part) for part in command], env=self.environment(database, port),
                                text=True, timeout=600, **more)
        if result.returncode != 0:
            sys.exit(f"bench: {command[0]} failed with {result.returncode}\n{result.stdout}{result.stderr}")

    def peak_megabytes(self, command, database):
        """The most that the command ever held. Its own high-water mark, looked at until it ends: what getrusage says
        of a child begins with what its parent held."""
        child = subprocess.Popen([str(part) for part in command], env=self.environment(database),
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        peak = 0
        while child.poll() is None:
            with contextlib.suppress(OSError, StopIteration):
                status = pathlib.Path(f"/proc/{child.pid}/status").read_text()
                peak = max(peak, int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]))
            time.sleep(0.0005)
        return peak / 1024

    def fresh_database(self):
        self.databases += 1
        name = f"bench_{self.databases}"
        self.server.create_database(name)
        self.server.query(name, "CHECKPOINT")  # so that none pays for its predecessor
        return name

    def migrate_command(self, folder="sql", *flags):
        return [self.hook, "migrate", "--locations", self.folder / folder, *flags]

    def psql_command(self, file):
        return [self.psql_program, "-Xq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", file]

    def measure(self, ours, peers):
        """Middle seconds of both, measured in turns."""
        pairs = [(seconds(ours), seconds(peers)) for _ in range(self.options.repeat)]
        return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)

    def apply(self, ours, peers, port=None):
        """The same, each time on a database of its own."""
        def timed(command):
            database = self.fresh_database()
            return seconds(lambda: self.run(command, database, port))
        pairs = [(timed(ours), timed(peers)) for _ in range(self.options.repeat)]
        return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)

    def no_op(self):
        database = self.fresh_database()
        self.run(self.migrate_command(), database)
        self.options.repeat *= 10  # it is short
        try:
            return self.measure(lambda: self.run(self.migrate_command(), database),
                                lambda: self.run([self.psql_program, "-Xqc", "select 1"], database))
        finally:
            self.options.repeat //= 10

    def start_up(self):
        return self.measure(lambda: self.run([self.hook, "--version"]),
                            lambda: self.run([self.psql_program, "--version"]))

    def render(self):
        projects = [self.folder / f"project-{number}" for number in range(self.options.projects)]
        for number, project in enumerate(projects):
            project.mkdir()
            write_scripts(project / "sql", 10)
            (project / "windlass.yaml").write_text(
                f"apiVersion: windlass.dev/v1\nkind: ProjectConfig\nmetadata: {{name: project-{number}}}\n"
                "spec:\n  databases: {main: {name: shop}}\n  backup: {claimName: backups}\n"
                "  environments: {prod: {kubernetes: {namespace: prod}}}\n")

        def ours():
            for project in projects:
                self.run([self.windlass, "render", project, "--env", "prod", "--target", "argocd", "-o",
                          project / "out"])

        def peers():
            for _ in projects:
                self.run(["true"])
        return self.measure(ours, peers)


ENVIRONMENTS = ("devtest", "dev", "staging", "prod")


def write_services(folder, count):
    """Projects of ten scripts and four environments."""
    services = [folder / f"service-{number}" for number in range(count)]
    for number, service in enumerate(services):
        service.mkdir(parents=True)
        write_scripts(service / "sql", 10)
        environments = ", ".join(f"{name}: {{kubernetes: {{namespace: {name}}}}}" for name in ENVIRONMENTS)
        (service / "windlass.yaml").write_text(
            f"apiVersion: windlass.dev/v1\nkind: ProjectConfig\nmetadata: {{name: service-{number}}}\n"
            "spec:\n  databases: {main: {name: shop}}\n  backup: {claimName: backups}\n"
            f"  environments: {{{environments}}}\n")
    return services


def fetched_peers():
    """Helm and kustomize as the tests build them; why not, when they cannot be had."""
    sys.path.insert(0, str(HERE.parent / "peers"))
    import go_modules
    import helm
    import kustomize
    try:
        return {"helm 3": helm.program(3), "helm 4": helm.program(4), "kustomize": kustomize.program()}
    except go_modules.Missing as reason:
        print(f"render services: helm and kustomize are missing, {reason}", flush=True)
        return {}


def compare_renders(bench, options):
    """Every environment of many services in one call, beside one of them by Helm and by kustomize."""
    services = write_services(bench.folder / "services", options.services)
    command = [bench.windlass, "render", "--every-env", "--target", "argocd", "-o", "-"]
    per_object = 0.0
    for count in (options.services // 4, options.services // 2, options.services):
        call = [*command, *services[:count]]
        times = [seconds(lambda: bench.run(call, stdout=subprocess.DEVNULL)) for _ in range(options.repeat)]
        per_object = statistics.median(times) / count / len(ENVIRONMENTS)
        print(f"render {count} services x {len(ENVIRONMENTS)} environments{1000 * statistics.median(times):>17.0f} ms   "
              f"{1e6 * per_object:.0f} us each   peak memory {bench.peak_megabytes(call, None):.1f} MB", flush=True)
    out = bench.folder / "one"
    for target, environments in (("helm", ["prod"]), ("plain", ENVIRONMENTS)):
        bench.run([bench.windlass, "render", services[0], "--target", target, "-o", out / target,
                   *(word for name in environments for word in ("--env", name))])
    for name, program in fetched_peers().items():
        call = ([program, "build", out / "plain/overlays/prod"] if name == "kustomize" else
                [program, "template", "service", out / "helm"])
        theirs = statistics.median(seconds(lambda: bench.run(call)) for _ in range(options.repeat))
        print(f"  one of them by {name:<27}{1000 * theirs:>9.0f} ms   {bench.peak_megabytes(call, None):.1f} MB   "
              f"{theirs / per_object:.0f} times as long", flush=True)


def show(name, ours, peers, peer_name):
    print(f"{name:<42}{1000 * ours:>9.0f} ms   {peer_name:<24}{1000 * peers:>8.0f} ms   ratio {ours / peers:>6.2f}",
          flush=True)


def compare_with_psql(bench, options):
    floor = bench.psql_command(bench.folder / "apply.sql")
    data_floor = bench.psql_command(bench.folder / "data.sql")
    batched, alone = bench.migrate_command(), bench.migrate_command("sql", "--batch", "off")
    data_batched, data_alone = bench.migrate_command("data"), bench.migrate_command("data", "--batch", "off")

    def row(name, measure, peer_name):
        if options.only in name:
            show(name, *measure(), peer_name)
    row("start-up", bench.start_up, "psql --version")
    row(f"no-op on {options.scripts} scripts", bench.no_op, "psql -c 'select 1'")
    cases = [("apply {} scripts", batched, floor), ("one by one: {} scripts", alone, floor),
             ("apply {} data scripts", data_batched, data_floor), ("one by one: {} data scripts", data_alone, data_floor)]
    for name, command, peer in cases:
        row(name.format(options.scripts), lambda: bench.apply(command, peer), "psql, same commits")
    with delay_proxy.DelayProxy("127.0.0.1", bench.server.port, 0.002) as proxy:
        for name, command, peer in cases:
            row("2 ms away: " + name.format(options.scripts), lambda: bench.apply(command, peer, proxy.port),
                "psql, same commits")
    row(f"COPY script of {options.copy_mb} MB",
        lambda: bench.apply(bench.migrate_command("copy"), bench.psql_command(bench.folder / "copy/V1__load.sql")),
        "psql -f")


def show_memory(bench, options):
    database = bench.fresh_database()
    for name, folder in ((f"apply {options.scripts} scripts", "sql"), ("no-op", "sql"),
                         (f"COPY script of {options.copy_mb} MB", "copy")):
        if options.only not in f"peak memory, {name}":
            continue
        if folder == "copy":
            database = bench.fresh_database()
        print(f"peak memory, {name:<42}{bench.peak_megabytes(bench.migrate_command(folder), database):>7.1f} MB",
              flush=True)


def compare_with_others(bench, options):
    scripts = [(number, statements_of(number)) for number in range(1, options.scripts + 1)]
    for number, (peer, missing) in enumerate(peers.fetched(options.peers)):
        if missing:
            print(f"{peer.name}: missing, {missing}", flush=True)
            continue
        folder = bench.folder / f"peer-{number}"
        folder.mkdir()
        peer.write(folder, scripts)
        ours, theirs = bench.fresh_database(), bench.fresh_database()
        command = peer.command(folder, bench.server, theirs)
        for name in (f"apply {options.scripts} scripts", f"no-op on {options.scripts} scripts"):
            times = [seconds(lambda: bench.run(bench.migrate_command(), ours)),
                     seconds(lambda: bench.run(command, theirs))]
            show(name, *times, peer.name)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--scripts", type=int, default=1000)
    parser.add_argument("--projects", type=int, default=100)
    parser.add_argument("--services", type=int, default=1000)
    parser.add_argument("--copy-mb", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--peers", type=pathlib.Path, help="where other tools are, or are fetched to; default: no others")
    parser.add_argument("--only", default="", help="rows whose name holds this text")
    options = parser.parse_args()
    print(f"machine: {os.cpu_count()} processors, load {os.getloadavg()[0]:.1f}, "
          f"noise {noise():.0f} % between equal loops", flush=True)
    with tempfile.TemporaryDirectory(prefix="windlass-bench-") as temporary, \
            pg_server.PgServer(PRODUCTION) as server:
        folder = pathlib.Path(temporary)
        write_scripts(folder / "sql", options.scripts)
        (folder / "apply.sql").write_text(psql_script(options.scripts))
        write_scripts(folder / "data", options.scripts, data_statements_of)
        (folder / "data.sql").write_text(psql_script(options.scripts, data_statements_of))
        (folder / "copy").mkdir()
        write_copy_script(folder / "copy/V1__load.sql", options.copy_mb)
        bench = Bench(options.build.resolve(), server, folder, options)
        compare_with_psql(bench, options)
        show_memory(bench, options)
        if options.peers and not options.only:
            compare_with_others(bench, options)
        if options.only not in "render":
            pass
        elif bench.windlass.exists():
            show(f"render {options.projects} projects", *bench.render(), f"{options.projects} times nothing")
            compare_renders(bench, options)
        else:
            print("render: windlass is not built")
    print(f"machine: load {os.getloadavg()[0]:.1f}, noise {noise():.0f} % at the end")


main()
