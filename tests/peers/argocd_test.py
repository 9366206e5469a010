"""What `windlass argocd` writes: by Argo CD's own schemas, and promoted by its own ApplicationSet controller.

argocd_test.py WINDLASS
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

import yaml

import go_modules
import kubeconform
import kubernetes_schemas
import projects
import promotion

CONFIG = """
apiVersion: windlass.dev/v1
kind: ProjectConfig
metadata: {name: shop, labels: {team: shop}}
spec:
  databases: {main: {name: shop}}
  promotion: {by: BY, order: [dev, prod]}
  argocd: {repoUrl: "https://git.example.com/shop.git"}
  kubernetes: {namespace: shop}
  environments:
    dev: {kubernetes: {labels: {tier: test}}}
    prod: {argocd: {cluster: prod, revision: release}, kubernetes: {labels: {tier: gold}}}
"""
MINOR = max(kubernetes_schemas.KUBERNETES)
VECTORS = promotion.SOURCES / "vectors.json"
WINDLASS = ""


class ArgoCdTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="windlass-argocd-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)

    def write(self, *folders_and_options):
        out = self.place / "out"
        told = subprocess.run([WINDLASS, "argocd", *folders_and_options, "-o", out], capture_output=True, text=True,
                              timeout=60, check=False)
        self.assertEqual(told.returncode, 0, told.stderr)
        return out

    def shop(self, promoter):
        folder = self.place / promoter
        folder.mkdir(exist_ok=True)
        (folder / "windlass.yaml").write_text(CONFIG.replace("BY", promoter), encoding="utf-8")
        return folder

    def several(self):
        """A set of two projects, of which one depends on the other."""
        shop = self.shop("argocd")
        carts = self.place / "carts"
        carts.mkdir(exist_ok=True)
        config = CONFIG.replace("BY", "argocd").replace("shop", "carts")
        config = config.replace("  databases", "  dependsOn: [../argocd]\n  databases")
        (carts / "windlass.yaml").write_text(config, encoding="utf-8")
        return self.write(carts, shop, "--name", "both") / "applicationset-both.yaml"

    def test_every_object_is_valid(self):
        self.assertEqual(kubeconform.complaints(MINOR, [self.several()]), "")
        for folder in (self.shop("pipeline"), self.shop("argocd"), projects.ROOT / "examples/storefront"):
            self.assertEqual(kubeconform.complaints(MINOR, [self.write(folder)]), "", folder)

    def test_a_misspelt_key_is_found(self):
        file = self.write(self.shop("argocd")) / "applicationset-shop.yaml"
        file.write_text(file.read_text(encoding="utf-8").replace("rollingSync:", "rollingSyncs:"), encoding="utf-8")
        self.assertIn("rollingSync", kubeconform.complaints(MINOR, [file]))

    def test_the_set_makes_the_applications_that_a_pipeline_gets(self):
        made = promotion.outcome(self.write(self.shop("argocd")) / "applicationset-shop.yaml", VECTORS)["applications"]
        written = [yaml.safe_load(path.read_text(encoding="utf-8"))
                   for path in self.write(self.shop("pipeline")).glob("application-*.yaml")]
        for application in written:
            application["metadata"]["labels"].pop("tier")  # a label that differs between environments
        self.assertEqual({each["metadata"]["name"]: (each["metadata"]["labels"], each["spec"]) for each in made},
                         {each["metadata"]["name"]: (each["metadata"]["labels"], each["spec"]) for each in written})

    def test_what_the_controller_syncs(self):
        self.compare(self.write(self.shop("argocd")) / "applicationset-shop.yaml", VECTORS)

    def test_what_the_controller_syncs_of_projects_that_depend_on_each_other(self):
        self.compare(self.several(), promotion.SOURCES / "dependent.json")

    def compare(self, application_set, file):
        steps = promotion.outcome(application_set, file)["steps"]
        vectors = json.loads(file.read_text(encoding="utf-8"))
        self.assertTrue(vectors)
        for vector in vectors:
            with self.subTest(vector["name"]):
                self.assertEqual(steps[vector["name"]], vector["synced"])


if __name__ == "__main__":
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    try:
        kubeconform.program()
        kubernetes_schemas.make()
        promotion.program()
    except go_modules.Missing as reason:
        go_modules.skip(reason)
    unittest.main(verbosity=2)
