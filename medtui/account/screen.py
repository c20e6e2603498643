"""One's account: password, e-mail, and signing out; as a screen, and in the palette."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from medtui.ui.dialogs.confirm import ConfirmScreen
from medtui.ui.footer import Footer
from medtui.ui.vim_keys import VimOptionList

if TYPE_CHECKING:
    from medtui.app import MedtuiApp

CHOICES = {
    "password": ("Change your password", "Where else you are signed in, you are asked for it."),
    "email": ("Change your e-mail", "Codes go to the new address and, mostly, to the old one."),
    "sign_out": ("Sign out on this machine", "All its windows; elsewhere nothing changes."),
    "everywhere": ("Sign out everywhere", "Other machines notice within the hour."),
    "servers": ("Another server", "You stay signed in at this one."),
}


class AccountScreen(Screen[None]):
    """What one can do with one's account."""

    AUTO_FOCUS = "OptionList"

    BINDINGS: ClassVar[list[BindingType]] = [
        *(
            Binding(
                str(number), f"choose({name!r})", title, show=False, id=f"app.{name}", tooltip=title
            )
            for number, (name, (title, _)) in enumerate(CHOICES.items(), 1)
        ),
        Binding("escape", "app.pop_screen", "Back", id="app.back", tooltip="Back"),
    ]

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Static("Your account", classes="card--title")
            yield Static(classes="card--words", markup=False)
            yield VimOptionList(
                *(
                    Option(Content.assemble((title, "bold"), "\n", (words, "dim")), id=name)
                    for name, (title, words) in CHOICES.items()
                ),
                compact=True,
            )
        yield Footer(show_command_palette=False)

    def on_screen_resume(self) -> None:
        app = cast("MedtuiApp", self.app)
        user = app.backend and app.backend.auth.user
        words = f"{user.email if user else 'No user'} is signed in at {app.servers.name}."
        self.query_one(".card--words", Static).update(words)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.action_choose(event.option_id or "")

    def action_choose(self, name: str) -> None:
        begin(cast("MedtuiApp", self.app), name)


class AccountCommands(Provider):
    """The same in the palette of every screen, while a user is signed in."""

    async def discover(self) -> Hits:
        for words, help_text, run in self._actions():
            yield DiscoveryHit(words, run, help=help_text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for words, help_text, run in self._actions():
            if (score := matcher.match(words)) > 0:
                yield Hit(score, matcher.highlight(words), run, help=help_text)

    def _actions(self) -> list[tuple[str, str, Callable[[], object]]]:
        app = cast("MedtuiApp", self.app)
        is_signed_in = app.backend is not None and app.backend.auth.user is not None
        if not is_signed_in or isinstance(self.screen, AccountScreen):
            return []  # there, its own keys are in the palette
        return [(*words, partial(begin, app, name)) for name, words in CHOICES.items()]


def begin(app: MedtuiApp, name: str) -> None:
    """Do one of `CHOICES`."""
    if app.backend is None or app.backend.auth.user is None:
        return
    match name:
        case "password":
            from medtui.account.password import PasswordScreen

            app.push_screen(PasswordScreen())
        case "email":
            from medtui.account.email import EmailScreen

            app.push_screen(EmailScreen(app.backend))
        case "sign_out":
            app.sign_out()
        case "everywhere":
            _ask(app)
        case "servers":
            app.action_servers()


def _ask(app: MedtuiApp) -> None:
    def answered(is_meant: bool | None) -> None:
        if is_meant:
            app.sign_out(everywhere=True)

    question = "Sign out here and on every other machine?"
    app.push_screen(ConfirmScreen(question, yes="Sign out everywhere"), answered)
