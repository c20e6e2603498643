"""How far a recording has become a transcript: what is finished stays if the program is killed.

A file of lines, readable by its owner alone: one for each part of the talk, with the words that
were heard in it. A line that was not written whole, at the end, does not count.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from medtui.store import files


class ListeningJournal:
    """The finished parts of one recording with one model. Its methods block, and raise OSError.

    Args:
        folder: the folder of this program's state.
        key: names the recording, the model, and how it is used.
    """

    def __init__(self, folder: Path, key: str) -> None:
        self.file = folder / "listening" / f"{key}.jsonl"

    def parts(self) -> list[dict[str, Any]]:
        """The finished parts, in order; what follows the first broken line is removed."""
        found: list[dict[str, Any]] = []
        try:
            content = self.file.read_bytes()
        except FileNotFoundError:
            return found
        whole = 0
        for line in content.splitlines(keepends=True):
            try:
                part = json.loads(line)
            except ValueError:
                break
            if not line.endswith(b"\n") or not isinstance(part, dict):
                break
            found.append(part)
            whole += len(line)
        if whole < len(content):
            os.truncate(self.file, whole)
        return found

    def add(self, part: dict[str, Any]) -> None:
        """Add a finished part; it survives a power cut when this returns."""
        files.make_folder(self.file.parent)
        handle = os.open(self.file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            left = memoryview(json.dumps(part, separators=(",", ":")).encode() + b"\n")
            while left:
                left = left[os.write(handle, left) :]
            os.fsync(handle)
        finally:
            os.close(handle)

    def remove(self) -> None:
        """Remove it: the transcript is where it belongs."""
        with suppress(FileNotFoundError):
            files.remove(self.file)
