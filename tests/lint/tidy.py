"""clang-tidy over every source of ours that the build folder compiles. Every finding is an error.

usage: tidy.py BUILD [--jobs N] [PATH_PART ...]     (only sources whose path holds one of the parts)
"""
import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys

from sources import ROOT, need

parser = argparse.ArgumentParser()
parser.add_argument("build", type=pathlib.Path)
parser.add_argument("--jobs", type=int, default=2)
parser.add_argument("parts", nargs="*")
options = parser.parse_intermixed_args()

program = need("clang-tidy-14")
ours = [str(ROOT / folder) + "/" for folder in ("core", "hook", "generator")]
commands = json.loads((options.build / "compile_commands.json").read_text())
files = sorted({entry["file"] for entry in commands if entry["file"].startswith(tuple(ours))})
files = [file for file in files if not options.parts or any(part in file for part in options.parts)]
if not files:
    sys.exit("tidy: nothing to check")


def check(file):
    return file, subprocess.run([program, "--quiet", "-p", str(options.build), file], capture_output=True,
                                text=True, timeout=600)


failed = 0
with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
    for file, result in pool.map(check, files):
        if result.returncode != 0:
            failed += 1
            print(result.stdout)
            print("\n".join(line for line in result.stderr.splitlines() if "error:" in line))
if failed:
    sys.exit(f"tidy: {failed} of {len(files)} sources have findings")
print(f"tidy: {len(files)} sources have no findings")
