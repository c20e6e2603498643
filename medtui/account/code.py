"""The code or the link that a server e-mails: entered here, and sent again after a while."""

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
from medtui.core.mail_link import is_link
from medtui.data import Code, Invalid, NeedsConfirmation, NotAllowed
from medtui.ui.field import Field
from medtui.ui.footer import Footer

SHORTEST, LONGEST = 6, 10
"""Digits of a code: a project's choice."""

WORDS = {
    Code.SIGN_UP: (
        "If {email} is new here, we have e-mailed it a code or a link to finish signing "
        "up. If it already has an account, no e-mail comes: go back and sign in."
    ),
    Code.SIGN_IN: (
        "If {email} has an account, we have e-mailed it a code or a link to sign in with."
    ),
    Code.RECOVERY: (
        "If {email} has an account, we have e-mailed it a code or a link. "
        "Enter it, then choose a new password."
    ),
}
COPY = " If it is a link, copy it without opening it, and paste it here: it works once."
OR_OPEN = " If it is a link, paste it here, or open it and press “I have opened the link”."
NOT_YET = (
    "The server has not seen the link opened yet: open the one in the latest "
    "e-mail, or send another one."
)
NOT_THIS_ONE = (
    "This password does not fit an account for {email}. If its link was opened, another person may "
    "have signed up with the address before: go back and choose “I forgot my password”."
)


def unconfirmed(context: AccountContext, email: str, password: str) -> CodeScreen:
    """For an account that was signed up earlier, and whose code was not entered yet."""
    words = (
        f"{email} has signed up, but is not confirmed yet: enter the code or the "
        "link from the e-mail, or send another one."
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
    """Asks for the code that was sent to `email`, or the link.

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
                tooltip="Send another e-mail"),
        Binding("ctrl+o", "opened", "Link opened", id="app.opened",
                tooltip="Continue after opening the link in a browser"),
        Binding("escape", "leave", "Back", id="app.back",
                tooltip="Back (the code still works)"),
    ]  # fmt: skip

    ASKING = "Requesting another e-mail…"

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
        words += OR_OPEN if self._may_open else COPY
        with VerticalScroll(classes="card", can_focus=False):
            yield Static("Check your e-mail", classes="card--title")
            yield Static(words, classes="card--words", markup=False)
            yield Field(
                "Code or link",
                id="code",
                hint=f"{SHORTEST} to {LONGEST} digits, or the whole link.",
                joins_lines=True,
            )
            with Horizontal(classes="card--buttons"):
                yield CooldownButton("Confirm", id="submit", variant="primary", again="Again")
                yield CooldownButton("Send it again", id="resend")
            if self._may_open:
                with Horizontal(classes="card--buttons"):
                    yield Button("I have opened the link", id="opened", compact=True)
            yield Static(classes="card--error -empty", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.code.focus()
        self.resend.wait(self._wait)

    @property
    def _may_open(self) -> bool:
        """Whether a link that was opened in a browser helps here: it signs in the browser alone."""
        return bool(self._password) or self._code is Code.EMAIL_CHANGE

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "opened" or self._may_open

    def action_leave(self) -> None:
        if self._needs_password:
            self.context.login.choose_password(is_recovery=True, is_needed=True)
        else:
            self.app.pop_screen()

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        entry = self.code.value.strip()
        if not is_link(entry):
            entry = digits_of(entry)
        if not self.code.value.strip():
            self.code.fail("Enter the code or the link from the e-mail.")
        elif not is_link(entry) and not SHORTEST <= len(entry) <= LONGEST:
            self.code.fail(f"A code has {SHORTEST} to {LONGEST} digits: check it.")
        elif self.may(self.submit):
            self._confirm(entry)

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _confirm(self, entry: str) -> None:
        await self.submitting("Checking…", self.enter(entry))

    @on(Button.Pressed, "#opened")
    def action_opened(self) -> None:
        if self.may(self.submit):
            self._go_on()

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _go_on(self) -> None:
        await self.submitting("Checking…", self.opened())

    async def opened(self) -> None:
        """Go on after the link was opened elsewhere. Raises DataError; then it can be done again.

        That has confirmed the address. The password that was typed shows whose account it is.
        """
        try:
            await (await self.backend()).auth.sign_in(self._email, self._password)
        except NeedsConfirmation as error:
            raise Invalid(NOT_YET, field="code") from error
        except Invalid as error:
            words = NOT_THIS_ONE.replace("{email}", self._email)
            raise Invalid(words, field="code") from error
        await self.context.login.enter()

    async def enter(self, entry: str) -> None:
        """Enter the code, or the link, and go on. Raises DataError; then it can be done again."""
        codes = (await self.backend()).codes
        if self._needs_password is None:
            self._needs_password = await codes.enter(self._code, self._email, entry)
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
        self.show_status("Another e-mail is on its way; the earlier code no longer works.")
