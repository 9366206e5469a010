"""Builds other people's programs from their Go modules, once, for the tests that run beside them.

Kept in $XDG_CACHE_HOME/windlass/peers (~/.cache without it), outside of the sources, because a build takes minutes. A
module must have the checksum that is written here; what it requires is held by Go's checksum database. Needs any go:
one that is too old, such as Debian 12's, fetches the version that is named here first.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

TOOLCHAIN = "1.26.8"
TOOLCHAIN_SUM = "h1:ZOmGe1OnfREDMIdb1Qi4G9JSuDPBLGExZMQ4nis1RXM="
DOWNLOAD_LIMIT = 300  # seconds
BUILD_LIMIT = 1800


class Missing(Exception):
    """Why nothing can be built here; tests skip for it, except with CI=true."""


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(base) / "windlass" / "peers"


def skip(reason):
    """Ends a test that misses a peer: visibly on a desk, as a failure with CI=true."""
    print(f"peers: {reason}")
    sys.exit(1 if os.environ.get("CI") == "true" else 77)


def download(module, version, checksum, go=None, environment=None):
    """The unpacked folder of a module, in Go's own cache."""
    told = subprocess.run([go or toolchain(), "mod", "download", "-json", f"{module}@{version}"], cwd="/",
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=DOWNLOAD_LIMIT, check=False,
                          env=environment)
    answer = json.loads(told.stdout or "{}")
    if told.returncode != 0 or "Dir" not in answer:
        raise Missing(f"{module}@{version} was not downloaded: {answer.get('Error', told.stderr.strip())}")
    if answer["Sum"] != checksum:
        sys.exit(f"peers: {module}@{version} has the checksum {answer['Sum']}, expected is {checksum}: it is not used")
    return pathlib.Path(answer["Dir"])


def toolchain():
    """The go to build with: the one on PATH when it is new enough, else the pinned one."""
    found = shutil.which("go")
    if not found:
        raise Missing("go is not installed: run make peers")
    told = subprocess.run([found, "version"], capture_output=True, text=True, cwd="/", timeout=60, check=True).stdout
    version = re.search(r"go(\d+)\.(\d+)", told)
    wanted = tuple(map(int, TOOLCHAIN.split(".")[:2]))
    if version and tuple(map(int, version.groups())) >= wanted:
        return found
    return _fetched_toolchain(found)


def _fetched_toolchain(old):
    home = cache() / f"go-{TOOLCHAIN}"
    if not home.exists():
        module = download("golang.org/toolchain", f"v0.0.1-go{TOOLCHAIN}.linux-amd64", TOOLCHAIN_SUM, go=old)
        home.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=home.parent) as place:
            copy = pathlib.Path(place) / "go"
            # A module's files can be neither written nor run.
            shutil.copytree(module, copy, copy_function=shutil.copyfile)
            for file in [*copy.glob("bin/*"), *copy.glob("pkg/tool/*/*")]:
                file.chmod(0o755)
            copy.rename(home)
    return str(home / "bin" / "go")


def build(module, package, version, checksum, flags=()):
    """The program that `go install PACKAGE@VERSION` makes; `flags` go before the package."""
    name = f"{pathlib.PurePath(package).name}-{version}"
    program = cache() / name
    if program.exists():
        return program
    go = toolchain()
    download(module, version, checksum, go=go)
    print(f"peers: building {name}", flush=True)
    program.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=program.parent) as place:
        environment = {**os.environ, "GOBIN": place, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": ""}
        subprocess.run([go, "install", *flags, f"{package}@{version}"], stdin=subprocess.DEVNULL, cwd=place,
                       env=environment, timeout=BUILD_LIMIT, check=True)
        built, = pathlib.Path(place).iterdir()
        built.rename(program)
    return program
