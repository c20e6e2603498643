"""Log files: rotating, readable by their owner alone, and without secrets.

`logged` is the program's own log. An error is logged by its class and its place in the code, never
by its message: a library's error quotes the value that it refused, which may be a brief, a
password or an e-mail. A thread writes, so that the event loop never waits for the disk.
"""

from __future__ import annotations

import contextlib
import copy
import logging
import os
import queue
import re
import time
import traceback
from collections.abc import Iterator, Sequence
from io import FileIO, TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

MAX_BYTES, BACKUPS = 500_000, 2

# Our own code logs none of these; a library's error may quote them.
SECRETS = re.compile(
    r"eyJ[\w-]+\.[\w-]+\.[\w-]*"  # tokens and the older API keys
    r"|sb_(?:publishable|secret)_[\w-]+"
    r"|(?<=://)[^\s/@]+:[^\s/@]+(?=@)"  # user and password of a database's URL
    r"|[\w.+%-]+@[\w-]+(?:\.[\w-]+)+"  # e-mail addresses
    r"|(?<=\"password\")\s*:\s*\"(?:[^\"\\]|\\.)*\""
    r"|(?<=\"refresh_token\")\s*:\s*\"[^\"]*\""
)

_PACKAGE = Path(__file__).parent.parent

file: Path | None = None
"""The program's log file; None while it does not log."""


@contextlib.contextmanager
def logged(folder: Path) -> Iterator[None]:
    """Log to `medtui.log` in this folder; without a log if that cannot be opened."""
    global file  # a crash report names the log's path
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        handler = LogFile(folder / "medtui.log", MAX_BYTES, BACKUPS, Plain())
    except OSError:
        yield
        return
    ours = logging.getLogger("medtui")
    ours.setLevel(logging.INFO)
    file = folder / "medtui.log"
    try:
        with written(handler, [ours, logging.getLogger("asyncio")]):
            yield
    finally:
        file = None


@contextlib.contextmanager
def written(handler: logging.Handler, loggers: Sequence[logging.Logger]) -> Iterator[None]:
    """Write the records of these loggers in a thread."""
    waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    # Formatted by the thread: `QueueHandler.prepare` would do it in the event loop.
    front, listener = _Queue(waiting), QueueListener(waiting, handler)
    for logger in loggers:
        logger.addHandler(front)
    listener.start()
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeHandler(front)
        listener.stop()
        handler.close()


class LogFile(RotatingFileHandler):
    """Readable by its owner alone. Raises OSError when it cannot be opened."""

    def __init__(self, path: Path, size: int, backups: int, formatter: logging.Formatter) -> None:
        super().__init__(path, maxBytes=size, backupCount=backups, encoding="utf-8")
        self.setFormatter(formatter)

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(FileIO(descriptor, "a"), encoding=self.encoding)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  # logging's name
        """Do nothing: on a full disk, logging would print to the screen."""


class Scrubbed(logging.Formatter):
    """Replaces what looks like a secret."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return SECRETS.sub("…", super().format(record))


class Plain(Scrubbed):
    """One line for each event, in UTC; of an error only its class and its traceback's places."""

    converter = time.gmtime  # type: ignore[assignment]  # typed as if it took no time
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        record = copy.copy(record)
        record.exc_text = None  # another handler may have written the error out
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  # logging's name
        # asyncio quotes the task, and with it the error, on further lines.
        record.message = record.message.partition("\n")[0]
        return super().formatMessage(record)

    def formatException(self, ei: Any) -> str:  # noqa: N802  # logging's name
        _, error, trace = ei
        return "\n".join(_story(error, trace))


class _Queue(QueueHandler):
    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record


def place(error: BaseException) -> str:
    """An error's class, and the place in medtui that raised it."""
    frames = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)
        if _PACKAGE in Path(frame.filename).parents
    ]
    where = f" in {_short(frames[-1].filename)}, line {frames[-1].lineno}" if frames else ""
    return type(error).__name__ + where


def _story(error: BaseException | None, trace: TracebackType | None) -> Iterator[str]:
    if error is None:
        return
    if cause := error.__cause__ or (None if error.__suppress_context__ else error.__context__):
        yield from _story(cause, cause.__traceback__)
    for frame in traceback.extract_tb(trace):
        yield f"  {_short(frame.filename)}:{frame.lineno} in {frame.name}"
    yield f"  {type(error).__name__}"


def _short(filename: str) -> str:
    """A file's path from the package on: the path before it may contain the user's name."""
    path = Path(filename)
    for root in ("site-packages", "medtui"):
        if root in path.parts:
            at = len(path.parts) - path.parts[::-1].index(root)
            return "/".join(path.parts[at - (root == "medtui") :])
    return path.name
