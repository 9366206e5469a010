"""Makes JSON Schemas of Kubernetes' own objects, once, from the OpenAPI file in Kubernetes' Go module of each version.

One folder a version in the cache of go_modules, one file a kind, named as kubeconform looks for them; a key that the
version does not know is an error. The kinds of others that are rendered come from their own CRDs, in the folder "crds".
"""

import copy
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import yaml

import go_modules

# Every minor version that kubernetes.minVersion takes and that is out, by its last release; with the module's checksum.
KUBERNETES = {
    25: ("v1.25.16", "h1:pdtEdre7aInDvXas+mWzpTiK/7cpcaGRyYB+Bedr2+Q="),
    26: ("v1.26.15", "h1:o65B3kKH7q9xK2h2323rKKThI1rp3ZarXpb8asT932U="),
    27: ("v1.27.16", "h1:DHFqj/HTUqHStFlRH9wCKPocqgHsjR6Q/DzYarB2QQE="),
    28: ("v1.28.15", "h1:d91N2Znk+E8REIJZlrD6za2JtIwvEypa0DB1IoU4fJ0="),
    29: ("v1.29.15", "h1:hLcyf3XmxtfkubCEmmPX5QVD7lDclXjvEUrJeP283LM="),
    30: ("v1.30.14", "h1:MrlKXh9uhLIJpyxOeXhcndzRVSvwiV9iJ8NgH8nqPsg="),
    31: ("v1.31.14", "h1:UtjLfqvXLuSVDdJ4+NpQCIfFkKkLnAAVmxAEMsnkhjk="),
    32: ("v1.32.13", "h1:5TGYdZ6YZqdp6h/Rp1vX/4TIoybMPdgv97LCZCtPuNQ="),
    33: ("v1.33.13", "h1:bmH31xUdSzeA5vk0wZAK9MZp11mdLuzUSeKk0qN3hPQ="),
    34: ("v1.34.4", "h1:Yy6R4QB8C9kJPp25GFqEvX5XQwY5qzKeqD0Xx6oAcmk="),
    35: ("v1.35.4", "h1:o/8dBC/pHVpYoGV4OAIytAlNPZbdYVTXJHoYvXC4qzM="),
    36: ("v1.36.4", "h1:08GT0ZOMtyCcRnslyvnpWurf1wm20KHbC/aRS+0LxSo="),
}

# module, version, checksum, CRD files in it
CRDS = [
    ("github.com/external-secrets/external-secrets", "v1.3.2", "h1:u2J8RjlHIeF0oZCqtl92adI/uZWUwOesJIDkfql6LqQ=",
     ["config/crds/bases/external-secrets.io_externalsecrets.yaml"]),
    ("github.com/prometheus-operator/prometheus-operator", "v0.85.0", "h1:M5xLCLEoaW2IJfnuCwFzzpL+jSVQu3KGT84Pye+fW8s=",
     ["example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"]),
    ("github.com/argoproj/argo-cd/v3", "v3.5.1", "h1:jtwPLEFX9mNj3jSq88ugFcScGnOZVs2DWaXFuZxrRT8=",
     [f"manifests/crds/{kind}-crd.yaml" for kind in ("application", "applicationset", "appproject")]),
]

SHAPE = 1  # of what is made from a module; what lies in the cache in another shape is made anew

QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"
REFERENCE = "#/definitions/"


def folder(minor):
    """Of the schemas of 1.minor; those of CRDs are in crds()."""
    return go_modules.cache() / f"schemas-{SHAPE}-{KUBERNETES[minor][0]}"


def crds():
    listed = hashlib.sha256(repr(CRDS).encode()).hexdigest()[:8]  # a longer list is made anew
    return go_modules.cache() / f"schemas-{SHAPE}-crds-{listed}"


def location(path):
    """As kubeconform's -schema-location."""
    return f"{path}/{{{{.ResourceKind}}}}{{{{.KindSuffix}}}}.json"


def strict(schema):
    """The schema with every key refused that it does not name, as the API server's strict validation does."""
    if not isinstance(schema, dict):  # additionalProperties: true
        return schema
    result = {key: value for key, value in schema.items() if key != "format"}
    if "properties" in schema:
        # By name, because a kind may have a property that is called "properties".
        result["properties"] = {name: strict(value) for name, value in schema["properties"].items()}
        if not schema.get("x-kubernetes-preserve-unknown-fields") and "additionalProperties" not in schema:
            result["additionalProperties"] = False
    for key in ("items", "additionalProperties"):
        if key in schema:
            result[key] = strict(schema[key])
    if schema.get("format") == "int-or-string" or schema.get("x-kubernetes-int-or-string"):
        result.pop("type", None)
        result["anyOf"] = [{"type": "integer"}, {"type": "string"}]
    return result


def named(kind, group, version):
    """kubeconform's name: only the first part of the group counts."""
    parts = [kind, *([group.split(".")[0]] if group else []), version]
    return "-".join(part.lower() for part in parts) + ".json"


def builtin_schemas(swagger):
    """(file name, schema) of every kind, with the definitions that all of them share in one file."""
    definitions = {name: strict(schema) for name, schema in swagger["definitions"].items()}
    definitions[QUANTITY] = {"anyOf": [{"type": "string"}, {"type": "number"}]}
    yield "_definitions.json", {"definitions": definitions}
    for name, schema in swagger["definitions"].items():
        for kind in schema.get("x-kubernetes-group-version-kind", []):
            yield (named(kind["kind"], kind["group"], kind["version"]),
                   {"$ref": f"_definitions.json{REFERENCE}{name}"})


def write(target, schemas):
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as place:
        made = pathlib.Path(place) / "made"
        made.mkdir()
        for name, schema in schemas:
            (made / name).write_text(json.dumps(schema), encoding="utf-8")
        made.rename(target)


class Download:
    """A module that is gone again when its files have been read: Kubernetes' own takes 100 MB."""

    def __init__(self, module, version, checksum):
        self.module = (module, version, checksum)
        self.cache = tempfile.mkdtemp(dir=go_modules.cache())

    def __enter__(self):
        return go_modules.download(*self.module, environment={**os.environ, "GOMODCACHE": self.cache})

    def __exit__(self, *_):
        subprocess.run([go_modules.toolchain(), "clean", "-modcache"], env={**os.environ, "GOMODCACHE": self.cache},
                       cwd="/", timeout=120, check=True)
        shutil.rmtree(self.cache, ignore_errors=True)


def make_builtin(minor):
    version, checksum = KUBERNETES[minor]
    print(f"peers: making the schemas of Kubernetes {version}", flush=True)
    with Download("k8s.io/kubernetes", version, checksum) as module:
        swagger = json.loads((module / "api/openapi-spec/swagger.json").read_text(encoding="utf-8"))
    write(folder(minor), builtin_schemas(swagger))


def crd_schemas(files):
    for file in files:
        crd = yaml.safe_load(file.read_text(encoding="utf-8"))["spec"]
        for version in crd["versions"]:
            schema = strict(copy.deepcopy(version["schema"]["openAPIV3Schema"]))
            schema["properties"]["metadata"] = {"type": "object"}
            yield named(crd["names"]["kind"], crd["group"], version["name"]), schema


def make_crds():
    print("peers: making the schemas of other people's kinds", flush=True)
    schemas = []
    for module, version, checksum, files in CRDS:
        with Download(module, version, checksum) as unpacked:
            schemas += crd_schemas([unpacked / file for file in files])
    write(crds(), schemas)


def make():
    """All of them, where they are not there yet."""
    go_modules.cache().mkdir(parents=True, exist_ok=True)
    for minor in KUBERNETES:
        if not folder(minor).exists():
            make_builtin(minor)
    if not crds().exists():
        make_crds()
