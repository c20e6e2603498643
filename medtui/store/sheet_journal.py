"""A mark sheet on disk while it is written: everything up to the last key, come what may.

Each state is a line that is added to the sheet's own file: what stood there before is not
touched, and the last whole line counts. So a crash costs nothing that was there before it.
A file that has become long is replaced, as a whole, by one with the last line alone.
The disk is never waited for: a thread of its own writes, line after line.
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
"""A power cut may cost what was typed in so short a time; the end of the program costs nothing."""

LARGE = 1_000_000
"""Bytes from which on a file is written anew with its last line alone."""


class InUse(Exception):
    """Another window of the same person has this sheet open."""


class SheetJournal:
    """One person's mark sheet of one session.

    Args:
        folder: of this program's state.
        not_kept: called on the event loop when something could not be written down.
    """

    def __init__(
        self, folder: Path, person: UUID, session_id: UUID, not_kept: Callable[[], None]
    ) -> None:
        self._file = folder / "sheets" / str(person) / f"{session_id}.jsonl"
        self._not_kept = not_kept
        self._pen = ThreadPoolExecutor(1, "mark sheet")
        self._syncer = ThreadPoolExecutor(1, "mark sheet's sync")
        """Apart, so that no line waits for a disk that is slow to say that it has the last."""
        self._handle: int | None = None
        self._syncing: asyncio.TimerHandle | None = None
        self._claim: files.Claim | None = None
        self._loop = asyncio.get_running_loop()

    async def open(self) -> Any:
        """What was kept last; None where nothing was. Raises InUse."""
        return await asyncio.wrap_future(self._pen.submit(self._open))

    def keep(self, state: dict[str, Any]) -> None:
        """Keep this, too. Returns at once."""
        line = json.dumps(state)
        with contextlib.suppress(RuntimeError):  # it was closed
            self._pen.submit(self._write, line).add_done_callback(self._look)
        if self._syncing is None:
            self._syncing = self._loop.call_later(SYNC_SECONDS, self._sync_now)

    async def put_aside(self, name: str) -> None:
        """Begin anew: what was kept so far stays beside it, under a name of its own.

        Where the disk refuses that, it stays where it is, before what is kept next.
        """
        try:
            await asyncio.wrap_future(self._pen.submit(self._put_aside, name))
        except OSError:
            self._not_kept()

    async def close(self) -> None:
        """Everything is on the disk, and the sheet free for another window."""
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
        if data:  # nothing in it can be read, and nothing is to be written behind it
            with contextlib.suppress(OSError):  # which is told when something cannot be kept
                self._put_aside("broken")
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
            with contextlib.suppress(OSError):  # it is in the long one, and tried again
                files.write(self._file, f"{line}\n")

    def _sync(self) -> None:
        handle = self._handle
        if handle is not None:
            with contextlib.suppress(OSError):
                os.fsync(handle)

    def _put_aside(self, name: str) -> None:
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
