"""A draft that is being made: how far it is, how long the endpoint asks to wait, a key to stop."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from medtui.core.key_names import key_of
from medtui.data.errors import DataError

if TYPE_CHECKING:
    from medtui.data.drafting import DraftProgress
    from medtui.documents.model_draft import ModelDraft

BAR = 30

Make = Callable[[Callable[["DraftProgress"], None]], Awaitable["ModelDraft"]]
"""Makes a draft, and tells how far it is."""


class DraftingScreen(ModalScreen["ModelDraft | DataError | None"]):
    """Dismissed with the draft, with why there is none, or with None when it was stopped.

    Args:
        where: "small on this computer (127.0.0.1:11434)".
        make: what makes it; cancelled by the key.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop", id="drafting.stop", tooltip="Stop: nothing is kept"),
    ]

    def __init__(self, where: str, make: Make) -> None:
        super().__init__()
        self._where = where
        self._make = make

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(f"Asking {self._where}", classes="card--title", markup=False)
            yield Static("Getting ready …", id="progress", markup=False)
            yield Static(
                f"{key_of('drafting.stop')} stops; then nothing is kept",
                classes="field--note",
                markup=False,
            )

    def on_mount(self) -> None:
        self._run()

    @work(exclusive=True, group="draft")
    async def _run(self) -> None:
        ended: ModelDraft | DataError | None = None
        try:
            ended = await self._make(self._show)
        except DataError as error:
            ended = error
        finally:  # also when it was stopped
            self.dismiss(ended)

    def _show(self, at: DraftProgress) -> None:
        done = round(BAR * at.done / at.of)
        bar = "▇" * done + "▁" * (BAR - done)
        self.query_one("#progress", Static).update(f"{bar}\n{at.words}")

    def action_stop(self) -> None:
        self.workers.cancel_group(self, "draft")
