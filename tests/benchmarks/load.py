"""Sends one request again and again over several connections; prints how many a second.

python load.py HOST PORT CONNECTIONS SECONDS < request
"""

from __future__ import annotations

import asyncio
import sys
import time


async def load(host: str, port: int, connections: int, seconds: float, request: bytes) -> float:
    answers = 0
    begin = time.perf_counter()

    async def ask() -> None:
        nonlocal answers
        reader, writer = await asyncio.open_connection(host, port)
        while time.perf_counter() < begin + seconds:
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            assert b" 200 " in head, head
            _, length, rest = head.partition(b"content-length:")
            if length:
                await reader.readexactly(int(rest.partition(b"\r\n")[0]))
            else:
                while size := int((await reader.readuntil(b"\r\n")).strip(), 16):
                    await reader.readexactly(size + 2)
                await reader.readexactly(2)
            answers += 1
        writer.close()

    await asyncio.gather(*(ask() for _ in range(connections)))
    return answers / (time.perf_counter() - begin)


if __name__ == "__main__":
    host, port, connections, seconds = sys.argv[1:]
    request = sys.stdin.buffer.read()
    print(asyncio.run(load(host, int(port), int(connections), float(seconds), request)))
