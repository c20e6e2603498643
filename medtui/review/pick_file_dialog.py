"""Which file to add to a session: a path, checked before it is sent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from medtui.core.key_names import ENTER, key_of, with_keys
from medtui.core.text import clean_line
from medtui.documents.bringing import Brought, bring
from medtui.documents.errors import DocumentError
from medtui.documents.kinds import Kind
from medtui.review.recordings import Recordings
from medtui.ui.dialogs.choose import ChooseScreen
from medtui.ui.path_input import PathInput

HINT = (
    "A JSON, VTT, SRT or text file, or a recording. {path.complete} completes, "
    f"{ENTER} checks, "
    "{bring.back}: back."
)


def which_kind(path: Path, likely: Kind) -> ChooseScreen[Kind]:
    """Asks what a file is to be read as."""
    kinds: list[tuple[str, Kind]] = [
        ("a transcript: what was said", "transcript"),
        ("an assessment: marks and feedback", "assessment"),
    ]
    name = clean_line(path.name)
    return ChooseScreen(
        f"{name} may be a transcript or an assessment. Which is it?",
        kinds,
        0 if likely == "transcript" else 1,
    )


class BringScreen(ModalScreen[Brought | None]):
    """Says what a file is, and sends it at the second enter. Dismissed with it, or None.

    Args:
        then: what sending this one does, in a sentence.
        folder: where it may lie.
        recordings: how a recording becomes a transcript.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Back", id="bring.back", tooltip="Back"),
    ]

    path = query_one(PathInput)
    note = query_one(".field--note", Static)

    def __init__(
        self, then: Callable[[Brought], str], folder: Path, recordings: Recordings
    ) -> None:
        super().__init__()
        self._then = then
        self._folder = folder
        self._recordings = recordings
        self._may_download = False
        """Whether the user has been told what is downloaded, and pressed enter again."""
        self._checked: Brought | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static("Add a transcript or an assessment", classes="card--title")
            yield PathInput(f"{self._folder}/")
            yield Static(with_keys(HINT), classes="field--note", markup=False)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.workers.cancel_group(self, "check")
        self._checked = None
        self._may_download = False
        self._show_hint(with_keys(HINT))

    @on(PathInput.Offered)
    def _offered(self, event: PathInput.Offered) -> None:
        shown = event.names[:12]
        more = f"  and {len(event.names) - 12} more" if len(event.names) > 12 else ""
        self.call_later(self._show_hint, "  ".join(shown) + more if shown else with_keys(HINT))

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._checked is not None:
            self.dismiss(self._checked)
        else:
            self._check()

    @work(exclusive=True, group="check")
    async def _check(self) -> None:
        path = self.path.path
        self._show_hint(f"Reading {clean_line(path.name)} …")
        try:
            found = await self._brought(path)
            if found is None:
                return
            self._checked = found
        except DocumentError as error:
            self._show_hint(error.message, failed=True)
            return
        other = "assessment" if found.kind == "transcript" else "transcript"
        odd = ""
        if other in path.name.lower() and found.kind not in path.name.lower():
            odd = f"Its name says {other}, but its contents say {found.kind}."
        parts = [f"{found.what}.", odd, found.how, self._then(found)]
        self._show_hint("\n".join(part for part in parts if part))

    async def _brought(self, path: Path) -> Brought | None:
        """The file; None if one leaves it, or is told something first. Raises DocumentError."""
        if await self._recordings.is_one(path):
            return await self._heard(path)
        found = await bring(path)
        if found.other is None:
            return found
        if (kind := await self._asked(path, found)) is None:
            self._show_hint(with_keys(HINT))
            return None
        return await bring(path, kind)

    async def _heard(self, path: Path) -> Brought | None:
        if missing := await self._recordings.missing():
            if not self._may_download:
                self._may_download = True
                self._show_hint(missing)
                return None
            self._show_hint(f"Downloading the model … {key_of('bring.back')} stops it.")
            await self._recordings.fetch(self._show_hint)
        return await self._recordings.bring(path, self._show_hint)

    async def _asked(self, path: Path, found: Brought) -> Kind | None:
        """What a file is that may be either, or is both; None: one leaves it."""
        return await self.app.push_screen_wait(which_kind(path, found.kind))

    def _show_hint(self, words: str, *, failed: bool = False) -> None:
        self.note.update(words)
        self.note.set_class(failed, "-failed")

    def action_leave(self) -> None:
        self.dismiss(None)
