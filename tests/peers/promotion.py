"""What Argo CD's own ApplicationSet controller does, by a program that is built from promotion/ and Argo CD's module."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import go_modules
import kubernetes_schemas

SOURCES = pathlib.Path(__file__).resolve().parent / "promotion"
MODULE, VERSION, SUM, _ = next(row for row in kubernetes_schemas.CRDS if "argo-cd" in row[0])
# Argo CD builds with the engine of its own repository, which is a module by itself.
ENGINE = "github.com/argoproj/argo-cd/gitops-engine"
ENGINE_VERSION = "v0.0.0-20260914071520-c9c369efcc5b"
LIMIT = 120  # seconds for all vectors


def program():
    """Built once for each text of its source."""
    source = SOURCES / "main.go"
    digest = hashlib.sha256(source.read_bytes()).hexdigest()[:12]
    built = go_modules.cache() / f"promotion-{VERSION}-{digest}"
    if built.exists():
        return built
    go = go_modules.toolchain()
    folder = go_modules.download(MODULE, VERSION, SUM, go=go)
    print(f"peers: building {built.name}", flush=True)
    built.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=built.parent) as place:
        # With Argo CD's own list of what it requires, and the sums of all that.
        requires = re.sub(r"^module .*", "module promotion", (folder / "go.mod").read_text(encoding="utf-8"), count=1,
                          flags=re.MULTILINE)
        requires = requires.replace(f"{ENGINE} => ./gitops-engine", f"{ENGINE} => {ENGINE} {ENGINE_VERSION}")
        (pathlib.Path(place) / "go.mod").write_text(f"{requires}\nrequire {MODULE} {VERSION}\n", encoding="utf-8")
        shutil.copyfile(folder / "go.sum", pathlib.Path(place) / "go.sum")
        shutil.copy(source, place)
        environment = {**os.environ, "CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod -buildvcs=false"}
        subprocess.run([go, "build", "-o", "promotion", "."], stdin=subprocess.DEVNULL, cwd=place, env=environment,
                       timeout=go_modules.BUILD_LIMIT, check=True)
        (pathlib.Path(place) / "promotion").rename(built)
    return built


def outcome(application_set, vectors):
    """The Applications that are made, and by the name of each vector the ones that are synced after each observation."""
    told = subprocess.run([program(), application_set, vectors], capture_output=True, text=True, timeout=LIMIT,
                          check=False)
    if told.returncode != 0:
        raise ValueError(told.stderr)
    return json.loads(told.stdout)
