"""The line in a form that says that an earlier draft was restored; it owns the draft."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from typing import TYPE_CHECKING

from textual.widgets import Static

from medtui.core.key_names import key_of

if TYPE_CHECKING:
    from medtui.store.drafts import FormDraft


class DraftNote(Static):
    """Visible when a draft was restored."""

    def __init__(self, discards: str) -> None:
        """`discards`: the id of the action that discards the draft."""
        words = f"Draft restored. {key_of(discards)} discards it."
        super().__init__(words, id="draft", classes="card--words -empty", markup=False)
        self._draft: FormDraft | None = None
        self.is_shown = False

    async def load(self, loading: Awaitable[FormDraft]) -> dict[str, str]:
        """Restore a draft. Returns its values; empty if there are none."""
        self._draft = await loading
        self._show(bool(self._draft.found))
        return self._draft.found

    @property
    def is_kept(self) -> bool:
        """Whether the typed text is saved, as far as is known."""
        return self._draft is not None and self._draft.is_kept

    def save(self, values: Mapping[str, str]) -> None:
        """Save the typed values, once `load` has returned."""
        if self._draft is not None:
            self._draft.save(values)

    def start_afresh(self) -> None:
        """Delete the draft, and start a new one with the next values."""
        self.save({})
        self._show(False)

    def drop(self) -> None:
        """Delete the draft: a server has confirmed the form."""
        if self._draft is not None:
            self._draft.drop()

    def leave(self) -> None:
        """Release the draft when the form is left; it stays saved."""
        if self._draft is not None:
            self._draft.leave()

    def on_unmount(self) -> None:
        self.leave()

    def _show(self, is_shown: bool) -> None:
        self.is_shown = is_shown
        self.set_class(not is_shown, "-empty")
        self.screen.refresh_bindings()
