"""The result of a check: its state, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The outcome of a check."""

    OK = "ok"
    NOTE = "note"
    """It works, and there is something to know."""
    FAILED = "failed"
    SKIPPED = "skipped"
    """It could not be checked, because another check failed or there is nothing to check."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    `what`: a sentence with the result. `advice`: a sentence with what to do. Neither has secrets.
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
