"""What the actions of a feature ask of its screen. They know no widget."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

T = TypeVar("T")


class Dialog(Generic[T]):
    """What an action asks for with a dialog of its feature; answered with a T, or with None.

    A plain dataclass: the screen alone knows which dialog it is.
    """


@dataclass(frozen=True, slots=True)
class SaveCopy(Dialog[Path]):
    """Where to save what `content` returns; answered with the file that was written."""

    path: Path
    content: Callable[[], str | bytes]
    title: str


class Ui(Protocol):
    """What actions ask of their screen. A test can be one without Textual."""

    @property
    def is_active(self) -> bool:
        """Whether no other screen is over this one; if one is, a key was pressed twice."""

    def notify(self, message: str, *, markup: bool = True) -> None: ...

    def refuse(self, reason: str | None) -> bool:
        """Show why something cannot be done. Returns False if `reason` is None."""

    async def ask(self, question: str, yes: str) -> bool:
        """Ask whether to do something; `yes` names it."""

    async def choose(
        self, question: str, choices: Sequence[tuple[str, T]], current: int = 0
    ) -> T | None:
        """Ask for one of these labelled values; None: none was chosen."""

    async def open(self, dialog: Dialog[T]) -> T | None:
        """Show a dialog of the feature, and return its answer."""
