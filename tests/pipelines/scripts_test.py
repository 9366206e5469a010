"""What `windlass ci` writes: its scripts pass shellcheck, are the same for every CI system, and do what they say.

scripts_test.py WINDLASS
"""

import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

import pipelines

WINDLASS = ""
LIMIT = 60

# A cluster in a folder: what is called stands in calls, and a Job whose file is named in $FAILS fails.
KUBECTL = """
echo "$*" >> "$CALLS"
case "$*" in
  *activeDeadlineSeconds*) printf 30 ;;
  *conditions*) case "$FAILS" in *"$3"*) printf FailureTarget\\ Failed ;; *) printf SuccessCriteriaMet\\ Complete ;; esac ;;
  *"-o name"*) printf job.batch/x ;;
  apply*) [ -d "${@: -1}" ] || exit 1 ;;
  replace*) [ -f "${@: -1}" ] || exit 1 ;;
esac
cat "$KUBECONFIG" >> "$CALLS.config"
"""


def program(folder, name, text):
    path = folder / name
    path.write_text("#!/bin/bash\n" + text)
    path.chmod(0o755)


class Shellcheck(unittest.TestCase):
    def test_every_script_of_every_kind_and_target_is_clean(self):
        where = {}  # each script is looked at once, wherever else it stands
        for kind in pipelines.KINDS:
            for target, mode in pipelines.TARGETS:
                for environments in ((), ("prod",)):
                    text = pipelines.write(WINDLASS, kind, target, mode, environments)
                    for name, script in pipelines.scripts(kind, text).items():
                        where.setdefault(script, f"{kind} {target} {mode} {name}")
        for script, place in where.items():
            with self.subTest(place):
                told = subprocess.run(["shellcheck", "--shell=sh", "--severity=style", "-"], input=script,
                                      capture_output=True, text=True, timeout=LIMIT)
                self.assertEqual(told.returncode, 0, told.stdout + told.stderr)
        self.assertGreater(len(where), 20)


class Sameness(unittest.TestCase):
    def test_each_kind_has_the_same_steps_in_the_same_order(self):
        wanted = [*pipelines.CHECKS, *(f"release {name}" for name in pipelines.ENVIRONMENTS)]
        for kind in pipelines.KINDS:
            found = list(pipelines.scripts(kind, pipelines.write(WINDLASS, kind, "plain")))
            self.assertEqual([name for name in found if name != "summary"], wanted, kind)

    def test_each_kind_has_the_same_scripts(self):
        for target in ("plain", "helm"):
            reference = pipelines.scripts("gitlab", pipelines.write(WINDLASS, "gitlab", target))
            for kind in pipelines.KINDS:
                found = pipelines.scripts(kind, pipelines.write(WINDLASS, kind, target))
                for name, script in reference.items():
                    if kind == "cloudbuild" and name.startswith("release"):
                        self.assertTrue(found[name].endswith(script.removeprefix("#!/bin/sh\n")), name)
                    else:
                        self.assertEqual(found[name], script, f"{kind} {name}")


class Order(unittest.TestCase):
    """A release needs the one before it, and every one after the first is approved where the system can ask."""

    def test_github(self):
        jobs = pipelines.document(pipelines.write(WINDLASS, "github", "plain"))["jobs"]
        before = "check"
        for name in pipelines.ENVIRONMENTS:
            job = jobs[f"release-{name}"]
            self.assertEqual((job["needs"], job["environment"]), (before, name))
            self.assertIn("github.event_name == 'push'", job["if"])
            self.assertNotIn("always()", job["if"])
            before = f"release-{name}"

    def test_gitlab(self):
        file = pipelines.document(pipelines.write(WINDLASS, "gitlab", "plain"))
        names = [f"release {name}" for name in pipelines.ENVIRONMENTS]
        self.assertEqual(file["stages"], ["check", *names])
        for name in names:
            rule, = file[name]["rules"]
            self.assertEqual(file[name]["stage"], name)
            first = name == names[0]
            self.assertEqual(rule["when"], "on_success" if first else "manual")
            self.assertEqual(rule.get("allow_failure"), None if first else False)

    def test_cloudbuild(self):
        file = pipelines.document(pipelines.write(WINDLASS, "cloudbuild", "plain"))
        self.assertFalse([step for step in file["steps"] if "waitFor" in step or "allowFailure" in step])
        named = {secret["env"] for secret in file["availableSecrets"]["secretManager"]}
        used = {name for step in file["steps"] for name in step.get("secretEnv", [])}
        self.assertEqual(named, used)
        self.assertEqual(len(used), len(pipelines.ENVIRONMENTS))
        slowest = sum(int(step["timeout"][:-1]) for step in file["steps"] if "timeout" in step)
        self.assertGreater(int(file["timeout"][:-1]), slowest)

    def test_jenkins(self):
        text = pipelines.write(WINDLASS, "jenkins", "plain")
        self.assertEqual(text.count("input {"), len(pipelines.ENVIRONMENTS) - 1)
        self.assertEqual(text.count("BRANCH_IS_PRIMARY"), len(pipelines.ENVIRONMENTS))
        self.assertLess(text.index("stage('release devtest')"), text.index("input {"))


class Doing(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="windlass-pipelines-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        self.programs = self.place / "bin"
        self.programs.mkdir()
        self.calls = self.place / "calls"
        program(self.programs, "sleep", "")
        program(self.programs, "kubectl", KUBECTL)
        (self.place / "tmp").mkdir()

    def run_step(self, kind, target, step, **environment):
        script = pipelines.scripts(kind, pipelines.write(WINDLASS, kind, target))[step]
        (self.place / "script").write_text(script)
        return subprocess.run(["sh", self.place / "script"], cwd=self.place, stdin=subprocess.DEVNULL,
                              env={"PATH": f"{self.programs}:/usr/bin:/bin", "CALLS": str(self.calls), "FAILS": "",
                                   "TMPDIR": str(self.place / "tmp"), **environment},
                              capture_output=True, text=True, timeout=LIMIT)

    def render(self, environment):
        shutil.copytree(pipelines.ROOT / pipelines.PROJECT, self.place / pipelines.PROJECT)
        subprocess.run([WINDLASS, "render", pipelines.PROJECT, "--env", environment, "--target", "plain", "-o",
                        f"{pipelines.PROJECT}/deploy/{environment}"], cwd=self.place, check=True, timeout=LIMIT,
                       stdout=subprocess.DEVNULL)

    def steps_called(self):
        return [line.split("/deploy/prod/")[1].split("/")[0] for line in self.calls.read_text().splitlines()
                if line.startswith(("apply", "replace"))]

    def test_a_plain_release_runs_every_folder_in_order_and_leaves_no_credentials(self):
        self.render("prod")
        told = self.run_step("github", "plain", "release prod", KUBE_CONFIG="who: we are")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertEqual(self.steps_called(),
                         ["10-support", "20-backup", "30-migrate", "40-release", "50-verify"])
        self.assertIn("who: we are", pathlib.Path(f"{self.calls}.config").read_text())
        self.assertNotIn("who: we are", told.stdout + told.stderr)
        self.assertEqual(list((self.place / "tmp").iterdir()), [])

    def test_a_failed_migrate_releases_nothing(self):
        self.render("prod")
        migrate, = (self.place / pipelines.PROJECT / "deploy/prod/30-migrate").iterdir()
        told = self.run_step("gitlab", "plain", "release prod", KUBE_CONFIG="x",
                             FAILS=str(migrate.relative_to(self.place)))
        self.assertEqual(told.returncode, 1)
        self.assertIn("failed", told.stderr)
        self.assertEqual(self.steps_called(), ["10-support", "20-backup", "30-migrate"])
        self.assertEqual(list((self.place / "tmp").iterdir()), [])

    def test_a_failed_verify_fails_the_release(self):
        self.render("prod")
        verify, = (self.place / pipelines.PROJECT / "deploy/prod/50-verify").iterdir()
        told = self.run_step("jenkins", "plain", "release prod", KUBE_CONFIG="x",
                             FAILS=str(verify.relative_to(self.place)))
        self.assertEqual(told.returncode, 1)

    def test_a_job_that_never_ends_is_a_failure(self):
        self.render("prod")
        program(self.programs, "date", 'n=$(cat "$CALLS.clock" 2>/dev/null || echo 0)\n'
                                       'echo $((n + 60)) > "$CALLS.clock"\necho $n\n')
        program(self.programs, "kubectl", KUBECTL.replace("SuccessCriteriaMet\\ Complete", "Suspended"))
        told = self.run_step("gitlab", "plain", "release prod", KUBE_CONFIG="x")
        self.assertEqual(told.returncode, 1)
        self.assertIn("has not ended", told.stderr)

    def test_folders_that_are_not_there_are_a_failure(self):
        told = self.run_step("gitlab", "plain", "release prod", KUBE_CONFIG="x")
        self.assertNotEqual(told.returncode, 0)

    def test_a_secret_that_is_not_set_is_named(self):
        for kind, target, name in (("gitlab", "plain", "KUBE_CONFIG"), ("github", "argocd", "ARGOCD_SERVER"),
                                   ("cloudbuild", "helm", "KUBE_CONFIG")):
            told = self.run_step(kind, target, "release prod")
            self.assertNotEqual(told.returncode, 0)
            self.assertIn(f"{name}: is not among the secrets", told.stderr)

    def test_a_pull_request_is_not_released_by_cloud_build(self):
        told = self.run_step("cloudbuild", "plain", "release prod", _PR_NUMBER="7")
        self.assertEqual((told.returncode, told.stdout), (0, "a pull request is not released\n"))
        self.assertFalse(self.calls.exists())

    def test_argo_cd_is_told_the_commit_that_was_checked(self):
        program(self.programs, "argocd", 'echo "$*" >> "$CALLS"\n')
        for kind, variable in (("github", "GITHUB_SHA"), ("gitlab", "CI_COMMIT_SHA"), ("jenkins", "GIT_COMMIT"),
                               ("cloudbuild", "COMMIT_SHA")):
            told = self.run_step(kind, "argocd", "release prod", ARGOCD_SERVER="a", ARGOCD_AUTH_TOKEN="t",
                                 ARGOCD_SERVER_PROD="a", ARGOCD_AUTH_TOKEN_PROD="t", **{variable: "c0ffee"})
            self.assertEqual(told.returncode, 0, told.stderr)
            self.assertIn("app sync storefront-prod --revision c0ffee", self.calls.read_text())
            self.calls.unlink()

    def test_lint_makes_both_reports_and_then_fails(self):
        program(self.programs, "windlass", 'echo "$*"; exit 1\n')
        told = self.run_step("gitlab", "plain", "lint")
        self.assertEqual(told.returncode, 1)
        self.assertIn("sarif", (self.place / "windlass-lint.sarif").read_text())
        self.assertIn("markdown", told.stdout)

    def test_every_environment_is_tried_before_a_rehearsal_fails(self):
        program(self.programs, "windlass", 'echo "$*" >> "$CALLS"; [ "$4" != dev ]\n')
        told = self.run_step("gitlab", "plain", "rehearse")
        self.assertEqual(told.returncode, 1)
        self.assertEqual(len(self.calls.read_text().splitlines()), len(pipelines.ENVIRONMENTS))


if __name__ == "__main__":
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    if not shutil.which("shellcheck"):
        print("pipelines: shellcheck is not installed: run make deps")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(verbosity=2)
