"""The code that a server e-mails to whoever signs up."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Button, Footer, Input, Static

from medtui.widgets.field import Field

if TYPE_CHECKING:
    from medtui.app import MedtuiApp

RESEND_SECONDS = 60
"""How long Supabase waits between two e-mails to one address."""


class ConfirmCodeScreen(Screen[None]):
    """Asks for the code; has it sent again after a while."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+r", "resend", "Send it again", id="app.resend",
                tooltip="Send another code"),
        Binding("escape", "app.pop_screen", "Back", id="app.back",
                tooltip="Back to the login"),
    ]  # fmt: skip

    code = query_one("#code", Field)
    failure = query_one(".card--error", Static)
    resend = query_one("#resend", Button)

    def __init__(self, email: str) -> None:
        super().__init__(classes="login")
        self._email = email
        self._resend_at = time.monotonic() + RESEND_SECONDS

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static("Look into your mailbox", classes="card--title")
            yield Static(
                f"A code was sent to {self._email}. Enter it here to finish signing up.",
                classes="card--words",
                markup=False,
            )
            yield Field("Code", id="code", placeholder="123456", max_length=12)
            with Horizontal(classes="card--buttons"):
                yield Button("Confirm", id="submit", variant="primary", compact=True)
                yield Button("Send it again", id="resend", compact=True)
            yield Static(classes="card--error", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self.code.focus()
        self._count_down()
        self.set_interval(1, self._count_down)

    def _count_down(self) -> None:
        left = math.ceil(self._resend_at - time.monotonic())
        self.resend.disabled = left > 0
        self.resend.label = f"Send it again in {left} s" if left > 0 else "Send it again"

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        code = "".join(self.code.value.split())
        if code:
            self._confirm(code)
        else:
            self.code.fail("Enter the code from the e-mail.")

    @on(Button.Pressed, "#resend")
    def action_resend(self) -> None:
        left = math.ceil(self._resend_at - time.monotonic())
        if left > 0:
            self.failure.update(f"It can be sent again in {left} s.")
        else:
            self._send()

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _confirm(self, code: str) -> None:
        from medtui.data import DataError, Invalid

        app = cast("MedtuiApp", self.app)
        assert app.backend is not None  # noqa: S101  # the sign-up went through it
        try:
            await app.backend.auth.confirm(self._email, code)
            await app.enter()
        except Invalid as error:
            self.code.fail(error.message)
        except DataError as error:
            self.failure.update(error.message)

    @work(exclusive=True, group="resend", exit_on_error=False)
    async def _send(self) -> None:
        from medtui.data import DataError, TooOften

        app = cast("MedtuiApp", self.app)
        assert app.backend is not None  # noqa: S101  # as above
        wait = float(RESEND_SECONDS)
        try:
            await app.backend.auth.resend(self._email)
            self.failure.update("A new code is on its way.")
        except TooOften as error:
            wait = error.seconds or wait
            self.failure.update(error.message)
        except DataError as error:
            self.failure.update(error.message)
            return
        self._resend_at = time.monotonic() + wait
        self._count_down()
