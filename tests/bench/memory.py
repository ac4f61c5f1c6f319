# SPDX-License-Identifier: MIT
"""memory.py - what the supervisor occupies, before and after many connects."""

import glob
import os
import re
import subprocess
import time

from meters import Meter, Unavailable


def children(pid):
    """Of all its threads: the command is made by one of them."""
    found = []
    for name in glob.glob(f"/proc/{pid}/task/*/children"):
        with open(name, encoding="ascii") as file:
            found += [int(child) for child in file.read().split()]
    return found


def supervisor_of(launcher):
    for _ in range(100):
        for child in children(launcher):
            if children(child):  # it has started the command
                return child
        time.sleep(0.02)
    raise Unavailable("the supervisor was not found")


def number(text, field):
    match = re.search(rf"^{field}:\s+(\d+)", text, re.MULTILINE)
    return int(match.group(1)) if match else None


def sample(pid):
    """KiB and counts; None is what only root may see."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        status = file.read()
    found = {
        "rss": number(status, "VmRSS"),
        "anonymous": number(status, "RssAnon"),
        "threads": number(status, "Threads"),
        "pss": None,
        "descriptors": None,
    }
    try:
        with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
            found["pss"] = number(file.read(), "Pss")
        found["descriptors"] = len(os.listdir(f"/proc/{pid}/fd"))
    except PermissionError:
        pass
    return found


def measure(places, connects):
    """[(connects so far, sample)], at 0, a hundredth, a tenth, and all."""
    meter = Meter(places, places.sbx())
    supervisor = supervisor_of(meter.process.pid)
    time.sleep(0.2)
    samples = [(0, sample(supervisor))]
    done = 0
    for until in (connects // 100, connects // 10, connects):
        while done < until:
            step = min(10000, until - done)
            meter.ask("connect", step)
            done += step
        time.sleep(0.2)
        samples.append((done, sample(supervisor)))
    meter.close()
    return samples


def system_calls(places, options):
    """Of the supervisor, for one allowed connect; counted by strace."""
    count = 1000
    meter = Meter(places, places.sbx(*options))
    meter.ask("connect", 10)
    supervisor = supervisor_of(meter.process.pid)
    output = places.path("strace")
    strace = subprocess.Popen(
        ["strace", "-f", "-c", "-o", output, "-p", str(supervisor)],
        stderr=subprocess.PIPE, text=True)
    attached = strace.stderr.readline()
    if "attached" not in attached:
        meter.close()
        raise Unavailable("strace may not attach")
    time.sleep(0.2)
    meter.ask("connect", count)
    strace.terminate()
    strace.communicate()
    meter.close()
    calls = {}
    with open(output, encoding="ascii") as file:
        for line in file:
            field = line.split()
            if len(field) >= 5 and field[3].isdigit():
                calls[field[-1]] = int(field[3]) / count
    calls.pop("total", None)
    return {name: n for name, n in calls.items() if n >= 0.05}
