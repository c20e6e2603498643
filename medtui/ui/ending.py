"""The end of an app within two seconds, whatever hangs: a resolver, a keyring, a disk, a server.

Threads cannot be stopped, and Python waits for them when it ends. So a thread of this module's
ends the process when the orderly end takes too long.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator

ORDERLY_SECONDS = 1.4
"""Seconds that an orderly end may take."""

LAST_SECONDS = 0.4
"""Seconds to restore the terminal and write unsaved text after that."""

_last: list[Callable[[], None]] = []


@contextlib.contextmanager
def at_last(work: Callable[[], None]) -> Iterator[None]:
    """Run `work` in a thread if the process has to be ended within the block."""
    _last.append(work)
    try:
        yield
    finally:
        _last.remove(work)


def begin(code: int, first: Callable[[], None]) -> None:
    """End the process with this code unless it has ended by itself soon; `first` is done first."""
    timer = threading.Timer(ORDERLY_SECONDS, _end, (code, first))
    timer.daemon = True
    timer.start()


def _end(code: int, first: Callable[[], None]) -> None:
    last = threading.Timer(LAST_SECONDS, os._exit, (code,))  # where these hang, too
    last.daemon = True
    last.start()
    for work in (first, *reversed(_last)):
        with contextlib.suppress(Exception):
            work()
    os._exit(code)
