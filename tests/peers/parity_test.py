"""The same objects and the same pods from every target: what Helm renders from the chart that windlass wrote, what the
chart renders from values written by hand, what is rendered for Argo CD and for kubectl. Only hooks may differ.

parity_test.py WINDLASS
"""

import copy
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import yaml

import go_modules
import helm
import projects

OF_A_TARGET = ("argocd.argoproj.io/", "helm.sh/")
WINDLASS = ""


def cleaned(object_):
    """Without the annotations of a target."""
    result = copy.deepcopy(object_)
    annotations = result["metadata"].pop("annotations", None) or {}
    kept = {key: value for key, value in annotations.items() if not key.startswith(OF_A_TARGET)}
    if kept:
        result["metadata"]["annotations"] = kept
    return result


def is_on_demand(object_):
    """Of Helm alone: verify for `helm test` and before `helm rollback`."""
    return object_["metadata"].get("annotations", {}).get("helm.sh/hook") in ("test", "pre-rollback")


def by_name(objects):
    return {projects.name_of(each): cleaned(each) for each in objects if not is_on_demand(each)}


def text(objects):
    """One text for all of them; members in order of their keys, lists as they are."""
    return json.dumps([objects[name] for name in sorted(objects, key=str)], sort_keys=True, indent=1)


def without_ends(objects):
    """Jobs lose what follows from the target's own ttl: the ttl, and the hash in the name that covers it."""
    result = []
    for each in objects:
        each = copy.deepcopy(each)
        if each["kind"] == "Job":
            each["spec"].pop("ttlSecondsAfterFinished", None)
            each["metadata"]["name"] = each["metadata"]["name"][:-8]
        result.append(each)
    return result


class ParityTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="windlass-parity-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)

    def render(self, project, environment, *target):
        out = self.place / "-".join((project.name, environment, *target)).replace("--", "")
        projects.render(WINDLASS, project, environment, out, "--target", *target)
        return out

    def objects(self, *of):
        return list(projects.objects_in(self.render(*of)).values())

    def for_everything(self, compare):
        """Calls compare(project, environment) for every environment of the examples and of features/."""
        for project in [*projects.unlike_examples(), projects.FEATURES]:
            for environment in projects.environments(project):
                with self.subTest(project=project.name, environment=environment):
                    compare(project, environment)

    def test_plain_and_argo_cd_with_hooks(self):
        def compare(project, environment):
            self.assertEqual(text(by_name(self.objects(project, environment, "plain"))),
                             text(by_name(self.objects(project, environment, "argocd"))))
        self.for_everything(compare)

    def test_argo_cd_with_waves_and_with_hooks(self):
        def compare(project, environment):
            waves = without_ends(self.objects(project, environment, "argocd", "--mode", "waves"))
            hooks = without_ends(self.objects(project, environment, "argocd"))
            self.assertEqual(text(by_name(waves)), text(by_name(hooks)))
        self.for_everything(compare)

    def test_argo_cd_with_a_gate_and_with_hooks(self):
        def compare(project, environment):
            self.assertEqual(text(by_name(self.objects(project, environment, "argocd", "--mode", "gated"))),
                             text(by_name(self.objects(project, environment, "argocd"))))
        self.for_everything(compare)

    def test_what_helm_renders_from_the_chart_that_windlass_wrote(self):
        def compare(project, environment):
            expected = text(by_name(self.objects(project, environment, "argocd")))
            chart = self.render(project, environment, "helm")
            for major in helm.VERSIONS:
                self.assertEqual(text(by_name(helm.template(major, chart))), expected, f"Helm {major}")
                told = helm.run(major, "lint", "--strict", chart)
                self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        self.for_everything(compare)

    def test_alerts_and_dashboard_of_values_by_hand(self):
        """With every key of theirs, and with none but enabled in a project without environments."""
        bare = self.place / "bare"
        bare.mkdir()
        (bare / "sql").mkdir()
        (bare / "sql/V1__a.sql").write_text("SELECT 1;\n", encoding="utf-8")
        (bare / "windlass.yaml").write_text(yaml.safe_dump({
            "apiVersion": "windlass.dev/v1", "kind": "ProjectConfig", "metadata": {"name": "features"}, "spec": {
                "databases": {key: {"name": key, "scripts": {"verify": []}} for key in ("main", "audit")},
                "kubernetes": {"namespace": "features"},
                "observability": {"alerts": {"enabled": True}, "dashboard": {"enabled": True}}}}), encoding="utf-8")

        def observed(objects):
            found = [each for each in objects
                     if each["metadata"]["labels"]["app.kubernetes.io/component"] in ("alerts", "dashboard")]
            self.assertEqual(len(found), 2)
            return text(by_name(found))

        chart = projects.ROOT / "charts/windlass"
        for project, environment, values in ((projects.FEATURES, "newest", projects.observed_values(self.place)),
                                             (bare, None, chart / "ci/observability-values.yaml")):
            out = projects.render(WINDLASS, project, environment, self.place / f"{project.name}-plain", "--target", "plain")
            expected = observed(projects.objects_in(out).values())
            for major in helm.VERSIONS:
                self.assertEqual(observed(helm.template(major, chart, "-f", values)), expected, f"Helm {major}")

    def test_what_helm_renders_when_every_template_is_another(self):
        """Each built-in template with one member more: then every object stands whole in the chart."""
        templates = self.place / "templates"
        templates.mkdir()
        for path in (projects.ROOT / "templates").glob("*.yaml"):
            text_ = path.read_text(encoding="utf-8")
            labelled = text_.replace("  name: ${name}\n", "  name: ${name}\n  finalizers: [example.com/kept]\n", 1)
            (templates / path.name).write_text(text_ if path.stem == "container" else labelled, encoding="utf-8")
        for project, environment in ((projects.ROOT / "examples/storefront", "prod"), (projects.FEATURES, "newest")):
            rendered = [projects.render(WINDLASS, project, environment, self.place / f"{project.name}-{target}", "--target",
                                        target, "--templates", templates) for target in ("argocd", "helm")]
            expected = by_name(projects.objects_in(rendered[0]).values())
            self.assertTrue(all(each["metadata"]["finalizers"] for each in expected.values()))
            for major in helm.VERSIONS:
                self.assertEqual(text(by_name(helm.template(major, rendered[1]))), text(expected),
                                 f"{project.name}, Helm {major}")

    def test_the_guard_of_the_chart_is_the_rendered_one(self):
        def compare(project, environment):
            plain, chart = (self.render(project, environment, target) for target in ("plain", "helm"))
            values = yaml.safe_load((chart / "values.yaml").read_text(encoding="utf-8"))
            for key, database in values["databases"].items():
                file = plain / f"snippets/{database['base']}-guard.yaml.txt"
                if "guard" not in database:  # tenants, or an init container does not reach the database
                    self.assertFalse(file.exists())
                    continue
                snippet = yaml.safe_load(file.read_bytes())
                argument = f'(dict "root" . "database" "{key}")'
                (chart / "templates/guard.yaml").write_text(
                    f'initContainers:\n  {{{{- include "windlass.guard" {argument} | nindent 2 }}}}\n'
                    f'volumes:\n  {{{{- include "windlass.guardVolumes" {argument} | nindent 2 }}}}\n'
                    f'annotations:\n  {{{{- include "windlass.guardAnnotations" {argument} | nindent 2 }}}}\n',
                    encoding="utf-8")
                pod = snippet["spec"]["template"]
                expected = {"initContainers": pod["spec"]["initContainers"], "volumes": pod["spec"].get("volumes"),
                            "annotations": pod.get("metadata", {}).get("annotations")}
                for major in helm.VERSIONS:
                    rendered, = helm.template(major, chart, "--show-only", "templates/guard.yaml")
                    self.assertEqual(rendered, expected)
        self.for_everything(compare)

    def test_explain_sees_no_trap_in_any_target(self):
        def traps(path, engine, *event):
            told = subprocess.run([WINDLASS, "explain", path, "--as", engine, "--output", "json", *event], check=False,
                                  capture_output=True, text=True, timeout=60)
            self.assertEqual(told.stderr, "")
            return json.loads(told.stdout)["traps"]

        # An older Kubernetes has traps that nothing can be rendered against.
        cases = [(project, environment) for project in projects.unlike_examples()
                 for environment in projects.environments(project) if environment != "old-cluster"]
        cases.append((projects.FEATURES, "newest"))
        for project, environment in cases:
            with self.subTest(project=project.name, environment=environment):
                chart = self.place / f"{project.name}-{environment}.yaml"
                chart.write_text(yaml.safe_dump_all(helm.template(4, self.render(project, environment, "helm"))),
                                 encoding="utf-8")
                hooks = self.render(project, environment, "argocd")
                gated = self.render(project, environment, "argocd", "--mode", "gated")
                waves = self.render(project, environment, "argocd", "--mode", "waves")
                for path, engine, event in ((chart, "helm", "upgrade"), (chart, "argocd", "retry"),
                                            (hooks, "argocd", "retry"),
                                            (gated, "argocd", "first-sync"), (gated, "argocd", "retry"),
                                            (waves, "argocd", "retry"),
                                            (waves, "argocd", "selfheal")):
                    self.assertEqual(traps(path, engine, "--event", event), [], f"{path.name} as {engine}, {event}")

    def test_the_chart_with_values_by_hand(self):
        """The values of ci/storefront-values.yaml say in the chart's words what the example says in windlass.yaml."""
        storefront = projects.ROOT / "examples/storefront"
        chart = projects.ROOT / "charts/windlass"
        scripts = {f"{folder}/{path.name}": path.read_text(encoding="utf-8")
                   for folder in ("sql", "verify") for path in (storefront / folder).iterdir()}
        values = yaml.safe_load((chart / "ci/storefront-values.yaml").read_text(encoding="utf-8"))
        main = values["databases"]["main"]
        main["scripts"] = {path: each for path, each in scripts.items() if path.startswith("sql/")}
        main["queries"] = {path: each for path, each in scripts.items() if path.startswith("verify/")}
        marker, = [each for each in self.objects(storefront, "prod", "plain")
                   if each["metadata"]["name"] == "storefront-migration-set"]
        main["digest"] = marker["data"]["digest"]
        self.compare_by_hand(values, self.objects(storefront, "prod", "plain"))

    def test_every_delivery_with_values_by_hand(self):
        """ci/METHOD-values.yaml says what an environment of examples/deliveries does, but for its network policies."""
        chart = projects.ROOT / "charts/windlass"
        methods = set()
        for name in ("image", "copy", "image-volume", "object-storage"):
            values = yaml.safe_load((chart / f"ci/{name}-values.yaml").read_text(encoding="utf-8"))
            rendered = self.objects(projects.ROOT / "examples/deliveries", values["environment"], "plain")
            with self.subTest(values=name):
                self.compare_by_hand(values, [each for each in rendered if each["kind"] != "NetworkPolicy"])
            methods.add(values["delivery"]["method"])
        schema = yaml.safe_load((chart / "values.schema.json").read_text(encoding="utf-8"))
        known = schema["properties"]["delivery"]["properties"]["method"]["enum"]
        self.assertEqual(methods, set(known) - {"configMap"})

    def compare_by_hand(self, values, objects):
        file = self.place / "values.yaml"
        file.write_text(yaml.safe_dump(values), encoding="utf-8")
        expected = text(by_name(in_any_order(objects)))
        for major in helm.VERSIONS:
            rendered = helm.template(major, projects.ROOT / "charts/windlass", "-f", file)
            self.assertEqual(text(by_name(in_any_order(rendered))), expected, f"Helm {major}")


def in_any_order(objects):
    """Without what cannot be the same by hand: the order of variables and of a volume's files, the digits of a hash."""
    result = []
    for each in objects:
        each = copy.deepcopy(each)
        if each["kind"] == "Job" and not is_on_demand(each):
            each["metadata"]["name"] = each["metadata"]["name"][:-8]
        spec = each["spec"]["jobTemplate"]["spec"] if each["kind"] == "CronJob" else each.get("spec", {})
        if "template" in spec:
            spec["template"]["metadata"]["annotations"].pop("windlass.dev/files-digest", None)
            sort_lists(spec["template"]["spec"])
        result.append(each)
    return result


def sort_lists(pod):
    for container in pod.get("initContainers", []) + pod["containers"]:
        container["env"].sort(key=lambda variable: variable["name"])
    for volume in pod["volumes"]:
        for source in volume.get("projected", {}).get("sources", []):
            source["configMap"]["items"].sort(key=lambda item: item["path"])


if __name__ == "__main__":
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    try:
        for wanted in helm.VERSIONS:
            helm.program(wanted)
    except go_modules.Missing as reason:
        go_modules.skip(reason)
    unittest.main(verbosity=2)
