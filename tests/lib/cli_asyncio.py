#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# cli_asyncio.py - eight asyncio clients at once.
import asyncio
import sys


async def talk(path):
    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"ping\n")
    answer = await reader.readline()
    writer.close()
    return answer.decode().strip()


async def main(path):
    answers = await asyncio.gather(*(talk(path) for _ in range(8)))
    print("pong" if set(answers) == {"pong"} else answers)


try:
    asyncio.run(main(sys.argv[1]))
except OSError as e:
    sys.exit(f"connect: {e}")
