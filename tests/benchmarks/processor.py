"""The processor's time of a program: other programs on the machine change it little."""

from __future__ import annotations

import time


def processor_seconds(pid: int) -> float:
    """What a running program has used so far, in all its threads; on Linux alone."""
    return time.clock_gettime((~pid << 3) | 2)  # as clock_getcpuclockid(3) numbers clocks
