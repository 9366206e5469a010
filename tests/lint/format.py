"""Fails when clang-format would change a source. The cure: make format."""
import subprocess
import sys

from sources import need, sources

program = need("clang-format-14")
files = sources()
result = subprocess.run([program, "--dry-run", "-Werror", *map(str, files)], timeout=300)
if result.returncode != 0:
    sys.exit("format: run make format, and commit what it changes")
print(f"format: {len(files)} sources are as clang-format leaves them")
