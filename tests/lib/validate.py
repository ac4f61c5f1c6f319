#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""validate.py SCHEMA FILE... - judges each line of a log by a JSON Schema.

Prints what is wrong and fails, or prints one word a line for what was there:
op:FAMILY, VERDICT, LAYER, lost, burst, and so on.  With --mutate, it damages
each event in every way it can think of instead, and fails if one of these
still passes.
"""
import copy
import json
import sys

import jsonschema

arguments = sys.argv[1:]
mutate = arguments[0] == "--mutate"
schema = json.load(open(arguments[1 if mutate else 0], encoding="utf-8"))
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
seen = set()


def events():
    for name in arguments[2 if mutate else 1:]:
        with open(name, "rb") as file:
            for number, line in enumerate(file, 1):
                if not line.endswith(b"\n"):
                    sys.exit(f"{name}:{number}: the line has no end")
                yield name, number, line


def note(event):
    if "lost" in event:
        seen.add("lost")
        return
    seen.add(f"{event['op']}:{event.get('family', '?')}")
    seen.add(event["verdict"])
    seen.add(event["layer"])
    seen.update(k for k in ("addr", "address", "argv0", "host", "hint",
                            "expected", "note", "path", "ppid", "protocol", "resolved", "stack")
                if k in event)
    path = event.get("path", "")
    if path.startswith("@"):
        seen.add("abstract")
    if "\0" in path:
        seen.add("nul")
    if any("\udc80" <= c <= "\udcff" for c in path):
        seen.add("bytes")
    if len(path) >= 108:
        seen.add("long")
    if event["count"] > 1:
        seen.add("count")
    if event.get("note") == "other addresses and ports":
        seen.add("burst")


def damaged(event):
    required = {"ts", "run", "lost"} if "lost" in event else {
        "ts", "seq", "run", "pid", "op", "verdict", "tier", "layer",
        "advisory", "count"}
    for key, value in event.items():
        if key in required:
            broken = copy.copy(event)
            del broken[key]
            yield f"without {key}", broken
        for other in (None, [], {}, 1.5, "\n?"):
            # Names may hold anything, and a newline, too.
            if other == "\n?" and key in ("comm", "exe", "argv0", "path",
                                          "host", "note", "rule", "run"):
                continue
            yield f"{key}={other!r}", {**event, key: other}
    yield "unknown", {**event, "surplus": 1}
    if "lost" not in event:
        yield "shim", {**event, "advisory": not event["advisory"]}
        yield "both", {**event, "lost": 1}
        yield "zero", {**event, "count": 0}


for name, number, line in events():
    # RFC 8259, and no byte that a terminal would obey.
    text = line[:-1].decode("utf-8")
    if any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text):
        sys.exit(f"{name}:{number}: a control character: {line!r}")
    event = json.loads(text)
    if mutate:
        # One of each form: validation is slow.
        form = tuple(event) + (event.get("op"), event.get("verdict"))
        if form in seen:
            continue
        seen.add(form)
        for what, broken in damaged(event):
            if validator.is_valid(broken):
                sys.exit(f"{name}:{number}: passes {what}: {broken}")
        continue
    for error in validator.iter_errors(event):
        sys.exit(f"{name}:{number}: {jsonschema.exceptions.best_match([error])}"
                 f"\n{line!r}")
    note(event)
if not mutate:
    print("\n".join(sorted(seen)))
