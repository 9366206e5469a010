"""Runs every command that the README and the pages of docs/ and examples/ show.

Each page gets a folder of its own with a copy of examples/ in it; its blocks run in order in one shell that stops at
the first failure, with both programs on PATH. A block is
  ```sh        commands
  ```console   "$ command" lines, each followed by what it prints: the shown lines must come in that order; numbers,
               times and blanks may differ, and "..." stands for any lines
  <!-- run     commands up to a line "-->", which readers do not see: they bring about what the page is about
Where such a block says "run with a server", the page has a throw-away PostgreSQL with a database shop, its owner's URL
in WINDLASS_DATABASE_URL and the superuser's in ADMIN_URL.
make is not run again from inside a test: a target that is named has to exist. A command in any other kind of block is
a fault, because nobody would notice when it stops working.

usage: run.py BUILD [PAGE ...]
"""
import contextlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "support"))
import pg_server  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
LIMIT_SECONDS = 180
OTHER_BLOCKS = {"", "text", "yaml", "sql", "json", "mermaid", "diff"}
# Begins like a command, and is no synopsis such as "windlass-hook PHASE [settings]".
COMMAND = re.compile(r"^\s*(\$ |(windlass|windlass-hook|make|cmake|git|docker|kubectl|psql) )(?!.*\b[A-Z]{3,}\b)")
WITH_SERVER = "<!-- run with a server"
HIDDEN = ("<!-- run", WITH_SERVER)
PRELUDE = f"""set -euo pipefail
make() {{ command make --no-print-directory -n -C {shlex.quote(str(ROOT))} "$@" >/dev/null; }}
"""


def blocks(page):
    """(language, line number, lines) of every fenced block."""
    language, start, lines = None, 0, []
    for number, line in enumerate(page.read_text().splitlines(), 1):
        fence = re.match(r"^```(\S*)", line)
        if fence and language is None:
            language, start, lines = fence.group(1), number, []
        elif line in HIDDEN and language is None:
            language, start, lines = "sh", number, []
        elif fence or (line == "-->" and language is not None):
            yield language, start, lines
            language = None
        elif language is not None:
            lines.append(line)
    if language is not None:
        sys.exit(f"{page}:{start}: the block has no end")


def steps(page):
    """(line number, command text, shown lines or None), and the faults of the page."""
    found, faults = [], []
    for language, start, lines in blocks(page):
        if language == "sh":
            found.append((start, "\n".join(lines), None))
        elif language == "console":
            found += console_steps(start, lines)
        elif language not in OTHER_BLOCKS:
            faults.append(f"{page}:{start}: unknown kind of block: {language}")
        elif language != "mermaid":
            faults += [f"{page}:{start + offset}: a command that no test runs: {line.strip()}"
                       for offset, line in enumerate(lines, 1) if COMMAND.match(line)]
    return found, faults


def console_steps(start, lines):
    found = []
    for offset, line in enumerate(lines, 1):
        if line.startswith("$ "):
            found.append((start + offset, line[2:], []))
        elif found:
            found[-1][2].append(line)
    return found


def shape(line):
    """What must be the same of a line: numbers, times and the width of blanks may differ."""
    return re.sub(r"\s+", " ", re.sub(r"\d+(\.\d+)?(ms\b|s\b|m\b)?", "#", line)).strip()


def missing_line(shown, printed):
    """The first shown line that does not come in its turn; none when all do."""
    rest = iter([shape(line) for line in printed.splitlines()])
    for line in shown:
        wanted = shape(line)
        if wanted in ("", "..."):
            continue
        if not any(wanted == line for line in rest):
            return line
    return None


def script_of(found, folder):
    """One script for the whole page; each step's output goes to a file of its own."""
    text = PRELUDE
    for index, (_, command, _) in enumerate(found):
        text += f"echo {index} > {folder}/step\n{{\n{command}\n}} > {folder}/output.{index} 2>&1\n"
    return text


def server_environment(server):
    server.create_database("shop", owner="shop", password="secret")
    return {"WINDLASS_DATABASE_URL": server.url("shop", "shop", "secret"), "ADMIN_URL": server.url("shop")}


def run_page(page, build):
    found, faults = steps(page)
    if not found or faults:
        return faults, 0
    with contextlib.ExitStack() as stack:
        temporary = stack.enter_context(tempfile.TemporaryDirectory(prefix="windlass-docs-"))
        folder = pathlib.Path(temporary)
        work = folder / "work"
        work.mkdir()
        shutil.copytree(ROOT / "examples", work / "examples")
        environment = {"PATH": f"{build}/generator:{build}/hook:/usr/bin:/bin", "HOME": temporary, "LANG": "C.UTF-8"}
        if WITH_SERVER in page.read_text():
            environment |= server_environment(stack.enter_context(pg_server.PgServer()))
        result = subprocess.run(["bash", "-c", script_of(found, folder)], cwd=work, env=environment,
                                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=LIMIT_SECONDS)
        outputs = [(folder / f"output.{index}").read_text() if (folder / f"output.{index}").exists() else ""
                   for index in range(len(found))]
        if result.returncode != 0:
            last = int((folder / "step").read_text()) if (folder / "step").exists() else 0
            return [f"{page}:{found[last][0]}: failed with {result.returncode}\n{outputs[last]}{result.stderr}"], 0
        for (line, _, shown), printed in zip(found, outputs):
            lost = missing_line(shown or [], printed)
            if lost is not None:
                faults.append(f"{page}:{line}: does not print {lost!r} in its turn, but:\n{printed}")
    return faults, len(found)


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    build = pathlib.Path(sys.argv[1]).resolve()
    pages = [pathlib.Path(name).resolve() for name in sys.argv[2:]] or [
        *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    faults, count = [], 0
    for page in sorted(pages):
        page_faults, page_count = run_page(page, build)
        faults += page_faults
        count += page_count
    if faults:
        sys.exit("\n".join(faults).replace(str(ROOT) + os.sep, ""))
    if count == 0:
        sys.exit("docs: no commands found")
    print(f"docs: {count} steps of {len(pages)} pages work as shown")


main()
