"""The line in a form that says that what was typed before is there again; it holds the draft."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING

from textual.widgets import Static

if TYPE_CHECKING:
    from medtui.store.drafts import FormDraft


class DraftNote(Static):
    """Shows itself when a draft is taken up. `begun` is what one had begun to do."""

    def __init__(self, begun: str) -> None:
        words = f"You had begun to {begun}: taken up again. ctrl+r starts afresh."
        super().__init__(words, id="draft", classes="card--words -empty", markup=False)
        self._draft: FormDraft | None = None
        self.is_shown = False

    async def take_up(self, taking: Awaitable[FormDraft]) -> dict[str, str]:
        """What was typed before; empty where there is nothing."""
        self._draft = await taking
        self._show(bool(self._draft.found))
        return self._draft.found

    @property
    def is_kept(self) -> bool:
        """Whether what is typed is there another time, as far as is known."""
        return self._draft is not None and self._draft.is_kept

    def keep(self, values: Mapping[str, str]) -> None:
        """Have what is typed kept, from when `take_up` has returned."""
        if self._draft is not None:
            self._draft.keep(values)

    def start_afresh(self) -> None:
        """Forget it, and keep what is typed from now on."""
        self.keep({})
        self._show(False)

    def drop(self) -> None:
        """What the form says is confirmed."""
        if self._draft is not None:
            self._draft.drop()

    def leave(self) -> None:
        """The form is left; what is typed stays kept."""
        if self._draft is not None:
            self._draft.leave()

    def on_unmount(self) -> None:
        self.leave()

    def _show(self, is_shown: bool) -> None:
        self.is_shown = is_shown
        self.set_class(not is_shown, "-empty")
        self.screen.refresh_bindings()
