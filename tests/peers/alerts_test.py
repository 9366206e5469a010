"""The alerts and the dashboard, as render writes them and as the chart makes them of values by hand, under the real
promtool: what each alert fires for and what it keeps quiet for, and what each panel shows.

alerts_test.py WINDLASS
"""

import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

import go_modules
import helm
import projects

# Its alerts: longRunning 10m, failurePercent 40, notRunFor 24h.
BASE = "features-of-a-project-with-a-long-name-main"
BACKUP, MIGRATE, NEXT_MIGRATE, VERIFY = (f"{BASE}-{name}" for name in (
    "backup-00000001", "migrate-00000002", "migrate-0000000a", "verify-00000003"))
FAILED, RUNS_LONG, FAIL_OFTEN, NOT_RUN = (f"Windlass{name}" for name in (
    "JobFailed", "JobRunsLong", "JobsFailOften", "NotRun"))
WINDLASS = ""


class Cluster:
    """The series of kube-state-metrics about Jobs, one sample a minute for `minutes`."""

    def __init__(self, minutes, namespace="features"):
        self.minutes, self.namespace, self.series = minutes, namespace, []

    def add(self, name, job, value, since, until, **labels):
        until = self.minutes if until is None else until
        all_labels = {"namespace": self.namespace, "job_name": job, **labels}
        text = ",".join(f'{key}="{each}"' for key, each in all_labels.items())
        stale = ["stale"] if until < self.minutes else []
        values = ["_"] * since + [str(value)] * (until - since) + stale
        self.series.append({"series": f"{name}{{{text}}}", "values": " ".join(values)})

    def job(self, name, made, complete=None, failed=None, gone=None):
        """A Job by the minutes in which it was made, came to its end and was deleted."""
        self.add("kube_job_created", name, made * 60, made, gone)
        for series, ended in (("kube_job_complete", complete), ("kube_job_failed", failed)):
            if ended is not None:
                self.add(series, name, 1, ended, gone, condition="true")
                self.add(series, name, 0, ended, gone, condition="false")
        if complete is not None:
            self.add("kube_job_status_completion_time", name, complete * 60, complete, gone)
        return self


class Observed:
    """The cases; a class below says by objects() whose alerts and dashboard they are about."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.TemporaryDirectory(prefix="windlass-alerts-")
        cls.addClassCleanup(place.cleanup)
        cls.place = pathlib.Path(place.name)
        objects = cls.objects()
        cls.rule, = [each for each in objects if each["kind"] == "PrometheusRule"]
        cls.dashboard, = [each for each in objects if each["metadata"]["name"].endswith("-dashboard")]
        cls.rules = cls.place / "rules.yaml"
        cls.rules.write_text(yaml.safe_dump(cls.rule["spec"]), encoding="utf-8")

    def promtool(self, *words):
        return subprocess.run(["promtool", *map(str, words)], capture_output=True, text=True, timeout=120, check=False)

    def firing(self, cluster, database="main"):
        """(alert, Job) of what fires for the database at the end."""
        query = f'ALERTS{{alertstate="firing",database="{database}"}}'
        test = {"rule_files": [str(self.rules)], "evaluation_interval": "1m", "tests": [{
            "interval": "1m", "input_series": cluster.series,
            "promql_expr_test": [{"expr": query, "eval_time": f"{cluster.minutes - 1}m", "exp_samples": []}]}]}
        file = self.place / "test.yaml"
        file.write_text(yaml.safe_dump(test), encoding="utf-8")
        told = self.promtool("test", "rules", file)
        text = told.stdout + told.stderr
        if told.returncode == 0:
            return set()
        self.assertIn("got:", text, text)
        found = set()
        for line in text.split("got:", 1)[1].split("{")[1:]:
            labels = dict(part.split("=", 1) for part in line.split("}")[0].split(", "))
            found.add((labels["alertname"].strip('"'), labels.get("job_name", "").strip('"')))
        return found

    def test_promtool_finds_nothing_wrong(self):
        told = self.promtool("check", "rules", "--lint=all", "--lint-fatal", self.rules)
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        self.assertIn("8 rules found", told.stdout)
        self.assertEqual(self.rule["metadata"]["labels"]["release"], "prometheus")

    def panels(self):
        """The panels of database main by title, without the heading."""
        (name, text), = self.dashboard["data"].items()
        self.assertTrue(name.endswith(".json"))
        dashboard = json.loads(text)
        self.assertEqual(len({each["id"] for each in dashboard["panels"]}), len(dashboard["panels"]))
        headings = {each["title"]: place for place, each in enumerate(dashboard["panels"]) if each["type"] == "row"}
        self.assertEqual(list(headings), ["database audit", "database main"])
        return {each["title"]: each for each in dashboard["panels"][headings["database main"] + 1:]}

    def test_every_panel_asks_what_prometheus_understands_and_lies_beside_the_others(self):
        self.assertEqual(self.dashboard["metadata"]["labels"]["grafana_dashboard"], "1")
        places = set()
        rules = []
        for number, panel in enumerate(self.panels().values()):
            rules.append({"record": f"panel_{number}", "expr": panel["targets"][0]["expr"]})
            place = panel["gridPos"]
            for cell in range(place["x"], place["x"] + place["w"]):
                self.assertLess(cell, 24)
                self.assertNotIn((cell, place["y"]), places)
                places.add((cell, place["y"]))
        file = self.place / "panels.yaml"
        file.write_text(yaml.safe_dump({"groups": [{"name": "panels", "rules": rules}]}), encoding="utf-8")
        told = self.promtool("check", "rules", file)
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)

    def test_the_panels_show_what_happened(self):
        cluster = Cluster(60).job(BACKUP, 0, complete=1).job(MIGRATE, 1, failed=3).job(NEXT_MIGRATE, 20, complete=25)
        cluster.job(VERIFY, 26, failed=27)
        cluster.add("kube_job_status_start_time", NEXT_MIGRATE, 20 * 60, 20, None)
        cluster.add("kube_job_status_active", VERIFY, 0, 26, None)
        expected = {
            "Failed and not cured": [{"labels": "{}", "value": 1}],
            "Since a migration succeeded": [{"labels": "{}", "value": (59 - 25) * 60}],
            "Jobs of a week that succeeded": [{"labels": "{}", "value": 2}],
            "Jobs of a week that failed": [{"labels": "{}", "value": 2}],
            "Time that Jobs took": [{"labels": f'{{job_name="{NEXT_MIGRATE}", phase="migrate"}}', "value": 300}],
            "Pods that run": [{"labels": f'{{job_name="{VERIFY}", phase="verify"}}', "value": 0}],
        }
        panels = self.panels()
        self.assertEqual(set(panels), set(expected))
        tests = [{"expr": panels[title]["targets"][0]["expr"], "eval_time": "59m", "exp_samples": samples}
                 for title, samples in expected.items()]
        file = self.place / "panels-test.yaml"
        file.write_text(yaml.safe_dump({"evaluation_interval": "1m", "tests": [{
            "interval": "1m", "input_series": cluster.series, "promql_expr_test": tests}]}), encoding="utf-8")
        told = self.promtool("test", "rules", file)
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)

    def test_a_release_that_went_well_is_quiet(self):
        cluster = Cluster(60)
        for made, job in enumerate((BACKUP, MIGRATE, VERIFY)):
            cluster.job(job, made, complete=made + 1)
        self.assertEqual(self.firing(cluster), set())

    def test_a_failed_job_is_told(self):
        cluster = Cluster(30).job(BACKUP, 0, complete=1).job(MIGRATE, 1, failed=3)
        cluster.job(f"{BASE}-migrate-0000000f", 0, complete=1)  # of the release before
        self.assertEqual(self.firing(cluster), {(FAILED, MIGRATE)})

    def test_a_failed_job_is_quiet_once_a_newer_one_of_its_phase_has_succeeded(self):
        cluster = Cluster(60).job(MIGRATE, 1, failed=3).job(NEXT_MIGRATE, 20, complete=21)
        cluster.job(VERIFY, 22, complete=23)
        self.assertEqual(self.firing(cluster), set())

    def test_a_newer_job_of_another_phase_does_not_hide_it(self):
        cluster = Cluster(60).job(VERIFY, 1, failed=3).job(NEXT_MIGRATE, 20, complete=21)
        self.assertEqual({each for each in self.firing(cluster) if each[0] == FAILED}, {(FAILED, VERIFY)})

    def test_two_copies_of_kube_state_metrics_tell_the_same(self):
        cluster = Cluster(30).job(MIGRATE, 1, failed=3)
        for each in list(cluster.series):
            cluster.series.append({**each, "series": each["series"].replace("}", ',instance="b"}')})
        self.assertEqual(self.firing(cluster), {(FAILED, MIGRATE), (NOT_RUN, "")})

    def test_a_job_that_does_not_end_is_told_after_ten_minutes_whether_or_not_it_has_pods(self):
        def running(minutes):
            return Cluster(minutes).job(BACKUP, 0, complete=1).job(f"{BASE}-migrate-0000000f", 0, complete=1).job(
                MIGRATE, 1)
        self.assertEqual(self.firing(running(11)), set())
        self.assertEqual(self.firing(running(13)), {(RUNS_LONG, MIGRATE)})

    def test_jobs_that_fail_often_are_told_also_when_they_are_gone(self):
        names = [f"{BASE}-migrate-{number:08x}" for number in range(5)]
        def week(failures):
            cluster = Cluster(200)
            for number, name in enumerate(names):
                ends = {"failed" if number < failures else "complete": 30 * number + 2}
                cluster.job(name, 30 * number, gone=30 * number + 29 if number < 4 else None, **ends)
            return cluster
        self.assertEqual(self.firing(week(2)), set())  # 40 percent may fail
        self.assertEqual(self.firing(week(3)), {(FAIL_OFTEN, "")})

    def test_one_failure_alone_is_not_often(self):
        fired = self.firing(Cluster(30).job(MIGRATE, 0, failed=2))
        self.assertNotIn((FAIL_OFTEN, ""), fired)

    def test_nobody_ran_since_yesterday(self):
        day = 24 * 60
        def since(minutes, gone=None):
            return Cluster(minutes).job(MIGRATE, 0, complete=2, gone=gone)
        self.assertEqual(self.firing(since(day)), set())
        self.assertEqual(self.firing(since(day + 10)), {(NOT_RUN, "")})
        self.assertEqual(self.firing(since(day, gone=60)), set())
        self.assertEqual(self.firing(since(day + 70, gone=60)), {(NOT_RUN, "")})

    def test_what_is_not_ours_is_not_looked_at(self):
        other = Cluster(60, namespace="elsewhere").job(MIGRATE, 1, failed=3)
        rest = Cluster(60).job(VERIFY, 0, complete=1).job(NEXT_MIGRATE, 0, complete=1)
        rest.job(f"{BASE}-rollback-1", 1, failed=2)
        rest.job(BASE.replace("-main", "-audit") + "-migrate-00000001", 1, failed=2)
        rest.job("another-migrate-00000001", 1, failed=2)
        rest.series += other.series
        self.assertEqual(self.firing(rest), set())
        self.assertIn((FAILED, BASE.replace("-main", "-audit") + "-migrate-00000001"), self.firing(rest, "audit"))


class RenderedTest(Observed, unittest.TestCase):
    @classmethod
    def objects(cls):
        return projects.objects_in(projects.render(WINDLASS, projects.FEATURES, "newest", cls.place / "out", "--target",
                                                   "argocd")).values()


class ChartTest(Observed, unittest.TestCase):
    @classmethod
    def objects(cls):
        return helm.template(4, projects.ROOT / "charts/windlass", "-f", projects.observed_values(cls.place))


if __name__ == "__main__":
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    try:
        helm.program(4)
    except go_modules.Missing as reason:
        go_modules.skip(reason)
    if not shutil.which("promtool"):
        go_modules.skip("promtool is not installed: run make peers")
    unittest.main(verbosity=2)
