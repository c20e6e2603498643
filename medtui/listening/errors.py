"""What can go wrong with a recording, in one sentence."""

from __future__ import annotations


class ListenError(Exception):
    """The text is a sentence: what happened, why, and what to do next."""
