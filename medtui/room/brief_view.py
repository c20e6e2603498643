"""A case's brief as Markdown, which one scrolls through; what is read stays where it was."""

from __future__ import annotations

from typing import ClassVar

from markdown_it import MarkdownIt
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Markdown, Static

from medtui.core.models import Brief, Role, Stage
from medtui.ui.vim_keys import VimScroll

LONGEST = 60_000
"""Characters of a brief that are shown; a station's has some two thousand."""


def _parser() -> MarkdownIt:
    # Tables, and links that cannot be followed by mistake; tags are plain text.
    return MarkdownIt("gfm-like", {"html": False})


class BriefView(VimScroll):
    """Shows a brief, or a sentence about why there is none. `k` is the room's: it records."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("k", "screen.try('record')", "Record", show=False, id="room.record",
                tooltip="Ask to record the station, answer, stop"),
    ]  # fmt: skip

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002  # as in Textual
        super().__init__(id=id)
        self._text = ""

    def compose(self) -> ComposeResult:
        yield Static(id="brief-title", markup=False)
        yield Markdown(id="brief-text", parser_factory=_parser, open_links=False)
        yield Static(id="brief-hint", markup=False)

    async def show(self, title: str, text: str, hint: str = "") -> None:
        """Show this; what is the same already is not drawn, or scrolled, again."""
        heading = self.query_one("#brief-title", Static)
        heading.update(title)
        heading.display = bool(title)
        note = self.query_one("#brief-hint", Static)
        note.update(hint)
        note.display = bool(hint)
        self.set_class(not text, "-empty")
        if text != self._text:
            self._text = text
            self.scroll_home(animate=False)
            await self.query_one(Markdown).update(text)


def brief_text(brief: Brief, role: Role | None, stage: Stage) -> tuple[str, str]:
    """A title, and the Markdown under it: of the one brief, or of both in the wrap-up."""
    if stage is Stage.WRAP_UP:
        named = " · ".join(filter(None, (brief.case_name, brief.condition)))
        both = (
            f"{heading}\n\n{text}"
            for heading, text in (
                ("# The candidate's brief", brief.candidate_brief),
                ("# The actor's brief", brief.actor_brief),
            )
            if text
        )
        return named, "\n\n---\n\n".join(both)[: 2 * LONGEST]
    text = brief.candidate_brief if role is Role.CANDIDATE else brief.actor_brief
    title = "Your task" if role is Role.CANDIDATE else "Your part"
    if role is Role.ACTOR and brief.case_name:
        title += f" · {brief.case_name}"
    return title, (text or "")[:LONGEST]
