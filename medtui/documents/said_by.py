"""Who says which turn of a transcript that has no speakers: what its reader says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from medtui.documents.transcript import Transcript

Voices = tuple[str, ...]
"""A name for each turn, "" where there is none; empty: there are none at all."""


def with_voices(transcript: Transcript, voices: Voices) -> Transcript:
    """The transcript with these names as its speakers.

    It is returned as it is where it has speakers of its own, and where the names are those of
    another transcript, of another number of turns.
    """
    if transcript.speakers or len(voices) != len(transcript.turns):
        return transcript
    turns = zip(transcript.turns, voices, strict=True)
    return replace(
        transcript, turns=tuple(replace(turn, speaker=name or None) for turn, name in turns)
    )


def voices_of(transcript: Transcript) -> Voices:
    """The names that a transcript's turns have now."""
    return tuple(turn.speaker or "" for turn in transcript.turns)


def named(voices: Voices, chosen: Sequence[int], name: str, other: str) -> Voices:
    """The names after some turns were given one.

    Args:
        chosen: the numbers of the turns, ascending.
        name: who says them; "" takes their names away.
        other: who says the turn after them; from there on, the two take turns until the end. "":
            the other turns stay as they are.
    """
    after = list(voices)
    for number in chosen:
        after[number] = name
    if other:
        for number in range(chosen[-1] + 1, len(after)):
            after[number] = other if (number - chosen[-1]) % 2 else name
    return tuple(after) if any(after) else ()
