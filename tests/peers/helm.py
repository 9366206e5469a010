"""Helm 3 and Helm 4, built from their Go modules."""

import subprocess

import go_modules
import projects

VERSIONS = {3: ("v3.21.4", "h1:T/GcIEXU/gNjJnkITlIZ3e9xqkZjhFTmISuStTZ6+Qg="),
            4: ("v4.2.4", "h1:qIysMI0JpTC4WXf3AQ99V6rZGT0+gO0Ww8IOnnUnaZk=")}
LIMIT = 120  # seconds for one call


def program(major):
    """A Helm of this kind knows neither its version nor, Helm 3, the Kubernetes that it renders for: both are set."""
    version, checksum = VERSIONS[major]
    module = f"helm.sh/helm/v{major}"
    flags = f"-s -w -X {module}/internal/version.version={version}"
    if major == 3:
        flags += f" -X {module}/pkg/chartutil.k8sVersionMajor=1 -X {module}/pkg/chartutil.k8sVersionMinor=36"
    return go_modules.build(module, f"{module}/cmd/helm", version, checksum, flags=("-ldflags", flags))


def run(major, *arguments):
    """The finished process, whatever it ended with."""
    return subprocess.run([program(major), *map(str, arguments)], capture_output=True, text=True, timeout=LIMIT,
                          stdin=subprocess.DEVNULL, check=False)


def template(major, chart, *arguments, release="storefront", namespace="shop"):
    """The objects that a release would have, hooks included, in Helm's order. Raises ValueError with what it said."""
    told = run(major, "template", release, chart, "--namespace", namespace, *arguments)
    if told.returncode != 0:
        raise ValueError(told.stderr)
    return projects.documents(told.stdout)
