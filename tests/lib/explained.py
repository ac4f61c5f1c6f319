# SPDX-License-Identifier: MIT
"""explained.py - does --explain say what is enforced?

    explained.py judge DIR SEED COUNT SBX-RUN [OPTION...]
    explained.py probe TARGET...		(in the sandbox)

COUNT policies are made at random, and targets for each; what --explain says is
compared with what happens, and what the servers saw.  Prints every difference,
and what was compared; exits with 1 if there is a difference."""
import errno
import json
import os
import random
import select
import socket
import subprocess
import sys

STREAM, DGRAM = socket.SOCK_STREAM, socket.SOCK_DGRAM


# ---- in the sandbox ---------------------------------------------------------

def address_of(target):
    if target.startswith("@"):
        return socket.AF_UNIX, "\0" + target[1:]
    if "/" in target:
        return socket.AF_UNIX, target
    host, port = target.rsplit(":", 1)
    if host.startswith("["):
        return socket.AF_INET6, (host[1:-1], int(port))
    return socket.AF_INET, (host or "0.0.0.0", int(port))


def attempt(op, family, address, kind):
    with socket.socket(family, kind) as s:
        s.settimeout(5)
        if op == "connect":
            s.connect(address)
            if family == socket.AF_UNIX and kind == DGRAM:
                s.send(b"x")
        elif op == "send":
            s.sendto(b"x", address)
        else:
            if family != socket.AF_UNIX:
                s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            s.bind(address)
            if op == "listen":
                s.listen()
            if family == socket.AF_UNIX and address[0] != "\0":
                os.unlink(address)


def probe(word):
    op, target = word.split(":", 1)
    if target.startswith(("tcp:", "udp:")):
        target = target[4:]
    family, address = address_of(target)
    kinds = [DGRAM] if op == "send" else [STREAM]
    if op == "connect" and family == socket.AF_UNIX:
        kinds = [STREAM, DGRAM, socket.SOCK_SEQPACKET]
    error = 0
    for kind in kinds:
        try:
            attempt(op, family, address, kind)
            return 0
        except OSError as e:
            error = e.errno
        if error != errno.EPROTOTYPE:
            break
    return error


# ---- outside ----------------------------------------------------------------

class World:
    """Servers of every kind, and the names that lead to them."""

    def __init__(self, base):
        self.base = base
        self.servers = []
        for d in ("a/b/c", "d", "own"):
            os.makedirs(f"{base}/{d}")
        os.chmod(f"{base}/own", 0o777)
        paths = ["a/s1", "a/b/s2", "a/b/c/s3", "d/s4", "s5", "own/s6"]
        for path in paths:
            self.serve(socket.AF_UNIX, STREAM, f"{base}/{path}")
        for path in ("a/d1", "d/d2"):
            self.serve(socket.AF_UNIX, DGRAM, f"{base}/{path}")
        self.serve(socket.AF_UNIX, socket.SOCK_SEQPACKET, f"{base}/a/q1")
        os.symlink("a/b", f"{base}/link")
        os.symlink("a/s1", f"{base}/named")
        os.symlink("nowhere/at/all", f"{base}/dangling")
        os.symlink(f"/proc/self/root{base}/a", f"{base}/rooted")
        os.symlink("a/s1/", f"{base}/slashed")
        os.symlink("loop", f"{base}/loop")
        os.link(f"{base}/d/s4", f"{base}/d/twice")
        with open(f"{base}/a/file", "w", encoding="ascii"):
            pass
        self.abstract = [f"{base}-x", f"{base}-y"]
        for name in self.abstract:
            self.serve(socket.AF_UNIX, STREAM, "\0" + name)
        self.tcp = [self.serve(socket.AF_INET, STREAM, ("127.0.0.1", 0)),
                    self.serve(socket.AF_INET, STREAM, ("127.0.0.2", 0))]
        self.tcp6 = [self.serve(socket.AF_INET6, STREAM, ("::1", 0))]
        self.udp = [self.serve(socket.AF_INET, DGRAM, ("127.0.0.1", 0))]
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.free = s.getsockname()[1]

    def serve(self, family, kind, address):
        s = socket.socket(family, kind)
        s.bind(address)
        if kind != DGRAM:
            s.listen(256)
        if family == socket.AF_UNIX and address[0] != "\0":
            os.chmod(address, 0o777)
        s.setblocking(False)
        self.servers.append(s)
        return s.getsockname()

    def seen(self):
        """How many came since the last time."""
        count = 0
        while True:
            ready = select.select(self.servers, [], [], 0)[0]
            if not ready:
                return count
            for s in ready:
                if s.type == DGRAM:
                    s.recv(16)
                else:
                    s.accept()[0].close()
                count += 1

    def path(self, dice):
        return self.base + "/" + dice.choice([
            "a/s1", "a/b/s2", "a/b/c/s3", "d/s4", "d/twice", "s5", "a/d1",
            "d/d2", "a/q1", "own/s6", "link/s2", "link/c/s3", "named",
            "dangling", "a/file", "a/missing", "own/new", "d/../a/s1",
            "a/./b//s2", "link/../s1", "nodir/x", "a/s1/x",
            "a/s1/", "a/s1/.", "a/b/", "rooted/b/s2", "rooted/new",
            "rooted/../s5", "slashed", "loop", "nodir/../s5"])

    def grantable(self, dice):
        path = self.path(dice)
        odd = "/s1/" in path or "nodir/.." in path or path.endswith(
            ("slashed", "loop"))
        return self.grantable(dice) if odd else path

    def directory(self, dice):
        return self.base + dice.choice(
            ["", "/a", "/a/b", "/a/b/c", "/d", "/own", "/link", "/d/../a"])

    def inet(self, dice):
        host, port = dice.choice(self.tcp + self.tcp6)[:2]
        port = dice.choice([port, port, self.free])
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def random_name(world, dice):
    return dice.choice([
        world.grantable, world.grantable, world.directory, world.directory,
        lambda d: "@" + d.choice(world.abstract),
        lambda d: "@" + world.base + d.choice(["*", "-*", "-x*", "-z"]),
    ])(dice)


def random_policy(world, dice):
    words = []
    for _ in range(dice.randrange(5)):
        words += ["--" + dice.choice([
            "allow-unix-socket", "allow-unix-socket", "allow-unix-connect",
            "allow-unix-bind", "deny-unix-socket"]), random_name(world, dice)]
    if dice.random() < .3:
        words.append(f"--private-sockets={world.base}/own")
    if dice.random() < .3:
        words.append("--allow-unix-dgram")
    mode = dice.choice(["none", "none", "host-loopback", "full"])
    words += ["--network", mode]
    if mode == "full":
        words.append("--unix-sockets=allowlist")
        return words
    for _ in range(dice.randrange(3)):
        words += ["--allow-connect", dice.choice([
            world.inet(dice), f"127.0.0.0/8:{world.tcp[0][1]}",
            f"*:{world.free}", "[::1]:*"])]
    if dice.random() < .3:
        words += ["--allow-listen", dice.choice([
            str(world.free), f"127.0.0.1:{world.free}", "[::1]:1024-65535"])]
    if dice.random() < .3:
        words += ["--allow-udp", f"127.0.0.1:{world.udp[0][1]}"]
    if dice.random() < .3:
        words += ["--deny-errno", dice.choice(["EPERM", "ECONNREFUSED"])]
    return words


def alone_policy(world, dice):
    """What landlock-only can enforce."""
    words = []
    for _ in range(dice.randrange(3)):
        words += ["--allow-unix-" + dice.choice(["connect", "socket"]),
                  world.directory(dice)]
    return words


def random_target(world, dice):
    op = dice.choice(["connect", "connect", "connect", "bind", "send",
                      "listen"])
    if op == "listen":
        return op + ":" + dice.choice(
            [f"127.0.0.1:{world.free}", f"[::1]:{world.free}",
             f":{world.free}".replace(":", "0.0.0.0:")])
    kind = dice.random()
    if op == "connect" and kind < .3:
        return op + ":" + world.inet(dice)
    if op == "send" and kind < .4:
        host, port = world.udp[0]
        return f"send:{host}:{dice.choice([port, world.free])}"
    if op == "bind" and kind < .1:
        return f"bind:tcp:127.0.0.1:{world.free}"
    if kind > .85:
        return op + ":@" + dice.choice(world.abstract + [world.base + "-z"])
    return op + ":" + world.path(dice)


def alone_target(world, dice):
    """Whether a free abstract name is bound depends on its length there."""
    word = random_target(world, dice)
    return word if word[:6] != "bind:@" else alone_target(world, dice)


def expected_error(said, nobody):
    """What the kernel would have said comes before what the policy says."""
    if "fails" in said:
        return getattr(errno, said["fails"])
    if said["verdict"] != "allow":
        return getattr(errno, said["errno"])
    return errno.ECONNREFUSED if nobody and said["op"] == "connect" else 0


def compare(word, said, error, came, free):
    """One sentence about a difference, or None."""
    allowed = said["verdict"] == "allow"
    served = said["op"] in ("connect", "send")
    nobody = word.endswith(f":{free}")
    if error != expected_error(said, nobody):
        return f"error {errno.errorcode.get(error, error)}"
    if served and came != (error == 0 and not nobody):
        return f"a server saw {came}"
    if not allowed and came:
        return "a server was reached"
    return None


def explain(sbx, policy, targets):
    words = [w for t in targets for w in ("--explain", t)]
    # With -q, as it will run: that may choose another tier.
    done = subprocess.run(sbx + ["-q"] + policy + ["--log-format", "json"]
                          + words,
                          stdout=subprocess.PIPE, check=False, timeout=60)
    said = [json.loads(line) for line in done.stdout.splitlines()]
    refused = any(s["verdict"] != "allow" for s in said)
    if done.returncode != refused or len(said) != len(targets):
        sys.exit(f"exit code {done.returncode} of {policy} {words}")
    return said


def enforce(sbx, policy, targets, world):
    """For each target the errno and whether a server saw anybody."""
    child = subprocess.Popen(
        sbx + ["-q"] + policy + ["--", sys.executable, "-S", __file__, "probe"]
        + targets, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    results = []
    for _ in targets:
        child.stdin.write(b"\n")
        child.stdin.flush()
        line = child.stdout.readline()
        if not line:
            sys.exit(f"the prober died: {policy} {targets}")
        results.append((int(line), world.seen()))
    child.stdin.close()
    child.wait(timeout=30)
    return results


def judge(base, seed, count, sbx):
    dice = random.Random(seed)
    world = World(base)
    alone = "--backstop=landlock-only" in sbx
    make_policy = alone_policy if alone else random_policy
    make_target = alone_target if alone else random_target
    differences = []
    compared = allowed = 0
    for _ in range(count):
        policy = make_policy(world, dice)
        targets = [make_target(world, dice) for _ in range(24)]
        said = explain(sbx, policy, targets)
        done = enforce(sbx, policy, targets, world)
        for word, s, (error, came) in zip(targets, said, done):
            compared += 1
            allowed += s["verdict"] == "allow"
            wrong = compare(word, s, error, came, world.free)
            if wrong:
                differences.append(f"{' '.join(policy)}: {word}: {wrong}, "
                                   f"said {json.dumps(s)}")
    print("\n".join(differences[:10] + [
        f"compared {compared}, allowed {allowed}, "
        f"different {len(differences)}"]))
    return 1 if differences else 0


if sys.argv[1] == "probe":
    for word in sys.argv[2:]:
        sys.stdin.readline()
        print(probe(word), flush=True)
else:
    sys.exit(judge(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]),
                   sys.argv[5:]))
