"""Another e-mail address for one's account, and the codes that it takes."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.widgets import Button, Input, Static

from medtui.account.code import CodeScreen
from medtui.account.context import AccountContext
from medtui.account.cooldown_button import CooldownButton
from medtui.account.form_screen import FormScreen
from medtui.account.login import email_refusal
from medtui.data import Code, CodeSent, Invalid
from medtui.ui.field import Field
from medtui.ui.footer import Footer


class EmailScreen(FormScreen):
    """Asks for the new address. A change that was begun can be taken up again."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Change it", id="app.save",
                tooltip="Change your e-mail address"),
        Binding("ctrl+o", "codes", "Enter the codes", id="app.codes",
                tooltip="Enter the codes for the change you started"),
        Binding("escape", "app.pop_screen", "Back", id="app.back",
                tooltip="Keep your current address"),
    ]  # fmt: skip

    email = query_one("#email", Field)

    def __init__(self, context: AccountContext) -> None:
        super().__init__(context)
        self._backend = context.backend

    def compose(self) -> ComposeResult:
        user = self._backend.auth.user
        with VerticalScroll(classes="card", can_focus=False):
            yield Static("Another e-mail", classes="card--title")
            yield Static(
                f"Your account is {user.email if user else 'signed out'}. We'll e-mail a "
                "code or a link to the new address (and usually to this one).",
                classes="card--words",
                markup=False,
            )
            yield Field("New e-mail", id="email", max_length=255)
            with Horizontal(classes="card--buttons"):
                yield CooldownButton("Change it", id="submit", variant="primary", again="Again")
                yield Button("Enter the codes", id="codes", compact=True)
            yield Static(classes="card--error -empty", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.email.focus()

    def on_screen_resume(self) -> None:
        self.query_one("#codes").display = self._is_begun
        if self._is_begun:
            self.email.show_hint(f"A change to {self._pending} is waiting for its codes.")
        self.refresh_bindings()

    @property
    def _pending(self) -> str:
        user = self._backend.auth.user
        return (user and user.new_email) or ""

    @property
    def _is_begun(self) -> bool:
        return bool(self._pending)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "codes" or self._is_begun

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        email, user = self.email.value.strip(), self._backend.auth.user
        if reason := email_refusal(email):
            self.email.fail(reason)
        elif user and email.lower() == user.email.lower():
            self.email.fail("This is already your address.")
        elif self.may(self.submit):
            self._change(email)

    @on(Button.Pressed, "#codes")
    def action_codes(self) -> None:
        self._ask_for_codes(wait=0)

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _change(self, email: str) -> None:
        await self.submitting("Requesting codes…", self._begin(email))

    async def _begin(self, email: str) -> None:
        try:
            is_done = await self._backend.codes.change_email(email)
        except CodeSent as error:
            if email.lower() != self._pending.lower():
                raise
            self._ask_for_codes(error.seconds)  # they were sent for this very change
            return
        if is_done:
            self.app.pop_screen()
            self.context.login.email_changed(email)
        else:
            self._ask_for_codes(wait=None)

    def _ask_for_codes(self, wait: float | None) -> None:
        if user := self._backend.auth.user:
            self.show_status("")
            screen = ChangeCodeScreen(self.context, user.email, self._pending, wait=wait)
            self.app.push_screen(screen)


class ChangeCodeScreen(CodeScreen):
    """Asks for the code from the new address and, if the server wants it, from the old one."""

    def __init__(
        self, context: AccountContext, old: str, new: str, *, wait: float | None = None
    ) -> None:
        words = (
            f"Codes or links are on their way to {new} and, if this server asks for both, "
            f"to {old}. Enter one, and then the other, in either order."
        )
        super().__init__(context, Code.EMAIL_CHANGE, old, words=words, wait=wait)
        self.remove_class("login")
        self._new = new

    async def enter(self, entry: str) -> None:
        other = await (await self.backend()).codes.enter_change(entry)
        if other is None:
            self._done()
            return
        self.code.value = ""
        self.code.focus()
        where = f"was sent to {other}" if other else "is in the other e-mail"
        self.show_status(f"One of two is done. Now enter the one that {where}.")

    async def opened(self) -> None:
        if not await (await self.backend()).codes.is_changed():
            words = (
                f"The change is not complete: open the link in the e-mail to {self._new}, and the "
                "one to your current address if there is one."
            )
            raise Invalid(words, field="code")
        self._done()

    def _done(self) -> None:
        self.app.pop_screen()
        self.app.pop_screen()  # what asked for the address
        self.context.login.email_changed(self._new)
