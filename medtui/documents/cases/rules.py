"""What a case must be, whatever file it comes from."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence
from uuid import UUID

from medtui.core.models import CaseDraft, clean_block
from medtui.documents.cases.raw import Problem, Raw, Value, quoted

LINES = ("case_name_internal", "case_name", "category", "domain", "condition")
BRIEFS = ("candidate_brief", "actor_brief")
FIELDS = ("id", *LINES, *BRIEFS)
REQUIRED = ("case_name", *BRIEFS)
"""A case needs each of these to be practised."""

KEYS = ("id", "case_name_internal")
"""A later import knows the case by one of these."""

MAX_LINE = 200
MAX_BRIEF = 50_000
"""Characters, as the database has it."""


def drafts(cases: Sequence[Raw], problems: list[Problem]) -> list[CaseDraft]:
    """Drafts of the cases that are as they must be; what is wrong is added to `problems`."""
    known: dict[tuple[str, str], str] = {}
    found = []
    for case in cases:
        check = _Check(case, problems)
        values = check.values()
        check.once(values, known)
        if check.is_good:
            found.append(CaseDraft.model_validate(values))
    return found


def unknown(name: str) -> str:
    """The sentence about a field that no case has."""
    near = difflib.get_close_matches(name, FIELDS, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(FIELDS)}."
    return f"“{quoted(name)}” is no field of a case: {hint}"


class _Check:
    """Looks at one case; `is_good` until something is wrong with it."""

    def __init__(self, case: Raw, problems: list[Problem]) -> None:
        self.is_good = case.is_whole and not case.spoiled
        self._case = case
        self._problems = problems

    def values(self) -> dict[str, str | UUID | None]:
        """The fields' values, tidied, without those that are not given."""
        given = self._case.values
        values: dict[str, str | UUID | None] = {}
        for name, value in given.items():
            if name not in FIELDS:
                self._complain(unknown(name), line=value.line)
            elif name == "id":
                values |= self._id(value)
            elif name in BRIEFS:
                values[name] = self._text(name, value, MAX_BRIEF)
            else:
                values[name] = self._text(name, value, MAX_LINE)
        if not self._case.is_whole:
            return values
        for name in REQUIRED:
            if not values.get(name) and name not in self._case.spoiled:
                line = given[name].line if name in given else self._case.line
                self._complain("is missing: every case needs it.", line=line, field=name)
        if not any(values.get(name) or name in self._case.spoiled for name in KEYS):
            self._complain(
                "is missing: it is what a later import knows the case by (or give an id).",
                line=self._case.line,
                field="case_name_internal",
            )
        return values

    def once(self, values: dict[str, str | UUID | None], known: dict[tuple[str, str], str]) -> None:
        """See that no case before this one has the same id or name."""
        here = self._case.file if self._case.row is None else f"case {self._case.row}"
        for name in KEYS:
            if not (value := values.get(name)):
                continue
            before = known.setdefault((name, str(value)), here)
            if before is not here:
                line = self._case.values[name].line
                words = (
                    f"“{quoted(str(value))}” belongs to {before} already: each case has its own."
                )
                self._complain(words, line=line, field=name)

    def _id(self, value: Value) -> dict[str, UUID]:
        text = (value.text or "").strip()
        if not text:  # an empty cell in a column of ids
            return {}
        try:
            return {"id": UUID(text)}
        except ValueError:
            self._complain(f"“{quoted(text)}” is no UUID.", line=value.line, field="id")
            return {}

    def _text(self, name: str, value: Value, limit: int) -> str | None:
        text = (value.text or "").replace("\r\n", "\n").replace("\r", "\n")
        for char in sorted({char for char in text if _is_control(char)}):
            code = f"U+{ord(char):04X}"
            self._complain(f"holds a control character ({code}): remove it.", value.line, name)
        text = unicodedata.normalize("NFC", clean_block(text)).strip()
        if name in LINES and ("\n" in text or "\t" in text):
            self._complain("should be one line.", value.line, name)
        if len(text) > limit:
            words = f"has {len(text):,} characters, and {limit:,} is the most."
            self._complain(words, value.line, name)
        return text or None

    def _complain(self, reason: str, line: int | None = None, field: str | None = None) -> None:
        self.is_good = False
        self._problems.append(Problem(self._case.file, reason, self._case.row, line, field))


def _is_control(char: str) -> bool:
    return char not in "\n\t" and unicodedata.category(char) in ("Cc", "Cs")
