"""A program that replaces a file and is killed on the way: `python -m tests.data.replacer`.

Reads tasks, a line of JSON each, and does each in a process of its own, which counts the steps
that it takes: every write, by halves, every sync, rename, removal, and the beginning and end of
every request. At the step that the task names it kills itself with SIGKILL. Prints how many steps
it took, or "killed".
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import supabase  # noqa: F401  # once, before the processes are made

from medtui.core.models import FileKind
from medtui.data import Backend, DataError, MemoryTokens, Server

AUDITED = {"open", "os.rename", "os.remove", "os.mkdir", "os.rmdir"}


class Steps:
    """Counts, and kills at the one step."""

    def __init__(self, kill_at: int, folder: str) -> None:
        self.count = 0
        self._kill_at = kill_at
        self._folder = folder

    def __call__(self) -> None:
        self.count += 1
        if self.count == self._kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Step wherever this process touches the folder or the network."""
        fsync, write, transport = os.fsync, os.write, httpx.AsyncHTTPTransport
        handle = transport.handle_async_request

        def audit(event: str, arguments: tuple[Any, ...]) -> None:
            if event in AUDITED and self._folder in str(arguments[0]):
                self()

        def synced(number: int) -> None:
            self()
            fsync(number)
            self()

        def written(number: int, content: bytes) -> int:
            """In two halves, as a disk may do it."""
            half = write(number, bytes(content)[: len(content) // 2])
            self()
            rest = write(number, bytes(content)[half:])
            self()
            return half + rest

        async def handled(there: Any, request: httpx.Request) -> httpx.Response:
            self()
            response = await handle(there, request)
            self()
            return response

        sys.addaudithook(audit)
        os.fsync = synced
        os.write = written
        transport.handle_async_request = handled  # type: ignore[method-assign]


async def replace(task: dict[str, Any], steps: Steps) -> None:
    tokens = MemoryTokens()
    await tokens.write(task["login"])
    server = Server(task["url"], task["key"])
    async with Backend.open(server, tokens=tokens, notify=lambda _: None) as backend:
        steps.watch()
        new = task["new"].encode()
        session_id, keep = UUID(task["session_id"]), Path(task["keep"])
        await backend.assessments.replace(session_id, FileKind.TRANSCRIPT, new, keep=keep)


def main() -> None:
    for line in sys.stdin:
        task = json.loads(line)
        if child := os.fork():
            _, status = os.waitpid(child, 0)
            if os.WIFSIGNALED(status):
                print("killed", flush=True)
            elif status:
                print(f"failed: {status}", flush=True)
            continue
        steps = Steps(task["step"], task["keep"])
        try:
            asyncio.run(replace(task, steps))
        except DataError as error:
            print(f"failed: {error.message}", flush=True)
        else:
            print(steps.count, flush=True)
        finally:
            os._exit(0)


if __name__ == "__main__":
    main()
