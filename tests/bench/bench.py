"""Speed as ratios: windlass-hook beside psql on the same work in the same run, and windlass render.

usage: bench.py BUILD [--scripts N] [--projects N] [--repeat N]
"""
import argparse
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
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


def write_scripts(folder, count):
    folder.mkdir()
    for number in range(1, count + 1):
        (folder / f"V{number}__item_{number}.sql").write_text(statements_of(number))


def psql_script(count):
    parts = [HISTORY]
    for number in range(1, count + 1):
        parts.append("BEGIN;\n" + statements_of(number)
                     + f"INSERT INTO history VALUES ({number}, '{number}', 'item {number}', 'SQL', "
                       f"'V{number}__item_{number}.sql', 1, 'bench', DEFAULT, 1, true);\nCOMMIT;\n")
    return "".join(parts)


class Bench:
    def __init__(self, build, server, folder, options):
        self.hook = build / "hook/windlass-hook"
        self.windlass = build / "generator/windlass"
        self.server, self.folder, self.options = server, folder, options
        self.databases = 0

    def run(self, command, database=None, **more):
        environment = self.server.client_environment(database) if database else dict(os.environ)
        result = subprocess.run([str(part) for part in command], env=environment, capture_output=True, text=True,
                                timeout=600, **more)
        if result.returncode != 0:
            sys.exit(f"bench: {command[0]} failed with {result.returncode}\n{result.stdout}{result.stderr}")

    def fresh_database(self):
        self.databases += 1
        name = f"bench_{self.databases}"
        self.server.create_database(name)
        self.server.query(name, "CHECKPOINT")  # so that none pays for its predecessor
        return name

    def migrate(self, database):
        self.run([self.hook, "migrate", "--locations", self.folder / "sql"], database)

    def psql(self, database, file):
        self.run([self.server.client_program("psql"), "-Xq", "-v", "ON_ERROR_STOP=1", "-o", os.devnull, "-f", file],
                 database)

    def measure(self, ours, peers):
        """Middle seconds of both, measured in turns."""
        pairs = [(seconds(ours), seconds(peers)) for _ in range(self.options.repeat)]
        return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)

    def apply(self):
        def timed(action):
            database = self.fresh_database()
            return seconds(lambda: action(database))
        pairs = [(timed(self.migrate), timed(lambda database: self.psql(database, self.folder / "apply.sql")))
                 for _ in range(self.options.repeat)]
        return statistics.median(pair[0] for pair in pairs), statistics.median(pair[1] for pair in pairs)

    def no_op(self):
        ours, peers = self.fresh_database(), self.fresh_database()
        self.migrate(ours)
        self.psql(peers, self.folder / "apply.sql")
        return self.measure(lambda: self.migrate(ours), lambda: self.psql(peers, self.folder / "read.sql"))

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


def show(name, ours, peers, peer_name):
    print(f"{name:<28}{1000 * ours:>10.0f} ms   {peer_name:<22}{1000 * peers:>8.0f} ms   ratio {ours / peers:>6.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--scripts", type=int, default=1000)
    parser.add_argument("--projects", type=int, default=100)
    parser.add_argument("--repeat", type=int, default=5)
    options = parser.parse_args()
    print(f"machine: {os.cpu_count()} processors, noise {noise():.0f} % between equal loops")
    with tempfile.TemporaryDirectory(prefix="windlass-bench-") as temporary, \
            pg_server.PgServer(PRODUCTION) as server:
        folder = pathlib.Path(temporary)
        write_scripts(folder / "sql", options.scripts)
        (folder / "apply.sql").write_text(psql_script(options.scripts))
        (folder / "read.sql").write_text("SELECT * FROM history ORDER BY installed_rank;\n")
        bench = Bench(options.build.resolve(), server, folder, options)
        show(f"apply {options.scripts} scripts", *bench.apply(), "psql, same commits")
        show(f"no-op on {options.scripts} scripts", *bench.no_op(), "psql reads the history")
        show(f"render {options.projects} projects", *bench.render(), f"{options.projects} times nothing")
    print(f"machine: noise {noise():.0f} % at the end")


main()
