"""The log of a local server: a file in its data folder, without anybody's secrets."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from pathlib import Path

from medtui.store.log import LogFile, Scrubbed, written

MAX_BYTES, BACKUPS = 1_000_000, 3


@contextlib.contextmanager
def logged(data: Path) -> Iterator[None]:
    """Log to `server.log` in the folder: ourselves from INFO on, all else from WARNING on."""
    logging.getLogger("medtui").setLevel(logging.INFO)
    handler = LogFile(data / "server.log", MAX_BYTES, BACKUPS, Scrubbed())
    with written(handler, [logging.getLogger()]):
        yield
