# SPDX-License-Identifier: MIT
"""machine.py - where and with what the measurement was made."""

import datetime
import os
import platform
import re
import subprocess


def output(*command):
    try:
        done = subprocess.run(command, capture_output=True, text=True,
                              check=False)
    except OSError:
        return ""
    return done.stdout + done.stderr


def first(pattern, text, default="not installed"):
    match = re.search(pattern, text, re.MULTILINE)
    return match.group(1).strip() if match else default


def distribution():
    with open("/etc/os-release", encoding="utf-8") as file:
        return first(r'^PRETTY_NAME="(.*)"', file.read(), "unknown")


def package_version(name):
    text = output("dpkg-query", "-W", "-f", "${Version}", name)
    return first(r"^(\d\S*)$", text)


def commit(root):
    git = ("git", "-C", root)
    short = output(*git, "rev-parse", "--short", "HEAD").strip()
    # What cannot change the numbers does not matter.
    changes = output(*git, "status", "--porcelain", "--", "policy", "shim",
                     "launcher", "tests/bench", "Makefile")
    return short + (" with changes" if changes.strip() else "")


def describe(root, sbx_run):
    """[(what, value)]"""
    cpu = output("lscpu")
    virtual = first(r"^Hypervisor vendor:\s+(.*)", cpu, "")
    check = output(sbx_run, "--check")
    return [
        ("CPU", first(r"^Model name:\s+(.*)", cpu, platform.machine()) +
         (f" (a virtual machine: {virtual})" if virtual else "")),
        ("cores", str(os.cpu_count())),
        ("kernel", platform.release() + ", Landlock ABI " +
         first(r"Landlock ABI (\d+)", check, "unknown")),
        ("distribution", distribution()),
        ("date", datetime.date.today().isoformat()),
        ("sbx", first(r"^sbx-run (.*)", output(sbx_run, "--version")) +
         ", commit " + commit(root) + ", tier " +
         first(r"^tier: (.*)", check, "unknown")),
        ("bubblewrap", first(r"(\d[\d.]+)", output("bwrap", "--version"))),
        ("firejail", first(r"(\d[\d.]+)", output("firejail", "--version"))),
        ("proxychains", package_version("proxychains4")),
        ("hyperfine", first(r"(\d[\d.]+)", output("hyperfine", "--version"))),
    ]
