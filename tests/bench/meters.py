# SPDX-License-Identifier: MIT
"""meters.py - meters inside and outside of sandboxes, asked in turns."""

import os
import random
import shutil
import socket
import statistics
import subprocess
import tempfile
import time

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"]
CPUS = sorted(os.sched_getaffinity(0))
ONE_CPU = CPUS[-1:]


MANY = 512  # as in meter.h


class Unavailable(Exception):
    """This cannot be measured here; the text says why."""


class Places:
    """Scratch directories, copies of the programs, and servers."""

    def __init__(self, build):
        self.top = tempfile.mkdtemp(prefix="sbx-bench.")
        os.chmod(self.top, 0o755)
        self.granted = self.directory("granted")
        self.refused = self.directory("refused")
        self.servers = []
        # The build directory may be closed to nobody.
        for name in ("sbx-run", "libsbxshim.so", "tests/bench/meter",
                     "tests/bench/server", "tests/bench/floor",
                     "tests/bench/nop"):
            shutil.copy2(os.path.join(build, name), self.top)
        self.stderr = open(self.path("stderr"), "a+b")
        for path in (self.granted + "/accept", self.refused + "/accept",
                       self.granted + "/echo", self.granted + "/tcp-accept",
                       self.granted + "/tcp-echo"):
            self.serve(path)
        self.serve_many(MANY)

    def serve_many(self, count):
        """Sockets refused/many/0 and so on: nobody ever gets there."""
        os.mkdir(self.refused + "/many")
        self.many = []
        for number in range(count):
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(f"{self.refused}/many/{number}")
            os.chmod(f"{self.refused}/many/{number}", 0o777)
            listener.listen(1)
            self.many.append(listener)

    def pin(self, pinned):
        """Servers share the CPU of pinned meters, or are free."""
        for server in self.servers:
            os.sched_setaffinity(server.pid, ONE_CPU if pinned else CPUS)

    def path(self, name):
        return os.path.join(self.top, name)

    def directory(self, name):
        os.mkdir(self.path(name))
        os.chmod(self.path(name), 0o777)
        return self.path(name)

    def serve(self, path):
        kind = os.path.basename(path)
        self.servers.append(subprocess.Popen(
            [self.path("server"), kind, path]))
        for _ in range(200):
            if os.path.exists(path) and (
                    not kind.startswith("tcp") or os.path.getsize(path)):
                return
            time.sleep(0.01)
        raise SystemExit(f"bench: no server at {path}")

    def sbx(self, *options, grant=("accept", "echo")):
        """The command line of a sandbox; grant="" is the directory."""
        command = [self.path("sbx-run"), *options]
        for name in [grant] if isinstance(grant, str) else grant:
            command += ["--allow-unix-socket",
                        os.path.join(self.granted, name).rstrip("/")]
        return command + ["--"]

    def last_words(self):
        self.stderr.seek(0)
        lines = self.stderr.read().decode(errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"

    def close(self):
        for server in self.servers:
            server.kill()
            server.wait()
        shutil.rmtree(self.top)


class Meter:
    """One process that times operations when asked."""

    def __init__(self, places, prefix=(), pinned=False):
        self.places = places
        command = ["taskset", "-c", str(ONE_CPU[0])] if pinned else []
        command += [*prefix, places.path("meter"), places.granted,
                    places.refused, places.path("nop")]
        try:
            self.process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                stderr=places.stderr, text=True, bufsize=1)
        except OSError as error:
            raise Unavailable(str(error)) from error

    def ask(self, op, count):
        """Nanoseconds that one operation takes, out of a batch of count."""
        try:
            self.process.stdin.write(f"{op} {count}\n")
        except BrokenPipeError:
            pass
        answer = self.process.stdout.readline()
        if not answer:
            raise Unavailable("it died: " + self.places.last_words())
        if answer.startswith("error"):
            raise Unavailable(answer.strip())
        return int(answer) / count

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class Ratio:
    """How often one thing takes as long as another, over many rounds."""

    def __init__(self, values, base):
        self.ratios = sorted(v / b for v, b in zip(values, base))
        self.values = values
        self.median = statistics.median(self.ratios)
        self.us = statistics.median(values) / 1000
        self.base_us = statistics.median(base) / 1000

    def quartiles(self):
        n = len(self.ratios)
        return self.ratios[n // 4], self.ratios[(3 * n - 1) // 4]

    def confidence(self):
        """Where the true median is, with 95 %: by order statistics."""
        n = len(self.ratios)
        away = int(0.98 * n ** 0.5) + 1
        return (self.ratios[max(0, n // 2 - away)],
                self.ratios[min(n - 1, n // 2 + away)])


def compare(places, prefixes, op, effort, pinned=False):
    """Ask each of the meters {name: prefix} in turns, in a random order.

    op is an operation, or {name: operation}.  effort is (sessions, rounds,
    milliseconds): all meters are started anew for each session, and a batch
    is as many operations as take the first meter so long.
    Return: {name: Ratio to the first}.
    """
    ops = op if isinstance(op, dict) else {name: op for name in prefixes}
    sessions, rounds, milliseconds = effort
    dice = random.Random(0)
    times = {name: [] for name in prefixes}
    places.pin(pinned)
    for _ in range(sessions):
        meters = {name: Meter(places, prefix, pinned)
                  for name, prefix in prefixes.items()}
        first = next(iter(meters.values()))
        for name, meter in meters.items():
            meter.ask(ops[name], 5)
        count = int(milliseconds * 1e6 /
                    first.ask(next(iter(ops.values())), 50)) + 1
        for _ in range(rounds):
            order = list(meters)
            dice.shuffle(order)
            for name in order:
                times[name].append(meters[name].ask(ops[name], count))
        for meter in meters.values():
            meter.close()
    base = next(iter(times.values()))
    return {name: Ratio(values, base) for name, values in times.items()}
