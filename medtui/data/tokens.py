"""Where a login is kept between two runs: the OS keyring, or a file where there is none.

A store keeps one text, the session as the `supabase` client serialises it. Stores
never raise: a login that cannot be written is a login until the program ends, and
`notice` says so in a sentence.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

SERVICE = "medtui"
PIECE = 1_000
"""Characters in one secret: Windows' Credential Manager takes 2,560 bytes of UTF-16."""


class TokenStore(Protocol):
    """One login's keeper. `notice` is None, or a sentence that the user should see once."""

    notice: str | None

    @property
    def may_hold_login(self) -> bool:
        """Whether it is worth asking, known without asking: a keyring may take its time."""

    async def read(self) -> str | None: ...
    async def write(self, session: str) -> None: ...
    async def clear(self) -> None: ...
    def lock(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Held while a token is refreshed, against other processes with the same login."""


class MemoryTokens:
    """A login that ends with the process: for the demo and for tests."""

    notice: str | None = None

    def __init__(self) -> None:
        self._session: str | None = None
        self._lock = asyncio.Lock()

    @property
    def may_hold_login(self) -> bool:
        return self._session is not None

    async def read(self) -> str | None:
        return self._session

    async def write(self, session: str) -> None:
        self._session = session

    async def clear(self) -> None:
        self._session = None

    @contextlib.asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        async with self._lock:
            yield


class StoredTokens:
    """A login in the keyring where one works, else in a file readable by its owner alone.

    Args:
        login: whose it is; the server's URL, so that each server has its own.
        folder: where the stand-in file and the lock between processes lie.
    """

    def __init__(self, login: str, folder: Path) -> None:
        self.notice: str | None = None
        self._login = login
        self._folder = folder
        digest = hashlib.sha256(login.encode()).hexdigest()[:16]
        self._file = folder / f"login-{digest}.json"
        self._mark = folder / f"login-{digest}.kept"
        self._lock_file = folder / f"login-{digest}.lock"
        self._keyring: KeyringBackend | None = None
        self._opened = False
        self._memory: str | None = None

    @property
    def may_hold_login(self) -> bool:
        return self._mark.exists()

    async def read(self) -> str | None:
        return await asyncio.to_thread(self._read)

    async def write(self, session: str) -> None:
        self._memory = session
        await asyncio.to_thread(self._write, session)

    async def clear(self) -> None:
        self._memory = None
        await asyncio.to_thread(self._clear)

    @contextlib.asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        from filelock import FileLock, Timeout

        # Twenty seconds is longer than any refresh takes: past that its holder
        # hangs, and a second refresh does less harm than none.
        lock = FileLock(self._lock_file, timeout=20, thread_local=False)
        try:
            await asyncio.to_thread(self._make_folder)
            await asyncio.to_thread(lock.acquire)
        except (OSError, Timeout) as error:
            log.warning("the lock on the login could not be had: %s", type(error).__name__)
        try:
            yield
        finally:
            await asyncio.to_thread(lock.release)

    # The rest runs in threads: a keyring may ask its daemon, or the user.

    def _read(self) -> str | None:
        if backend := self._open_keyring():
            try:
                if (session := _read_pieces(backend, self._login)) is not None:
                    return session
            except Exception as error:  # backends raise whatever their platform does
                self._fall_back(error)
        try:
            return self._file.read_text()
        except FileNotFoundError:
            return self._memory
        except (OSError, UnicodeDecodeError) as error:
            log.warning("the stored login could not be read: %s", type(error).__name__)
            return self._memory

    def _write(self, session: str) -> None:
        with contextlib.suppress(OSError):
            self._make_folder()
            self._mark.touch(mode=0o600)
        if backend := self._open_keyring():
            try:
                _write_pieces(backend, self._login, session)
                self._file.unlink(missing_ok=True)
                return
            except Exception as error:  # as above
                self._fall_back(error)
        try:
            if not self._file.exists():  # said once, not at every start
                self.notice = (
                    "This machine has no keyring, so your login is kept in a file "
                    f"that only you can read: {self._file}"
                )
            self._make_folder()
            write_private(self._file, session)
        except OSError as error:
            self.notice = (
                "Your login could not be stored and will be asked for again next time: "
                f"{error.strerror or 'the disk refused it'} ({self._file})."
            )

    def _clear(self) -> None:
        if backend := self._open_keyring():
            try:
                _clear_pieces(backend, self._login)
            except Exception as error:  # as above
                log.warning("the keyring kept the login: %s", type(error).__name__)
        with contextlib.suppress(OSError):
            self._file.unlink(missing_ok=True)
            self._mark.unlink(missing_ok=True)

    def _make_folder(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _open_keyring(self) -> KeyringBackend | None:
        if not self._opened:
            self._opened = True
            try:
                self._keyring = usable_keyring()
            except Exception as error:  # a broken backend may raise anything on import
                self._fall_back(error)
        return self._keyring

    def _fall_back(self, error: Exception) -> None:
        log.info("no keyring (%s): the login is kept in a file", type(error).__name__)
        self._keyring = None


def usable_keyring() -> KeyringBackend:
    """The keyring of this machine. Raises LookupError for none; a broken one may raise anything."""
    import keyring
    from keyring.backends import fail, null

    backend = keyring.get_keyring()
    if isinstance(backend, fail.Keyring | null.Keyring) or backend.priority <= 0:
        raise LookupError("no usable keyring")
    return backend


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, whole or not at all. Raises OSError."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # made with mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


# A secret that is too long for the backend is cut into pieces; "LOGIN" holds their
# number and a stamp, "LOGIN #STAMP.I" the pieces. The head is written last, so that
# a crash in between leaves the old login whole.


def _read_pieces(backend: KeyringBackend, login: str) -> str | None:
    head = backend.get_password(SERVICE, login)
    if head is None:
        return None
    stamp, count = head.rsplit(".", 1)
    pieces = [backend.get_password(SERVICE, f"{login} #{stamp}.{i}") for i in range(int(count))]
    return None if None in pieces else "".join(piece or "" for piece in pieces)


def _write_pieces(backend: KeyringBackend, login: str, secret: str) -> None:
    before = backend.get_password(SERVICE, login)
    stamp = hashlib.sha256(secret.encode()).hexdigest()[:12]
    pieces = [secret[start : start + PIECE] for start in range(0, len(secret), PIECE)]
    for i, piece in enumerate(pieces):
        backend.set_password(SERVICE, f"{login} #{stamp}.{i}", piece)
    head = f"{stamp}.{len(pieces)}"
    backend.set_password(SERVICE, login, head)
    if before and before != head:
        _drop_pieces(backend, login, before)


def _clear_pieces(backend: KeyringBackend, login: str) -> None:
    head = backend.get_password(SERVICE, login)
    if head is not None:
        backend.delete_password(SERVICE, login)
        _drop_pieces(backend, login, head)


def _drop_pieces(backend: KeyringBackend, login: str, head: str) -> None:
    stamp, count = head.rsplit(".", 1)
    for i in range(int(count)):
        backend.delete_password(SERVICE, f"{login} #{stamp}.{i}")
