"""The files of `windlass ci`, and the scripts in them."""

import pathlib
import re
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
KINDS = ("cloudbuild", "github", "gitlab", "jenkins")
TARGETS = (("argocd", "presync"), ("argocd", "waves"), ("plain", ""), ("helm", ""))
CHECKS = ("lint", "rehearse", "render")
PROJECT = "examples/storefront"
ENVIRONMENTS = ("devtest", "dev", "staging", "prod")


def write(windlass, kind, target, mode="", environments=()):
    arguments = [windlass, "ci", PROJECT, "--kind", kind, "--target", target, "--image", "windlass-ci:1"]
    arguments += ["--mode", mode] if mode else []
    arguments += ["--env", ",".join(environments)] if environments else []
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stdout


def document(text):
    # The YAML 1.1 of this reader takes a bare "on" for a boolean; the file quotes it.
    return yaml.safe_load(text)


def _of_jenkins(text):
    # No script ends its string early, because the closing quotes stand at the margin.
    for match in re.finditer(r"stage\('([^']*)'\)|sh '''(.*?)\n'''", text, re.DOTALL):
        if match.group(1) is not None:
            name = match.group(1)
        else:
            yield name, re.sub(r"\\(.)", r"\1", match.group(2)) + "\n"


def _of_yaml(kind, text):
    file = document(text)
    if kind == "cloudbuild":
        for step in file["steps"]:
            yield step["id"].replace("release-", "release "), step["script"]
    elif kind == "github":
        for job in file["jobs"].values():
            yield from ((step["name"], step["run"]) for step in job["steps"] if "run" in step)
    else:
        for name, job in file.items():
            if isinstance(job, dict) and "script" in job:
                script, = job["script"]
                yield name, script


def scripts(kind, text):
    """The text of every script by its step's name, in the file's order."""
    found = list(_of_jenkins(text) if kind == "jenkins" else _of_yaml(kind, text))
    assert len({name for name, _ in found}) == len(found), "two steps of one name"
    return dict(found)
