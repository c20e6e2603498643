"""A line that says which files a session has, how large they are, and since when."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from textual.widgets import Static

from medtui.core.models import FileKind, SessionFile
from medtui.core.wording import moment
from medtui.review.wording import size_words


class FilesLine(Static):
    """Empty until that is known."""

    def __init__(self) -> None:
        super().__init__(markup=False)

    def show(self, files: Iterable[SessionFile], now: datetime, zone: tzinfo) -> None:
        there = {file.kind: file for file in files}
        parts = [
            f"{kind} {size_words(file.size)}, {moment(file.uploaded_at, now, zone)}"
            if (file := there.get(kind))
            else f"no {kind}"
            for kind in FileKind
            if kind in there or kind is not FileKind.SELF_ASSESSMENT  # most have none
        ]
        self.update("  ·  ".join(parts))
