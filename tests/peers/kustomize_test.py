"""What kustomize builds from a plain render: the objects of the environment's own render, no more and no less.

kustomize_test.py WINDLASS
"""

import pathlib
import sys
import tempfile
import unittest

import go_modules
import kustomize
import projects

WINDLASS = ""


def built(folder):
    return {projects.name_of(each): each for each in kustomize.build(folder)}


class KustomizeTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="windlass-kustomize-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)

    def alone(self, project, environment):
        return projects.render(WINDLASS, project, environment, self.place / f"{project.name}-{environment}",
                               "--target", "plain")

    def test_a_rendered_folder_builds_to_its_own_objects_in_their_order(self):
        for project in projects.unlike_examples():
            for environment in projects.environments(project):
                folder = self.alone(project, environment)
                self.assertEqual(built(folder), projects.objects_in(folder))
                in_order = [each["kind"] for each in kustomize.build(folder)]
                self.assertLess(in_order.index("ServiceAccount"), in_order.index("Job"))
                self.assertEqual(in_order[-1], "Job")

    def test_each_overlay_builds_to_what_its_environment_renders_alone(self):
        compared = 0
        share_nothing = []
        for project in projects.unlike_examples():
            environments = projects.environments(project)
            if len(environments) < 2:
                continue
            out = projects.render(WINDLASS, project, ",".join(environments), self.place / project.name,
                                  "--target", "plain")
            for environment in environments:
                with self.subTest(project=project.name, environment=environment):
                    self.assertEqual(built(out / "overlays" / environment),
                                     projects.objects_in(self.alone(project, environment)))
                    compared += 1
            if not projects.objects_in(out / "base"):
                share_nothing.append(project.name)
        self.assertGreater(compared, 0)
        # Its environments bring the scripts in ways of their own, so no object is alike in all of them.
        self.assertEqual(share_nothing, ["deliveries"])


if __name__ == "__main__":
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    try:
        kustomize.program()
    except go_modules.Missing as reason:
        go_modules.skip(reason)
    unittest.main(verbosity=2)
