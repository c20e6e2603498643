"""A person's card: level, what was practised together, and their coming sessions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar
from uuid import UUID

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from medtui.core.avatars import avatar_of, picture_link
from medtui.core.host_card import Together
from medtui.core.key_names import ENTER
from medtui.core.models import PracticeSession, Profile
from medtui.core.wording import moment, seats
from medtui.data import DataError
from medtui.ui.avatars import avatar_content
from medtui.ui.context import Context
from medtui.ui.dialogs.link import open_after_asking
from medtui.ui.footer import Footer
from medtui.ui.vim_keys import VimOptionList


class HostCard(ModalScreen[UUID | None]):
    """Dismissed with the session to go to, or with None.

    Args:
        coming: the person's coming sessions, in order.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "dismiss(None)", "Back", key_display="esc", id="card.back",
                tooltip="Back to the board"),
        Binding("o", "picture", "Picture", id="card.picture",
                tooltip="Open the picture in your browser, after asking"),
    ]  # fmt: skip

    together = query_one("#card-together", Static)

    def __init__(
        self, context: Context, person: Profile, coming: Sequence[PracticeSession]
    ) -> None:
        super().__init__()
        self.context = context
        self._person = person
        self._coming = coming

    def compose(self) -> ComposeResult:
        person, now = self._person, self.context.now()
        with Vertical(classes="dialog"):
            yield Static(id="card-name", classes="card--title", markup=False)
            yield Static(person.level or "No training level", id="card-level", markup=False)
            yield Static("Looking for what you practised together…", id="card-together",
                         classes="card--words", markup=False)  # fmt: skip
            yield Static(
                f"Coming sessions. {ENTER} goes there." if self._coming else "No coming sessions.",
                id="card-coming",
                markup=False,
            )
            yield VimOptionList(
                *(
                    Option(Content(
                        f"{moment(each.starts_at, now, self.context.zone):<20}"
                        f"{each.type_label or 'Session'}  {seats(each, self.context.me, now)[-1]}"
                    ))
                    for each in self._coming
                ),
                compact=True,
            )  # fmt: skip
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        name = avatar_content(avatar_of(self._person), self.app) + self._person.name
        self.query_one("#card-name", Static).update(name)
        self.query_one(VimOptionList).display = bool(self._coming)
        if self._coming:
            self.query_one(VimOptionList).highlighted = 0
        self._look_back()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "picture" or picture_link(self._person) is not None

    @work
    async def _look_back(self) -> None:
        try:
            past = await self.context.backend.history.with_person(self._person.user_id)
        except DataError as error:
            words = f"What you practised together cannot be read now. {error.message}"
        else:
            together = Together.of(past, self.context.me)
            words = together.words(self.context.now(), self.context.zone)
        if self.is_mounted:
            self.together.update(words)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._coming[event.option_index].id)

    def action_picture(self) -> None:
        if link := picture_link(self._person):
            open_after_asking(self.context, *link, what="picture")
