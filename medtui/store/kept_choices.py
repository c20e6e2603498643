"""What each account has chosen on the board, kept until it chooses otherwise."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from medtui.store import files

MOST = 100
"""The most accounts remembered; the one that chose longest ago is forgotten first."""

LOCK_SECONDS = 2
"""Seconds to wait for a lock: longer than another program takes to write."""


class KeptChoices:
    """The choices of one account, in a file of all accounts. `account`: any text for it."""

    def __init__(self, file: Path, account: str) -> None:
        self._file = file
        self._key = hashlib.sha256(account.encode()).hexdigest()[:16]

    def load(self) -> object:
        """What was saved, as JSON has it; None if nothing was, or the file is broken."""
        return self._all().get(self._key)

    def save(self, chosen: list[list[str]]) -> None:
        """Save choices. Raises OSError if the file cannot be written."""
        with files.held(self._file, LOCK_SECONDS):  # another program may write, too
            everything = self._all()
            everything.pop(self._key, None)
            if chosen:
                everything[self._key] = chosen
            files.write(self._file, json.dumps(dict(list(everything.items())[-MOST:])))

    def _all(self) -> dict[str, object]:
        try:
            kept = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return {}
        return kept if isinstance(kept, dict) else {}
