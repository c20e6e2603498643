"""Drafts: text that was typed into forms and that no server has confirmed yet.

A draft is a file of one account (a person on a server) and one form, held by the one program that
shows it. It is written at each key; it stays when the form is left, the program killed or the
account signed out. It is deleted when a server has confirmed it or the user starts again. Only its
account is shown it, and only this machine's user can read the file. Passwords and codes are never
in it.

One thread does all reading and writing, in the order in which it was asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import hashlib
import json
import logging
import secrets
import shutil
import time
import weakref
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from medtui.store import files as disk

log = logging.getLogger(__name__)

KEPT_DAYS = 30
"""Days after its last change at which a draft is deleted."""


class Drafts:
    """The drafts of this machine, in a folder.

    Args:
        notify: called on the event loop, once, with the reason why nothing can be kept.
    """

    def __init__(self, folder: Path, notify: Callable[[str], None] = lambda reason: None) -> None:
        self._folder = folder
        self._notify = notify
        self._is_told = False
        self._open: weakref.WeakSet[FormDraft] = weakref.WeakSet()
        self._pen = ThreadPoolExecutor(1, thread_name_prefix="drafts")

    async def load(self, form: str, account: str = "") -> FormDraft:
        """The newest draft of a form that no program holds; if there is none, a new one.

        Raises nothing: if the disk refuses, the draft is in memory alone.
        """
        loop, context = asyncio.get_running_loop(), contextvars.copy_context()

        def fail(reason: str) -> None:  # in the thread
            loop.call_soon_threadsafe(self._fail, reason, context=context)

        found = self._pen.submit(_load, self._pen, fail, self._of(account), form)
        draft = await asyncio.wrap_future(found)
        self._open.add(draft)
        return draft

    async def waiting(self, account: str = "") -> list[str]:
        """The names of forms that have a draft, newest first."""
        files = self._pen.submit(_drafts, self._of(account))
        return list(dict.fromkeys(_form(file) for file in await asyncio.wrap_future(files)))

    async def forget(self, account: str) -> None:
        """Delete all drafts of an account that was deleted. Raises OSError."""
        await asyncio.wrap_future(self._pen.submit(_forget, self._of(account)))

    async def sweep(self) -> None:
        """Delete drafts that are older than `KEPT_DAYS`."""
        await asyncio.wrap_future(self._pen.submit(_sweep, self._folder))

    def rescue(self) -> None:
        """Write what is not on the disk yet, without syncing.

        For the end of the process, when the disk does not answer.
        """
        for draft in list(self._open):
            draft.rescue()

    async def written(self) -> None:
        """Wait until everything is on the disk."""
        await asyncio.wrap_future(self._pen.submit(lambda: None))

    def _fail(self, reason: str) -> None:
        if not self._is_told:
            self._is_told = True
            self._notify(reason)

    def _of(self, account: str) -> Path:
        return self._folder / hashlib.sha256(account.encode()).hexdigest()[:24]


class FormDraft:
    """The values of one form, until it is dropped or left. Made by `Drafts.load`.

    `found`: the values kept earlier; empty if there were none. `is_kept`: whether the last write
    succeeded.
    """

    def __init__(
        self,
        pen: ThreadPoolExecutor,
        fail: Callable[[str], None],
        file: Path,
        claim: disk.Claim | None = None,
    ) -> None:
        self.found: dict[str, str] = _read(file) if claim else {}
        self.is_kept = True
        self._pen = pen
        self._fail = fail
        self._file = file
        self._claim = claim  # the thread's alone
        self._values = dict(self.found)
        self._written = self._values
        """The values that are on the disk."""
        self._is_left = False
        self._is_waiting = False

    def save(self, values: Mapping[str, str]) -> None:
        """Write these values in the background; if empty, the file is deleted. Does not wait."""
        if self._is_left or values == self._values:
            return
        self._values = dict(values)
        # A write that still waits in the thread will write these values.
        if not self._is_waiting:
            self._is_waiting = True
            self._pen.submit(self._write)

    def drop(self) -> None:
        """Delete the draft: a server has confirmed it. Does not wait."""
        self.save({})
        self.leave()

    def leave(self) -> None:
        """Release the draft when the form is left, so that it can be taken again. Does not wait."""
        if not self._is_left:
            self._is_left = True
            self._pen.submit(self._release)

    def rescue(self) -> None:
        """Write what is not on the disk yet, in any thread, without syncing. Raises OSError."""
        if self._values and self._values != self._written:
            disk.write(self._file, json.dumps(self._values), is_synced=False)

    def _write(self) -> None:
        self._is_waiting = False  # first, so that a later `save` writes again
        values = self._values
        try:
            if not values:
                disk.remove(self._file)
                self._written = values
                return
            if self._claim is None:
                self._claim = disk.claim(self._file)
            disk.write(self._file, json.dumps(values))
            self._written = values
            self.is_kept = True
        except OSError as error:
            log.warning("a draft could not be kept: %s", error.strerror)
            self.is_kept = False
            self._fail(error.strerror or "the disk refuses it")

    def _release(self) -> None:
        if self._claim is not None:
            self._claim.release(forget=not self._file.exists())


def _load(
    pen: ThreadPoolExecutor, fail: Callable[[str], None], folder: Path, form: str
) -> FormDraft:
    try:
        for file in _drafts(folder):
            if _form(file) == form and (claim := disk.claim(file)):
                if (draft := FormDraft(pen, fail, file, claim)).found:
                    return draft
                claim.release()
    except OSError as error:
        log.warning("drafts cannot be read: %s", error.strerror)
    return FormDraft(pen, fail, folder / f"{form}.{secrets.token_hex(4)}.json")


def _read(file: Path) -> dict[str, str]:
    try:
        values = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    if not isinstance(values, dict):
        return {}
    return {name: value for name, value in values.items() if isinstance(value, str)}


def _drafts(folder: Path) -> list[Path]:
    """A folder's files, newest first."""
    aged = [(age, file) for file in folder.glob("[!.]*.json") if (age := _age(file)) is not None]
    return [file for _, file in sorted(aged)]


def _forget(folder: Path) -> None:
    with contextlib.suppress(FileNotFoundError):
        shutil.rmtree(folder)


def _form(file: Path) -> str:
    return file.name.partition(".")[0]


def _age(file: Path) -> float | None:
    try:
        return time.time() - file.stat().st_mtime
    except OSError:
        return None


def _sweep(folder: Path) -> None:
    disk.sweep(folder)
    for file in _old(folder):
        try:
            if claim := disk.claim(file):
                disk.remove(file)
                claim.release(forget=True)
        except OSError as error:
            log.info("a draft could not be swept away: %s", error.strerror)


def _old(folder: Path) -> Iterator[Path]:
    """Drafts that are too old, and lock files without a draft."""
    for file in folder.glob("*/[!.]*.json"):
        if (_age(file) or 0) > KEPT_DAYS * 86_400:
            yield file
    for lock in folder.glob("*/.*.lock"):
        file = lock.with_name(lock.name.removeprefix(".").removesuffix(".lock"))
        if not file.exists():
            yield file
