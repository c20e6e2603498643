"""The first screen, when nothing is configured: the ways to begin."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from medtui.account.context import AccountContext
from medtui.ui.footer import Footer
from medtui.ui.vim_keys import VimOptionList

CHOICES = {
    "demo": (
        "Try the demo",
        "Ten sample colleagues, 24 cases. Deleted when you quit.",
    ),
    "local": (
        "Run a group on this computer",
        "Starts empty. Data is kept here; no other server needed.",
    ),
    "connect": (
        "Connect to a Supabase project",
        "Yours or your school's: its URL and its public key.",
    ),
    "invitation": (
        "I have an invitation",
        "Paste the line you were sent.",
    ),
    "servers": (
        "A server I have used before",
        "Each keeps its own login.",
    ),
}
"""The last only where there is one."""


class WelcomeScreen(Screen[None]):
    """Try it, keep a practice here, or connect to one."""

    IS_FIRST = True

    AUTO_FOCUS = "OptionList"

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                str(number), f"choose({name!r})", title, show=False, id=f"app.{name}", tooltip=title
            )
            for number, (name, (title, _)) in enumerate(CHOICES.items(), 1)
        ),
    ]

    def __init__(self, context: AccountContext) -> None:
        super().__init__()
        self.context = context

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Static("medtui", classes="card--title")
            yield Static(
                "Practise for exams together: host a session, or book one.",
                classes="card--words",
            )
            yield VimOptionList(
                *(
                    Option(Content.assemble((title, "bold"), "\n", words), id=name)
                    for name, (title, words) in CHOICES.items()
                    if self._is_offered(name)
                ),
                compact=True,
            )
        yield Footer()

    def _is_offered(self, name: str) -> bool:
        return name != "servers" or bool(self.context.settings.known_servers)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "choose" or self._is_offered(str(parameters[0]))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.action_choose(event.option_id or "")

    def action_choose(self, name: str) -> None:
        context, servers = self.context, self.context.servers
        servers.forget_login()  # it was meant for the server that was configured
        match name:
            case "demo":
                servers.start_demo()
            case "local":
                servers.start_local(is_chosen=True)
            case "connect" | "invitation":
                from medtui.account.connect import ConnectScreen

                context.push_screen(ConnectScreen(context, is_invited=name == "invitation"))
            case "servers":
                from medtui.account.servers import ServersScreen

                context.push_screen(ServersScreen(context))
