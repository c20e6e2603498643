"""A dialog of fields for people's names, one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from textual import on
from textual.screen import ModalScreen
from textual.widgets import Button, Input

from medtui.documents.fields import clean
from medtui.ui.field import Field

ROLES = ("You", "Candidate", "Patient", "Actor", "Examiner", "Relative")
LONGEST = 40

T = TypeVar("T")


class NamesDialog(ModalScreen[T | None], Generic[T]):
    """Dismissed with what `typed` returns, or with None when it was left.

    Args:
        people: names to offer, before the roles.
    """

    def __init__(self, people: Sequence[str]) -> None:
        super().__init__()
        self.people = list(dict.fromkeys([*people, *ROLES]))

    @property
    def typed(self) -> T:
        """The names as they are typed."""
        raise NotImplementedError

    @property
    def fields(self) -> list[Input]:
        return list(self.query(Input))

    @property
    def names(self) -> list[str]:
        """What is typed into each field, cleaned."""
        return [clean(field.value) for field in self.fields]

    def name_field(self, label: str, id_: str, value: str, said: str) -> Field:
        """A field for one name. `said`: words of the person who is to be named."""
        return Field(
            label,
            id=id_,
            value=value,
            placeholder=", ".join(self.people[:3]) + " …",
            hint=f"“{said[:100]}{'…' if len(said) > 100 else ''}”",
            max_length=LONGEST,
            suggestions=self.people,
        )

    @on(Input.Submitted)
    def _submitted(self, event: Input.Submitted) -> None:
        fields = self.fields
        at = fields.index(event.input)
        if at + 1 < len(fields):
            fields[at + 1].focus()
        else:
            self.action_keep()

    def action_complete(self) -> None:
        if isinstance(self.focused, Input) and self.focused.cursor_at_end:
            self.focused.action_cursor_right()  # takes what is offered
        self.app.action_focus_next()

    @on(Button.Pressed, "#keep")
    def action_keep(self) -> None:
        self.dismiss(self.typed)
