"""Every object that render writes, against the schemas of every Kubernetes that it is written for.

kubeconform_test.py WINDLASS
"""

import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

import go_modules
import kubeconform
import kubernetes_schemas
from projects import FEATURES, ROOT, config_of, examples, unlike_examples

MINORS = sorted(kubernetes_schemas.KUBERNETES)
DEFAULT_MINOR = 29  # of kubernetes.minVersion
NO_ENVIRONMENTS = ROOT / "examples/e-commerce-api"
NATIVE_SIDECARS, IMAGE_VOLUMES = 29, 35  # from there they are rendered
LIMIT = 60  # seconds for one render
WINDLASS = ""


def environments(spec):
    return spec.get("environments") or {"any": {}}


def minor_of(spec, environment):
    for section in ((environments(spec)[environment] or {}), spec):
        version = section.get("kubernetes", {}).get("minVersion")
        if version is not None:
            return int(str(version).split(".")[1])
    return DEFAULT_MINOR


def drop_image_volumes(by_name):
    for name in [name for name, environment in by_name.items()
                 if (environment or {}).get("delivery", {}).get("method") == "imageVolume"]:
        del by_name[name]


def drop_dry_runs(by_name):
    """A dry run is an init container, which reaches no database through a proxy that is a second container."""
    for environment in by_name.values():
        (environment or {}).get("migration", {}).get("policies", {}).pop("dryRunFirst", None)


class KubeconformTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="windlass-kubeconform-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)

    def render(self, project, environment, out):
        told = subprocess.run([WINDLASS, "render", project, "--env", environment, "--target", "argocd", "-o", out],
                              capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(told.returncode, 0, told.stderr)
        return out

    def assert_valid(self, minor, folders):
        self.assertTrue(folders)
        said = kubeconform.complaints(minor, folders).replace(str(self.place), "")
        self.assertEqual(said, "", f"under Kubernetes 1.{minor}")

    def test_every_example_is_valid_from_its_oldest_kubernetes_to_the_newest(self):
        rendered = []  # (minor, folder)
        for project in (*examples(), FEATURES):
            spec = yaml.safe_load(config_of(project).read_text(encoding="utf-8"))["spec"]
            for environment in environments(spec):
                out = self.place / project.name / environment
                rendered.append((minor_of(spec, environment), self.render(project, environment, out)))
        for minor in range(min(oldest for oldest, _ in rendered), MINORS[-1] + 1):
            self.assert_valid(minor, [folder for oldest, folder in rendered if oldest <= minor])

    def test_what_is_rendered_for_an_older_kubernetes_is_valid_there_and_on_the_newest(self):
        for minor in MINORS:
            folders = []
            for project in (*unlike_examples(), FEATURES):
                copy = self.place / f"project-{minor}" / project.name
                shutil.copytree(project, copy)
                config = yaml.safe_load(config_of(copy).read_text(encoding="utf-8"))
                if minor < IMAGE_VOLUMES:
                    drop_image_volumes(config["spec"].get("environments", {}))
                if minor < NATIVE_SIDECARS:
                    drop_dry_runs(config["spec"].get("environments", {}))
                # What an environment patches in may need a newer one, and says so.
                of_newer = [name for name, spec in environments(config["spec"]).items()
                            if "patches" in spec and minor_of(config["spec"], name) > minor
                            and "minVersion" in spec.get("kubernetes", {})]
                for name in of_newer:
                    del config["spec"]["environments"][name]
                for section in (config["spec"], *environments(config["spec"]).values()):
                    section.setdefault("kubernetes", {})["minVersion"] = f"1.{minor}"
                config_of(copy).write_text(yaml.safe_dump(config), encoding="utf-8")
                folders += [self.render(copy, environment, self.place / f"out-{minor}" / project.name / environment)
                            for environment in environments(config["spec"])]
            for checked in {minor, MINORS[-1]}:
                self.assert_valid(checked, folders)

    def test_a_misspelt_key_and_a_wrong_type_are_found(self):
        project = NO_ENVIRONMENTS
        out = self.render(project, "any", self.place / "out")
        job = next(out.glob("*-job-*.yaml"))
        text = job.read_text(encoding="utf-8")
        for wrong in ("backofLimit: 2", "backoffLimit: two"):
            job.write_text(text.replace("backoffLimit: 2", wrong), encoding="utf-8")
            self.assertIn(wrong.split(":", maxsplit=1)[0], kubeconform.complaints(MINORS[-1], [job]))

    def test_a_key_that_came_later_is_found(self):
        job = next(self.render(NO_ENVIRONMENTS, "any", self.place / "out").glob("*-job-*.yaml"))
        self.assertIn("podReplacementPolicy", kubeconform.complaints(MINORS[0], [job]))


if __name__ == "__main__":
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    try:
        kubeconform.program()
        kubernetes_schemas.make()
    except go_modules.Missing as reason:
        go_modules.skip(reason)
    unittest.main(verbosity=2)
