"""The command that copies scripts out of an image, run by the cp of GNU and of BusyBox.

copy_test.py WINDLASS
"""

import filecmp
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

import projects

WINDLASS = ""
TOOLS = {"GNU": [], "BusyBox": ["busybox"]}


def copying_containers(objects):
    """The init containers that copy, of every Job."""
    for each in objects.values():
        if each["kind"] == "Job":
            for container in each["spec"]["template"]["spec"]["initContainers"]:
                if container.get("command", [""])[0] == "cp":
                    yield container


class CopyTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="windlass-copy-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        self.image = self.place / "image"  # stands for the root of the image's file system
        scripts = self.image / "app/migrations"
        (scripts / "sql/billing").mkdir(parents=True)
        (scripts / "sql/V1__a.sql").write_text("SELECT 1;\n", encoding="utf-8")
        (scripts / "sql/billing/V2__b.sql").write_text("SELECT 2;\n", encoding="utf-8")
        (scripts / "sql/V3__linked.sql").symlink_to("billing/V2__b.sql")
        (scripts / "reports").symlink_to("sql/billing")

    def copy(self, tool, container, to):
        # `to` stands for the empty folder that the pod mounts at what SCRIPTS says.
        words = [word.replace("$(SCRIPTS)", str(to)).replace("/app/", f"{self.image}/app/")
                 for word in container["command"]]
        return subprocess.run([*tool, *words], env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
                              timeout=60, check=False)

    def test_files_folders_and_what_links_lead_to_arrive(self):
        project = projects.ROOT / "examples/deliveries"
        folder = projects.render(WINDLASS, project, "copied", self.place / "out", "--target", "argocd")
        containers = list(copying_containers(projects.objects_in(folder)))
        self.assertGreater(len(containers), 0)
        for tool, words in TOOLS.items():
            for number, container in enumerate(containers):
                with self.subTest(tool=tool, container=container["name"]):
                    to = self.place / f"{tool}-{number}"
                    to.mkdir()
                    told = self.copy(words, container, to)
                    self.assertEqual(told.returncode, 0, told.stderr)
                    names = ["sql/V1__a.sql", "sql/billing/V2__b.sql", "sql/V3__linked.sql", "reports/V2__b.sql"]
                    same = filecmp.cmpfiles(self.image / "app/migrations", to, names, shallow=False)
                    self.assertEqual(same, (names, [], []))
                    self.assertFalse(any(path.is_symlink() for path in to.rglob("*")))


if __name__ == "__main__":
    WINDLASS = sys.argv.pop(1)
    unittest.main()
