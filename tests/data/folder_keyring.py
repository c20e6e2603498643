"""A keyring that several processes share: a file for each secret, in a folder.

As Windows' it refuses secrets over 2,560 bytes of UTF-16. Chosen by its name in
`PYTHON_KEYRING_BACKEND`; `MEDTUI_TEST_KEYRING` names the folder.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError, PasswordSetError


class FolderKeyring(KeyringBackend):
    priority = 5  # type: ignore[assignment]

    def get_password(self, service: str, username: str) -> str | None:
        try:
            return self._file(service, username).read_text()
        except FileNotFoundError:
            return None

    def set_password(self, service: str, username: str, password: str) -> None:
        if len(password.encode("utf-16-le")) > 2560:
            raise PasswordSetError("too long")
        file = self._file(service, username)
        part = file.with_suffix(f".{os.getpid()}")
        part.write_text(password)
        part.replace(file)

    def delete_password(self, service: str, username: str) -> None:
        try:
            self._file(service, username).unlink()
        except FileNotFoundError as error:
            raise PasswordDeleteError("not there") from error

    def _file(self, service: str, username: str) -> Path:
        name = hashlib.sha256(f"{service}\n{username}".encode()).hexdigest()[:24]
        return Path(os.environ["MEDTUI_TEST_KEYRING"]) / f"{name}.secret"
