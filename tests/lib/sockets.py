#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""sockets.py - does what its arguments say with sockets, one line for each.

    sockets.py 'bind /tmp/a' 'connect /tmp/a' 'rename /tmp/a /tmp/b' ...

Each prints the line and "ok" or the name of its error.  @NAME is an abstract
name, @ alone lets the kernel pick one ("name" then says what getsockname
tells).  Sockets stay open to the end, or until "close NAME".
"""
import errno
import os
import shlex
import socket
import sys
import time

held = {}


def address(name):
    return "\0" + name[1:] if name[:1] == "@" else name


def do_bind(name):
    s = held[name] = socket.socket(socket.AF_UNIX)
    s.bind(address(name) if name != "@" else b"")
    s.listen(200)


def do_connect(name):
    s = socket.socket(socket.AF_UNIX)
    s.settimeout(10)
    if name == "@":
        name = held["@"].getsockname()
        s.connect(name)
    else:
        s.connect(address(name))
    s.send(b"ping\n")
    s.close()


def do_close(name):
    held.pop(name).close()


def do_link(old, new):
    os.link(old, new)


def do_rename(old, new):
    os.rename(old, new)


def do_replace_at(old, new):
    """A rename relative to descriptors of both directories."""
    fds = [os.open(os.path.dirname(n), os.O_RDONLY) for n in (old, new)]
    os.rename(os.path.basename(old), os.path.basename(new),
              src_dir_fd=fds[0], dst_dir_fd=fds[1])


def do_link_at(old, new):
    fds = [os.open(os.path.dirname(n), os.O_RDONLY) for n in (old, new)]
    os.link(os.path.basename(old), os.path.basename(new),
            src_dir_fd=fds[0], dst_dir_fd=fds[1])


def do_many(directory, count):
    """That many sockets at once, each of them reached."""
    for n in range(int(count)):
        do_bind(f"{directory}/{n}")
    for n in range(int(count)):
        do_connect(f"{directory}/{n}")


def do_churn(name, count):
    """Sockets that come and go under one name."""
    for _ in range(int(count)):
        do_bind(name)
        do_connect(name)
        do_close(name)
        if name[0] != "@":
            os.unlink(name)


def do_wait(name):
    for _ in range(400):
        if os.path.lexists(name):
            return
        time.sleep(0.02)
    raise TimeoutError(errno.ETIMEDOUT, "nobody made it")


def do_touch(name):
    open(name, "w").close()


def do_mode(name, wanted):
    got = oct(os.lstat(name).st_mode & 0o7777)[2:]
    if got != wanted:
        raise OSError(errno.EBADE, got)


actions = {
    "unlink": os.unlink,
    "mkdir": os.mkdir,
    "chdir": os.chdir,
    "symlink": os.symlink,
    "umask": lambda mask: os.umask(int(mask, 8)),
    "chmod": lambda name, mode: os.chmod(name, int(mode, 8)),
}
actions.update({name[3:]: f for name, f in list(globals().items())
                if name.startswith("do_")})

for line in sys.argv[1:]:
    word, *arguments = shlex.split(line)
    result = "ok"
    try:
        actions[word](*arguments)
    except OSError as e:
        result = errno.errorcode.get(e.errno, str(e))
    print(f"{line}: {result}", flush=True)
