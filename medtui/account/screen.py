"""One's account: password, e-mail, and signing out; as a screen, and in the palette."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import ClassVar

from textual import on
from textual.app import ComposeResult, SystemCommand
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from medtui.account.context import AccountContext
from medtui.account.servers import ServersScreen
from medtui.ui.dialogs.confirm import ConfirmScreen
from medtui.ui.footer import Footer
from medtui.ui.vim_keys import VimOptionList

CHOICES = {
    "password": ("Change your password", "Your other devices will be asked to sign in again."),
    "email": (
        "Change your e-mail",
        "We'll e-mail a code to the new address (and usually the old one).",
    ),
    "sign_out": (
        "Sign out on this computer",
        "Every medtui window here; other devices stay signed in.",
    ),
    "everywhere": ("Sign out everywhere", "Your other devices follow within the hour."),
    "servers": ("Another server", "You stay signed in to this one."),
    "factor": ("Second factor", "Six digits from an app, after the password: on or off."),
    "delete": ("Delete your account", "You first see what happens to your sessions."),
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

    def __init__(self, context: AccountContext) -> None:
        super().__init__()
        self.context = context

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Static("Your account", classes="card--title")
            yield Static(classes="card--words", markup=False)
            yield VimOptionList(
                *(
                    Option(Content.assemble((title, "bold"), "\n", words), id=name)
                    for name, (title, words) in CHOICES.items()
                ),
                compact=True,
            )
        yield Footer(show_command_palette=False)

    def on_screen_resume(self) -> None:
        user, where = self.context.login.user, self.context.server_name
        words = f"{user.email if user else 'No user'} is signed in at {where}."
        self.query_one(".card--words", Static).update(words)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        self.action_choose(event.option_id or "")

    def action_choose(self, name: str) -> None:
        begin(self.context, name)


def commands(context: AccountContext) -> Iterator[SystemCommand]:
    """The same for the palette of every screen, while a user is signed in."""
    if context.login.user is not None:
        for name, (title, words) in CHOICES.items():
            yield SystemCommand(title, words, partial(begin, context, name))


def begin(context: AccountContext, name: str) -> None:
    """Do one of `CHOICES`."""
    if context.login.user is None:
        return
    match name:
        case "password":
            from medtui.account.password import PasswordScreen

            context.push_screen(PasswordScreen(context))
        case "email":
            from medtui.account.email import EmailScreen

            context.push_screen(EmailScreen(context))
        case "sign_out":
            context.login.sign_out()
        case "everywhere":
            _ask(context)
        case "servers":
            context.push_screen(ServersScreen(context))
        case "factor" if context.login.user.apps:
            _ask_to_remove(context)
        case "factor":
            from medtui.account.second_factor import FactorScreen

            context.push_screen(FactorScreen(context))
        case "delete":
            from medtui.account.delete_account import DeleteAccountScreen

            context.push_screen(DeleteAccountScreen(context))


def _ask_to_remove(context: AccountContext) -> None:
    def answered(is_meant: bool | None) -> None:
        if is_meant:
            context.login.remove_second_factor()

    question = "Your second factor is on. Remove it, so that the password alone is enough?"
    context.push_screen(ConfirmScreen(question, yes="Remove"), answered)


def _ask(context: AccountContext) -> None:
    def answered(is_meant: bool | None) -> None:
        if is_meant:
            context.login.sign_out(everywhere=True)

    question = "Sign out here and on all your other devices?"
    context.push_screen(ConfirmScreen(question, yes="Sign out everywhere"), answered)
