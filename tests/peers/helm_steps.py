"""The steps that Helm's own action code takes, by a program that is built from helm_steps/ and Helm's module."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import go_modules
import helm

SOURCES = pathlib.Path(__file__).resolve().parent / "helm_steps"
LIMIT = 120  # seconds for all vectors


def program(major):
    """Built once for each text of its sources."""
    version, checksum = helm.VERSIONS[major]
    files = [SOURCES / "steps.go", SOURCES / f"helm{major}.go"]
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:12]
    built = go_modules.cache() / f"helm-steps-{version}-{digest}"
    if built.exists():
        return built
    go = go_modules.toolchain()
    module = f"helm.sh/helm/v{major}"
    folder = pathlib.Path(go_modules.download(module, version, checksum, go=go))
    print(f"peers: building {built.name}", flush=True)
    built.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=built.parent) as place:
        # With Helm's own list of what it requires, and the sums of all that.
        requires = re.sub(r"^module .*", "module steps", (folder / "go.mod").read_text(encoding="utf-8"), count=1,
                          flags=re.MULTILINE)
        (pathlib.Path(place) / "go.mod").write_text(f"{requires}\nrequire {module} {version}\n", encoding="utf-8")
        shutil.copyfile(folder / "go.sum", pathlib.Path(place) / "go.sum")
        for file in files:
            shutil.copy(file, place)
        environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod -buildvcs=false"}
        subprocess.run([go, "build", "-o", "steps", "."], stdin=subprocess.DEVNULL, cwd=place, env=environment,
                       timeout=go_modules.BUILD_LIMIT, check=True)
        (pathlib.Path(place) / "steps").rename(built)
    return built


def steps(major, table):
    """The steps of each vector of the table that is about this Helm, by its name: "create Job/migrate"."""
    told = subprocess.run([program(major), table], capture_output=True, text=True, timeout=LIMIT, check=False)
    if told.returncode != 0:
        raise ValueError(told.stderr)
    return json.loads(told.stdout)


def release_bytes(major, chart):
    """What Helm's driver writes into the Secret of a release of the chart in a folder. Kubernetes takes 1 MiB."""
    told = subprocess.run([program(major), "--release", chart], capture_output=True, text=True, timeout=LIMIT, check=False)
    if told.returncode != 0:
        raise ValueError(told.stderr)
    return int(told.stdout)
