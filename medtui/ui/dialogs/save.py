"""Asks for the path to save a text to, and again before a file is replaced."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from medtui.core.key_names import ENTER, key_of
from medtui.core.text import clean_line
from medtui.ui.path_input import PathInput, expanded


class SaveScreen(ModalScreen[Path | None]):
    """Writes the result of `content` to the typed path. Dismissed with the path, or None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss", "Back", id="save.back", tooltip="Back"),
    ]

    def __init__(self, path: Path, content: Callable[[], str | bytes], title: str) -> None:
        super().__init__()
        self._path = path
        self._content = content
        self._title = title
        self._may_replace: Path | None = None

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog"):
            yield Static(self._title, classes="card--title", markup=False)
            yield PathInput(str(self._path))
            yield Static(
                f"{ENTER}: save · {key_of('save.back')}: back", classes="field--note", markup=False
            )

    @on(Input.Submitted)
    @work(exclusive=True)
    async def _submitted(self, event: Input.Submitted) -> None:
        try:
            saved = await asyncio.to_thread(self._save, event.value.strip())
        except FileNotFoundError as error:
            folder = Path(error.filename).parent
            self._note(f"It could not be saved: there is no folder {folder}. Name another.")
            return
        except OSError as error:
            self._note(f"It could not be saved: {error.strerror or error}.")
            return
        if saved is not None:
            self.dismiss(saved)

    def _save(self, typed: str) -> Path | None:
        """Write the file, and return its path; None if a question comes first. Raises OSError."""
        path = expanded(typed)
        if not typed or path.is_dir():
            self.app.call_from_thread(self._note, "Name a file.")
            return None
        if path.exists() and path != self._may_replace:
            self._may_replace = path
            words = f"This file already exists: press {ENTER} again to replace it."
            self.app.call_from_thread(self._note, words)
            return None
        content = self._content()
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def _note(self, words: str) -> None:
        self.query_one(".field--note", Static).update(clean_line(words))
