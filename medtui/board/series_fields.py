"""The form's line for several sessions at once, and the sentence that says which they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, tzinfo

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widgets import Input, Label, Static

from medtui.core.board_rules import room_link
from medtui.core.models import SessionDraft
from medtui.core.series import ONE, SessionSeries, read_series, series_ids, series_words
from medtui.ui.context import Context
from medtui.ui.field import TONES
from medtui.ui.line_input import LineInput

LABELS = {"times": "Times", "every": "Minutes apart", "rooms": "Rooms", "weeks": "Weeks"}
USUAL = {name: str(getattr(ONE, name)) for name in LABELS}
"""What the inputs hold at first: one session."""


class SeriesFields(Vertical):
    """Four numbers beside each other, and a sentence once they mean more than one session."""

    def compose(self) -> ComposeResult:
        with Horizontal(classes="form--row"):
            for name, label in LABELS.items():
                with Vertical():
                    yield Label(label, classes="field--label")
                    yield LineInput(USUAL[name], id=name, max_length=4, compact=True)
        yield Static(classes="field--note -empty", markup=False)

    @property
    def values(self) -> dict[str, str]:
        """What is typed, by the names in SessionSeries."""
        return {name: self.query_one(f"#{name}", Input).value for name in LABELS}

    def fill(self, values: Mapping[str, str]) -> None:
        """Put texts into the inputs."""
        for name in LABELS:
            self.query_one(f"#{name}", Input).value = values[name]

    def series(self) -> SessionSeries:
        """The series that is typed. Raises ValueError with a sentence."""
        return read_series(**self.values)

    def show(self, first: datetime | None, zone: tzinfo) -> None:
        """Say what will be posted from `first` on; None: it is not known yet."""
        try:
            series = self.series()
        except ValueError as error:
            self._say("wrong", str(error))
            return
        is_one = series.count == 1 or first is None
        self._say("right", "" if is_one or first is None else series_words(series, first, zone))

    def fail(self, reason: str) -> None:
        """Show why these cannot be posted, and go there."""
        self._say("wrong", reason)
        self.query_one(Input).focus()

    def _say(self, tone: str, words: str) -> None:
        sign, colour = TONES[tone]
        note = self.query_one(".field--note", Static)
        note.update(Content.styled(sign + words, colour) if words else "")
        note.set_class(not words, "-empty")


def series_drafts(
    first: SessionDraft, series: SessionSeries, context: Context
) -> list[SessionDraft]:
    """All sessions of a series, each with a room of its own if the first has one."""
    template = context.settings.room_template
    weeks = series.starts(first.starts_at, context.zone)
    starts = [start for week in weeks for start in week for _ in range(series.rooms)]
    drafts = []
    for id_, start in zip(series_ids(first.id, series.count), starts, strict=True):
        room = room_link(template, id_) if first.room_url else None
        drafts.append(first.model_copy(update={"id": id_, "starts_at": start, "room_url": room}))
    return drafts
