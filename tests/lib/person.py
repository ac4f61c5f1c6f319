#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# person.py - a person at a terminal, for job control.
#
#	person.py SCRIPT
#
# Runs an interactive bash on a terminal of its own and plays SCRIPT, a line a
# step: "send TEXT" types (^C, ^Z, ^D and ^M as such), "expect REGEX" waits for
# output that was not matched before, "enter REGEX" presses Enter until then.
# Prints all output; exit code 1 and a last line that says what did not appear.
import os
import pty
import re
import select
import sys
import time

LIMIT = 8 * int(os.environ.get("SBX_SLOW", 1))
KEYS = {"^C": "\x03", "^Z": "\x1a", "^D": "\x04", "^M": "\r"}

pid, terminal = pty.fork()
if pid == 0:
    os.environ.update(PS1="prompt> ", PS2="", TERM="dumb", HISTFILE="")
    os.execvp("bash", ["bash", "--norc", "--noprofile", "--noediting", "-i"])

seen = ""
at = 0


def fill(seconds):
    global seen
    if not select.select([terminal], [], [], seconds)[0]:
        return True
    try:
        data = os.read(terminal, 65536)
    except OSError:
        return False
    seen += data.decode(errors="replace").replace("\r\n", "\n")
    return bool(data)


def expect(regex, limit=LIMIT):
    global at
    end = time.monotonic() + limit
    while True:
        match = re.compile(regex, re.M).search(seen, at)
        if match:
            at = match.end()
            return True
        if time.monotonic() > end or not fill(0.1):
            return False


def play(line):
    verb, _, rest = line.strip().partition(" ")
    if verb == "send":
        for key, byte in KEYS.items():
            rest = rest.replace(key, byte)
        os.write(terminal, rest.encode())
    elif verb == "expect":
        return expect(rest)
    elif verb == "enter":
        for _ in range(int(LIMIT / 0.2)):
            os.write(terminal, b"\r")
            if expect(rest, 0.2):
                return True
        return False
    elif verb:
        sys.exit(f"pty: no such step: {line}")
    return True


status = 0
for line in open(sys.argv[1]):
    if not play(line):
        status = f"pty: {line.strip()}: did not appear"
        break
os.close(terminal)
print(seen)
sys.exit(status)
