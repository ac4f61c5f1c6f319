#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""results.py - what became of each test, a line each, sorted.

    results.py JUNIT.XML [NAME...]

Reasons of skips belong to it; tests named NAME are left out.
"""
import sys
import xml.etree.ElementTree as tree


def became(case):
    for kind in ("failure", "error", "skipped"):
        found = case.find(kind)
        if found is not None:
            reason = found.get("message") or found.text or ""
            return f"{kind} {reason.strip() if kind == 'skipped' else ''}"
    return case.get("result", "completed")


lines = set()
for case in tree.parse(sys.argv[1]).iter("testcase"):
    name = f"{case.get('classname', '')}.{case.get('name')}"
    if name.rpartition(".")[2].split(" ")[0] not in sys.argv[2:]:
        lines.add(f"{name}: {became(case)}")
print("\n".join(sorted(lines)))
