"""Runs one fuzzer: first every input that is kept, then new ones for a while. Fails when it ran nothing.

    run.py --programs build/fuzz/tests/fuzz splitter [--seconds 60] [--keep]

What is kept: regressions/NAME/ holds what once broke a promise, corpus/NAME the fewest inputs that cover what all
that were ever tried did, one a line in base64. An input that breaks a promise now is left in PROGRAMS/found: mend
the product, then move it to regressions/NAME/ under a name that says what went wrong. With --keep the corpus is
made anew from what it was and what this run has found.

open/NAME/ holds inputs that break a promise and are not mended yet. A search would stop at them within seconds and
see nothing behind them, so such a fuzzer runs what is kept, and says why it searches no further.
"""

import argparse
import base64
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
LONGEST_INPUT = 4096  # bytes; deep nesting and long texts have unit tests of their own
MEMORY = 1024         # MB, of the fuzzer with its sanitizers
SLOWEST = 60          # seconds for one input; a machine under load is slow, a loop without end is slower


def default_seconds():
    """How long new inputs are tried: a minute in CI, less on a desk."""
    return int(os.environ.get("WINDLASS_FUZZ_SECONDS", 60 if os.environ.get("CI") == "true" else 3))


def default_seed():
    """The tests look where they looked the last time: what stops a change was caused by it. make fuzz looks elsewhere
    each time (0: libFuzzer's own choice)."""
    return int(os.environ.get("WINDLASS_FUZZ_SEED", 1))


def unpack_corpus(name, folder):
    """Every kept input as a file of its own, which is how libFuzzer reads them."""
    corpus = HERE / "corpus" / name
    lines = corpus.read_text(encoding="ascii").split() if corpus.exists() else []
    for number, line in enumerate(lines):
        (folder / f"{number:04}").write_bytes(base64.b64decode(line, validate=True))


def pack_corpus(name, folder):
    inputs = sorted((path.read_bytes() for path in folder.iterdir()), key=lambda data: (len(data), data))
    corpus = HERE / "corpus" / name
    corpus.parent.mkdir(exist_ok=True)
    corpus.write_text("".join(base64.b64encode(data).decode() + "\n" for data in inputs if data), encoding="ascii")
    print(f"fuzz: {name} keeps {len(inputs)} inputs, {corpus.stat().st_size} bytes")


def run(command):
    """The fuzzer's log; ends the process with the log when an input broke a promise."""
    ended = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                           text=True, errors="replace", check=False)
    if ended.returncode != 0:
        print(ended.stdout)
        sys.exit(f"fuzz: {command[0]} ended with {ended.returncode}")
    return ended.stdout


class Fuzzer:
    def __init__(self, programs, name):
        self.name = name
        self.program = programs.resolve() / f"fuzz_{name}"
        self.folder = tempfile.TemporaryDirectory()
        self.corpus = pathlib.Path(self.folder.name) / "corpus"
        self.new = pathlib.Path(self.folder.name) / "new"
        self.corpus.mkdir()
        self.new.mkdir()
        unpack_corpus(name, self.corpus)
        self.regressions = sorted((HERE / "regressions" / name).glob("*"))
        self.kept = self.regressions + sorted(self.corpus.iterdir())

    def replay(self):
        """Runs what is kept, input by input; a corpus that was emptied by mistake must not pass."""
        if not self.kept:
            sys.exit(f"fuzz: no input is kept for {self.name}")
        log = run([self.program, f"-timeout={SLOWEST}", *self.kept])
        executed = len(re.findall(r"^Executed ", log, re.MULTILINE))
        if executed != len(self.kept):
            sys.exit(f"fuzz: {self.name} ran {executed} of {len(self.kept)} kept inputs")

    def search(self, limit, seed):
        """Tries new inputs for `limit` seconds, led by `seed`: how many, and how many edges all inputs covered."""
        broken = self.program.parent / "found"
        broken.mkdir(exist_ok=True)
        dictionary = HERE / "dictionaries" / self.name
        options = [f"-seed={seed}", f"-max_total_time={limit}", f"-timeout={SLOWEST}", f"-max_len={LONGEST_INPUT}",
                   f"-rss_limit_mb={MEMORY}", f"-artifact_prefix={broken}/{self.name}-", "-print_final_stats=1"]
        if dictionary.exists():
            options.append(f"-dict={dictionary}")
        log = run([self.program, *options, self.new, self.corpus])
        executed = re.search(r"stat::number_of_executed_units: (\d+)", log)
        tried = int(executed.group(1)) - len(list(self.corpus.iterdir())) if executed else 0
        if tried <= 0:
            print(log)
            sys.exit(f"fuzz: {self.name} tried no new input")
        return tried, int(re.findall(r"cov: (\d+)", log)[-1])

    def keep(self):
        """Makes the corpus anew from what it was and what was found."""
        merged = pathlib.Path(self.folder.name) / "merged"
        merged.mkdir()
        run([self.program, "-set_cover_merge=1", f"-max_len={LONGEST_INPUT}", merged, self.corpus, self.new])
        pack_corpus(self.name, merged)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--programs", type=pathlib.Path, required=True)
    arguments.add_argument("--seconds", type=int, default=default_seconds())
    arguments.add_argument("--seed", type=int, default=default_seed())
    arguments.add_argument("--keep", action="store_true")
    arguments.add_argument("name")
    given = arguments.parse_args()
    fuzzer = Fuzzer(given.programs, given.name)
    if not fuzzer.program.exists():
        print(f"{fuzzer.program} is not built: run make fuzz")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    begun = time.monotonic()
    fuzzer.replay()
    unmended = sorted(path.name for path in (HERE / "open" / given.name).glob("*"))
    if unmended:
        print(f"fuzz: {given.name}: {len(fuzzer.kept)} kept inputs; no search until this is mended: {', '.join(unmended)}")
        return
    # The kept inputs are run once more as what new ones are made from; on a slow machine that takes its time.
    tried, edges = fuzzer.search(given.seconds + 2 * math.ceil(time.monotonic() - begun), given.seed)
    print(f"fuzz: {given.name}: {len(fuzzer.kept)} kept inputs, {tried} new ones tried, {edges} edges covered")
    if given.keep:
        fuzzer.keep()


main()
