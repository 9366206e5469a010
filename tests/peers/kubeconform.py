"""kubeconform, built from its Go module, and a call of it that knows Kubernetes' schemas offline."""

import pathlib
import subprocess

import go_modules
import kubernetes_schemas

MODULE = "github.com/yannh/kubeconform"
VERSION = "v0.7.0"
SUM = "h1:ZFfniR8VChrWQxaxTUGnNrxw8RIDkjVBrjdhXSamwjw="

WRITTEN = pathlib.Path(__file__).resolve().parent / "schemas"  # by hand, where no module has them


def program():
    return go_modules.build(MODULE, f"{MODULE}/cmd/kubeconform", VERSION, SUM)


def complaints(minor, paths):
    """What kubeconform has to say against these files or folders under Kubernetes 1.minor; empty: nothing."""
    places = [kubernetes_schemas.folder(minor), kubernetes_schemas.crds(), WRITTEN]
    locations = [word for place in places for word in ("-schema-location", kubernetes_schemas.location(place))]
    told = subprocess.run([program(), "-strict", *locations, *map(str, paths)], capture_output=True, text=True,
                          timeout=120, check=False)
    if told.returncode == 0:
        return ""
    return told.stdout + told.stderr or f"kubeconform ended with {told.returncode}"
