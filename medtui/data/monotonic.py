"""A clock that only goes forward, and goes on while the machine sleeps."""

from __future__ import annotations

import sys
import time


def elapsed() -> float:
    """Seconds since an arbitrary moment.

    `time.monotonic` stands still while a laptop sleeps, on Linux and on macOS; each has another
    clock that does not. On Windows it counts sleep.
    """
    if sys.platform == "linux":
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime(time.CLOCK_MONOTONIC)
    return time.monotonic()
