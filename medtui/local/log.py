"""The log of a local server: a file in its data folder, without anybody's secrets.

Written by a thread of its own, so that the loop never waits for the disk.
"""

from __future__ import annotations

import contextlib
import logging
import os
import queue
import re
from collections.abc import Iterator
from io import FileIO, TextIOWrapper
from logging.handlers import QueueHandler, QueueListener, RotatingFileHandler
from pathlib import Path

MAX_BYTES, BACKUPS = 1_000_000, 3

# Nothing of ours logs these; what a library's error says is another matter.
SECRETS = re.compile(
    r"eyJ[\w-]+\.[\w-]+\.[\w-]*"  # tokens and the older API keys
    r"|sb_(?:publishable|secret)_[\w-]+"
    r"|(?<=://)[^\s/@]+:[^\s/@]+(?=@)"  # user and password of a database's URL
    r"|(?<=\"password\")\s*:\s*\"(?:[^\"\\]|\\.)*\""
    r"|(?<=\"refresh_token\")\s*:\s*\"[^\"]*\""
)


@contextlib.contextmanager
def logged(data: Path) -> Iterator[None]:
    """Log to `server.log` in the folder: ourselves from INFO on, all else from WARNING on."""
    file = _File(data / "server.log", maxBytes=MAX_BYTES, backupCount=BACKUPS, encoding="utf-8")
    file.setFormatter(_Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    # Formatted by the thread: the handler's own way would do it in the loop.
    handler, listener = _Queue(waiting), QueueListener(waiting, file)
    root, ours = logging.getLogger(), logging.getLogger("medtui")
    root.addHandler(handler)
    ours.setLevel(logging.INFO)
    listener.start()
    try:
        yield
    finally:
        root.removeHandler(handler)
        listener.stop()
        file.close()


class _Queue(QueueHandler):
    def prepare(self, record: logging.LogRecord) -> logging.LogRecord:
        return record


class _Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return SECRETS.sub("…", super().format(record))


class _File(RotatingFileHandler):
    """Readable by its owner alone."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        return TextIOWrapper(FileIO(descriptor, "a"), encoding=self.encoding)
