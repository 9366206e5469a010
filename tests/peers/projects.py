"""The projects that peers are tried on, and what windlass renders from them."""

import json
import pathlib
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
FEATURES = ROOT / "tests/peers/features"  # what the examples leave out
CONFIGS = ("windlass.yaml", "project-config.yaml")
LIMIT = 60  # seconds for one render
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # of libyaml, ten times as fast


def config_of(project):
    return next(project / name for name in CONFIGS if (project / name).exists())


def examples():
    return sorted(path.parent for name in CONFIGS for path in (ROOT / "examples").rglob(name))


def unlike_examples():
    """Those that render something of their own: of the services on AlloyDB, which docs.examples holds alike, two."""
    return [project for project in examples()
            if project.parent.name != "alloydb" or project.name in ("auth-api", "client-api")]


def environments(project):
    """The names of its environments; one that any name stands for when it has none."""
    return list(yaml.safe_load(config_of(project).read_text(encoding="utf-8"))["spec"].get("environments") or ["any"])


def render(windlass, project, environment, out, *arguments):
    """Renders into the folder `out`, without an environment when it is None. Raises ValueError with what windlass said."""
    chosen = ["--env", environment] if environment else []
    told = subprocess.run([windlass, "render", project, *chosen, "-o", out, *arguments],
                          capture_output=True, text=True, timeout=LIMIT, check=False)
    if told.returncode != 0:
        raise ValueError(told.stderr)
    return out


def observed_values(place):
    """A file in the folder `place`: values of charts/windlass with the names, alerts and dashboard of features/."""
    config = yaml.safe_load(config_of(FEATURES).read_text(encoding="utf-8"))
    spec = config["spec"]
    database = {"connection": {"urlSecret": {"name": "db", "key": "url"}}, "scripts": {"sql/V1__a.sql": "SELECT 1;\n"}}
    values = {"project": config["metadata"]["name"], "environment": "newest", **spec["observability"],
              "namespace": spec["kubernetes"]["namespace"], "annotations": spec["kubernetes"]["annotations"],
              "labels": {**config["metadata"]["labels"], **spec["kubernetes"]["labels"]},
              "databases": {key: database for key in spec["databases"]}}
    file = pathlib.Path(place) / "observed-values.yaml"
    file.write_text(json.dumps(values), encoding="utf-8")  # quotes "0815", which Helm would take for a number
    return file


def name_of(object_):
    return object_["kind"], object_["metadata"].get("namespace"), object_["metadata"]["name"]


def documents(text):
    """The documents of a YAML stream that are not empty."""
    return [each for each in yaml.load_all(text, Loader=LOADER) if each is not None]


def objects_in(folder):
    """The objects of a rendered folder by kind, namespace and name, without the kustomizations."""
    objects = [each for path in sorted(pathlib.Path(folder).rglob("*.yaml"))
               for each in documents(path.read_text(encoding="utf-8"))]
    return {name_of(each): each for each in objects if each["kind"] != "Kustomization"}
