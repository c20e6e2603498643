"""The form in which a host writes a short brief for each role, instead of choosing a case."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Button, Label, Static, TextArea

from medtui.core.key_names import key_of
from medtui.core.models import PracticeSession, clean_block
from medtui.ui.context import Context
from medtui.ui.draft_note import DraftNote
from medtui.ui.footer import Footer

LONGEST = 20_000
"""Characters in one brief, as the database has it."""

ROLES = {"candidate": "The candidate's brief", "actor": "The actor's brief"}
SAVED = "saved"


class BriefForm(ModalScreen[bool]):
    """Dismissed with whether the server has the texts now.

    The texts are kept on this machine also after that: a candidate's brief is not sent to a host
    who is the candidate before the start, and they may want to correct it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Save", id="brief.save", priority=True,
                tooltip="Give each of you their brief"),
        Binding("ctrl+r", "start_afresh", "Clear", id="brief.discard", priority=True,
                tooltip="Empty both texts"),
        Binding("escape", "leave", "Back", key_display="esc", id="brief.back", priority=True,
                tooltip="Back (keeps your draft)"),
    ]  # fmt: skip

    failure = query_one(".card--error", Static)

    def __init__(self, context: Context, session: PracticeSession) -> None:
        super().__init__()
        self.context = context
        self._backend = context.backend
        self._session = session
        self.draft = DraftNote("brief.discard")
        self._is_filled = False
        self._is_saving = False
        self._was_saved = False

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Your own brief", classes="card--title")
            yield self.draft
            for role, label in ROLES.items():
                yield Label(label, classes="field--label")
                yield TextArea(
                    id=role, soft_wrap=True, show_line_numbers=False, tab_behavior="focus",
                    compact=True, highlight_cursor_line=False,
                )  # fmt: skip
            with Horizontal(classes="card--buttons"):
                yield Button("Save (ctrl+s)", id="submit", variant="primary", compact=True)
                yield Button(f"Back ({key_of('brief.back')})", id="back", compact=True)
            yield Static(classes="card--error -empty", markup=False)
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        kept = await self.draft.load(self.context.draft(f"brief-{self._session.id}"))
        self._was_saved = SAVED in kept
        for role in ROLES:
            self._area(role).text = kept.get(role, "")
        self._is_filled = True
        self._area("candidate").focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.draft.is_shown if action == "start_afresh" else True

    def _area(self, role: str) -> TextArea:
        return self.query_one(f"#{role}", TextArea)

    def _texts(self) -> dict[str, str]:
        return {role: clean_block(self._area(role).text).strip() for role in ROLES}

    @on(TextArea.Changed)
    def _save_draft(self) -> bool:
        """Have what was typed kept. Whether there is anything to keep."""
        if not self._is_filled:
            return False
        texts = {role: self._area(role).text for role in ROLES}
        if not any(texts.values()) and not self._was_saved:
            self.draft.save({})
            return False
        self.draft.save(texts | ({SAVED: "yes"} if self._was_saved else {}))
        return True

    @on(Button.Pressed, "#back")
    def action_leave(self) -> None:
        if self._save_draft() and self.draft.is_kept and not self._was_saved:
            self.context.notify("Draft saved.", markup=False)
        self.draft.leave()
        self.dismiss(False)

    def action_start_afresh(self) -> None:
        for role in ROLES:
            self._area(role).text = ""
        self.draft.start_afresh()
        self._area("candidate").focus()

    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        texts = self._texts()
        if self._is_saving:
            return
        if not any(texts.values()) and not self._was_saved:
            self._show_status("Write a brief for at least one of you.")
            return
        for role, text in texts.items():
            if len(text) > LONGEST:
                self._show_status(
                    f"{ROLES[role]} has {len(text):,} characters: shorten it to {LONGEST:,}."
                )
                self._area(role).focus()
                return
        self._save(texts)

    def _show_status(self, words: str) -> None:
        self.failure.update(words)
        self.failure.set_class(not words, "-empty")
        self.failure.scroll_visible(animate=False)

    @work(exclusive=True, group="save")
    async def _save(self, texts: dict[str, str]) -> None:
        from medtui.data.answer import write

        self._is_saving = True
        self._show_status("Saving…")
        try:
            work = self._backend.cases.write_brief(
                self._session.id, texts["candidate"], texts["actor"]
            )
            answer = await write(work)
        finally:
            self._is_saving = False
        if answer.error:
            self._show_status(answer.words)
            return
        self._was_saved = any(texts.values())
        self._save_draft()
        self.draft.leave()
        self.dismiss(True)
