"""Runs a program within a bound of memory, and says how much it took."""

import os
import resource
import subprocess
import time

CGROUP_V1 = "/sys/fs/cgroup/memory"
CGROUP_V2 = "/sys/fs/cgroup"


class Outcome:
    def __init__(self, code, out, err, peak):
        self.code = code
        self.out = out
        self.err = err
        self.peak = peak  # resident memory at its highest, in bytes, files and libraries included


def _make_group(limit):
    """A control group of our own with that limit, the process list to join it by; None where none can be made."""
    name = f"windlass-test-{os.getpid()}-{time.monotonic_ns()}"
    if os.path.exists(f"{CGROUP_V1}/memory.limit_in_bytes"):
        folder, file = f"{CGROUP_V1}/{name}", "memory.limit_in_bytes"
    else:
        folder, file = f"{CGROUP_V2}/{name}", "memory.max"
    try:
        os.mkdir(folder)
    except OSError:
        return None
    try:
        with open(f"{folder}/{file}", "w", encoding="ascii") as out:
            out.write(str(limit))
        return folder
    except OSError:
        os.rmdir(folder)
        return None


def _peak_of(pid):
    try:
        with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


class LimitedProgram:
    """A process in a control group with `limit` bytes of memory, or where none can be made with so many bytes of data
    (RLIMIT_DATA). A limit of None is none."""

    def __init__(self, command, environment, limit, folder):
        self.group = _make_group(limit) if limit else None
        self.kind = "no limit" if not limit else "control group" if self.group else "RLIMIT_DATA"
        self._files = [open(os.path.join(folder, name), "w+", encoding="utf-8", errors="replace")
                       for name in ("out", "err")]
        self._peak = 0

        def enter():
            if self.group:
                with open(f"{self.group}/cgroup.procs", "w", encoding="ascii") as processes:
                    processes.write(str(os.getpid()))
            elif limit:
                resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))

        self.process = subprocess.Popen(command, env=environment, stdout=self._files[0], stderr=self._files[1],
                                        preexec_fn=enter)

    def wait(self, seconds):
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            # The kernel keeps the highest mark, so a look now and then misses only what grows in the last moment.
            self._peak = max(self._peak, _peak_of(self.process.pid))
            if time.monotonic() > end:
                self.process.kill()
                self.process.wait()
                self.close()
                raise TimeoutError(f"not done within {seconds} s")
            time.sleep(0.005)
        texts = []
        for file in self._files:
            file.seek(0)
            texts.append(file.read())
        self.close()
        return Outcome(self.process.returncode, *texts, self._peak)

    def close(self):
        for file in self._files:
            file.close()
        if self.group:
            os.rmdir(self.group)
            self.group = None
