"""Reading what is longer than one answer: page by page."""

from __future__ import annotations

from collections.abc import Sized

PAGE = 1_000
"""Rows, or files, asked for at once: what a hosted project gives at most, as it is delivered."""

FEWEST = 100
"""Nobody limits a project's answers to fewer rows than this."""


def is_last(page: Sized) -> bool:
    """Whether there is no more after a page; of a longer one, a lower limit may have been left."""
    return len(page) < FEWEST
