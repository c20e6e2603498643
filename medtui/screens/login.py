"""Sign in or sign up."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.reactive import reactive
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Static

from medtui.widgets.field import Field

if TYPE_CHECKING:
    from medtui.app import MedtuiApp
    from medtui.data import Backend
    from medtui.drafts import Draft

MIN_PASSWORD = 6
"""What Supabase projects ask for unless told otherwise; they say so if it is more."""

FOOTER_BEHIND_FIELD = 0.1
"""Seconds after which the footer is made: it costs as much as the rest, and the first key is
answered before."""


class LoginScreen(Screen[None]):
    """E-mail and password; `ctrl+t` turns signing in into signing up and back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "submit", "Go on", show=False, id="login.submit",
                tooltip="Sign in, or sign up"),
        Binding("ctrl+t", "toggle_new", "Sign in / sign up", id="app.toggle_new",
                tooltip="Change between signing in and signing up"),
        Binding("ctrl+r", "reveal", "Show password", id="app.reveal",
                tooltip="Show or hide the password"),
        Binding("escape", "servers", "Another server", id="app.servers",
                tooltip="Choose another server"),
    ]  # fmt: skip

    is_new: reactive[bool] = reactive(False)
    is_busy: reactive[bool] = reactive(False)

    email = query_one("#email", Field)
    password = query_one("#password", Field)
    failure = query_one(".card--error", Static)

    def __init__(self, reason: str = "") -> None:
        super().__init__(classes="login")
        self._reason = reason
        self._draft: Draft | None = None

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(classes="card--title")
            yield Static(
                self._reason,
                classes="card--words" if self._reason else "card--words -empty",
                markup=False,
            )
            yield Field("E-mail", id="email", max_length=255)
            yield Field("Password", id="password", password=True, max_length=72)
            with Horizontal(classes="card--buttons"):
                yield Button(id="submit", variant="primary", compact=True)
                yield Button(id="other", compact=True)
            yield Static(classes="card--error", markup=False)

    def on_mount(self) -> None:
        self.email.focus()
        self.set_timer(FOOTER_BEHIND_FIELD, self._mount_footer)
        self._take_up()

    def on_unmount(self) -> None:
        app = cast("MedtuiApp", self.app)
        if self._draft is None:
            return
        if app.backend is not None and app.backend.auth.user is not None:
            self._draft.drop()
        else:
            self._draft.leave()

    @work(group="draft")
    async def _take_up(self) -> None:
        """Go on with a sign-up that was not confirmed, where nothing else was typed yet."""
        app = cast("MedtuiApp", self.app)
        self._draft = await app.drafts.take("sign-up", app.settings.server)
        if (email := self._draft.found.get("email")) and not self.email.value:
            self.is_new = True
            self.email.value = email
            words = self.query_one(".card--words", Static)
            words.update("You had begun to sign up: taken up again.")
            words.remove_class("-empty")
            self.password.focus()

    @on(Input.Changed, "#email Input")
    def _keep(self) -> None:
        """Have it kept for whom one signs up. The password never is."""
        email = self.email.value.strip()
        if self._draft is not None:
            self._draft.keep({"email": email} if self.is_new and email else {})

    async def _mount_footer(self) -> None:
        await self.mount(Footer())
        self.refresh_bindings()  # a footer shows nothing until they change

    def watch_is_new(self, is_new: bool) -> None:
        self.query_one(".card--title", Static).update("Sign up" if is_new else "Sign in")
        self.query_one("#submit", Button).label = "Sign up" if is_new else "Sign in"
        other = "I have an account" if is_new else "I am new here"
        self.query_one("#other", Button).label = other
        self.password.tell(f"{MIN_PASSWORD} characters or more." if is_new else "")
        self._keep()

    def watch_is_busy(self, is_busy: bool) -> None:
        self.query_one("#submit", Button).disabled = is_busy

    @on(Button.Pressed, "#other")
    def action_toggle_new(self) -> None:
        self.is_new = not self.is_new
        self.failure.update("")

    def action_reveal(self) -> None:
        field = self.password.input
        field.password = not field.password

    def action_servers(self) -> None:
        from medtui.screens.welcome import WelcomeScreen

        cast("MedtuiApp", self.app).show(WelcomeScreen())

    @on(Input.Submitted, "#email Input")
    def _email_entered(self) -> None:
        if not self.password.value:
            self.password.focus()
        else:
            self.action_submit()

    @on(Input.Submitted, "#password Input")
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        email, password = self.email.value.strip(), self.password.value
        if not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
            self.email.fail("Enter your e-mail address." if not email else
                            "This is not an e-mail address.")  # fmt: skip
        elif not password:
            self.password.fail("Enter your password.")
        elif self.is_new and len(password) < MIN_PASSWORD:
            self.password.fail(f"Take {MIN_PASSWORD} characters or more.")
        elif not self.is_busy:
            self._go(email, password)

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _go(self, email: str, password: str) -> None:
        from medtui.data import DataError, Invalid, NeedsConfirmation

        app = cast("MedtuiApp", self.app)
        self.is_busy = True
        self.failure.update("Signing up…" if self.is_new else "Signing in…")
        try:
            backend = await self._backend()
            if not self.is_new:
                await backend.auth.sign_in(email, password)
            elif not await backend.auth.sign_up(email, password):
                self._ask_for_code(email)
                return
            await app.enter()
        except NeedsConfirmation:
            self._ask_for_code(email)
        except Invalid as error:
            self.failure.update("")
            (self.email if error.field == "email" else self.password).fail(error.message)
        except DataError as error:
            self.failure.update(error.message)
        finally:
            self.is_busy = False

    async def _backend(self) -> Backend:
        """The data module, which may still be opening behind this screen."""
        app = cast("MedtuiApp", self.app)
        await app.opened.wait()
        assert app.backend is not None  # noqa: S101  # that is what was waited for
        return app.backend

    def _ask_for_code(self, email: str) -> None:
        from medtui.screens.confirm_code import ConfirmCodeScreen

        self.failure.update("")
        self.app.push_screen(ConfirmCodeScreen(email))
