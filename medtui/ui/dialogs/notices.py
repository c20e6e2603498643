"""The list of notices: all that the user was told since the program began."""

from __future__ import annotations

from datetime import tzinfo
from typing import ClassVar
from uuid import UUID

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from medtui.ui.footer import Footer
from medtui.ui.toasts import Severity, Told, ToldList
from medtui.ui.vim_keys import VimOptionList

COLOURS: dict[Severity, str] = {
    "information": "$text", "warning": "$text-warning", "error": "$text-error",
}  # fmt: skip

NOTHING = "You were told nothing since you started medtui."


class NoticesScreen(ModalScreen[UUID | None]):
    """Dismissed with the session that the chosen notice is about, or with None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "go", "Go to the session", priority=True, id="notices.go",
                tooltip="Go to the session that the notice is about"),
        Binding("escape,q,exclamation_mark", "dismiss(None)", "Back", key_display="esc",
                id="notices.back", tooltip="Back"),
    ]  # fmt: skip

    def __init__(self, told: ToldList, zone: tzinfo) -> None:
        super().__init__()
        self._told = list(told)
        self._zone = zone

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Notices", classes="card--title")
            if self._told:
                yield VimOptionList(*(Option(self._row(told)) for told in self._told), compact=True)
            else:
                yield Static(NOTHING, classes="card--words", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        for options in self.query(VimOptionList):
            options.highlighted = 0

    def _row(self, told: Told) -> Content:
        at = told.at.astimezone(self._zone)
        return Content.assemble(
            (f"{at:%H:%M}  ", "$text-muted"),
            (told.line, COLOURS[told.severity]),
            ("  ›" if told.about else "", "$text-muted"),
        )

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "go" or bool(self._told)

    @on(OptionList.OptionSelected)  # a click: enter is ours
    def action_go(self) -> None:
        options = self.query_one(VimOptionList)
        if options.highlighted is None:
            return
        about = self._told[options.highlighted].about
        if about is None:
            self.notify("This notice is about no session.", severity="warning", markup=False)
        else:
            self.dismiss(about)
