"""One past session beside the list: who, what, and its marks as bars."""

from __future__ import annotations

from datetime import tzinfo

from textual.content import Content
from textual.widgets import Static

from medtui.core.history import DomainMark, HistoryEntry, MarkSummary
from medtui.core.key_names import key_of
from medtui.core.marks_owner import marked_by, owner_words
from medtui.core.models import FileKind
from medtui.core.self_assessment import Difference
from medtui.history.wording import mark_words, partner_words, percent_words
from medtui.ui.cells import SHARE_CELLS, fit, share_bar


class HistoryDetails(Static):
    """Written again when another session is shown, or more is known of it."""

    def __init__(self, zone: tzinfo) -> None:
        super().__init__(markup=False)
        self._zone = zone
        self._entry: HistoryEntry | None = None

    def show(self, entry: HistoryEntry | None) -> None:
        if entry != self._entry:
            self._entry = entry
            self._write()

    def on_resize(self) -> None:
        self._write()

    def _write(self) -> None:
        self.update(self._content(self._entry) if self._entry else Content(""))

    def _content(self, entry: HistoryEntry) -> Content:
        session, case = entry.session, entry.session.case
        local = session.starts_at.astimezone(self._zone)
        when = f"{session.type_label or 'Session'}, {local:%A} {local.day} {local:%B %Y %H:%M}"
        if words := entry.round.words:
            when += f", {words.lower()}"
        role = f"You were the {entry.role.value}" if entry.role else "No candidate was chosen"
        level = f", {entry.partner.level}" if entry.partner else ""
        blocks = [
            [Content(when), Content(f"with {partner_words(entry)}{level}")],
            [Content(f"{role}, and the {'host' if entry.is_host else 'guest'}.")],
        ]
        if case is not None:
            topic = " · ".join(filter(None, (case.category, case.domain))) or "chosen"
            named = [Content.styled(entry.case_name, "bold")] if entry.case_name else []
            blocks.append([Content.styled("Case", "$faint"), *named, Content(topic)])
        blocks.append(self._files(entry))
        if entry.marks is not None:
            blocks.append(self._marks(entry, entry.marks))
        if entry.kept and _names(entry.kept.files):
            does = f"read the {' and the '.join(_names(entry.kept.files))}"
            blocks.append(
                [Content.assemble((key_of("history.review"), "bold $accent"), f"  {does}")]
            )
        return Content("\n\n").join(Content("\n").join(block) for block in blocks if block)

    def _files(self, entry: HistoryEntry) -> list[Content]:
        if entry.kept is None:
            return [Content.styled("Looking for its files …" if entry.is_held else "", "$faint")]
        if entry.kept.broken:
            words = f"Its assessment cannot be read. {entry.kept.broken}"
            return [Content.styled(words, "$text-error")]
        there = _names(entry.kept.files)
        words = " and ".join(there).capitalize() or "No files"
        missing = "" if len(there) != 1 else " only"
        own = " With a self-assessment." if FileKind.SELF_ASSESSMENT in entry.kept.files else ""
        return [Content.styled(f"{words}{missing}.{own}", "$faint")]

    def _marks(self, entry: HistoryEntry, marks: MarkSummary) -> list[Content]:
        marked = marked_by(marks.marker, entry.assessor, entry.me)
        whole = mark_words(entry) + (f"   {marked}" if marked else "")
        lines = [Content.styled(whole, "bold")]
        if words := owner_words(entry.owner, entry.session, entry.me):
            lines.append(Content.styled(words, "$text-warning"))
        width = max(16, self.size.width)
        if own := entry.self_marks:
            words = Difference(own.percent, marks.percent).words
            lines += [Content.styled(f"□ {words}", "$text-warning")] if words else []
        for domain in marks.domains:
            lines.append(Content(fit(domain.name, width)))
            lines.append(_domain_words(domain))
        return lines


def _names(files: frozenset[FileKind]) -> list[str]:
    """What the review reads, of these files."""
    return [kind.value for kind in (FileKind.TRANSCRIPT, FileKind.ASSESSMENT) if kind in files]


def _domain_words(domain: DomainMark) -> Content:
    if domain.is_unsure or domain.percent is None:
        words = "too little evidence" if domain.is_unsure else domain.label or "not marked"
        return Content.styled(f"{'·' * SHARE_CELLS}  {words}", "$faint")
    share = min(1.0, max(0.0, domain.percent / 100))
    return Content.assemble((share_bar(share), "$accent"), f"  {percent_words(domain.percent)}")
