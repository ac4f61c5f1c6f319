# SPDX-License-Identifier: MIT
"""startup.py - how long sandboxes take to start and end, by hyperfine."""

import json
import random
import statistics
import subprocess

from meters import NOBODY, Ratio, Unavailable


def commands(places):
    sbx = places.path("sbx-run")
    return {
        "true": "true",
        "sbx-run": f"{sbx} -- true",
        "sbx-run --no-shim": f"{sbx} --no-shim -- true",
        "bwrap": "bwrap --dev-bind / / --unshare-net true",
        "firejail": "firejail --quiet --noprofile --net=none true",
        "proxychains4": "proxychains4 -q true",
    }


def hyperfine(places, prefix, command, runs):
    """Seconds of each run."""
    result = places.directory("hyperfine") + "/times.json"
    done = subprocess.run(
        prefix + ["hyperfine", "-N", "--style", "none", "--warmup", "1",
                  "--runs", str(runs), "--export-json", result, command],
        capture_output=True, text=True, check=False)
    try:
        if done.returncode:
            raise Unavailable("does not start here")
        with open(result, encoding="ascii") as file:
            return json.load(file)["results"][0]["times"]
    finally:
        subprocess.run(["rm", "-rf", places.path("hyperfine")], check=True)


class Startup:
    """Times of all commands, in seconds, as one user."""

    def __init__(self, places, user, batches, runs):
        self.batches = {}  # command: a list of times for each batch
        self.missing = {}  # command: why
        prefix = NOBODY if user == "nobody" else []
        dice = random.Random(0)
        lines = commands(places)
        self.names = list(lines)
        for _ in range(batches):
            order = [name for name in lines if name not in self.missing]
            dice.shuffle(order)
            for name in order:
                # One that is many times slower gets fewer runs.
                few = runs if name != "firejail" else max(2, runs // 5)
                try:
                    times = hyperfine(places, prefix, lines[name], few)
                except Unavailable as why:
                    self.missing[name] = str(why)
                    continue
                self.batches.setdefault(name, []).append(times)

    def medians(self, name):
        return [statistics.median(times) for times in self.batches[name]]

    def ratio(self, name, base):
        """Of the medians, batch by batch."""
        return Ratio([m * 1e9 for m in self.medians(name)],
                     [m * 1e9 for m in self.medians(base)])

    def milliseconds(self, name):
        """Median and minimum of all runs."""
        every = [time for times in self.batches[name] for time in times]
        return statistics.median(every) * 1e3, min(every) * 1e3
