"""A program in a pseudo-terminal, as a user has it: keys in, a screen of text out."""

from __future__ import annotations

import asyncio
import fcntl
import os
import pty
import signal
import struct
import sys
import termios
from collections.abc import Mapping
from types import TracebackType
from typing import Any

import pyte


class Terminal:
    """Runs `command` in a pseudo-terminal of `columns` x `rows` and reads its screen.

    async with Terminal([sys.executable, "-m", "medtui"], env=…) as terminal:
        await terminal.until("LIVE")
        terminal.press("n")
    """

    def __init__(
        self,
        command: list[str],
        *,
        env: Mapping[str, str] | None = None,
        columns: int = 80,
        rows: int = 24,
    ) -> None:
        self.written = 0
        """Bytes that the program has written so far."""
        self.output = bytearray()
        self._command = command
        # These two would be believed rather than the terminal.
        own = {name: os.environ[name] for name in os.environ if name not in ("COLUMNS", "LINES")}
        look = {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        self._env = {**own, **look, **(env or {})}
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.ByteStream(self._screen)
        self._size = (rows, columns)
        self._changed = asyncio.Event()

    async def __aenter__(self) -> Terminal:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *self._size, 0, 0))
        self.process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._env,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        os.close(slave)
        asyncio.get_running_loop().add_reader(self._master, self._read)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            print(f"the screen at the end:\n{self.text}", file=sys.stderr)
        self.hang_up()
        if self.process.returncode is None:
            try:
                await asyncio.wait_for(self.process.wait(), 60)
            except TimeoutError:
                os.killpg(self.process.pid, signal.SIGKILL)
                await self.process.wait()

    def hang_up(self) -> None:
        """Close the terminal: the program gets SIGHUP."""
        if self._master != -1:
            asyncio.get_running_loop().remove_reader(self._master)
            os.close(self._master)
            self._master = -1

    @property
    def attributes(self) -> list[Any]:
        """As `termios.tcgetattr` says them."""
        return termios.tcgetattr(self._master)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    def press(self, keys: str) -> None:
        """Type these characters."""
        os.write(self._master, keys.encode())

    def resize(self, columns: int, rows: int) -> None:
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    async def until(self, *wanted: str, gone: str | None = None, seconds: float = 45) -> None:
        """Wait until all `wanted` texts are on the screen, and `gone` is not."""
        try:
            async with asyncio.timeout(seconds):
                while not all(text in self.text for text in wanted) or (
                    gone is not None and gone in self.text
                ):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(
                f"after {seconds} s the screen does not show {wanted}"
                f" (without {gone!r}):\n{self.text}"
            ) from None

    async def drawn(self, columns: int, rows: int, seconds: float = 45) -> None:
        """Wait until the program has written to the last row, and near the last column."""
        try:
            async with asyncio.timeout(seconds):
                while not (self.lines[rows - 1] and max(map(len, self.lines)) > columns - 20):
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise AssertionError(f"not drawn at {columns} x {rows}:\n{self.text}") from None

    async def quiet(self, seconds: float = 1.2, limit: float = 45) -> None:
        """Wait until the program has written nothing for so long."""
        async with asyncio.timeout(limit):
            before = -1
            while self.written != before:
                before = self.written
                await asyncio.sleep(seconds)

    def _read(self) -> None:
        try:
            data = os.read(self._master, 65536)
        except OSError:  # the program has closed its side
            asyncio.get_running_loop().remove_reader(self._master)
            return
        self.written += len(data)
        self.output += data
        # pyte knows no private-mode parameters with "<" or ">" in front, as in the
        # keyboard protocol that Textual asks for; a real terminal ignores unknown ones.
        self._stream.feed(without_private(data))
        self._changed.set()


def without_private(data: bytes) -> bytes:
    import re

    return re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1bP.*?\x1b\\", b"", data)
