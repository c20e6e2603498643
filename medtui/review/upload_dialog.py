"""A file on its way to the server: how far it is, and a key to stop it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from medtui.core.key_names import key_of
from medtui.data import DataError
from medtui.review.wording import size_words

BAR = 30

Send = Callable[[Callable[[int], None]], Awaitable[None]]
"""Sends, and tells how many bytes are on their way."""


class SendingScreen(ModalScreen[DataError | bool]):
    """Dismissed with True when it is there, False when it was stopped, or with why it is not.

    Args:
        what: "the transcript".
        size: in bytes.
        send: what sends it; cancelled by the key.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="sending.stop", tooltip="Cancel the upload"),
    ]

    def __init__(self, what: str, size: int, send: Send) -> None:
        super().__init__()
        self._what = what
        self._bytes = size
        self._send = send
        self._is_stopped = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(f"Sending {self._what}", classes="card--title", markup=False)
            yield Static("Checking the server …", id="progress", markup=False)
            yield Static(f"{key_of('sending.stop')} cancels", classes="field--note", markup=False)

    def on_mount(self) -> None:
        self._run()

    @work(exclusive=True, group="send")
    async def _run(self) -> None:
        ended: DataError | bool = False
        try:
            await self._send(self._show)
            ended = True
        except DataError as error:
            ended = error
        finally:  # also when it was stopped, once it is as it was
            self.dismiss(ended)

    def _show(self, sent: int) -> None:
        done = round(BAR * sent / self._bytes) if self._bytes else BAR
        words = f"{size_words(sent)} of {size_words(self._bytes)}"
        if sent >= self._bytes:
            words += ", waiting for the server"
        if not self._is_stopped:
            bar = "▇" * done + "▁" * (BAR - done)
            self.query_one("#progress", Static).update(f"{bar}  {words}")

    def action_stop(self) -> None:
        if self._is_stopped:  # what puts the old one back is not to be stopped, too
            return
        self._is_stopped = True
        self.query_one("#progress", Static).update("Cancelling …")
        self.workers.cancel_group(self, "send")
