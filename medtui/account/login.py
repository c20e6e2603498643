"""Sign in, sign up, or ask for a code to get in with."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.getters import query_one
from textual.reactive import reactive
from textual.widgets import Button, Input, Static

from medtui.account.context import AccountContext
from medtui.account.cooldown_button import CooldownButton
from medtui.account.form_screen import FormScreen
from medtui.ui.field import Field

if TYPE_CHECKING:
    from medtui.data import Code
    from medtui.store.drafts import FormDraft

MIN_PASSWORD = 6
"""What Supabase projects ask for unless told otherwise; they say so if it is more."""

MAX_PASSWORD = 72

BEHIND_FIELD = 0.25
"""Seconds after which the rest is made: it costs as much as the fields, and the first key is
answered before."""


def email_refusal(email: str) -> str | None:
    """Why this is no e-mail address, if it is none."""
    if not email:
        return "Enter your e-mail address."
    return None if re.fullmatch(r"[^@\s]+@[^@\s]+", email) else "This is not an e-mail address."


class LoginScreen(FormScreen):
    """E-mail and password; `ctrl+t` turns signing in into signing up and back.

    Args:
        reason: why one is here.
        email: whom the screen expects.
        is_first: there is no account on this server yet, so it begins with signing up.
    """

    IS_FIRST = True
    HORIZONTAL_BREAKPOINTS = [(0, "-thin"), (60, "-broad")]  # noqa: RUF012  # as in Screen
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-tall")]  # noqa: RUF012  # as in Screen

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Go on", show=False, id="app.submit",
                tooltip="Sign in, or create the account"),
        Binding("ctrl+t", "toggle_new", "Sign in/up", id="app.toggle_new",
                tooltip="Switch between signing in and creating an account"),
        Binding("ctrl+o", "by_code", "Code", id="app.by_code",
                tooltip="Sign in with an e-mailed code"),
        Binding("ctrl+l", "forgotten", "Forgotten", id="app.forgotten",
                tooltip="Reset a forgotten password with an e-mailed code"),
        Binding("ctrl+r", "reveal", "Show", id="app.reveal",
                tooltip="Show or hide the password"),
        Binding("ctrl+g", "app.servers", "Servers", show=False, id="app.known_servers",
                tooltip="Switch to a server you have used before"),
        Binding("escape", "servers", "Another server", id="app.servers",
                tooltip="Choose another server"),
    ]  # fmt: skip

    is_new: reactive[bool] = reactive(False)

    email = query_one("#email", Field)
    password = query_one("#password", Field)

    def __init__(
        self,
        context: AccountContext,
        reason: str = "",
        *,
        email: str = "",
        is_first: bool = False,
        is_invited: bool = False,
    ) -> None:
        super().__init__(context, classes="login")
        self._is_first, self._is_invited = is_first, is_invited
        self._reason = reason
        self._email = email
        self._draft: FormDraft | None = None
        self._submit = CooldownButton("Sign in", id="submit", variant="primary", again="Again")
        self._other = Button(id="other", compact=True)

    @property
    def submit(self) -> CooldownButton:
        return self._submit

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(classes="card--title", markup=False)
            yield Static(
                self._reason,
                classes="card--words" if self._reason else "card--words -empty",
                markup=False,
            )
            yield Field("E-mail", id="email", value=self._email, max_length=255)
            yield Field("Password", id="password", password=True, max_length=MAX_PASSWORD)
            yield Vertical(id="ways")  # has the buttons' height before it has the buttons
            yield Static(classes="card--error -empty", markup=False)

    def on_mount(self) -> None:
        self.is_new = self._is_first or self._is_invited
        (self.password if self._email else self.email).focus()
        self.set_timer(BEHIND_FIELD, self._mount_rest)
        self._load_draft()

    def on_unmount(self) -> None:
        if self._draft is None:
            return
        if self.context.login.user is not None:
            self._draft.drop()
        else:
            self._draft.leave()

    @work(group="draft")
    async def _load_draft(self) -> None:
        """Go on with a sign-up that was not confirmed, where nothing else was typed yet."""
        server = self.context.settings.server
        self._draft = await self.context.drafts.load("sign-up", server)
        if (email := self._draft.found.get("email")) and not self.email.value:
            self.is_new = True
            self.email.value = email
            words = self.query_one(".card--words", Static)
            words.update("Picked up where you left off.")
            words.remove_class("-empty")
            self.password.focus()

    @on(Input.Changed, "#email Input")
    def _save_draft(self) -> None:
        """Have it kept for whom one signs up. The password never is."""
        email = self.email.value.strip()
        if self._draft is not None:
            self._draft.save({"email": email} if self.is_new and email else {})

    async def _mount_rest(self) -> None:
        from medtui.ui.footer import Footer

        ways = [CooldownButton("I forgot my password", id="forgotten")]
        if not self.context.servers.is_local:  # which e-mails nothing
            ways.insert(0, CooldownButton("E-mail me a code", id="by_code"))
        more = Horizontal(*ways, id="more", classes="card--buttons")
        more.display = not self.is_new
        first = Horizontal(self._submit, self._other, id="first", classes="card--buttons")
        await self.query_one("#ways").mount(first, more)
        await self.mount(Footer(show_command_palette=False))
        self.refresh_bindings()  # a footer shows nothing until they change

    def watch_is_new(self, is_new: bool) -> None:
        words = "Create account" if is_new else "Sign in"
        if is_new and self._is_first:
            words = "Create the first account"
        self.query_one(".card--title", Static).update(f"{words} · {self.context.server_name}")
        self.submit.rename("Create account" if is_new else "Sign in")
        other = "I have an account" if is_new else "Create account"
        self._other.label = other
        self.password.show_hint(f"At least {MIN_PASSWORD} characters." if is_new else "")
        self.query("#more").set(display=not is_new)
        self.query_one("#ways").set_class(is_new, "-new")
        self._save_draft()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "by_code" or not self.context.servers.is_local

    @on(Button.Pressed, "#other")
    def action_toggle_new(self) -> None:
        self.is_new = not self.is_new
        self.show_status("")

    def action_reveal(self) -> None:
        field = self.password.input
        field.password = not field.password

    def action_servers(self) -> None:
        from medtui.account.welcome import WelcomeScreen

        self.context.show(WelcomeScreen(self.context))

    @on(Input.Submitted, "#email Input")
    def _email_entered(self) -> None:
        if not self.password.value:
            self.password.focus()
        else:
            self.action_submit()

    @on(Input.Submitted, "#password Input")
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        email, password = self._checked_email(), self.password.value
        if not email:
            return
        if not password:
            self.password.fail("Enter your password.")
        elif self.is_new and len(password) < MIN_PASSWORD:
            self.password.fail(f"Use at least {MIN_PASSWORD} characters.")
        elif self.may(self.submit):
            self._go(email, password)

    def _checked_email(self) -> str:
        """The e-mail address; empty, and said why, where that is none."""
        email = self.email.value.strip()
        if reason := email_refusal(email):
            self.email.fail(reason)
            return ""
        return email

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _go(self, email: str, password: str) -> None:
        words = "Creating account…" if self.is_new else "Signing in…"
        await self.submitting(words, self._sign_in(email, password))

    async def _sign_in(self, email: str, password: str) -> None:
        from medtui.data import Code, CodeSent, NeedsConfirmation

        backend = await self.backend()
        try:
            if not self.is_new:
                await backend.auth.sign_in(email, password)
            elif not await backend.auth.sign_up(email, password):
                self._ask_for_code(Code.SIGN_UP, email, password=password)
                return
        except CodeSent as error:  # for this sign-up, before a restart or a second thought
            self._ask_for_code(Code.SIGN_UP, email, error.seconds, password=password)
            return
        except NeedsConfirmation:
            from medtui.account.code import unconfirmed

            self.show_status("")
            self.app.push_screen(unconfirmed(self.context, email, password))
            return
        await self.context.login.enter()

    # Getting in by a code

    @on(Button.Pressed, "#by_code")
    def action_by_code(self) -> None:
        from medtui.data import Code

        self._send(Code.SIGN_IN, "by_code")

    @on(Button.Pressed, "#forgotten")
    def action_forgotten(self) -> None:
        from medtui.data import Code

        if self.context.servers.is_local:
            self.show_status(
                "This computer sends no e-mail. In another terminal on it, set a new password "
                "with: medtui local password E-MAIL"
            )
            return
        self._send(Code.RECOVERY, "forgotten")

    def _send(self, code: Code, button: str) -> None:
        waiting = next(iter(self.query(f"#{button}").results(CooldownButton)), self.submit)
        if (email := self._checked_email()) and self.may(waiting):
            self._send_code(code, email, waiting)

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _send_code(self, code: Code, email: str, button: CooldownButton) -> None:
        await self.submitting("Requesting a code…", self._have_sent(code, email), button)

    async def _have_sent(self, code: Code, email: str) -> None:
        from medtui.data import CodeSent

        wait = None
        try:
            await (await self.backend()).codes.send(code, email)
        except CodeSent as error:
            wait = error.seconds
        self._ask_for_code(code, email, wait)

    def _ask_for_code(
        self, code: Code, email: str, wait: float | None = None, *, password: str = ""
    ) -> None:
        from medtui.account.code import CodeScreen

        self.show_status("")
        screen = CodeScreen(self.context, code, email, password=password, wait=wait)
        self.app.push_screen(screen)
