#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# chaos.py - start sandboxes, kill one process of each at a random moment, and
# see whether the rest ends as it should.
#
#	chaos.py SEED ROUNDS LIB GRANTED DENIED -- SBX-RUN OPTION...
#
# The command is a shell: clients that connect to GRANTED and are refused
# DENIED, then the exit code 42.  Killed is one of
#
#	launcher	it is gone; the command must die, the rest must end
#	supervisor	the command goes on without sockets: 42, or 125 if it
#			had not been started
#	command		the launcher dies by the same signal, or says 125 if the
#			command had not been executed yet
#	client		the command goes on: 42
#
# Prints a line for each round that went wrong, and at last "rounds N" with the
# number of each kind.  Each round has a time limit; what has not ended then is
# stuck.  Only descendants of this program are ever killed.
import ctypes
import os
import random
import signal
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36
LIMIT = 30  # seconds for everything of a round to end
KINDS = ("launcher", "supervisor", "command", "client")


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def descendants(pid):
    found = []
    for child in children(pid):
        found.append(child)
        found += descendants(child)
    return found


def find(kind, launcher):
    """The process to kill, 0 if there is none (yet)."""
    if kind == "launcher":
        return launcher
    supervisors = children(launcher)
    if kind == "supervisor" or not supervisors:
        return supervisors[0] if supervisors else 0
    commands = children(supervisors[0])
    # Orphans of the command may be children of the supervisor, too.
    if kind == "command":
        return commands[0] if commands else 0
    clients = [p for c in commands for p in descendants(c)]
    return random.choice(clients) if clients else 0


def name(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except OSError:
        return "?"


def kill(pid, number=signal.SIGKILL):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


def reap_others():
    """Reap orphans that have ended; True if some are left."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def wait(process, end):
    while time.monotonic() < end:
        pid, status = os.waitpid(process.pid, os.WNOHANG)
        if pid:
            process.returncode = 0  # for the destructor
            return status
        time.sleep(0.005)
    return None


def verdict(kind, killed, status):
    if status is None:
        return "the launcher is stuck"
    code = os.waitstatus_to_exitcode(status)
    good = {"launcher": (-9,), "command": (-9, 125), "client": (42,),
            "supervisor": (42, 125)}[kind]
    if not killed:
        good = (42,)  # it had ended before
    return None if code in good else f"exit code {code}"


def wait_for_others(end):
    while reap_others():
        if time.monotonic() > end:
            names = [name(p) for p in descendants(os.getpid())]
            while reap_others():
                for pid in descendants(os.getpid()):
                    kill(pid)
                time.sleep(0.01)
            return f"left behind: {' '.join(names)}"
        time.sleep(0.005)
    return None


def one_round(argv, kind):
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT)
    os.set_blocking(process.stdout.fileno(), False)
    end = time.monotonic() + LIMIT
    time.sleep(random.choice((0, 0.004, 0.02, 0.1, 0.3)) * random.random())
    victim = find(kind, process.pid)
    soon = time.monotonic() + 0.02
    while not victim and time.monotonic() < soon:
        victim = find(kind, process.pid)  # it is being started
    if victim:
        kill(victim)
    status = wait(process, end)
    if status is None:
        kill(process.pid)
    problem = verdict(kind, victim, status)
    others = wait_for_others(end)
    if others:
        problem = f"{problem or 'exit code as it should be'}; {others}"
    output = process.stdout.read() or b""
    process.stdout.close()
    if b"stuck" in output or b"went wrong" in output:
        problem = output.decode(errors="replace").strip()
    return victim, problem


def main():
    seed, rounds, lib, granted, denied = sys.argv[1:6]
    prefix = sys.argv[7:]
    random.seed(int(seed))
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    # The clients are waited for by nobody but the shell, and not long.
    script = (f"{lib}/stress -l -c 16 -s 0.2 {granted} & "
              f"{lib}/stress -r -l -c 8 -s 0.2 {denied}; "
              f"{lib}/stress -b -l -c 8 -s 0.1 {granted}.own; "
              "wait; exit 42")
    argv = prefix + ["--", "sh", "-c", script]
    count = dict.fromkeys(KINDS, 0)
    for number in range(int(rounds)):
        kind = KINDS[number % len(KINDS)]
        victim, problem = one_round(argv, kind)
        count[kind] += victim > 0
        if problem:
            print(f"round {number}, killed {kind}: {problem}", flush=True)
    print(f"rounds {rounds}", *(f"{k} {n}" for k, n in count.items()))


main()
