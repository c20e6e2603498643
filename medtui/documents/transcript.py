"""The one shape of a transcript: what was said, by whom, when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from medtui.documents.finite import finite


class Word(NamedTuple):
    """A word as it was heard; times in seconds, None where the file does not say."""

    text: str
    start: float | None = None
    end: float | None = None
    confidence: float | None = None


word_of = partial(tuple.__new__, Word)
"""A word of its four values, as Word._make does, without a call of Python code: a talk has many."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one speaker says until another does, or until a long pause.

    `text` is one line, harmless to a terminal. `speaker` is the file's own label, None
    where it has none. Times are in seconds; `confidence` lies between 0 and 1.
    """

    text: str
    speaker: str | None = None
    start: float | None = None
    end: float | None = None
    confidence: float | None = None
    words: tuple[Word, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "speaker": self.speaker,
            "start": self.start,
            "end": self.end,
            "text": self.text,
            "confidence": self.confidence,
        }


@dataclass(frozen=True, slots=True)
class Transcript:
    """A conversation. `source` is the shape that it was read from."""

    source: str
    turns: tuple[Turn, ...]
    duration: float | None = None
    """In seconds: what the file says, else when the last turn ends."""
    notes: tuple[str, ...] = ()
    """What its reader should know of how it was read: one sentence each."""
    unclaimed: dict[str, Any] = field(default_factory=dict)
    """What the file says that is neither a turn nor a figure of one."""
    is_doubtful: bool = False
    """Whether the file may as well be an assessment."""

    @property
    def speakers(self) -> tuple[str, ...]:
        """The labels, in the order in which they are first heard."""
        return tuple(dict.fromkeys(turn.speaker for turn in self.turns if turn.speaker))

    def at(self, seconds: float) -> int | None:
        """The index of the last turn that starts at or before this time, else of the first with a
        time; None without times."""
        found = None
        for index, turn in enumerate(self.turns):
            if turn.start is not None and (found is None or turn.start <= seconds):
                found = index
        return found

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": "transcript",
            "source": self.source,
            "duration": self.duration,
            "turns": [turn.as_json() for turn in self.turns],
            "notes": list(self.notes),
            "unclaimed": finite(self.unclaimed),
        }


def same_people(labels: Iterable[str], names: dict[str, str]) -> dict[str, str]:
    """For each label the first label of the same name: a recogniser may split one person."""
    first: dict[str, str] = {}
    return {
        label: first.setdefault(names[label], label) if label in names else label
        for label in labels
    }
