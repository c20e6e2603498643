"""Log files: rotating, readable by their owner alone, and without anybody's secrets.

`logged` is the program's own log. What goes wrong is told by where it happened and of what kind
it was, never by its words: an error of a library quotes the value that it choked on, which may be
a brief, a password or an e-mail. Written by a thread, so that the loop never waits for the disk.
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

# Nothing of ours logs these; what a library's error says is another matter.
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
"""Where the program logs at present; None where it does not."""


@contextlib.contextmanager
def logged(folder: Path) -> Iterator[None]:
    """Log what medtui does to `medtui.log` in this folder; to nowhere, where it cannot be."""
    global file  # a crash, wherever it is, has to say where the log is
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
    """Have a thread write what these loggers say."""
    waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    # Formatted by the thread: the handler's own way would do it in the loop.
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
        """A full disk is no reason to write over the screen."""


class Scrubbed(logging.Formatter):
    """Without what looks like a secret."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        return SECRETS.sub("…", super().format(record))


class Plain(Scrubbed):
    """One line for each event, in UTC; of an error only its kind and its way through the code."""

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
    """What kind of error it is, and where in medtui it came up."""
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
    """A file's path from the package on; where a program is installed names its user."""
    path = Path(filename)
    for root in ("site-packages", "medtui"):
        if root in path.parts:
            at = len(path.parts) - path.parts[::-1].index(root)
            return "/".join(path.parts[at - (root == "medtui") :])
    return path.name
