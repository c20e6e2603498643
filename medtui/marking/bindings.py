"""The mark sheet's keys, and what its kinds of remarks are called."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from medtui.core.mark_sheet import RemarkKind

KINDS = {
    RemarkKind.STRENGTH: ("Strength", "Keep doing"),
    RemarkKind.IMPROVEMENT: ("Improvement", "For next time"),
    RemarkKind.FLAG: ("Red flag", ""),
    RemarkKind.EVIDENCE: ("Said", ""),
    RemarkKind.NOTE: ("Note", "Note"),
}
"""The label of each kind in a domain, and for the whole station; "" if the whole has none."""

SHEET_KEYS: list[BindingType] = [
    Binding("s", "write('strengths')", "Strength", id="sheet.strength",
            tooltip="A strength in this domain; overall: keep doing"),
    Binding("i", "write('improvements')", "Improve", id="sheet.improvement",
            tooltip="An improvement in this domain; overall: for next time"),
    Binding("f", "write('red_flags')", "Flag", id="sheet.flag", tooltip="A red flag"),
    Binding("e", "write('evidence')", "Said", show=False, id="sheet.evidence",
            tooltip="Quote what was said"),
    Binding("n", "write('notes')", "Note", id="sheet.note",
            tooltip="A note, with the station's time"),
    Binding("u", "unsure", "Unsure", show=False, id="sheet.unsure",
            tooltip="Too little evidence in this domain"),
    Binding("enter", "remarks", "Edit", show=False, id="sheet.remarks",
            tooltip="Go to the remarks; there, change one"),
    Binding("d", "act('delete')", "Delete", show=False, id="sheet.delete",
            tooltip="In the remarks: delete one"),
    Binding("b", "brief", "Brief", id="sheet.brief", tooltip="Your brief, or the remarks"),
    Binding("h", "act('hand_in')", "Hand in", id="sheet.hand_in",
            tooltip="Hand the sheet in as the session's assessment"),
    Binding("R", "act('rubric')", "Rubric", show=False, id="sheet.rubric",
            tooltip="Mark by another rubric"),
    Binding("E", "act('examiner')", "Examiner", show=False, id="sheet.examiner",
            tooltip="Mark as an examiner, or as a fellow trainee"),
    Binding("w", "act('save')", "Save", show=False, id="sheet.save",
            tooltip="Write the assessment to a file"),
    Binding("N", "act('new')", "New", show=False, id="sheet.new",
            tooltip="Set this sheet aside and start a new one"),
    Binding("escape", "back", "Back", key_display="esc", id="sheet.back",
            tooltip="Leave the line, the remarks, the sheet"),
]  # fmt: skip
