"""The other migration tools, on the same scripts. Each is fetched by its own package manager into a folder under build/;
one that cannot be had is named as missing."""

import os
import pathlib
import shutil
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "interop"))
import fetch_flyway  # noqa: E402

FETCH_LIMIT = 600


class Missing(Exception):
    pass


def fetch(*command, **more):
    if not shutil.which(command[0]):
        raise Missing(f"{command[0]} is not installed")
    result = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_LIMIT, **more)
    if result.returncode != 0:
        raise Missing(f"{command[0]} could not fetch it")


class Flyway:
    name = f"flyway {fetch_flyway.VERSION}"

    def fetch(self, _):
        if not shutil.which("java"):
            raise Missing("java is not installed")
        if not fetch_flyway.folder().exists():
            if not shutil.which("mvn"):
                raise Missing("mvn is not installed")
            fetch_flyway.fetch()

    def write(self, folder, scripts):
        for number, text in scripts:
            (folder / f"V{number}__item_{number}.sql").write_text(text)

    def command(self, folder, server, database):
        return ["env", "REDGATE_DISABLE_TELEMETRY=true", "java", "-cp", fetch_flyway.class_path(),
                "org.flywaydb.commandline.Main", "-skipCheckForUpdate", "-q", f"-url=jdbc:postgresql://127.0.0.1:{server.port}/{database}",
                "-user=postgres", f"-password={server.client_environment(database)['PGPASSWORD']}",
                f"-locations=filesystem:{folder}", "migrate"]


class Dbmate:
    name = "dbmate"

    def fetch(self, cache):
        found = lambda: sorted(cache.glob("node_modules/@dbmate/linux-*/bin/dbmate"))
        if not found():
            fetch("npm", "install", "--silent", "--no-save", "--prefix", str(cache), "dbmate")
        if not found():
            raise Missing("its package holds no program for this machine")
        self.program = found()[0]

    def write(self, folder, scripts):
        for number, text in scripts:
            (folder / f"{number:06}_item_{number}.sql").write_text(f"-- migrate:up\n{text}\n-- migrate:down\n")

    def command(self, folder, server, database):
        return [self.program, "--url", server.url(database) + "?sslmode=disable", "--migrations-dir", folder,
                "--no-dump-schema", "migrate"]


class Goose:
    name = "goose"

    def fetch(self, cache):
        self.program = cache / "goose"
        if not self.program.exists():
            environment = os.environ | {"GOBIN": str(cache), "GOFLAGS": "-modcacherw"}
            others = "no_clickhouse,no_libsql,no_mssql,no_mysql,no_sqlite3,no_vertica,no_ydb"
            fetch("go", "install", "-tags", others, "github.com/pressly/goose/v3/cmd/goose@latest", env=environment)

    def write(self, folder, scripts):
        for number, text in scripts:
            (folder / f"{number:06}_item_{number}.sql").write_text(f"-- +goose Up\n{text}")

    def command(self, folder, server, database):
        return [self.program, "-dir", folder, "postgres", server.url(database) + "?sslmode=disable", "up"]


def fetched(cache):
    """Each peer with None, or with why it is missing."""
    cache = pathlib.Path(cache).resolve()  # package managers work in folders of their own
    cache.mkdir(parents=True, exist_ok=True)
    for peer in (Flyway(), Dbmate(), Goose()):
        try:
            peer.fetch(cache)
            yield peer, None
        except (Missing, OSError, subprocess.SubprocessError, SystemExit) as error:
            yield peer, str(error)
