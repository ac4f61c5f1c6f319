#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""log_cost.py - what --log adds to calls that are refused, and allowed.

As a program, it prints "OPERATION,RATIO,CONTROL,TOLD,CALLS,USER, HOW" a
line, and then how many system calls of the supervisor an allowed connect takes
with and without --log, for log-cost.t.
"""

import json
import os
import sys

import memory
from meters import NOBODY, Meter, Places, Unavailable, compare

REFUSED = "refused connect, logged as JSON / not logged"
ALLOWED = "allowed connect, with --log / without"
SHOWN = "allowed connect, with --log --log-allowed / without"
LIMITS = {REFUSED: 3, ALLOWED: 1.05, SHOWN: None}
OPERATIONS = {REFUSED: "refused-new", ALLOWED: "connect", SHOWN: "connect"}


def prefixes(places, what, become, *options):
    """Two without a log, and one with: "json" is the interesting one."""
    log = ["-q", "--log", places.path("log")]
    if what == SHOWN:
        log.append("--log-allowed")
    return {"without": become + places.sbx("-q", *options),
            "control": become + places.sbx("-q", *options),
            "json": become + places.sbx(*log, *options)}


def measure(places, what, become, options, effort):
    """Return: {name: Ratio}; the log, which is new, stays for who asks."""
    with open(places.path("log"), "w", encoding="ascii"):
        os.chmod(places.path("log"), 0o666)
    return compare(places, prefixes(places, what, become, *options),
                   OPERATIONS[what], effort, True)


def told(places):
    """Events in the log that the last measurement left, repeats and all."""
    with open(places.path("log"), encoding="utf-8") as log:
        return sum(json.loads(line).get("count", 0) for line in log)


def count_asked():
    """How many operations every meter is asked for, by its command line."""
    asked = {}
    ask = Meter.ask

    def counting(meter, op, count):
        key = "--log" in meter.process.args
        asked[key] = asked.get(key, 0) + count
        return ask(meter, op, count)
    Meter.ask = counting
    return asked


def main():
    users = {"you": []}
    if os.geteuid() == 0:
        users = {"root": [], "nobody": NOBODY}
    asked = count_asked()
    places = Places(os.environ["SBX_BUILD"])
    try:
        for user, become in users.items():
            for how, options in (("shim", []), ("no shim", ["--no-shim"])):
                for what, operation in OPERATIONS.items():
                    asked.clear()
                    found = measure(places, what, become, options, (4, 8, 5))
                    print(f"{'shown' if what == SHOWN else operation},"
                          f"{found['json'].median:.3f},"
                          f"{found['control'].median:.3f},"
                          f"{told(places)},{asked[True]},{user}, {how}",
                          flush=True)
        for options in ([], ["--log", places.path("log")]):
            try:
                calls = memory.system_calls(places, ["-q", *options])
            except (Unavailable, OSError) as why:
                print("calls unknown:", why)
                continue
            # What comes now and then is the main thread's look at the clock.
            print("calls", *(f"{name}={round(n, 1)}"
                             for name, n in sorted(calls.items()) if n > .5))
    finally:
        places.close()


if __name__ == "__main__":
    sys.exit(main())
