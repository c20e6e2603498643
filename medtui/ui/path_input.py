"""A field for the path of a file, completed from the disk as in a shell."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.suggester import Suggester

from medtui.ui.line_input import LineInput

MOST = 200
"""The most names that are read to complete one."""


class PathInput(LineInput):
    """An input for a path: `tab` completes as far as names agree; `~` is the home folder."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab", "complete", "Complete", id="path.complete", tooltip="Complete the name"),
    ]

    class Offered(Message):
        """Posted with the names that complete the typed text."""

        def __init__(self, names: list[str]) -> None:
            super().__init__()
            self.names = names

    def __init__(self, value: str = "", placeholder: str = "") -> None:
        super().__init__(
            value, placeholder, suggester=_FromDisk(use_cache=False), compact=True
        )  # fmt: skip

    @property
    def path(self) -> Path:
        return expanded(self.value)

    @work(exclusive=True)
    async def action_complete(self) -> None:
        found = await asyncio.to_thread(completions, self.value)
        if found:
            first, last = found[0], found[-1]  # in order: what these share, all do
            pairs = enumerate(zip(first, last, strict=False))
            same = next((at for at, (one, other) in pairs if one != other), len(first))
            self.value = first[:same]
            self.cursor_position = len(self.value)
        self.post_message(self.Offered([_last(name) for name in found] if len(found) > 1 else []))


class _FromDisk(Suggester):
    async def get_suggestion(self, value: str) -> str | None:
        found = await asyncio.to_thread(completions, value)
        return found[0] if found else None


def expanded(typed: str) -> Path:
    """The path that was typed, with `~` expanded; an unknown user's home stays as it was typed."""
    try:
        return Path(typed.strip()).expanduser()
    except RuntimeError:
        return Path(typed.strip())


def completions(typed: str) -> list[str]:
    """The names that complete the typed text, folders with a slash; hidden ones after a dot."""
    head, slash, begun = typed.rpartition("/")
    if not typed.strip() or (not slash and typed.startswith("~")):
        return []
    folder = expanded(head + slash) if slash else Path()
    found = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                is_hidden = entry.name.startswith(".") and not begun.startswith(".")
                if entry.name.startswith(begun) and not is_hidden and entry.name.isprintable():
                    found.append(head + slash + entry.name + ("/" if entry.is_dir() else ""))
                if len(found) >= MOST:
                    break
    except (OSError, ValueError):
        return []
    return sorted(found)


def _last(path: str) -> str:
    return path.rstrip("/").rpartition("/")[2] + ("/" if path.endswith("/") else "")
