#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# mp.py - multiprocessing and asyncio with servers of their own in TMPDIR: a
# manager, a descriptor handed to a child (resource_sharer), a forkserver.
import asyncio
import multiprocessing as mp
import os
import tempfile
from multiprocessing import reduction


def fill(shared, n):
    shared[n] = n * n


def receive(pipe):
    fd = pipe.recv().detach()
    os.write(fd, b"through the child\n")


async def echo():
    path = os.path.join(tempfile.mkdtemp(), "asyncio")

    async def serve(reader, writer):
        writer.write(await reader.readline())
        writer.close()

    async with await asyncio.start_unix_server(serve, path):
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b"echo\n")
        return (await reader.read()).decode().strip()


def main():
    context = mp.get_context("forkserver")
    with context.Manager() as manager:
        shared = manager.dict()
        with context.Pool(2) as pool:
            pool.starmap(fill, [(shared, n) for n in range(4)])
        print(sorted(shared.items()))
    ours, theirs = context.Pipe()
    child = context.Process(target=receive, args=(theirs,))
    child.start()
    r, w = os.pipe()
    ours.send(reduction.DupFd(w))
    print(os.read(r, 100).decode().strip())
    child.join()
    print(asyncio.run(echo()))


if __name__ == "__main__":
    main()
