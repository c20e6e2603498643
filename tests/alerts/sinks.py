"""Stand-ins for what is outside: a desktop on a D-Bus of its own, a web service, a mail server."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

needs_dbus = pytest.mark.skipif(shutil.which("dbus-daemon") is None, reason="no dbus-daemon")


@asynccontextmanager
async def desktop(folder: Path) -> AsyncIterator[tuple[str, list[str]]]:
    """A session bus with a notification server. Yields its address and what it has shown."""
    from dbus_fast.aio import MessageBus
    from dbus_fast.service import ServiceInterface, dbus_method

    shown: list[str] = []

    class Notifications(ServiceInterface):
        """As the freedesktop.org specification has it."""

        def __init__(self) -> None:
            super().__init__("org.freedesktop.Notifications")

        @dbus_method()
        def Notify(  # noqa: N802
            self,
            app: "s",  # type: ignore[name-defined]  # noqa: F821
            replaces: "u",  # type: ignore[name-defined]  # noqa: F821
            icon: "s",  # type: ignore[name-defined]  # noqa: F821
            summary: "s",  # type: ignore[name-defined]  # noqa: F821
            body: "s",  # type: ignore[name-defined]  # noqa: F821
            actions: "as",  # type: ignore[name-defined]  # noqa: F722
            hints: "a{sv}",  # type: ignore[name-defined]  # noqa: F722
            timeout: "i",  # type: ignore[name-defined]  # noqa: F821
        ) -> "u":  # type: ignore[name-defined]  # noqa: F821
            shown.append(f"{app}: {summary}: {body}")
            return len(shown)

        @dbus_method()
        def GetCapabilities(self) -> "as":  # type: ignore[name-defined]  # noqa: F722, N802
            return ["body", "body-markup"]

        @dbus_method()
        def GetServerInformation(self) -> "ssss":  # type: ignore[name-defined]  # noqa: F821, N802
            return ["stand-in", "medtui", "1", "1.2"]

    address = f"unix:path={folder / 'bus'}"
    daemon = await asyncio.create_subprocess_exec(
        *("dbus-daemon", "--session", "--nofork", "--print-address", f"--address={address}"),
        stdout=asyncio.subprocess.PIPE,
    )
    assert daemon.stdout is not None
    try:
        await daemon.stdout.readline()
        bus = await MessageBus(address).connect()
        bus.export("/org/freedesktop/Notifications", Notifications())
        await bus.request_name("org.freedesktop.Notifications")
        yield address, shown
        bus.disconnect()
    finally:
        daemon.terminate()
        await daemon.wait()


@asynccontextmanager
async def web_service() -> AsyncIterator[tuple[str, list[str]]]:
    """A web service that takes JSON. Yields an Apprise URL, and the messages that it got."""
    got: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length:")[2].split()[0])
        got.append(json.loads(await reader.readexactly(length))["message"])
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield f"json://127.0.0.1:{server.sockets[0].getsockname()[1]}/", got


@asynccontextmanager
async def mail_server() -> AsyncIterator[tuple[str, list[str]]]:
    """A mail server. Yields an Apprise URL, and the mails that it got."""
    got: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            match line[:4].upper():
                case b"DATA":
                    writer.write(b"354 go\r\n")
                    got.append((await reader.readuntil(b"\r\n.\r\n")).decode())
                    writer.write(b"250 taken\r\n")
                case b"QUIT":
                    writer.write(b"221 bye\r\n")
                    await writer.drain()
                    break
                case _:
                    writer.write(b"250 ok\r\n")
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"mailto://127.0.0.1:{port}?from=me@example.org&to=me@example.org&mode=insecure", got
