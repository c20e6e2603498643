"""One value per account, kept in a file until its login ends."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from medtui.store import files

HELD_SECONDS = 5.0
"""Seconds that a change waits for another window's."""


class Logins(Protocol):
    """The part of the data module's `Auth` that is used here."""

    @property
    def on_end(self) -> list[Callable[[UUID], None]]: ...
    def is_user(self, person: UUID) -> bool: ...


class AccountFile:
    """Keeps one JSON value per account in a file that only its owner can read.

    The file is deleted when the login ends, for any reason. Methods may block for a moment.

    Args:
        folder: where the files are; None: nothing is kept.
        server: URL of the server that the accounts are on.
    """

    def __init__(self, folder: Path | None, server: str, auth: Logins) -> None:
        self._folder = folder
        self._server = hashlib.sha256(server.encode()).hexdigest()[:16]
        self._auth = auth
        self._writing = threading.Lock()
        auth.on_end.append(self.forget)

    def recall(self, person: UUID) -> Any:
        """The kept value; None if there is none, or it cannot be read."""
        file = self._file(person)
        if file is None:
            return None
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None

    def save(self, person: UUID, value: Any) -> bool:
        """Keep a value, if that person is still signed in. Returns whether it was kept."""
        file, text = self._file(person), json.dumps(value)
        # Under the lock, so that nothing is written after a sign-out has deleted the file.
        with self._writing:
            if file is None or not self._auth.is_user(person):
                return False
            try:
                files.write(file, text)
            except OSError:
                return False
            return True

    def change(self, person: UUID, change: Callable[[Any], Any]) -> Any:
        """Replace the value by `change(value)`, while no other window changes it.

        Returns the new value, kept or not. Raises nothing.
        """
        file, value, is_made = self._file(person), None, False
        if file is not None and self._auth.is_user(person):
            with contextlib.suppress(OSError), files.held(file, HELD_SECONDS):
                value, is_made = change(self.recall(person)), True
                self.save(person, value)
        return value if is_made else change(None)

    def forget(self, person: UUID) -> None:
        """Delete that person's value."""
        with self._writing:
            if file := self._file(person):
                with contextlib.suppress(OSError):  # the disk refuses: the login ends anyway
                    files.remove(file)

    def forget_all(self) -> None:
        """Delete the values of all accounts of this server, when there is no login at the start."""
        if self._folder is None:
            return
        with self._writing, contextlib.suppress(OSError):
            for file in self._folder.glob(f"{self._server}-*.json"):
                files.remove(file)

    def _file(self, person: UUID) -> Path | None:
        return self._folder and self._folder / f"{self._server}-{person}.json"
