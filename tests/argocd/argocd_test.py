"""argocd/: the health check on Jobs as a cluster leaves them, under a real Lua, and the notification's template under
Go's own text/template.

argocd_test.py
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
DATA = ROOT / "tests/data/argocd"
LIMIT = 60  # seconds

# Fills the template named in its first argument with the JSON of its second.
GO_PROGRAM = """package main

import (
	"encoding/json"
	"os"
	"text/template"
)

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	bytes, err := os.ReadFile(os.Args[2])
	check(err)
	var values map[string]any
	check(json.Unmarshal(bytes, &values))
	filled, err := template.New("message").Parse(string(text))
	check(err)
	check(filled.Execute(os.Stdout, values))
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
"""


def data_of(name):
    return yaml.safe_load((ROOT / "argocd" / name).read_text(encoding="utf-8"))["data"]


def lua(value):
    """A value of JSON as Lua writes it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"[{lua(key)}] = {lua(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "{" + ", ".join(map(lua, value)) + "}"
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value)


class HealthTest(unittest.TestCase):
    check = data_of("argocd-cm.yaml")["resource.customizations.health.batch_Job"]

    def health(self, job):
        program = (f"obj = {lua(job)}\nlocal check = function()\n{self.check}\nend\nlocal health = check()\n"
                   'io.write(health.status, "\\n", health.message)')
        told = subprocess.run(["lua5.4", "-"], input=program, capture_output=True, text=True, timeout=LIMIT, check=False)
        self.assertEqual(told.returncode, 0, told.stderr)
        return told.stdout.split("\n", 1)

    def test_what_is_said_of_each_job(self):
        cases = yaml.safe_load((DATA / "jobs.yaml").read_text(encoding="utf-8"))
        self.assertGreater(len(cases), 10)
        for case in cases:
            with self.subTest(case["name"]):
                self.assertEqual(self.health(case["job"]), [case["status"], case["message"]])

    def test_it_knows_the_exit_codes_of_the_hook(self):
        known = dict(re.findall(r'\["(\d+)"\] = "(.*)",', self.check))
        page = (ROOT / "docs/exit-codes.md").read_text(encoding="utf-8")
        rows = re.findall(r"^\| (\d+) \| `\w+` \| \w+ \| (.*) \|$", page, re.MULTILINE)
        ours = {code: meaning for code, meaning in rows if 64 <= int(code) < 128}
        self.assertTrue(ours)
        self.assertEqual(known, ours)

    def test_the_library_that_it_needs_is_asked_for(self):
        self.assertEqual(data_of("argocd-cm.yaml")["resource.customizations.useOpenLibs.batch_Job"], "true")


class NotificationTest(unittest.TestCase):
    def test_the_message_tells_what_the_failed_hook_said(self):
        template = yaml.safe_load(data_of("argocd-notifications-cm.yaml")["template.windlass-failed"])
        application = yaml.safe_load((DATA / "application.yaml").read_text(encoding="utf-8"))
        values = {"app": application, "context": {"argocdUrl": "https://argocd.example.com"}}
        with tempfile.TemporaryDirectory(prefix="windlass-notification-") as place:
            files = {"main.go": GO_PROGRAM, "message": template["message"], "values.json": json.dumps(values)}
            for name, text in files.items():
                (pathlib.Path(place) / name).write_text(text, encoding="utf-8")
            told = subprocess.run(["go", "run", "main.go", "message", "values.json"], cwd=place, capture_output=True,
                                  text=True, timeout=LIMIT, check=False, env={**os.environ, "GOTOOLCHAIN": "local"})
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertEqual(told.stdout, (
            "shop: a hook failed at revision 5e6f7a8.\n"
            "PreSync Job shop/shop-migrate-0123abcd: migrate: A script or a verification failed; what the failed script "
            "did was rolled back. (exit code 76) Why: kubectl -n shop logs job/shop-migrate-0123abcd -c migrate\n"
            "Details: https://argocd.example.com/applications/argocd/shop?operation=true\n"))

    def test_the_trigger_sends_a_template_that_is_there(self):
        data = data_of("argocd-notifications-cm.yaml")
        trigger, = yaml.safe_load(data["trigger.on-windlass-failed"])
        for name in trigger["send"]:
            self.assertIn(f"template.{name}", data)
        for key in ("when", "oncePer"):
            self.assertIn("app.status.operationState", trigger[key])


if __name__ == "__main__":
    missing = [program for program in ("lua5.4", "go") if not shutil.which(program)]
    if missing:
        print(f"argocd: {', '.join(missing)} not installed: run make peers")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(verbosity=2)
