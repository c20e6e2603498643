"""Deleting one's account: what will happen, and the password or a code that proves who asks."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

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
from medtui.account.login import MAX_PASSWORD
from medtui.core.account_deletion import Consequences
from medtui.data import CodeSent, DataError
from medtui.ui.field import Field
from medtui.ui.footer import Footer

IMPOSSIBLE = (
    "This server does not let its users delete their accounts: ask your administrator to delete "
    "{email}, with your profile and coming sessions."
)
SECOND_FACTOR = (
    "Your account has a second factor: this works for ten minutes after you have signed in with it."
)


class DeleteAccountScreen(CodeForm):
    """Says what happens with the account's sessions, and asks for the password, or for a code."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Delete it", id="app.save", tooltip="Delete your account"),
        Binding("ctrl+o", "resend", "E-mail me a code", id="app.resend",
                tooltip="Use an e-mailed code instead of the password"),
        Binding("escape", "leave", "Back", id="app.back", tooltip="Keep your account"),
    ]  # fmt: skip

    words = query_one("#consequences", Static)
    password = query_one("#password", Field)

    def __init__(self, context: AccountContext) -> None:
        super().__init__(context)
        self._backend = context.backend
        self._user = self._backend.auth.user
        self._sessions: list[UUID] = []
        self._is_ready = False
        """Whether the account can be deleted here, and what happens then is shown."""

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static("Delete your account", classes="card--title")
            yield Static(
                "Checking what that would change…",
                classes="card--words",
                id="consequences",
                markup=False,
            )
            yield Field("Your password", id="password", password=True, max_length=MAX_PASSWORD)
            yield Field("Code", id="code", placeholder="123456")
            with Horizontal(classes="card--buttons"):
                yield CooldownButton("Delete my account", id="submit", variant="error")
                yield CooldownButton("E-mail me a code", id="resend")
            yield Static(classes="card--error -empty", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        for later in (self.password, self.code, self.submit, self.resend):
            later.display = False
        self._read()

    @property
    def _has_second_factor(self) -> bool:
        return self._user is not None and self._user.has_second_factor

    @work(exclusive=True, group="consequences", exit_on_error=False)
    async def _read(self) -> None:
        deletion, user = self._backend.account_deletion, self._user
        if user is None:
            return
        try:
            if not await deletion.is_possible():
                self.words.update(IMPOSSIBLE.format(email=user.email))
                return
            sessions = await deletion.sessions()
        except DataError as error:
            self.words.update(error.message)
            return
        self._sessions = [session.id for session in sessions]
        said = Consequences.of(sessions, user.id, self.context.now()).sentences()
        if self._has_second_factor:
            said.append(SECOND_FACTOR)
        self.words.update("\n".join(f"· {sentence}" for sentence in said))
        self._is_ready = self.submit.display = True
        self.password.display = self.resend.display = not self._has_second_factor
        (self.submit if self._has_second_factor else self.password).focus()
        self.refresh_bindings()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "resend":
            return self._is_ready and not self._has_second_factor
        return action != "submit" or self._is_ready

    def action_leave(self) -> None:
        if self.is_busy:
            self.show_status("Wait for the server's answer.")
        else:
            self.app.pop_screen()

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        if self.code.display and not digits_of(self.code.value):
            self.code.fail("Enter the code from the e-mail.")
        elif self.password.display and not self.password.value:
            self.password.fail("Enter your password, or ask for a code.")
        elif self.may(self.submit):
            self._delete(self.password.value, digits_of(self.code.value))

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _delete(self, password: str, digits: str) -> None:
        await self.submitting("Deleting your account…", self._delete_as(password, digits))

    async def _delete_as(self, password: str, digits: str) -> None:
        live, user = self._backend.live, self._user
        # It would tell of the user's own sessions, and then that the login has ended.
        await live.stop()
        try:
            await self._backend.account_deletion.delete(password=password, digits=digits)
        except BaseException:
            if self._backend.auth.user is not None:
                live.start()
            raise
        if user is not None:
            self.context.login.account_deleted(user.id, self._sessions)

    async def send(self) -> None:
        wait: float | None = RESEND_SECONDS
        try:
            await self._backend.account_deletion.send_code()
        except CodeSent as error:
            wait = error.seconds
        self.resend.wait(wait)
        self.password.display, self.code.display = False, True
        self.password.input.value = ""
        self.code.focus()
        email = self._user.email if self._user else "you"
        self.show_status(f"We e-mailed a code to {email}: enter it instead of the password.")
