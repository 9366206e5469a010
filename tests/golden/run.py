"""Golden tests of the command line: what a command prints, writes and exits with, compared to the byte.

A case is a folder below cases/, named pass_... (exit code 0) or fail_... (any other), that holds
  args        the arguments, one per line; an empty line is an empty argument
  program     windlass-hook, when it is not windlass                                       (optional)
  input/      what lies in the working folder beforehand                                   (optional)
  copy        folders of this repository to copy there, one per line                       (optional)
  env         NAME=VALUE lines; nothing else but PATH, HOME and LANG is set                (optional)
  stdin       what the command reads                                                       (optional)
  exit_code, stdout, stderr                     what is expected; absent stdout or stderr: empty
  files/      the files that the command makes or changes                                  (absent: none)
Texts that differ from run to run are replaced before they are compared: see REPLACEMENTS.
UPDATE_GOLDEN=1 writes what is instead of comparing. Anything in a case that is none of the above fails, as does
a run without cases.

usage: run.py BUILD [PART_OF_A_NAME ...]
"""
import concurrent.futures
import difflib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CASES = HERE / "cases"
PROGRAMS = {"windlass": "generator/windlass", "windlass-hook": "hook/windlass-hook"}
EXPECTED = {"exit_code", "stdout", "stderr", "files"}
KNOWN = EXPECTED | {"args", "program", "input", "copy", "env", "stdin"}
LIMIT_SECONDS = 60

REPLACEMENTS = [
    ("a time", re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    ("a timestamp version", re.compile(r"(?<!\d)20\d{12}(?!\d)"), "<timestamp>"),
    ("a run's id", re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "<run-id>"),
    ("the log's clock", re.compile(r"^\d\d:\d\d:\d\d ", re.MULTILINE), "<time> "),
    ("milliseconds", re.compile(r"\(\d+ms\)"), "(<n>ms)"),
    ("milliseconds as a number", re.compile(r'"(durationMs)": ?\d+'), r'"\1":<n>'),
    ("a temporary folder", re.compile(r"/tmp/[A-Za-z0-9._-]+"), "<tmp>"),
]


def replaced(text, work):
    text = text.replace(str(work), "<work>")
    for _, pattern, name in REPLACEMENTS:
        text = pattern.sub(name, text)
    return text


def lines_of(path):
    return path.read_text().split("\n")[:-1] if path.exists() else []


def tree(folder):
    """Every file below the folder by its relative path."""
    if not folder.exists():
        return {}
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def prepare(case, work):
    if (case / "input").exists():
        shutil.copytree(case / "input", work, dirs_exist_ok=True, symlinks=True)
    for folder in lines_of(case / "copy"):
        shutil.copytree(ROOT / folder, work / pathlib.Path(folder).name)


def run(case, build):
    """What the case gives now: name -> bytes, with files/... for what was written."""
    with tempfile.TemporaryDirectory(prefix="windlass-golden-") as temporary:
        work = pathlib.Path(temporary) / "work"
        work.mkdir()
        prepare(case, work)
        before = tree(work)
        program = (lines_of(case / "program") or ["windlass"])[0]
        environment = {"PATH": "/usr/bin:/bin", "HOME": temporary, "LANG": "C.UTF-8"}
        environment.update(line.split("=", 1) for line in lines_of(case / "env"))
        arguments = [line.replace("<work>", str(work)) for line in lines_of(case / "args")]
        stdin = (case / "stdin").read_bytes() if (case / "stdin").exists() else b""
        result = subprocess.run([build / PROGRAMS[program], *arguments], cwd=work, env=environment, input=stdin,
                                capture_output=True, timeout=LIMIT_SECONDS)
        after = tree(work)
        actual = {"exit_code": f"{result.returncode}\n".encode()}
        for name, output in (("stdout", result.stdout), ("stderr", result.stderr)):
            text = replaced(output.decode(errors="backslashreplace"), work)
            if text:
                actual[name] = text.encode()
        for name, content in after.items():
            if before.get(name) != content:
                shown = replaced(name, work).replace("<", "[").replace(">", "]")  # legal on every file system
                actual["files/" + shown] = replaced(content.decode(errors="backslashreplace"), work).encode()
        gone = sorted(set(before) - set(after))
        if gone:
            actual["files/.removed"] = ("\n".join(gone) + "\n").encode()
        return actual


def expected(case):
    found = {name: (case / name).read_bytes() for name in ("exit_code", "stdout", "stderr") if (case / name).exists()}
    found.update(("files/" + name, content) for name, content in tree(case / "files").items())
    return found


def write(case, actual):
    for name in EXPECTED:
        if (case / name).is_dir():
            shutil.rmtree(case / name)
        elif (case / name).exists():
            (case / name).unlink()
    for name, content in actual.items():
        (case / name).parent.mkdir(parents=True, exist_ok=True)
        (case / name).write_bytes(content)


def difference(name, want, got):
    if want is None:
        return [f"  {name}: not expected, but there:", *("  + " + line for line in got.decode().splitlines()[:40])]
    if got is None:
        return [f"  {name}: expected, but not there"]
    diff = difflib.unified_diff(want.decode().splitlines(), got.decode().splitlines(), "expected", "actual",
                                lineterm="", n=2)
    lines = list(diff) or ["the line ends at the end of the file differ"]
    return [f"  {name}:", *("  " + line for line in lines[:80])]


def check(case, build):
    """The faults of one case, as lines; none when it holds."""
    faults = [f"  {entry.name}: no part of a case" for entry in sorted(case.iterdir()) if entry.name not in KNOWN]
    if faults:
        return faults
    actual = run(case, build)
    passes = actual["exit_code"] == b"0\n"
    if passes != case.name.startswith("pass_"):
        output = actual.get("stderr", b"").decode().splitlines()[:20]
        return [f"  exit code {actual['exit_code'].decode().strip()} does not fit the case's name",
                *("  " + line for line in output)]
    if os.environ.get("UPDATE_GOLDEN") == "1":
        write(case, actual)
        return []
    wanted = expected(case)
    for name in sorted(set(wanted) | set(actual)):
        if wanted.get(name) != actual.get(name):
            faults += difference(name, wanted.get(name), actual.get(name))
    return faults


def strays():
    """Folders below cases/ that look like no case, and files outside of one."""
    for path in sorted(CASES.rglob("*")):
        inside = [part.startswith(("pass_", "fail_")) for part in path.relative_to(CASES).parts]
        if not any(inside) and (path.is_file() or not any(path.rglob("args"))):
            yield path


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    cases = sorted(path.parent for path in CASES.rglob("args") if "input" not in path.relative_to(CASES).parts)
    cases = [case for case in cases if not sys.argv[2:] or any(part in str(case) for part in sys.argv[2:])]
    if not cases:
        sys.exit("golden: no cases")
    failed = 0
    for path in strays():
        failed += 1
        print(f"FAILED {path.relative_to(CASES)}: no case; a case is named pass_... or fail_... and has args")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, faults in zip(cases, pool.map(lambda case: check(case, build), cases)):
            if faults:
                failed += 1
                name = case.relative_to(CASES)
                print(f"FAILED {name}", *faults, f"  ({name}; if this is right: make golden)", sep="\n")
    if failed:
        sys.exit(f"golden: {failed} of {len(cases)} cases failed")
    print(f"golden: {len(cases)} cases hold")


main()
