"""Python's garbage collector is off while the app starts, and then does not look at what is there.

A start makes half a million objects that stay: to look through them takes a tenth of the start's
time, and again a frame's time at each later full collection. Imports no Textual: it comes before.
"""

from __future__ import annotations

import gc

START_SECONDS = 1.5
"""Seconds after the first frame until which the start is over: the first key is answered."""


def pause() -> None:
    """Collect nothing from now on, until `resume`."""
    gc.disable()


def resume() -> None:
    """Collect again, but for what is there now; does nothing without `pause`."""
    if not gc.isenabled():
        gc.freeze()
        gc.enable()
