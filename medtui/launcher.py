"""Starts medtui's own processes, and holds them for as long as it needs them.

They are separate programs: `medtui local run`, and the demo's colleagues. However the app ends,
they notice that its end of a pipe or socket has closed, and end.
"""

from __future__ import annotations

import asyncio
import contextlib
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from medtui.store.environment import for_children


class LaunchFailed(Exception):
    """A server of our own could not be started; the text is a sentence that says why."""


@dataclass(frozen=True, slots=True)
class Login:
    """Credentials to sign in with, without asking: for the demo, a sample person's.

    `warning`: a sentence if the source of the password is not safe, else "".
    """

    email: str
    password: str = field(repr=False)
    warning: str = ""


class Started:
    """A server of our own that is ready. It runs until `close`, or until the app has ended.

    `login`: credentials to sign in with, None if not known. `folder`: where a persistent server
    keeps its data, if the user is to be told.
    """

    folder = ""

    def __init__(
        self, url: str, key: str, login: Login | None = None, *, service_key: str = ""
    ) -> None:
        self.url = url
        self.key = key
        self.service_key = service_key
        self.login = login
        self._resources = contextlib.AsyncExitStack()

    async def close(self) -> None:
        """Release the server; unless others hold it, it ends a few seconds later."""
        await self._resources.aclose()

    async def hold(self, path: str) -> None:
        """Keep a connection to the socket by which the server counts its users."""
        _, writer = await asyncio.open_unix_connection(path)
        self._resources.push_async_callback(_close, writer)

    async def accompany(self, *module: str, env: dict[str, str]) -> None:
        """Run a module beside the server; it ends when its standard input closes."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            *module,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            env={**for_children(), **env},
            start_new_session=True,  # the app alone handles a ctrl+c in the terminal
        )
        self._resources.push_async_callback(_end, process)


class Launcher:
    """Starts servers of our own.

    Args:
        data: where a persistent server keeps its data; None: its default.
        viewer: returns the login that the demo is seen with; needed only for a demo.
        folder: returns where a persistent server keeps its data; called in a thread.
    """

    def __init__(
        self,
        *,
        data: Path | None = None,
        viewer: Callable[[], Login] | None = None,
        folder: Callable[[], Path] | None = None,
    ) -> None:
        self._data = data
        self._folder = folder
        self._viewer = viewer

    async def local(self) -> Started:
        """The persistent server of this machine: joined if it runs, else started."""
        started = await self._run(*(["--data", str(self._data)] if self._data else []))
        if self._folder is not None:
            started.folder = str(await asyncio.to_thread(self._folder))
        return started

    async def demo(self) -> Started:
        """A throwaway server with sample data and colleagues, seen as a sample person."""
        if self._viewer is None:
            raise LaunchFailed("The demo did not say which user to sign in.")
        login = self._viewer()
        started = await self._run("--sample", "--throwaway", "--port", "0")
        started.login = login
        await started.accompany(
            "medtui.demo.colleagues",
            env={
                "SUPABASE_URL": started.url,
                "SUPABASE_ANON_KEY": started.key,
                "MEDTUI_DEMO_VIEWER": login.email,
            },
        )
        return started

    async def _run(self, *options: str) -> Started:
        command = ("-m", "medtui", "local", "run", "--held", *options)
        line, complaint = await asyncio.to_thread(_first_line, *command)
        try:
            import json

            server = json.loads(line)
            started = Started(
                server["API_URL"], server["ANON_KEY"], service_key=server["SERVICE_ROLE_KEY"]
            )
            await started.hold(server["HOLD"])
        except (ValueError, KeyError, OSError):
            # The last line of the server's standard error is a sentence for people.
            raise LaunchFailed(
                complaint or "The local server stopped as soon as it had started."
            ) from None
        return started


def _first_line(*arguments: str) -> tuple[str, str]:
    """Run python in the background. Returns its first line, and its last error line if it has none.

    Not asyncio's subprocess, whose transport kills the process when it is deleted: this process
    may outlive us, when others hold it, too.
    """
    process = subprocess.Popen(
        [sys.executable, *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        env=for_children(),
        start_new_session=True,
    )
    assert process.stdout is not None  # noqa: S101  # for the type checker: both are pipes
    assert process.stderr is not None  # noqa: S101
    with process.stdout, process.stderr:
        if line := process.stdout.readline():
            return line, ""
        complaints = process.stderr.read().splitlines()
    process.wait()
    return "", complaints[-1] if complaints else ""


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(2):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
