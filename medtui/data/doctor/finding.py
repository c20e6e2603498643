"""What a check finds: in what state something is, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How it stands."""

    OK = "ok"
    NOTE = "note"
    """It works, and there is something to know."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """It could not be looked at, because of something else or because there is nothing."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination.

    `what` says what was found and `advice` what to do, both in a sentence, and without secrets.
    """

    name: str
    state: State
    what: str
    advice: str = ""


def ok(name: str, what: str) -> Finding:
    return Finding(name, State.OK, what)


def note(name: str, what: str, advice: str = "") -> Finding:
    return Finding(name, State.NOTE, what, advice)


def failed(name: str, what: str, advice: str) -> Finding:
    return Finding(name, State.FAILED, what, advice)


def skipped(name: str, what: str) -> Finding:
    return Finding(name, State.SKIPPED, what)
