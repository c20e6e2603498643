"""The second factor of an account: its digits at a sign-in, and setting it up."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.widgets import Button, Input, Static

from medtui.account.code import digits_of
from medtui.account.context import AccountContext
from medtui.account.cooldown_button import CooldownButton
from medtui.account.form_screen import FormScreen
from medtui.data.factors import NewFactor
from medtui.ui.dialogs.link import qr_code
from medtui.ui.field import Field
from medtui.ui.footer import Footer

DIGITS = 6

WORDS_WIDTH = 36
"""The cells of what is beside the QR code, as in screens.css."""

LOST = (
    "If you have lost your phone: ask the administrator of {server} to remove the second factor of "
    "your account. Then your password is enough."
)
LOST_HERE = (
    "If you have lost your phone: on the computer that runs this server, medtui local password "
    "E-MAIL --remove-second-factor removes it. Then your password is enough."
)


class DigitsForm(FormScreen):
    """Asks for the six digits that an app shows now."""

    code = query_one("#code", Field)

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        digits = digits_of(self.code.value)
        if len(digits) != DIGITS:
            self.code.fail("Enter the six digits that the app shows now.")
        elif self.may(self.submit):
            self._enter(digits)

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _enter(self, digits: str) -> None:
        await self.submitting("Checking…", self.enter(digits))

    async def enter(self, digits: str) -> None:
        """Enter the digits, and go on. Raises DataError; then it can be done again."""
        raise NotImplementedError


class DigitsScreen(DigitsForm):
    """The second step of a sign-in. `then`: where one goes from here, if not to the board."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Confirm", show=False, id="app.confirm",
                tooltip="Confirm the digits"),
        Binding("escape", "leave", "Sign out", id="app.back",
                tooltip="Sign out again"),
    ]  # fmt: skip

    def __init__(
        self, context: AccountContext, *, then: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        super().__init__(context, classes="login")
        self._then = then or context.login.enter

    def compose(self) -> ComposeResult:
        user, servers = self.context.login.user, self.context.servers
        lost = LOST_HERE if servers.is_local else LOST.replace("{server}", self.context.server_name)
        email = user.email if user else "Your account"
        words = f"{email} has a second factor: enter the digits your app shows now."
        with VerticalScroll(classes="card", can_focus=False):
            yield Static("Six digits from your app", classes="card--title")
            yield Static(words, classes="card--words", markup=False)
            yield Field("Digits", id="code", placeholder="123456")
            with Horizontal(classes="card--buttons"):
                yield CooldownButton("Confirm", id="submit", variant="primary", again="Again")
            yield Static(classes="card--error -empty", markup=False)
            yield Static(lost, classes="card--more", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.code.focus()

    def action_leave(self) -> None:
        self.context.login.sign_out()

    async def enter(self, digits: str) -> None:
        await (await self.backend()).factors.enter(digits)
        await self._then()


class FactorScreen(DigitsForm):
    """Sets up a second factor: an app scans a code, and its digits are entered once."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Switch it on", id="app.save",
                tooltip="Switch the second factor on"),
        Binding("ctrl+y", "copy", "Copy the key", id="app.copy",
                tooltip="Copy the key for an app on this computer"),
        Binding("escape", "app.pop_screen", "Back", id="app.back",
                tooltip="Leave the account without a second factor"),
    ]  # fmt: skip

    def __init__(self, context: AccountContext) -> None:
        super().__init__(context)
        self._new: NewFactor | None = None
        self._qr = ""

    def compose(self) -> ComposeResult:
        with Horizontal(id="factor"):
            yield Static(classes="qr", markup=False)
            with VerticalScroll(can_focus=False):
                yield Static("A second factor", classes="card--title")
                yield Static(classes="card--words", markup=False)
                yield Field("Digits", id="code", placeholder="123456")
                with Horizontal(classes="card--buttons"):
                    yield CooldownButton("Switch it on", id="submit", variant="primary")
                yield Static(classes="card--error -empty", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self.code.focus()
        self._begin()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self._new is not None or action not in ("submit", "copy")

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _begin(self) -> None:
        await self.submitting("Requesting a key…", self._show_new())

    async def _show_new(self) -> None:
        self._new = await (await self.backend()).factors.begin()
        self._qr = qr_code(self._new.uri)
        self.query_one(".qr", Static).update(self._qr)
        self._show_key()
        self.show_status("")
        self.refresh_bindings()

    def on_resize(self) -> None:
        self._show_key()

    def _show_key(self) -> None:
        """Show the key, and beside it the QR code where there is room for all of it."""
        if self._new is None:
            return
        lines = self._qr.split("\n")
        is_whole = (
            self.app.size.height > len(lines) and self.app.size.width >= len(lines[0]) + WORDS_WIDTH
        )
        self.set_class(not is_whole, "-no-qr")
        key = self._new.secret
        grouped = " ".join(key[start : start + 4] for start in range(0, len(key), 4))
        begin = "Scan this with an authenticator app, or give it this key:"
        if not is_whole:
            begin = "Give an authenticator app this key (a larger window has a QR code):"
        self.query_one(".card--words", Static).update(
            f"{begin}\n{grouped}\nThen enter the six digits that it shows. Your other devices will "
            "be asked to sign in again, with digits."
        )

    def action_copy(self) -> None:
        if self._new is not None:
            self.app.copy_to_clipboard(self._new.secret)
            self.notify("Sent to your terminal's clipboard (OSC 52).", markup=False)

    async def enter(self, digits: str) -> None:
        if self._new is None:
            return
        await (await self.backend()).factors.enter(digits, self._new.id)
        self.app.pop_screen()
        self.app.notify("Your second factor is on: you are asked for its digits when you sign in.")
