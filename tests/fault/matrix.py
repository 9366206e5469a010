"""The crash matrix: every message of every project's run, disturbed by every fault, then run again and compared.

    matrix.py HOOK                                    all of it
    matrix.py HOOK --sample 300 --seed 7              a sample; without --seed MATRIX_SEED, else 1
    matrix.py HOOK --minutes 15                       what can be done in that time, in an order that --seed gives
    matrix.py HOOK --project data --fault swallow --message 12
    matrix.py HOOK --project data --list              the messages of the undisturbed run
"""

import argparse
import collections
import contextlib
import multiprocessing
import os
import queue
import random
import sys
import time

import projects
import proxy
import trial

import pg_server
import pgbouncer

LONGEST_SILENCE = 600  # seconds without any result: a worker is gone


def worker(program, cluster, tasks, results):
    """Does tasks until there are no more: ("record", project) or ("trial", project, fault, message, undisturbed)."""
    results.cancel_join_thread()  # nobody reads on when the matrix gives up
    bench = trial.Bench(program, cluster)
    try:
        for kind, *rest in iter(tasks.get, None):
            try:
                done = trial.record(bench, *rest) if kind == "record" else trial.perform(bench, *rest)
            except Exception as error:  # the server may be in any state now
                done = error
                bench.close()
                bench = trial.Bench(program, cluster)
            results.put((kind, rest[0], done))
    finally:
        bench.close()


class Matrix:
    def __init__(self, options, cluster):
        self.options = options
        self.tasks, self.results = multiprocessing.Queue(), multiprocessing.Queue()
        self.workers = [multiprocessing.Process(target=worker, args=(options.hook, cluster, self.tasks, self.results))
                        for _ in range(options.jobs)]
        self.outcomes = []
        self.left_out = 0

    def __enter__(self):
        for process in self.workers:
            process.start()
        return self

    def __exit__(self, *_):
        for _ in self.workers:
            self.tasks.put(None)
        for process in self.workers:
            process.join()

    def _collect(self, count):
        while count > 0:
            if self.options.minutes and not self.left_out and time.monotonic() > self.options.until:
                count -= self._give_up()
                continue
            count -= 1
            kind, project, done = self.results.get(timeout=LONGEST_SILENCE)
            if isinstance(done, Exception):
                raise RuntimeError(f"{kind} of {project}: {done!r}")
            yield project, done

    def _give_up(self):
        """Takes back the tasks that no worker has begun; how many."""
        dropped = 0
        with contextlib.suppress(queue.Empty):
            while True:
                self.tasks.get(timeout=0.2)
                dropped += 1
        self.left_out += dropped
        return dropped

    def record(self):
        """{project: (messages, end state, duration)} of the undisturbed runs."""
        names = self.options.project or list(projects.PROJECTS)
        if not pgbouncer.is_installed() and os.environ.get("CI") != "true":
            names = [name for name in names if not projects.PROJECTS[name].pooled]
            print("crash matrix: nothing goes through a pooler, because pgbouncer is not installed")
        for name in names:
            self.tasks.put(("record", name))
        return dict(self._collect(len(names)))

    def run(self, cells, recorded):
        for project, fault, message in cells:
            self.tasks.put(("trial", project, fault, message, recorded[project]))
        for number, (_, outcome) in enumerate(self._collect(len(cells)), 1):
            self.outcomes.append(outcome)
            if outcome.violations:
                report(self.options, outcome)
            if self.options.progress and number % self.options.progress == 0:
                print(f"crash matrix: {number} of {len(cells)} trials", flush=True)


def cells_of(options, recorded):
    """(project, fault, message) of the trials asked for; the longest first, for the sake of the whole's duration."""
    cells = [(project, fault, message)
             for project, (sent, *_) in recorded.items()
             for fault in options.fault or proxy.FAULTS
             for message in ([options.message] if options.message else range(1, len(sent) + 1))]
    if options.sample is not None:
        # A stalled run waits for ten seconds: of these a sample takes a fifth of what is due to them.
        chance = random.Random(options.seed)
        cells = [cell for cell in cells if cell[1] != "stall" or options.fault or chance.random() < 0.2]
        cells = chance.sample(cells, min(options.sample, len(cells)))
    if options.minutes:  # what the time is enough for is to be of every kind
        return random.Random(options.seed).sample(cells, len(cells))
    return sorted(cells, key=lambda cell: cell[1] != "stall")


def report(options, outcome):
    sent = outcome.sent[outcome.message - 1] if len(outcome.sent) >= outcome.message else "?"
    print(f"\nVIOLATION: project {outcome.project}, fault {outcome.fault}, message {outcome.message}: {sent}")
    for line in outcome.violations:
        print("  " + line[:2000])
    print(f"  to repeat it: /usr/bin/python3 tests/fault/matrix.py {options.hook} --project {outcome.project} "
          f"--fault {outcome.fault} --message {outcome.message}")
    print("  the log of its runs:")
    print("".join("    " + line + "\n" for line in outcome.log.splitlines()), flush=True)


def table(outcomes):
    """Trials and violations by project and fault: "118" or "118 (2!)"."""
    counts = collections.Counter((outcome.project, outcome.fault) for outcome in outcomes)
    broken = collections.Counter((outcome.project, outcome.fault) for outcome in outcomes if outcome.violations)
    names = [name for name in projects.PROJECTS if any(project == name for project, _ in counts)]
    faults = [fault for fault in proxy.FAULTS if any(found == fault for _, found in counts)]
    cell = lambda key: str(counts[key]) + (f" ({broken[key]}!)" if broken[key] else "")
    lines = [["project", *faults, "all"]]
    for name in names:
        total = sum(count for (project, _), count in counts.items() if project == name)
        lines.append([name, *(cell((name, fault)) for fault in faults), str(total)])
    lines.append(["all", *(str(sum(counts[name, fault] for name in names)) for fault in faults), str(len(outcomes))])
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip() for line in lines)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hook")
    parser.add_argument("--project", action="append", choices=list(projects.PROJECTS))
    parser.add_argument("--fault", action="append", choices=list(proxy.FAULTS))
    parser.add_argument("--message", type=int)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=int(os.environ.get("MATRIX_SEED", "1")))
    parser.add_argument("--jobs", type=int, default=3 * (os.cpu_count() or 1))
    parser.add_argument("--minutes", type=float, default=0, help="begin no trial after so many; what is left out is said")
    parser.add_argument("--progress", type=int, default=0, help="a line after so many trials")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    options.hook = os.path.abspath(options.hook)
    options.until = time.monotonic() + 60 * options.minutes
    return options


def main():
    options = arguments()
    began = time.monotonic()
    # One initdb for all of them: it takes longer than all trials of a project.
    with pg_server.PgServer(authentication="trust").unstarted() as cluster, Matrix(options, cluster) as matrix:
        recorded = matrix.record()
        if options.list:
            for project, (sent, *_) in recorded.items():
                print("\n".join(f"{project} {number}: {text}" for number, text in enumerate(sent, 1)))
            return 0
        cells = cells_of(options, recorded)
        if options.sample is not None:
            print(f"crash matrix: {len(cells)} trials of a sample with seed {options.seed} (MATRIX_SEED sets it)", flush=True)
        matrix.run(cells, recorded)
    violations = sum(1 for outcome in matrix.outcomes if outcome.violations)
    print(table(matrix.outcomes))
    print(f"crash matrix: {len(matrix.outcomes)} trials, {violations} violations, {time.monotonic() - began:.0f} s")
    if matrix.left_out:
        print(f"crash matrix: {matrix.left_out} trials were left out, because {options.minutes:g} minutes were over")
    if not matrix.outcomes:
        print("crash matrix: no trial was made")
    return 0 if matrix.outcomes and not violations else 1


if __name__ == "__main__":
    sys.exit(main())
