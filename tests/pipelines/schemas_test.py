"""What `windlass ci` and `windlass lint --output sarif` print holds to the published schemas.

schemas_test.py WINDLASS
"""

import json
import os
import pathlib
import subprocess
import sys
import unittest

import jsonschema

import pipelines
import schemas

WINDLASS = ""


def faults(name, document):
    schema = schemas.schema(name)
    checker = jsonschema.validators.validator_for(schema)(schema)
    return [f"{'/'.join(map(str, error.path))}: {error.message[:200]}" for error in checker.iter_errors(document)]


class SchemasTest(unittest.TestCase):
    def test_pipelines_of_every_target(self):
        for kind in ("cloudbuild", "github", "gitlab"):
            for target, mode in pipelines.TARGETS:
                with self.subTest(kind=kind, target=target, mode=mode):
                    text = pipelines.write(WINDLASS, kind, target, mode)
                    self.assertEqual(faults(kind, pipelines.document(text)), [])

    def test_a_schema_refuses_what_is_wrong(self):
        broken = {"cloudbuild": {"steps": "none"}, "github": {"on": "push"},
                  "gitlab": {"lint": {"script": 5}}, "sarif": {"version": "2.1.0"}}
        for name, document in broken.items():
            self.assertTrue(faults(name, document), name)

    def test_sarif_with_and_without_findings(self):
        cases = pipelines.ROOT / "tests/golden/cases/lint"
        for case, findings in (("fail_every_rule_as_sarif", 10), ("pass_clean_as_sarif", 0)):
            told = subprocess.run([WINDLASS, "lint", "--output", "sarif"], cwd=cases / case / "input",
                                  capture_output=True, text=True, timeout=60)
            log = json.loads(told.stdout)
            self.assertEqual(faults("sarif", log), [])
            self.assertGreaterEqual(len(log["runs"][0]["results"]), findings)


if __name__ == "__main__":
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    if schemas.missing():
        print(f"pipelines: {schemas.missing()}")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    unittest.main(verbosity=2)
