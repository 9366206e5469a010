"""Charts of projects that depend on each other as parts of one chart: the order in which the real Helm 3 and 4 run their
hooks, and what windlass explain says of it, for Helm and for Argo CD.

umbrella_test.py WINDLASS
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import yaml

import go_modules
import helm
import helm_steps
import projects

CHART = projects.ROOT / "charts/windlass"
WAVE, WEIGHT = "argocd.argoproj.io/sync-wave", "helm.sh/hook-weight"
# Against the order of their names, in which Helm runs hooks of one weight.
RANKS = {"users": 0, "orders": 1, "mails": 2}
DEPENDS_ON = {"orders": ["../users"], "mails": ["../orders", "../users"]}
WINDLASS = ""


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")


def hooks_of(objects, event):
    """As Helm runs them: by weight, then by name."""
    found = [each for each in objects if event in annotations(each).get("helm.sh/hook", "").split(",")]
    return sorted(found, key=lambda each: (int(annotations(each)[WEIGHT]), each["metadata"]["name"]))


def annotations(object_):
    return object_["metadata"].get("annotations", {})


def project_of(name):
    """Of an object's name: "Job/orders-audit-backup-0bf19b86"."""
    return name.split("/")[1].split("-")[0]


def phases(jobs):
    """(project, phase) of Jobs by their names, in their order, each once."""
    found = [(project_of(name), phase) for name in jobs
             for phase in ("backup", "migrate", "verify", "contract") if f"-{phase}-" in name]
    return list(dict.fromkeys(found))


def in_turn(*names):
    return [(project, phase) for project in RANKS for phase in names]


def write_projects(place):
    """Each with two databases, a backup and a script that is marked contract."""
    for name in RANKS:
        databases = {key: {"name": key, "scripts": {"verify": []}} for key in ("main", "audit")}
        write(place / name / "windlass.yaml", {
            "apiVersion": "windlass.dev/v1", "kind": "ProjectConfig", "metadata": {"name": name},
            "spec": {"databases": databases, "dependsOn": DEPENDS_ON.get(name, []), "backup": {"claimName": "backups"},
                     "migration": {"policies": {"backupBeforeUpgrade": True}}, "kubernetes": {"namespace": "shop"}}})
        write(place / name / "sql/V1__a.sql", "CREATE TABLE a (id bigint PRIMARY KEY);\n")
        write(place / name / "sql/V2__b.sql", "-- windlass: contract\nALTER TABLE a DROP COLUMN b;\n")


def of_rendered_charts(place):
    """A chart with a chart in it that windlass wrote for each project."""
    umbrella = place / "of-rendered-charts"
    for name in RANKS:
        projects.render(WINDLASS, place / name, None, umbrella / "charts" / name, "--target", "helm")
    write_chart(umbrella, [{"name": name, "version": "0.1.0"} for name in sorted(RANKS)])
    return umbrella


def of_one_chart_under_several_names(place):
    """A chart with charts/windlass and values by hand for each project."""
    umbrella = place / "of-one-chart"
    values = {}
    for name, rank in RANKS.items():
        database = {"connection": {"urlSecret": {"name": name, "key": "url"}}, "backup": {"claimName": "backups"},
                    "scripts": {"sql/V1__a.sql": "-- windlass: contract\nSELECT 1;\n"}}
        values[name] = {"project": name, "namespace": "shop", "rank": rank,
                        "databases": {"main": database, "audit": database}}
    write(umbrella / "values.yaml", values)
    write_chart(umbrella, [{"name": "windlass", "alias": name, "version": "0.1.0", "repository": f"file://{CHART}"}
                           for name in sorted(RANKS)])
    told = helm.run(4, "dependency", "update", "--skip-refresh", umbrella)
    if told.returncode != 0:
        raise ValueError(told.stderr)
    return umbrella


def write_chart(folder, dependencies):
    write(folder / "Chart.yaml", {"apiVersion": "v2", "name": "shop", "version": "1.0.0", "dependencies": dependencies})


class UmbrellaTest(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="windlass-umbrella-")
        cls.addClassCleanup(place.cleanup)
        cls.place = pathlib.Path(place.name)
        write_projects(cls.place)
        cls.umbrellas = of_rendered_charts(cls.place), of_one_chart_under_several_names(cls.place)
        cls.rendered = [(umbrella.name, major, helm.template(major, umbrella, release="shop"))
                        for umbrella in cls.umbrellas for major in helm.VERSIONS]

    def for_all(self, check):
        """Calls check(major, objects) for either umbrella under either Helm."""
        for umbrella, major, objects in self.rendered:
            with self.subTest(umbrella=umbrella, helm=major):
                check(major, objects)

    def test_every_project_has_its_hooks(self):
        def check(_, objects):
            jobs = [each for each in objects if each["kind"] == "Job"]
            self.assertEqual({project_of(f"Job/{each['metadata']['name']}") for each in jobs}, set(RANKS))
            self.assertEqual(len(jobs), 3 * 2 * 5)  # backup, migrate, verify, contract, verify at helm test
        self.for_all(check)

    def test_no_two_hooks_of_a_project_share_a_weight(self):
        def check(_, objects):
            for name in RANKS:
                weights = [annotations(each)[WEIGHT] for each in objects
                           if each["metadata"]["name"].startswith(name) and WEIGHT in annotations(each)]
                self.assertGreater(len(weights), 10)
                self.assertEqual(len(weights), len(set(weights)))
        self.for_all(check)

    def test_helm_runs_the_jobs_of_a_project_behind_those_of_what_it_depends_on(self):
        """By Helm's own action code."""
        def check(major, objects):
            vector = [{"kind": each["kind"], "apiVersion": each["apiVersion"], "name": each["metadata"]["name"],
                       "annotations": annotations(each)} for each in objects]
            table = self.place / "table.json"
            write(table, [{"name": event, "event": event, "objects": vector} for event in ("install", "upgrade")])
            for event, steps in helm_steps.steps(major, table).items():
                ran = [step.removeprefix("wait ") for step in steps if step.startswith("wait Job/")]
                self.assertEqual(len(ran), 3 * 2 * 4, event)
                self.assertEqual(phases(ran), in_turn("backup", "migrate") + in_turn("verify", "contract"), event)
        self.for_all(check)

    def test_helm_tests_in_the_same_order(self):
        def check(_, objects):
            jobs = [f"Job/{each['metadata']['name']}" for each in hooks_of(objects, "test") if each["kind"] == "Job"]
            self.assertEqual(phases(jobs), in_turn("verify"))
        self.for_all(check)

    def test_explain_shows_that_order_for_helm_and_for_argo_cd(self):
        def check(major, objects):
            file = self.place / "objects.yaml"
            file.write_text(yaml.safe_dump_all(objects), encoding="utf-8")
            as_helm = ("helm", "--helm-version", str(major), "--event")
            for engine, verb in (((*as_helm, "install"), "wait"), ((*as_helm, "upgrade"), "wait"), (("argocd",), "create")):
                told = subprocess.run([WINDLASS, "explain", file, "--output", "json", "--as", *engine],
                                      capture_output=True, text=True, timeout=60, check=False)
                said = json.loads(told.stdout)
                self.assertEqual(said["traps"], [], told.stdout)
                ran = [step["object"] for step in said["steps"]
                       if step["verb"] == verb and step["object"].startswith("Job/")]
                self.assertEqual(phases(ran), in_turn("backup", "migrate") + in_turn("verify", "contract"),
                                 engine)
        self.for_all(check)

    def test_the_guard_of_each_project_is_at_hand_under_its_name(self):
        guards = "".join(f'{name}:\n  {{{{- include "windlass.guard" (dict "root" .Subcharts.{name} "database" "main")'
                         " | nindent 2 }}\n" for name in RANKS)
        for umbrella in self.umbrellas:
            write(umbrella / "templates/guards.yaml", guards)
            for major in helm.VERSIONS:
                found, = helm.template(major, umbrella, "--show-only", "templates/guards.yaml")
                self.assertEqual(list(found), list(RANKS))
                for name, (guard,) in found.items():
                    url, = [each for each in guard["env"] if each["name"] == "WINDLASS_DATABASE_URL"]
                    self.assertTrue(url["valueFrom"]["secretKeyRef"]["name"].startswith(name))

    def test_the_waves_are_those_of_the_other_targets(self):
        def waves(objects):
            return {projects.name_of(each): annotations(each)[WAVE] for each in objects if WAVE in annotations(each)}

        expected = {}
        for name in RANKS:
            out = projects.render(WINDLASS, self.place / name, None, self.place / f"{name}-argocd", "--target", "argocd")
            expected.update(waves(projects.objects_in(out).values()))
        self.assertEqual(set(expected.values()), {"-5", "-1", "0", "2", "3", "9", "10", "12", "13", "19", "20", "22", "23"})
        _, _, objects = self.rendered[0]
        self.assertEqual(waves(objects), expected)

    def test_many_databases_neither_share_weights_nor_reach_into_the_next_rank(self):
        database = {"connection": {"urlSecret": {"name": "db", "key": "url"}}, "scripts": {"sql/V1__a.sql": "SELECT 1;\n"}}
        weights = []
        for rank in (0, 1):
            file = self.place / "values.yaml"
            write(file, {"project": "many", "rank": rank, "databases": {f"d{number}": database for number in range(300)}})
            objects = helm.template(4, CHART, "-f", file)
            weights.append({event: [int(annotations(each)[WEIGHT]) for each in hooks_of(objects, event)
                                    if each["kind"] == "Job"] for event in ("pre-install", "post-install", "test")})
            every = [annotations(each)[WEIGHT] for each in objects if WEIGHT in annotations(each)]
            self.assertEqual(len(every), len(set(every)))
        for event, first in weights[0].items():
            self.assertLess(max(first), min(weights[1][event]), event)


if __name__ == "__main__":
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    try:
        for wanted in helm.VERSIONS:
            helm.program(wanted)
            helm_steps.program(wanted)
    except go_modules.Missing as reason:
        go_modules.skip(reason)
    unittest.main(verbosity=2)
