"""Finds the turn with which the station begins, by its words."""

from __future__ import annotations

import re

from medtui.documents.transcript import Transcript

WITHIN_SHARE = 0.25
WITHIN_SECONDS = 600.0
WITHIN_TURNS = 200

_SIGNAL = re.compile(
    r"\b(?:start(?:ing|ed)?|begin(?:ning)?)\b.{0,24}\b(?:the )?(?:timer|clock|station|recording)\b"
    r"|\b(?:timer|clock)(?:'s| is| has)? (?:on|running|going|started|starts)\b"
    r"|\byour (?:time|station) starts\b"
    r"|\byou (?:can|may) (?:start|begin)(?: now)?\b",
    re.IGNORECASE,
)


def opening(transcript: Transcript) -> int:
    """The first turn of the station, by a phrase that says that the clock starts; 0 if none does.

    It is looked for only at the beginning: later it would be part of the talk.
    """
    last = min(WITHIN_TURNS, max(3, int(len(transcript.turns) * WITHIN_SHARE)))
    for index, turn in enumerate(transcript.turns[:last]):
        if turn.start is not None and turn.start > WITHIN_SECONDS:
            break
        if _SIGNAL.search(turn.text[:2_000]) and index + 1 < len(transcript.turns):
            return index + 1
    return 0


def first_turn(transcript: Transcript, begins: float | None) -> int:
    """The first turn of a station that begins at this time in seconds; without times in the
    transcript, at this number of a turn."""
    if begins is None:
        return 0
    for index, turn in enumerate(transcript.turns):
        if (turn.start if turn.start is not None else float(index)) >= begins - 1e-3:
            return index
    return 0
