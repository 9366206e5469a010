"""charts/windlass under the real Helm 3 and 4: lint, every values file of ci/, and what the rendered hooks promise.

chart_test.py WINDLASS WINDLASS-HOOK
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

import go_modules
import helm
import kubeconform
import kubernetes_schemas
import projects

CHART = projects.ROOT / "charts/windlass"
VALUES = sorted((CHART / "ci").glob("*-values.yaml"))
HELM_EVENTS = {"PreSync": {"pre-install", "pre-upgrade"}, "PostSync": {"post-install", "post-upgrade"}}
ARGO_HOOK = "argocd.argoproj.io/hook"
WINDLASS = HOOK = ""


def annotations(object_):
    return object_["metadata"].get("annotations", {})


def hooks(objects):
    return [each for each in objects if "helm.sh/hook" in annotations(each)]


def pod_of(object_):
    spec = object_["spec"]["jobTemplate"]["spec"] if object_["kind"] == "CronJob" else object_["spec"]
    return spec["template"]["spec"]


def with_pods(objects):
    return [each for each in objects if each["kind"] in ("Job", "CronJob")]


def containers(object_):
    pod = pod_of(object_)
    return pod.get("initContainers", []) + pod["containers"]


def is_ours(container):
    return container.get("command") == ["windlass-hook"]


class ChartTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="windlass-chart-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)

    def rendered(self):
        """(values file, objects) for every file of ci/."""
        self.assertGreaterEqual(len(VALUES), 2)
        return [(values, helm.template(4, CHART, "-f", values)) for values in VALUES]

    def refusal(self, values):
        file = self.place / "values.yaml"
        file.write_text(yaml.safe_dump(values), encoding="utf-8")
        said = []
        for major in helm.VERSIONS:
            with self.assertRaises(ValueError) as raised:
                helm.template(major, CHART, "-f", file)
            said.append(str(raised.exception))
        return "\n".join(said)

    def minimal(self, **more):
        values = yaml.safe_load((CHART / "ci/minimal-values.yaml").read_text(encoding="utf-8"))
        values["databases"]["main"].update(more)
        return values

    def test_lint_has_nothing_to_say(self):
        for major in helm.VERSIONS:
            for values in VALUES:
                told = helm.run(major, "lint", "--strict", CHART, "-f", values)
                self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
                self.assertNotIn("[WARNING]", told.stdout)

    def test_helm_3_and_4_render_the_same_objects(self):
        for values, objects in self.rendered():
            self.assertEqual(helm.template(3, CHART, "-f", values), objects)

    def test_every_object_is_valid_from_its_oldest_kubernetes_to_the_newest(self):
        for values, objects in self.rendered():
            file = self.place / values.name
            file.write_text(yaml.safe_dump_all(objects), encoding="utf-8")
            said = yaml.safe_load(values.read_text(encoding="utf-8")).get("minVersion", "1.29")
            newest = max(kubernetes_schemas.KUBERNETES)
            for minor in {int(said.split(".")[1]), newest}:
                self.assertEqual(kubeconform.complaints(minor, [file]), "", f"Kubernetes 1.{minor}")

    def test_no_two_hooks_of_an_event_share_a_weight(self):
        for _, objects in self.rendered():
            weights = [annotations(each)["helm.sh/hook-weight"] for each in hooks(objects)]
            self.assertEqual(len(weights), len(set(weights)))

    def test_both_engines_run_the_hooks_in_the_same_order(self):
        for _, objects in self.rendered():
            both = [each for each in hooks(objects) if ARGO_HOOK in annotations(each)]
            by_helm = sorted(both, key=lambda each: int(annotations(each)["helm.sh/hook-weight"]))
            waves = [(annotations(each)[ARGO_HOOK] == "PostSync",
                      int(annotations(each)["argocd.argoproj.io/sync-wave"])) for each in by_helm]
            self.assertEqual(waves, sorted(waves))
            for each in both:
                events = set(annotations(each)["helm.sh/hook"].split(","))
                self.assertLessEqual(HELM_EVENTS[annotations(each)[ARGO_HOOK]], events)
                # Under Argo CD an operator's finalizer would hold up the deletion before each sync.
                custom = each["kind"] == "ExternalSecret"
                self.assertEqual("before-hook-creation" not in annotations(each)["helm.sh/hook-delete-policy"], custom)

    def test_what_argo_cd_must_not_run_has_none_of_its_annotations(self):
        for _, objects in self.rendered():
            for each in hooks(objects):
                if ARGO_HOOK not in annotations(each):
                    self.assertIn(annotations(each)["helm.sh/hook"], ("test", "pre-rollback"))

    def test_what_a_hook_needs_is_a_hook_of_every_event_that_it_runs_in(self):
        for _, objects in self.rendered():
            by_name = {(each["kind"], each["metadata"]["name"]): each for each in objects}
            for job in hooks(objects):
                if job["kind"] != "Job":
                    continue
                pod = pod_of(job)
                needed = [("ServiceAccount", pod["serviceAccountName"])]
                needed += [("ConfigMap", source["configMap"]["name"]) for volume in pod["volumes"]
                           for source in volume.get("projected", {}).get("sources", [])]
                for name in needed:
                    there = annotations(by_name[name])
                    self.assertLessEqual(set(annotations(job)["helm.sh/hook"].split(",")),
                                         set(there["helm.sh/hook"].split(",")), name)
                    self.assertLess(int(there["helm.sh/hook-weight"]), int(annotations(job)["helm.sh/hook-weight"]))

    def test_the_rollback_needs_nothing_that_a_hook_brings(self):
        for _, objects in self.rendered():
            passing = {(each["kind"], each["metadata"]["name"]) for each in hooks(objects)}
            for each in objects:
                if each["kind"] == "CronJob":
                    self.assertTrue(each["spec"]["suspend"])
                    self.assertNotIn(("ServiceAccount", pod_of(each)["serviceAccountName"]), passing)

    def test_a_job_fails_at_once_after_the_codes_that_the_contract_does_not_retry(self):
        page = (projects.ROOT / "docs/exit-codes.md").read_text(encoding="utf-8")  # made from the contract's table
        permanent = [int(code) for code, retried in re.findall(r"^\| (\d+) \| `\w+` \| (yes|no) \|", page, re.MULTILINE)
                     if retried == "no" and int(code) > 1]
        self.assertGreater(len(permanent), 5)
        for _, objects in self.rendered():
            for each in with_pods(objects):
                spec = each["spec"]["jobTemplate"]["spec"] if each["kind"] == "CronJob" else each["spec"]
                rules = [rule["onExitCodes"] for rule in spec["podFailurePolicy"]["rules"] if "onExitCodes" in rule]
                self.assertEqual([rule["containerName"] for rule in rules],
                                 [main["name"] for main in pod_of(each)["containers"]] +
                                 [first["name"] for first in pod_of(each).get("initContainers", []) if is_ours(first)])
                for rule in rules:
                    self.assertEqual(rule["values"], permanent)

    def test_the_hook_understands_every_container(self):
        loaded = 0
        for _, objects in self.rendered():
            for each in with_pods(objects):
                for container in filter(is_ours, containers(each)):
                    environment = {"PATH": os.environ["PATH"]}
                    for variable in container["env"]:
                        environment[variable["name"]] = variable.get("value", "postgresql://shop@db/shop").replace("$$", "$")
                    told = subprocess.run([HOOK, *container["args"], "--explain-settings"], env=environment, timeout=60,
                                          capture_output=True, text=True, check=False)
                    self.assertEqual(told.returncode, 0, told.stderr)
                    self.assertEqual(told.stderr, "")
                    loaded += 1
        self.assertGreater(loaded, 10)

    def test_what_stands_beside_the_hook_is_in_every_pod_and_before_it(self):
        objects = helm.template(4, CHART, "-f", CHART / "ci/full-values.yaml")
        of_main = [each for each in with_pods(objects) if each["metadata"]["labels"]["windlass.dev/database"] == "main"]
        self.assertEqual(len(of_main), 6)  # backup, migrate, verify, at helm test, at helm rollback, rollback
        for each in of_main:
            self.assertEqual(containers(each)[0]["name"], "alloydb-auth-proxy")
            self.assertIn({"name": "ca", "configMap": {"name": "database-ca"}}, pod_of(each)["volumes"])
            for container in filter(is_ours, containers(each)):
                self.assertIn({"name": "ca", "mountPath": "/ca", "readOnly": True}, container["volumeMounts"])

    def test_the_schema_knows_the_phases_and_every_key_of_the_values(self):
        told = subprocess.run([HOOK, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
        schema = yaml.safe_load((CHART / "values.schema.json").read_text(encoding="utf-8"))
        for phase in schema["definitions"]["container"]["properties"]["phase"]["enum"]:
            self.assertRegex(told, rf"(?m)^\s+{phase}\s")
        values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
        self.assertEqual(set(schema["properties"]) - set(values), {"global", "enabled"})
        self.assertEqual(set(values) - set(schema["properties"]), set())

    def test_its_version_is_that_of_the_programs(self):
        told = subprocess.run([WINDLASS, "--version"], capture_output=True, text=True, timeout=60, check=True).stdout
        chart = yaml.safe_load((CHART / "Chart.yaml").read_text(encoding="utf-8"))
        self.assertEqual(told.strip(), f"windlass {chart['version']}")

    def test_the_defaults_are_those_of_windlass_yaml(self):
        schema = yaml.safe_load(subprocess.run([WINDLASS, "schema"], capture_output=True, text=True, timeout=60,
                                               check=True).stdout)
        values = yaml.safe_load((CHART / "values.yaml").read_text(encoding="utf-8"))
        kubernetes = defaults_of(schema, "activeDeadline")
        self.assertEqual(seconds(kubernetes["activeDeadline"]), values["job"]["activeDeadlineSeconds"])
        self.assertEqual(seconds(kubernetes["ttlAfterFinished"]), values["job"]["ttlSecondsAfterFinished"])
        self.assertEqual(seconds(kubernetes["terminationGrace"]), values["pod"]["terminationGracePeriodSeconds"])
        self.assertEqual(int(kubernetes["backoffLimit"]), values["job"]["backoffLimit"])
        for key in ("image", "imagePullPolicy", "minVersion"):
            self.assertEqual(kubernetes[key], values[key])
        alerts = defaults_of(schema, "failurePercent")
        self.assertEqual(int(alerts["failurePercent"]), values["alerts"]["failurePercent"])

    def test_values_that_make_no_sense_are_refused_with_what_to_do(self):
        self.assertIn("databases is empty", self.refusal({}))
        self.assertIn("bakup", self.refusal(self.minimal(bakup={"enabled": False})))
        self.assertIn("needs urlSecret, or host and name", self.refusal(self.minimal(connection={})))
        self.assertIn("connection.name is needed beside host", self.refusal(self.minimal(connection={"host": "db"})))
        self.assertIn("has no scripts", self.refusal(self.minimal(scripts={})))
        self.assertIn("holds a comma", self.refusal(self.minimal(placeholders={"a": "b, c"})))

    def test_alerts_that_could_never_fire_are_refused(self):
        def refusal(**alerts):
            return self.refusal({**self.minimal(), "alerts": {"enabled": True, **alerts}})

        self.assertIn("alerts.longRunning is 30m, and Kubernetes ends a Job after job.activeDeadlineSeconds, 1800",
                      refusal(longRunning="30m"))
        for word in ("10", "0s", "0h0m", "-5m", "1d", "90ms"):
            self.assertRegex(refusal(notRunFor=word), "notRunFor.*pattern")
        self.assertRegex(refusal(failurePercent=100), "failurePercent")
        self.assertRegex(refusal(notRun="1h"), "notRun")

    def test_the_seconds_of_a_duration(self):
        for word, expected in {"45s": 45, "15m": 900, "1h30m": 5400, "0h20m": 1200, "90m1h": 9000, "8760h": 31536000}.items():
            values = {**self.minimal(), "alerts": {"enabled": True, "notRunFor": word}}
            file = self.place / "values.yaml"
            file.write_text(yaml.safe_dump(values), encoding="utf-8")
            for major in helm.VERSIONS:
                rule, = [each for each in helm.template(major, CHART, "-f", file) if each["kind"] == "PrometheusRule"]
                last = rule["spec"]["groups"][0]["rules"][-1]
                self.assertIn(f"[{expected}s]", last["expr"])
                self.assertTrue(last["annotations"]["summary"].endswith(word))

    def test_a_delivery_that_cannot_be_is_refused_with_what_to_do(self):
        def refusal(delivery, more=None, **database):
            values = self.minimal(**{"scripts": {}, **database})
            return self.refusal({**values, "delivery": delivery, **(more or {})})

        image = "registry.example.com/shop:1"
        newest = {"minVersion": "1.35"}
        volume = {"method": "imageVolume", "image": image}
        self.assertRegex(refusal({"method": "oci"}), "method.*(one of|must be)")
        self.assertIn("delivery.image is set, and the method configMap does not use it", refusal({"image": image}))
        self.assertIn("delivery.command is set, and the method imageVolume does not use it",
                      refusal({**volume, "command": ["cp"]}, newest))
        self.assertIn("Name the image that holds the scripts", refusal({"method": "copy"}))
        self.assertIn("Name an image that can fetch", refusal({"method": "objectStorage"}))
        self.assertIn("Name the command that fetches", refusal({"method": "objectStorage", "image": image}))
        self.assertIn("windlass:latest holds no scripts of yours", refusal({"method": "image"}))
        self.assertIn("all of it would be copied", refusal({"method": "copy", "image": image, "path": "/"}))
        self.assertIn("delivery.command does not use it",
                      refusal({"method": "copy", "image": image, "path": "/a", "command": ["cp", "$(SCRIPTS)"]}))
        self.assertIn("no word of delivery.command has $(SCRIPTS)",
                      refusal({"method": "copy", "image": image, "command": ["cp", "/a", "/b"]}))
        self.assertIn("image volumes need Kubernetes 1.35, and minVersion is 1.29", refusal(volume))
        self.assertIn("databases.main.scripts is set, and the method imageVolume",
                      refusal(volume, newest, scripts={"sql/V1__a.sql": "SELECT 1;"}))
        self.assertIn("databases.main.locations is set, and with the method configMap",
                      refusal({"method": "configMap"}, scripts={"sql/V1__a.sql": "SELECT 1;"}, locations=["sql"]))
        self.assertRegex(refusal(volume, newest, locations=["/sql"]), "locations")

    def test_image_volumes_are_refused_by_a_cluster_without_them(self):
        values = CHART / "ci/image-volume-values.yaml"
        for major in helm.VERSIONS:
            with self.assertRaisesRegex(ValueError, "this cluster has v1.34"):
                helm.template(major, CHART, "-f", values, "--kube-version", "1.34.2-gke.100")
            self.assertTrue(helm.template(major, CHART, "-f", values, "--kube-version", "1.35"))

    def test_scripts_that_an_image_holds_have_their_contract_job_when_the_values_say_so(self):
        values = yaml.safe_load((CHART / "ci/copy-values.yaml").read_text(encoding="utf-8"))
        values["databases"]["main"]["contract"] = True
        file = self.place / "values.yaml"
        file.write_text(yaml.safe_dump(values), encoding="utf-8")
        jobs = {each["spec"]["template"]["metadata"]["labels"]["windlass.dev/phase"]: each
                for each in helm.template(4, CHART, "-f", file) if each["kind"] == "Job"}
        self.assertEqual([each["name"] for each in containers(jobs["contract"])], ["scripts", "contract"])
        for phase, says in {"migrate": True, "verify": True, "contract": False}.items():
            main, = pod_of(jobs[phase])["containers"]
            self.assertEqual({"name": "WINDLASS_DEFER_CONTRACT", "value": "true"} in main["env"], says, phase)

    def test_it_works_as_a_dependency_with_the_guard_in_the_applications_pod(self):
        application = self.place / "shop"
        shutil.copytree(CHART, application / "charts/windlass")
        (application / "Chart.yaml").write_text(
            "apiVersion: v2\nname: shop\nversion: 1.0.0\ndependencies:\n"
            "- {name: windlass, version: 0.1.0, condition: windlass.enabled}\n", encoding="utf-8")
        minimal = self.minimal(version="1")
        (application / "values.yaml").write_text(
            yaml.safe_dump({"global": {"a": "b"}, "windlass": {**minimal, "enabled": True}}), encoding="utf-8")
        (application / "templates").mkdir()
        (application / "templates/deployment.yaml").write_text(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop}\nspec:\n  template:\n    spec:\n"
            "      initContainers:\n"
            "        {{- include \"windlass.guard\" (dict \"root\" .Subcharts.windlass \"database\" \"main\") |"
            " nindent 8 }}\n", encoding="utf-8")
        for major in helm.VERSIONS:
            objects = helm.template(major, application, release="shop")
            deployment = next(each for each in objects if each["kind"] == "Deployment")
            guard, = deployment["spec"]["template"]["spec"]["initContainers"]
            self.assertEqual(guard["args"], ["guard"])
            self.assertIn({"name": "WINDLASS_EXPECT_VERSION", "value": "1"}, guard["env"])
            self.assertIn("shop-migrate", {each["metadata"]["name"] for each in objects})

    def test_the_notes_say_the_timeout_and_the_way_back(self):
        # Only an install prints them, and it needs a cluster.
        copy = self.place / "windlass"
        shutil.copytree(CHART, copy)
        (copy / "templates/NOTES.txt").rename(copy / "notes")
        (copy / "templates/notes.yaml").write_text(
            "kind: ConfigMap\ndata:\n  notes: {{ tpl (.Files.Get \"notes\") . | toJson }}\n", encoding="utf-8")

        def notes(major, values):
            shown, = helm.template(major, copy, "-f", CHART / "ci" / values, "--show-only", "templates/notes.yaml",
                                   release="shop")
            return shown["data"]["notes"]

        for major in helm.VERSIONS:
            minimal = notes(major, "minimal-values.yaml")
            self.assertNotIn("They come by", minimal)
            self.assertIn("They come by copy from registry.example.com/catalog/app:1.4.0",
                          notes(major, "copy-values.yaml"))
            self.assertIn("They come by image from registry.example.com/catalog/windlass:1.4.0",
                          notes(major, "image-values.yaml"))
            self.assertIn("helm upgrade --timeout 1860s", minimal)
            self.assertIn("kubectl -n shop create job shop-rollback-1 --from=cronjob/shop-rollback",
                          minimal)


def seconds(text):
    return sum(int(number) * {"s": 1, "m": 60, "h": 3600}[unit] for number, unit in re.findall(r"(\d+)([smh])", text))


def defaults_of(schema, key):
    """The defaults of the section of the schema that has `key`."""
    if isinstance(schema, dict):
        properties = schema.get("properties", {})
        if key in properties:
            return {name: value["default"] for name, value in properties.items() if "default" in value}
        schema = list(schema.values())
    if isinstance(schema, list):
        return next((found for found in (defaults_of(each, key) for each in schema) if found), None)
    return None


if __name__ == "__main__":
    HOOK = pathlib.Path(sys.argv.pop(2)).resolve()
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    try:
        for wanted in helm.VERSIONS:
            helm.program(wanted)
        kubeconform.program()
        kubernetes_schemas.make()
    except go_modules.Missing as reason:
        go_modules.skip(reason)
    unittest.main(verbosity=2)
