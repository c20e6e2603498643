"""A robot that works by keys alone, counts them, and writes down what it could read."""

from __future__ import annotations

import asyncio
import time

from tests.helpers.terminal import Terminal


class Robot:
    """`keys`: how many were pressed beside text; `pages`: each screen as it is read, with a title.

    `pace`: seconds between two keys; 0 is as fast as the screens come.
    """

    def __init__(self, terminal: Terminal, flow: str, *, keys: int = 0, pace: float = 0) -> None:
        self.keys = keys
        self.pages: list[tuple[str, str]] = []
        self._terminal = terminal
        self._flow = flow
        self._pace = pace
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    async def key(self, key: str) -> None:
        """Press a key that is no text."""
        self.keys += 1
        await asyncio.sleep(self._pace)
        self._terminal.press(key)

    async def type(self, text: str) -> None:
        for letter in text if self._pace else [text]:
            await asyncio.sleep(self._pace)
            self._terminal.press(letter)

    async def sees(self, *words: str, gone: str | None = None) -> None:
        """Wait for these words, and read the whole screen."""
        await self._terminal.until(*words, gone=gone)
        await self._terminal.quiet(0.15)
        page = "\n".join(line for line in self._terminal.lines if line.strip())
        self.pages.append((f"{self._flow}: {words[0]}", page))

    def report(self) -> str:
        """One line of figures, and the screens in reading order."""
        texts = "\n".join(f"--- {title}\n{page}" for title, page in self.pages)
        return f"{self._flow}: {self.keys} keys beside text, {self.seconds:.1f} s\n{texts}"
