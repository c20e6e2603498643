"""Runs medtui with a wrong clock: `python -m tests.helpers.wrong_clock SECONDS …`."""

from __future__ import annotations

import datetime
import runpy
import sys
import time


def shift(seconds: float) -> None:
    """Move this process's wall clock; the monotonic one stays, as on such a machine."""
    right, real = time.time, datetime.datetime

    class Moved(real):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> datetime.datetime:
            return real.fromtimestamp(right() + seconds, tz)

        @classmethod
        def utcnow(cls) -> datetime.datetime:
            return real.fromtimestamp(right() + seconds, datetime.UTC).replace(tzinfo=None)

    time.time = lambda: right() + seconds
    datetime.datetime = Moved  # type: ignore[misc]


if __name__ == "__main__":
    shift(float(sys.argv[1]))
    sys.argv = ["medtui", *sys.argv[2:]]
    runpy.run_module("medtui", run_name="__main__")
