"""The published JSON Schemas of the CI systems' files and of SARIF, fetched once into build/peers/pipeline-schemas.

They come as parts of other people's packages, by pip and npm; what arrives must have the hash that is written here.
"""

import base64
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build/peers/pipeline-schemas"
LIMIT = 300  # seconds for one package

WHEEL = ("check-jsonschema", "0.39.0", "14ce5c94871c551268ea948ffe21e9f1464dc48fb20bf9a4c13deeaaf756cf9b")
IN_WHEEL = {name: f"check_jsonschema/builtin_schemas/vendor/{file}.json" for name, file in (
    ("cloudbuild", "cloudbuild"), ("github", "github-workflows"), ("gitlab", "gitlab-ci"))}
PACKAGE = ("@microsoft/jest-sarif@1.0.0-beta.0",
           "A1fOhPd6Ic5iDk4F9YPw1qNB4XF+7+IviR7xl8r2F6QzQkx5cpY9LsGk2rExiFIEcBbjpVnSmwWGBukASkiQ9A==")
IN_PACKAGE = {"sarif": "package/lib/schemas/sarif-2.1.0-rtm.5.json"}


def missing():
    """Why they are not there; empty when they are."""
    absent = [name for name in (*IN_WHEEL, *IN_PACKAGE) if not (FOLDER / f"{name}.json").exists()]
    return f"the schemas of {', '.join(absent)} are not there: run make peers" if absent else ""


def schema(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def refuse(what, actual):
    sys.exit(f"peers: {what} has the hash {actual}, another one is expected: it is not used")


def wheel(place):
    name, version, sha256 = WHEEL
    pip = shutil.which("pip3") or sys.exit("peers: pip3 is not installed: run tools/deps peers")
    subprocess.run([pip, "download", "--quiet", "--no-deps", "--disable-pip-version-check", "-d", place,
                    f"{name}=={version}"], stdin=subprocess.DEVNULL, timeout=LIMIT, check=True)
    path, = place.glob("*.whl")
    actual = hashlib.sha256(path.read_bytes()).hexdigest()
    if actual != sha256:
        refuse(name, actual)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(member) for name, member in IN_WHEEL.items()}


def package(place):
    name, integrity = PACKAGE
    npm = shutil.which("npm") or sys.exit("peers: npm is not installed: run make deps")
    subprocess.run([npm, "pack", "--silent", "--ignore-scripts", name], cwd=place, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, timeout=LIMIT, check=True)
    path, = place.glob("*.tgz")
    actual = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    if actual != integrity:
        refuse(name, actual)
    with tarfile.open(path) as archive:
        return {name: archive.extractfile(member).read() for name, member in IN_PACKAGE.items()}


def main():
    if missing():
        print("peers: fetching the schemas of pipelines and SARIF", flush=True)
        FOLDER.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=FOLDER) as place:
            for name, content in {**wheel(pathlib.Path(place)), **package(pathlib.Path(place))}.items():
                written = pathlib.Path(place) / f"{name}.json"
                written.write_bytes(content)
                os.replace(written, FOLDER / f"{name}.json")
    print(f"peers: schemas of pipelines and SARIF in {FOLDER}")


if __name__ == "__main__":
    main()
