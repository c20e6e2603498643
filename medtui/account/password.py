"""A new password: chosen in one's account, or after getting back in by a code."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.widgets import Button, Input, Static

from medtui.account.code import digits_of
from medtui.account.code_form import RESEND_SECONDS, CodeForm
from medtui.account.context import AccountContext
from medtui.account.cooldown_button import CooldownButton
from medtui.account.login import MAX_PASSWORD, MIN_PASSWORD
from medtui.core.key_names import key_of
from medtui.data import Code, CodeSent, NeedsCode
from medtui.ui.field import Field
from medtui.ui.footer import Footer

CHANGED = "Your other devices will be asked to sign in again."
RECOVERED = "You are signed in. Choose a new password for the next time."
NEEDED = (
    "Your e-mail is confirmed. Choose a password: another person may have signed up with your "
    "address before, and theirs stops working then."
)


class PasswordScreen(CodeForm):
    """Asks for a new password, and for what the server wants to see before it takes one.

    Args:
        is_recovery: one has come by a code, and goes on to the board from here.
        is_needed: so it is, and the account has no password yet that is surely its owner's.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Save", id="app.save", tooltip="Save the new password"),
        Binding("ctrl+r", "reveal", "Show", id="app.reveal",
                tooltip="Show or hide what is typed"),
        Binding("ctrl+o", "resend", "Send the code again", show=False, id="app.resend",
                tooltip="Send another code"),
        Binding("escape", "leave", "Back", id="app.back",
                tooltip="Keep your current password"),
    ]  # fmt: skip

    password = query_one("#password", Field)
    present = query_one("#present", Field)

    def __init__(
        self, context: AccountContext, *, is_recovery: bool = False, is_needed: bool = False
    ) -> None:
        super().__init__(context)
        self._is_recovery = is_recovery or is_needed
        self._is_needed = is_needed

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static("A new password", classes="card--title")
            words = RECOVERED if self._is_recovery else CHANGED
            yield Static(NEEDED if self._is_needed else words, classes="card--words")
            yield Field(
                "New password",
                id="password",
                password=True,
                max_length=MAX_PASSWORD,
                hint=f"At least {MIN_PASSWORD} characters.",
            )
            yield Field("Current password", id="present", password=True, max_length=MAX_PASSWORD)
            yield Field("Code", id="code", placeholder="123456")
            with Horizontal(classes="card--buttons"):
                yield CooldownButton("Save", id="submit", variant="primary", again="Again")
                yield CooldownButton("Send the code again", id="resend")
            yield Static(classes="card--error -empty", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        for asked_later in (self.present, self.code, self.resend):
            asked_later.display = False
        self.password.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "resend" or (self.is_mounted and self.code.display)

    def action_reveal(self) -> None:
        is_shown = not self.password.input.password
        self.password.input.password = self.present.input.password = is_shown

    def action_leave(self) -> None:
        if self._is_needed:
            self.show_status(
                f"Choose a password first. {key_of('app.quit')} quits; you are asked again next "
                "time."
            )
        elif self._is_recovery:
            self._enter(
                f"Your password has not changed: press {key_of('board.account')} for your account."
            )
        else:
            self.app.pop_screen()

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        if len(self.password.value) < MIN_PASSWORD:
            self.password.fail(f"Use at least {MIN_PASSWORD} characters.")
        elif self.present.display and not self.present.value:
            self.present.fail("Enter your current password.")
        elif self.code.display and not digits_of(self.code.value):
            self.code.fail("Enter the code from the e-mail.")
        elif self.may(self.submit):
            digits = digits_of(self.code.value)
            self._save(self.password.value, self.present.value or None, digits)

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _save(self, password: str, present: str | None, digits: str) -> None:
        await self.submitting("Saving…", self._set(password, present, digits))

    async def _set(self, password: str, present: str | None, digits: str) -> None:
        codes = (await self.backend()).codes
        change = codes.set_first_password if self._is_needed else codes.set_password
        try:
            await change(password, present=present, digits=digits)
        except NeedsCode:
            self.code.display = self.resend.display = True
            self.code.focus()
            self.refresh_bindings()
            await self.send()
            return
        words = "Your new password is set."
        if self._is_needed:
            await self.context.login.password_is_set()
        if self._is_recovery:
            self._enter(words)
        else:
            self.app.pop_screen()
            self.app.notify(words)

    async def send(self) -> None:
        backend = await self.backend()
        user = backend.auth.user
        email = user.email if user else "you"
        wait: float | None = RESEND_SECONDS
        try:
            await backend.codes.send(Code.PASSWORD_CHANGE, email)
        except CodeSent as error:
            wait = error.seconds
        self.resend.wait(wait)
        self.show_status(
            f"The server needs to be sure it is you: enter the code that was e-mailed to {email}."
        )

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _enter(self, words: str) -> None:
        await self.context.login.enter()
        self.app.notify(words)
