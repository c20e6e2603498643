"""A form for a code that the server e-mails, and can be asked to send again."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

from textual import on, work
from textual.getters import query_one
from textual.widgets import Button

from medtui.account.cooldown_button import CooldownButton
from medtui.account.form_screen import FormScreen
from medtui.ui.field import Field

RESEND_SECONDS = 60.0
"""How long Supabase waits between two e-mails to one address, unless told otherwise."""


class CodeForm(FormScreen):
    """Has a field for the code, and a button that counts down until it can be sent again."""

    ASKING: ClassVar[str] = "Requesting a code…"

    code = query_one("#code", Field)
    resend = query_one("#resend", CooldownButton)

    @abstractmethod
    async def send(self) -> None:
        """Have a code sent, and say so. Raises DataError."""

    @on(Button.Pressed, "#resend")
    def action_resend(self) -> None:
        if self.resend.left:
            self.show_status(f"You can send it again in {self.resend.left} s.")
        elif not self.is_busy:
            self._send()

    @work(exclusive=True, group="login", exit_on_error=False)
    async def _send(self) -> None:
        await self.submitting(self.ASKING, self.send(), self.resend)
