# SPDX-License-Identifier: MIT
"""report.py - rows of measurements, and docs/performance.md made of them."""

import re
from dataclasses import dataclass


@dataclass
class Row:
    """One ratio; limit is None where there is no budget."""
    what: str
    how: str
    limit: float = None
    ratio: object = None  # a meters.Ratio
    control: object = None  # the same, of two meters that are both outside
    why: str = ""  # why there is no ratio

    def verdict(self):
        if not self.ratio:
            return "not measured: " + self.why
        if self.limit is None:
            return "–"
        low, high = self.ratio.confidence()
        verdict = "met" if self.ratio.median <= self.limit else "**missed**"
        return verdict + (", within the noise" if low <= self.limit <= high else "")

    def cells(self, budget):
        cells = [self.what, self.how]
        if budget:
            cells.append(f"≤ {self.limit:g}" if self.limit else "–")
        if self.ratio:
            cells += [f"{self.ratio.median:.3f}", spread(self.ratio),
                      spread(self.control), f"{self.ratio.base_us:.2f}"]
        else:
            cells += ["–"] * 4
        return cells + [self.verdict()]


def spread(ratio):
    if not ratio:
        return "–"
    low, high = ratio.quartiles()
    return f"{low:.3f}–{high:.3f}"


def table(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def ratios(rows, budget):
    head = ["what", "inside"] + (["budget"] if budget else [])
    head += ["ratio", "spread", "control", "outside, µs"]
    head += ["verdict" if budget else "remark"]
    return table(head, [row.cells(budget) for row in rows])


def machine(facts):
    return table(["", ""], facts)


def startups(startups_by_user):
    rows = []
    for user, startup in startups_by_user.items():
        for name in startup.names:
            rows.append([f"`{name}`", user] + startup_cells(startup, name))
    return table(["command", "user", "median, ms", "minimum, ms",
                  "median / bwrap's", "minimum / bwrap's"], rows)


def startup_cells(startup, name):
    if name in startup.missing:
        return ["–", startup.missing[name], "–", "–"]
    times = startup.milliseconds(name)
    if "bwrap" in startup.missing:
        return [f"{time:.2f}" for time in times] + ["–", "–"]
    base = startup.milliseconds("bwrap")
    return ([f"{time:.2f}" for time in times] +
            [f"{time / other:.2f}" for time, other in zip(times, base)])


def memory(samples):
    def show(value):
        return "–" if value is None else str(value)
    fields = ("rss", "anonymous", "pss", "threads", "descriptors")
    return table(["connects", "VmRSS, KiB", "of it anonymous", "Pss, KiB",
                  "threads", "descriptors"],
                 [[str(done)] + [show(found[field]) for field in fields]
                  for done, found in samples])


def memory_verdicts(samples):
    """[(what, budget, measured, verdict)]"""
    last = samples[-1][1]
    tenth = samples[-2][1]
    growth = last["rss"] - tenth["rss"]
    counts = [(s["threads"], s["descriptors"]) for s in (tenth, last)]
    flat = growth <= 16 and counts[0] == counts[1]

    def word(good):
        return "met" if good else "**missed**"
    return table(["what", "budget", "measured", "verdict"], [
        ["supervisor, resident", "≤ 2048 KiB", f"{last['rss']} KiB",
         word(last["rss"] <= 2048)],
        [f"its growth from {samples[-2][0]} to {samples[-1][0]} connects",
         "flat: ≤ 16 KiB, no thread, no descriptor", f"{growth} KiB",
         word(flat)]])


def calls(counts_by_how):
    names = sorted({name for counts in counts_by_how.values()
                    for name in counts})
    rows = [[how, f"{sum(counts.values()):.1f}"] +
            [f"{counts.get(name, 0):.1f}" for name in names]
            for how, counts in counts_by_how.items()]
    return table(["inside", "all"] + [f"`{name}`" for name in names], rows)


def fill(template, parts):
    """Replace each @NAME@; one that is left over is an error."""
    def part(match):
        return parts[match.group(1)]
    return re.sub(r"@([A-Z_]+)@", part, template)
