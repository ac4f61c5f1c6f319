#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# report.py - docs/kernels.md, from what scripts/check-kernels found.
#
#	report.py RESULTS
#
# Prints the table too.  A folder that was never run has a dash.
import pathlib
import re
import sys

FOLDERS = ["unit", "shim", "e2e", "attacks"]
root = pathlib.Path(__file__).resolve().parents[2]
results = pathlib.Path(sys.argv[1])


def version_key(name):
    return [int(n) for n in re.findall(r"\d+", name)]


class Cell:
    """One kernel, scope and user: lines that scripts/check-kernels kept."""

    def __init__(self, path):
        self.release = path.parent.name
        self.scope, self.user = path.name.split(".")
        self.abi = self.tier = "?"
        self.sums = {}
        self.commits = {}
        self.looks = []
        self.dates = set()
        for line in path.read_text().splitlines():
            self.add(line)

    def add(self, line):
        kind, _, rest = line.partition(" ")
        if kind == "linux":
            self.abi = rest.rpartition(" ")[2]
        elif kind == "tier:":
            self.tier = rest.partition(";")[0]
        elif kind == "result":
            rest, _, when = rest.rpartition("@")
            date, _, commit = when.partition(" ")
            name, *counts = rest.split(" ", 4)
            what = counts.pop().strip()
            self.dates.add(date)
            counts = [int(n) for n in counts]
            folder = name.partition("/")[0]
            self.commits.setdefault(folder, set()).add(commit)
            old = self.sums.get(folder, [0, 0, 0])
            self.sums[folder] = [a + b for a, b in zip(old, counts)]
            if what:
                self.looks.append((name, what))

    def row(self):
        row = [self.release, self.abi, self.scope, self.user, self.tier]
        for folder in FOLDERS:
            counts = self.sums.get(folder)
            commits = " ".join(sorted(self.commits.get(folder, ())))
            row.append("/".join(map(str, counts)) + f" {commits}".rstrip()
                       if counts else "-")
        return row


def table(cells, skips):
    head = ["kernel", "Landlock ABI", "ptrace_scope", "user", "tier"]
    rows = [head + FOLDERS, ["---"] * (len(head) + len(FOLDERS))]
    rows += [cell.row() for cell in cells]
    rows += [[version, "", "", "", f"skipped: {why}"] + [""] * len(FOLDERS)
             for version, why in skips]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def looks(cells):
    lines = {}
    for cell in cells:
        for name, what in cell.looks:
            where = f"{cell.release} scope {cell.scope} {cell.user}"
            lines.setdefault((name, what), []).append(where)
    return "\n".join(f"- `{name}`: {what} ({'; '.join(where)})"
                     for (name, what), where in sorted(lines.items()))


cells = [Cell(path) for path in results.glob("*/[0-9].*")
         if path.suffix in (".root", ".nobody")]
cells.sort(key=lambda c: (version_key(c.release), c.scope, c.user != "root"))
skips = [(path.stem, path.read_text().strip().removeprefix("kernels: "))
         for path in sorted(results.glob("*.skip"))]
dates = sorted(set().union(*(cell.dates for cell in cells))) if cells else []
text = (root / "tests/kernels/kernels.md.in").read_text()
for key, value in {
    "@TABLE@": table(cells, skips),
    "@LOOKS@": looks(cells) or "Nothing.",
    "@DATES@": " to ".join(dict.fromkeys([dates[0], dates[-1]]))
    if dates else "never",
}.items():
    text = text.replace(key, value)
(root / "docs/kernels.md").write_text(text)
print(table(cells, skips))
print(looks(cells))
