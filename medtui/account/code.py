"""The code that a server e-mails: entered here, and sent again after a while."""

from __future__ import annotations

import unicodedata
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widgets import Button, Input, Static

from medtui.account.code_form import RESEND_SECONDS, CodeForm
from medtui.account.context import AccountContext
from medtui.account.cooldown_button import CooldownButton
from medtui.data import Code, Invalid, NotAllowed
from medtui.ui.field import Field
from medtui.ui.footer import Footer

SHORTEST, LONGEST = 6, 10
"""Digits of a code: a project's choice."""

WORDS = {
    Code.SIGN_UP: (
        "If {email} is new here, a code is on its way to it: enter it to finish signing up. "
        "If it has an account already, nothing comes: go back and sign in."
    ),
    Code.SIGN_IN: "If {email} has an account, a code is on its way to it: enter it to sign in.",
    Code.RECOVERY: (
        "If {email} has an account, a code is on its way to it: enter it, "
        "and then choose a new password."
    ),
}


def unconfirmed(context: AccountContext, email: str, password: str) -> CodeScreen:
    """For an account that was signed up earlier, and whose code was not entered yet."""
    words = (
        f"{email} has signed up, but not been confirmed yet: enter the code that was e-mailed to "
        "it, or have another one sent."
    )
    return CodeScreen(context, Code.SIGN_UP, email, password=password, words=words, wait=0)


def digits_of(text: str) -> str:
    """The six digits of a typed or pasted code, without spaces and text around them."""
    return "".join(
        str(unicodedata.decimal(char))
        for char in unicodedata.normalize("NFKC", text)
        if char.isdecimal()
    )


class CodeScreen(CodeForm):
    """Asks for the code that was sent to `email`.

    Args:
        code: what it is for, which decides where one goes from here.
        email: to which address it was sent.
        password: what was typed to sign up, which becomes the account's; it is kept nowhere else.
        words: instead of the usual ones.
        wait: seconds until it can be sent again; None: as long as servers usually ask.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Confirm", show=False, id="app.confirm",
                tooltip="Confirm the code"),
        Binding("ctrl+r", "resend", "Send it again", id="app.resend",
                tooltip="Have another code sent"),
        Binding("escape", "leave", "Back", id="app.back",
                tooltip="Back; the code is still good"),
    ]  # fmt: skip

    ASKING = "Asking for another code…"

    def __init__(
        self,
        context: AccountContext,
        code: Code,
        email: str,
        *,
        password: str = "",
        words: str = "",
        wait: float | None = None,
    ) -> None:
        super().__init__(context, classes="login")
        self._code = code
        self._email = email
        self._password = password
        self._needs_password: bool | None = None
        """Whether the account needs a password from its owner; None while no code was right."""
        self._words = words
        self._wait = RESEND_SECONDS if wait is None else wait

    def compose(self) -> ComposeResult:
        words = self._words or WORDS[self._code].replace("{email}", self._email)
        with VerticalScroll(classes="card", can_focus=False):
            yield Static("Look into your mailbox", classes="card--title")
            yield Static(words, classes="card--words", markup=False)
            yield Field("Code", id="code", placeholder="123456")
            with Horizontal(classes="card--buttons"):
                yield CooldownButton("Confirm", id="submit", variant="primary", again="Again")
                yield CooldownButton("Send it again", id="resend")
            yield Static(classes="card--error -empty", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.code.focus()
        self.resend.wait(self._wait)

    def action_leave(self) -> None:
        if self._needs_password:
            self.context.login.choose_password(is_recovery=True, is_needed=True)
        else:
            self.app.pop_screen()

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        digits = digits_of(self.code.value)
        if not self.code.value.strip():
            self.code.fail("Enter the code from the e-mail.")
        elif not SHORTEST <= len(digits) <= LONGEST:
            self.code.fail(f"A code has {SHORTEST} to {LONGEST} digits: check it.")
        elif self.may(self.submit):
            self._confirm(digits)

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _confirm(self, digits: str) -> None:
        await self.submitting("Looking at the code…", self.enter(digits))

    async def enter(self, digits: str) -> None:
        """Enter the code, and go on. Raises DataError; then it can be done again."""
        codes = (await self.backend()).codes
        if self._needs_password is None:
            self._needs_password = await codes.enter(self._code, self._email, digits)
            if self._needs_password:
                await self.context.login.need_password()
        if self._needs_password and self._password:
            try:
                await codes.set_first_password(self._password)
            except (Invalid, NotAllowed):  # the screen for it says why, and asks for more
                self._password = ""
            else:
                await self.context.login.password_is_set()
                self._needs_password = False
        if self._needs_password or self._code is Code.RECOVERY:
            is_needed = self._needs_password
            self.context.login.choose_password(is_recovery=True, is_needed=is_needed)
        else:
            await self.context.login.enter()

    async def send(self) -> None:
        await (await self.backend()).codes.send(self._code, self._email)
        self.code.value = ""
        self.code.focus()
        self.resend.wait(RESEND_SECONDS)
        self.show_status("Another code was asked for; the one before is void.")
