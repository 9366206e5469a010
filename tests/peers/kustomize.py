"""kustomize, built from its Go module."""

import subprocess

import go_modules
import projects

MODULE = "sigs.k8s.io/kustomize/kustomize/v5"
VERSION = "v5.8.1"
SUM = "h1:Pgsg5psubpVEy7Nf6S89PARg5VmmWUC1l9dC6Dl4PG0="


def program():
    return go_modules.build(MODULE, MODULE, VERSION, SUM)


def build(folder):
    """The objects that it builds, in its order."""
    text = subprocess.run([program(), "build", folder], capture_output=True, text=True, timeout=120, check=True).stdout
    return projects.documents(text)
