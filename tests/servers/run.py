"""Runs the database and fault suites on another major version of PostgreSQL.

    run.py --build build/dev 14             what make test has time for
    run.py --build build/dev --all 14       all of them; make test-servers does it for every version

Fails when a suite fails or runs nothing.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import time

import fetch

FAULT = fetch.ROOT / "tests/fault"
sys.path.insert(0, str(FAULT))
import projects  # noqa: E402

DATABASE = "tests/db/hook/"
PHASES = "tests/db/hook/phases/"
HOOK = "hook/windlass-hook"
LIMIT = 900  # seconds for one suite

# What depends on the server's version most: the catalogue, sessions and locks, and scripts that run step by step.
CORE = [DATABASE + "hook_database_test", DATABASE + "hook_execute_test"]
PHASE_SUITES = [PHASES + "hook_migrate_test", PHASES + "hook_rollback_test", PHASES + "hook_preflight_test",
                PHASES + "hook_verify_test", PHASES + "hook_operators_test", PHASES + "hook_recovery_test",
                PHASES + "hook_flyway_history_test"]
# Without --all the oldest and the newest get both, those between one each.
QUICK = {"12": CORE, "13": CORE[:1], "14": CORE[1:], "16": CORE[1:], "17": CORE[:1], "18": CORE}
QUICK_PROJECTS = ["transactional", "concurrent"]
QUICK_TRIALS = "6"

NEWEST_FOR_PG_DUMP = 15  # Debian's; hook_backup_test itself checks how a newer server is refused
TAGGED = (14,)           # a test case of what came with a version has the tag "[since 14]"


def catch(program, major, *names):
    """Of the cases by these names, or all, those that the server's version has the statements for."""
    left_out = "".join(f"~[since {version}]" for version in TAGGED if int(major) < version)
    filters = [name + left_out for name in names] or ([left_out] if left_out else [])
    return program.name, [program, "--warn", "NoTests", "--use-colour", "no", *filters]


def matrix(build, major, everything):
    """A sample of the crash matrix; the project of the backup only where pg_dump reads the server."""
    names = list(projects.PROJECTS) if everything else QUICK_PROJECTS
    if int(major) > NEWEST_FOR_PG_DUMP:
        names = [name for name in names if name != "backup"]
    sample = ["--sample", "240"] if everything else ["--sample", QUICK_TRIALS, "--jobs", "1"]
    chosen = [word for name in names for word in ("--project", name)]
    return "matrix.py", [sys.executable, FAULT / "matrix.py", build / HOOK, *sample, *chosen]


def suites(build, major, everything):
    """(name, command) of each."""
    found = [catch(build / test, major) for test in (CORE + PHASE_SUITES if everything else QUICK[major])]
    if everything:
        names = [] if int(major) <= NEWEST_FOR_PG_DUMP else ["a server that is newer than pg_dump*"]
        found.append(catch(build / DATABASE / "hook_backup_test", major, *names))
    found.append(matrix(build, major, everything))
    for name in ("crash", "runners", "failures") if everything else ():
        found.append((f"{name}_test.py", [sys.executable, FAULT / f"{name}_test.py", build / HOOK]))
    return found


def run(command, programs):
    environment = {**os.environ, "WINDLASS_POSTGRES_BIN": str(programs)}
    return subprocess.run([str(word) for word in command], env=environment, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=LIMIT, check=False)


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    arguments.add_argument("--build", type=pathlib.Path, required=True)
    arguments.add_argument("--all", action="store_true")
    arguments.add_argument("major", choices=list(fetch.PINS["servers"]))
    given = arguments.parse_args()
    if not fetch.is_there(given.major):
        print(f"PostgreSQL {given.major} is not fetched: run tests/servers/fetch.py")
        sys.exit(1 if os.environ.get("CI") == "true" else 77)
    failed = []
    for name, command in suites(given.build.resolve(), given.major, given.all):
        begun = time.monotonic()
        ended = run(command, fetch.programs(given.major))
        print(f"PostgreSQL {given.major}: {name} ended with {ended.returncode} after {time.monotonic() - begun:.1f} s",
              flush=True)
        if ended.returncode != 0:
            failed.append(name)
            print(ended.stdout, flush=True)
    if failed:
        sys.exit(f"PostgreSQL {given.major}: failed: {', '.join(failed)}")


main()
