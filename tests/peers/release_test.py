"""The size that windlass expects of a chart's release, held against what Helm's own driver stores.

release_test.py WINDLASS
"""

import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import go_modules
import helm
import helm_steps
import projects

BOUND = 900 * 1024  # what windlass leaves to a release
LIMIT = 1024 * 1024  # what a Secret takes
LEAST, MOST = 0.88, 1.02  # of what windlass expects: it may be careful, and must not promise room that is not there
CONFIG = """apiVersion: windlass.dev/v1
kind: ProjectConfig
metadata: {name: shop}
spec:
  databases:
    main: {name: shop, connection: {urlSecret: {name: shop-db}}}
  backup: {claimName: shop-backups}
  delivery: {method: configMap}
"""
REFUSED = re.compile(r"the chart's release would take ([0-9.]+) (KiB|MiB)")
WINDLASS = ""


def rows(chance, count):
    """Rows as an export has them: most of it numbers that no compression can do without."""
    return "".join(f"INSERT INTO shop.items (id, name) VALUES ({chance.getrandbits(40)}, "
                   f"'{chance.getrandbits(128):032x}');\n"
                   for _ in range(count))


def words(chance, count):
    """Statements from a few hundred names, quotes and line ends, as people write them."""
    names = [f"{chance.choice('abcdefghij')}{chance.getrandbits(20):x}" for _ in range(400)]
    return "".join(f"COMMENT ON COLUMN shop.{chance.choice(names)}.{chance.choice(names)} IS\n"
                   f"  'the \"{chance.choice(names)}\" of {chance.choice(names)}';\n" for _ in range(count))


def noise(chance, count):
    """Nothing that compresses but by its alphabet."""
    return "".join("-- " + "".join(chance.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", k=96)) +
                   "\n" for _ in range(count))


class ReleaseTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="windlass-release-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)

    def render(self, texts):
        """The folder of the chart, or the expected bytes of its release when windlass refuses it."""
        project, out = self.place / "shop", self.place / "out"
        for folder in (project, out):
            shutil.rmtree(folder, ignore_errors=True)
        (project / "sql").mkdir(parents=True)
        (project / "windlass.yaml").write_text(CONFIG, encoding="utf-8")
        for number, text in enumerate(texts, 1):
            (project / f"sql/V{number}__fill.sql").write_text(text, encoding="utf-8")
        told = subprocess.run([WINDLASS, "render", project, "--target", "helm", "-o", out], capture_output=True, text=True,
                              timeout=60, check=False)
        if told.returncode == 0:
            return out
        refused = REFUSED.search(told.stderr)
        self.assertIsNotNone(refused, told.stderr)
        return float(refused.group(1)) * {"KiB": 1024, "MiB": 1024 * 1024}[refused.group(2)]

    def largest_that_fits(self, texts):
        """How many of the texts fit a release, half of which do, and what the release with one more is expected to take."""
        fits, refused, expected = len(texts) // 2, len(texts), self.render(texts)
        self.assertIsInstance(expected, float)
        self.assertIsInstance(self.render(texts[:fits]), pathlib.Path)
        while refused - fits > 1:
            middle = (fits + refused) // 2
            told = self.render(texts[:middle])
            if isinstance(told, float):
                refused, expected = middle, told
            else:
                fits = middle
        return fits, expected

    def test_a_release_near_the_bound_is_as_large_as_expected(self):
        chance = random.Random(7)
        sets = {"rows": [rows(chance, 400) for _ in range(32)],
                "words": [words(chance, 800) for _ in range(32)],
                "noise": [noise(chance, 160) for _ in range(32)],
                "small files": [noise(chance, 16) for _ in range(320)]}
        for name, texts in sets.items():
            count, expected = self.largest_that_fits(texts)
            self.assertLess(expected, BOUND * 1.05, "one text more is not much more")
            chart = self.render(texts[:count])
            for major in helm.VERSIONS:
                with self.subTest(texts=name, helm=major):
                    stored = helm_steps.release_bytes(major, chart)
                    print(f"{name}: {count} files, Helm {major} stores {stored}, {stored / expected:.3f} of {expected:.0f}")
                    self.assertLess(stored, LIMIT)
                    self.assertLess(stored, expected * MOST)
                    self.assertGreater(stored, expected * LEAST)


if __name__ == "__main__":
    WINDLASS = pathlib.Path(sys.argv.pop(1)).resolve()
    try:
        for wanted in helm.VERSIONS:
            helm_steps.program(wanted)
    except go_modules.Missing as reason:
        go_modules.skip(reason)
    unittest.main(verbosity=2)
