"""One value per account, kept in a file until its login ends."""

from __future__ import annotations

import contextlib
import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

from medtui.data.auth import Auth
from medtui.store import files

HELD_SECONDS = 5.0
"""For so long a change waits for another window's."""


class AccountFile:
    """Keeps one value per account in a file that its owner alone can read.

    It goes when the login ends, however that ends. Methods may block for a moment.

    Args:
        folder: where the files are; None: nothing is kept.
        server: whose accounts these are.
    """

    def __init__(self, folder: Path | None, server: str, auth: Auth) -> None:
        self._folder = folder
        self._server = hashlib.sha256(server.encode()).hexdigest()[:16]
        self._auth = auth
        self._writing = threading.Lock()
        auth.on_end.append(self.forget)

    def recall(self, person: UUID) -> Any:
        """What was kept; None where there is nothing, or it cannot be read."""
        file = self._file(person)
        if file is None:
            return None
        try:
            return json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None

    def keep(self, person: UUID, value: Any) -> bool:
        """Keep it, if that person is still signed in. Whether it was kept."""
        file, text = self._file(person), json.dumps(value)
        # Under the lock, so that nothing is written behind the back of who signs out.
        with self._writing:
            user = self._auth.user
            if file is None or user is None or user.id != person:
                return False
            try:
                files.write(file, text)
            except OSError:
                return False
            return True

    def change(self, person: UUID, change: Callable[[Any], Any]) -> Any:
        """Keep what `change` makes of what was kept, while no other window changes it.

        Returns the new value, kept or not. Raises nothing.
        """
        file, user, value, is_made = self._file(person), self._auth.user, None, False
        if file is not None and user is not None and user.id == person:
            with contextlib.suppress(OSError), files.held(file, HELD_SECONDS):
                value, is_made = change(self.recall(person)), True
                self.keep(person, value)
        return value if is_made else change(None)

    def forget(self, person: UUID) -> None:
        """Keep nothing of that person any more."""
        with self._writing:
            if file := self._file(person):
                with contextlib.suppress(OSError):  # nobody can do anything about it
                    files.remove(file)

    def forget_all(self) -> None:
        """Keep nothing of this server's accounts: nobody is signed in, whoever was until now."""
        if self._folder is None:
            return
        with self._writing, contextlib.suppress(OSError):
            for file in self._folder.glob(f"{self._server}-*.json"):
                files.remove(file)

    def _file(self, person: UUID) -> Path | None:
        return self._folder and self._folder / f"{self._server}-{person}.json"
