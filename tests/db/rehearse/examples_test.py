"""The examples, rehearsed with the real windlass-hook: every Job succeeds and every undo script keeps its promise.

usage: examples_test.py WINDLASS WINDLASS_HOOK [unittest arguments]
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
sys.path.insert(0, os.path.join(ROOT, "tests", "support"))
import memory  # noqa: E402

WINDLASS = HOOK = ""
LIMIT = 300  # seconds that one rehearsal may take


def rehearse(example, *flags):
    result = subprocess.run([WINDLASS, "rehearse", os.path.join(ROOT, "examples", example), *flags,
                             "--hook", HOOK, "--output", "json"], capture_output=True, text=True, timeout=LIMIT,
                            env={**os.environ, "TMPDIR": memory.folder(tempfile.gettempdir())})
    return result.returncode, json.loads(result.stdout or "{}"), result.stdout + result.stderr


def messages(report, phase):
    return [container["message"] for step in report["steps"] for container in step["containers"]
            if container["phase"] == phase]


class ExamplesTest(unittest.TestCase):
    def assert_kept(self, report, versions):
        promises = [(promise["version"], promise["outcome"]) for promise in report["rollbackPromise"]]
        self.assertEqual(promises, [(version, "kept") for version in [*versions, "all"]])

    def test_the_storefront_goes_all_the_way(self):
        code, report, text = rehearse("storefront", "--env", "devtest")
        self.assertEqual(code, 0, text)
        self.assertEqual(messages(report, "preflight"), ["ready: 5 scripts pending"])
        self.assertEqual(messages(report, "migrate"), ["applied 5 scripts, shop is now at version 4"])
        self.assertEqual(messages(report, "guard"), ["the database is at version 4, version 4 was asked for"])
        self.assertIn("published storefront-", messages(report, "backup")[0])
        self.assertRegex(messages(report, "verify")[0], "^verified: ")
        self.assert_kept(report, ["1", "2", "3", "4"])

    def test_what_is_marked_contract_runs_after_verify(self):
        code, report, text = rehearse("expand-contract", "--env", "dev")
        self.assertEqual(code, 0, text)
        self.assertEqual(messages(report, "migrate"),
                         ["applied 2 scripts, crm is now at version 2; 1 contract script left for after the rollout"])
        self.assertRegex(messages(report, "verify")[0], "^verified: ")
        self.assertEqual(messages(report, "contract"), ["applied 1 script, crm is now at version 3"])
        ran = [container["phase"] for step in report["steps"] for container in step["containers"]]
        self.assertEqual(ran[-2:], ["verify", "contract"])

    def test_scripts_that_images_bring_are_taken_from_the_project(self):
        for environment, image, method in (
                ("own-image", "registry.example.com/catalog/windlass:1.4.0", "image"),
                ("copied", "registry.example.com/catalog/app:1.4.0", "copy"),
                ("image-volume", "registry.example.com/catalog/migrations:1.4.0", "imageVolume"),
                ("fetched", "public.ecr.aws/aws-cli/aws-cli:2.17.0", "objectStorage")):
            with self.subTest(method):
                code, report, text = rehearse("deliveries", "--env", environment)
                self.assertEqual(code, 0, text)
                self.assertIn(f"the scripts come from the project's folder; in a cluster from {image} "
                              f"(delivery {method})", report["madeUp"])
                self.assertEqual(messages(report, "migrate"), ["applied 1 script, public is now at version 1"])
                self.assertRegex(messages(report, "verify")[0], "^verified: ")
                self.assert_kept(report, ["1"])

    def test_every_shard_of_the_tenants_is_run(self):
        code, report, text = rehearse("tenants", "--env", "dev")
        self.assertEqual(code, 0, text)
        for phase, state in (("migrate", "applied"), ("verify", "valid")):
            shards = messages(report, phase)
            self.assertEqual([message.split(",")[0] for message in shards],
                             [f"shard {index} of 4" for index in range(4)])
            self.assertEqual(sum(int(count) for message in shards
                                 for count in re.findall(f"([0-9]+) {state}", message)), 6)

    def test_the_e_commerce_api_of_the_documents_goes_all_the_way(self):
        code, report, text = rehearse("e-commerce-api")
        self.assertEqual(code, 0, text)
        self.assert_kept(report, ["1.0.0.001", "1.0.0.002", "1.1.0.001", "1.1.0.200"])

    def test_services_whose_role_has_no_password_go_all_the_way(self):
        """Two of the seven: the one whose history Flyway began, and one that counts by time as the other five do."""
        for service, environment, versions in (("client-api", "prod", ["1", "2", "3"]),
                                               ("auth-api", "devtest", ["20251027090000"])):
            with self.subTest(service):
                code, report, text = rehearse(f"alloydb/{service}", "--env", environment)
                self.assertEqual(code, 0, text)
                self.assertIn(f"public is now at version {versions[-1]}", messages(report, "migrate")[-1])
                self.assert_kept(report, versions)

    def test_a_direct_url_and_authorities_are_made_up_like_the_secrets(self):
        for environment, made_up in (("pooled", ["Secret ledger-db"]), ("rds", ["ConfigMap rds-ca", "Secret ledger-db"])):
            with self.subTest(environment):
                code, report, text = rehearse("reach", "--env", environment)
                self.assertEqual(code, 0, text)
                self.assertEqual(report["madeUp"], [f"the {each} is made up, because the project has no folder outside/"
                                                    for each in made_up])
                self.assert_kept(report, ["1"])

    def test_what_is_patched_runs_as_before(self):
        code, report, text = rehearse("overriding", "--env", "sidecar")
        self.assertEqual(code, 0, text)
        self.assert_kept(report, ["1"])

    def test_the_small_steps_of_a_large_shop_go_all_the_way(self):
        code, report, text = rehearse("rds", "--env", "dev")
        self.assertEqual(code, 0, text)
        self.assert_kept(report, ["1", "2", "10", "10.1", "11", "12", "13"])

    def test_the_sql_of_drizzle_goes_all_the_way(self):
        code, report, text = rehearse("drizzle", "--env", "staging")
        self.assertEqual(code, 0, text)
        self.assert_kept(report, ["0012", "0013"])

    def test_the_guard_of_the_sync_waves_lets_the_application_start_before_the_contract(self):
        code, report, text = rehearse("sync-waves", "--env", "staging")
        self.assertEqual(code, 0, text)
        self.assertEqual(messages(report, "guard"), ["the database is at version 2, version 2 was asked for"])
        self.assert_kept(report, ["1", "2", "3"])

    def test_tenants_that_are_databases_are_made_before_they_are_migrated(self):
        code, report, text = rehearse("tenant-databases", "--env", "staging")
        self.assertEqual(code, 0, text)
        for phase, state in (("migrate", "applied"), ("verify", "valid")):
            self.assertEqual(messages(report, phase), [f"shard {index} of 2, 2 tenants: 2 {state}" for index in (0, 1)])


if __name__ == "__main__":
    WINDLASS, HOOK = (os.path.abspath(sys.argv.pop(1)) for _ in range(2))
    unittest.main(verbosity=2)
