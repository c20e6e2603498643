"""The journal of a mark sheet on disk while it is filled in, up to the last key.

Each state is a line that is appended to the sheet's file. Earlier lines are not changed, and the
last whole line counts, so a crash loses no earlier state. A long file is replaced by one with the
last line alone. A thread writes, so that the event loop never waits for the disk.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID

from medtui.store import files

SYNC_SECONDS = 0.5
"""Seconds between syncs. A power cut loses what was typed since the last; a killed program none."""

LARGE = 1_000_000
"""Size in bytes from which a file is replaced by its last line alone."""


class InUse(Exception):
    """Another window of the same person has this sheet open."""


class SheetJournal:
    """The journal of one person's mark sheet of one session.

    Args:
        folder: the folder of this program's state.
        not_kept: called on the event loop when a line could not be written.
    """

    def __init__(
        self, folder: Path, person: UUID, session_id: UUID, not_kept: Callable[[], None]
    ) -> None:
        self._file = folder / "sheets" / str(person) / f"{session_id}.jsonl"
        self._not_kept = not_kept
        self._pen = ThreadPoolExecutor(1, "mark sheet")
        self._syncer = ThreadPoolExecutor(1, "mark sheet's sync")
        """Another thread for syncs, so that no line waits for a slow sync of the last."""
        self._handle: int | None = None
        self._syncing: asyncio.TimerHandle | None = None
        self._claim: files.Claim | None = None
        self._loop = asyncio.get_running_loop()

    async def open(self) -> Any:
        """Open the file for this window. Returns the last state, None if none. Raises InUse."""
        return await asyncio.wrap_future(self._pen.submit(self._open))

    def save(self, state: dict[str, Any]) -> None:
        """Append a state in the background. Returns at once."""
        line = json.dumps(state)
        with contextlib.suppress(RuntimeError):  # it was closed
            self._pen.submit(self._write, line).add_done_callback(self._look)
        if self._syncing is None:
            self._syncing = self._loop.call_later(SYNC_SECONDS, self._sync_now)

    async def set_aside(self, name: str) -> None:
        """Rename the file to `name`, and start a new one.

        If the disk refuses that, the old lines stay in the file before the new ones.
        """
        try:
            await asyncio.wrap_future(self._pen.submit(self._set_aside, name))
        except OSError:
            self._not_kept()

    async def close(self) -> None:
        """Wait until all is on the disk, and release the sheet for another window."""
        if self._syncing is not None:
            self._syncing.cancel()
        self._pen.submit(self._close)
        await asyncio.to_thread(self._pen.shutdown)
        self._syncer.shutdown(wait=False)

    def _look(self, done: Future[None]) -> None:
        if done.exception() is not None:
            with contextlib.suppress(RuntimeError):  # the program ends
                self._loop.call_soon_threadsafe(self._not_kept)

    def _sync_now(self) -> None:
        self._syncing = None
        self._syncer.submit(self._sync)

    # In the thread

    def _open(self) -> Any:
        with contextlib.suppress(OSError):
            self._claim = files.claim(self._file)
            if self._claim is None:
                raise InUse
        try:
            data = self._file.read_bytes()
        except OSError:
            return None
        for line in reversed(data.split(b"\n")):
            with contextlib.suppress(ValueError):
                value = json.loads(line)
                if len(data) > LARGE or not data.endswith(b"\n"):  # its end was cut off
                    with contextlib.suppress(OSError):
                        files.write(self._file, json.dumps(value) + "\n")
                return value
        if data:  # no line of it can be read, and none may be added to it
            with contextlib.suppress(OSError):  # reported when a line cannot be written
                self._set_aside("broken")
        return None

    def _write(self, line: str) -> None:
        if self._handle is None:
            files.make_folder(self._file.parent)
            self._handle = os.open(self._file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        data = f"{line}\n".encode()
        while data:
            data = data[os.write(self._handle, data) :]
        if os.fstat(self._handle).st_size > LARGE:
            self._let_go()
            with contextlib.suppress(OSError):  # the long file has it, and this is tried again
                files.write(self._file, f"{line}\n")

    def _sync(self) -> None:
        handle = self._handle
        if handle is not None:
            with contextlib.suppress(OSError):
                os.fsync(handle)

    def _set_aside(self, name: str) -> None:
        self._let_go()
        if self._file.exists():
            self._file.rename(self._file.with_name(f"{self._file.stem}.{name}.jsonl"))

    def _let_go(self) -> None:
        self._sync()
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def _close(self) -> None:
        self._let_go()
        if self._claim is not None:
            self._claim.release()
