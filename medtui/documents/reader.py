"""Reads a file's bytes: finds its format and calls the readers for it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any, NamedTuple

from medtui.documents import families, yaml_text
from medtui.documents.assessment import Assessment
from medtui.documents.assessments import assessment_of, looks_like_assessment
from medtui.documents.assessments.text import prose, sheet_in
from medtui.documents.decode import check_length, decoded, large_json
from medtui.documents.draft_signs import as_draft, draft_in
from medtui.documents.errors import DocumentError
from medtui.documents.json_text import looks_like_json, value_of
from medtui.documents.kinds import Document, Kind
from medtui.documents.leftovers import with_leftovers
from medtui.documents.refusals import refuse_text, refuse_value
from medtui.documents.transcript import Transcript
from medtui.documents.transcripts import captions, text_in, transcript_of
from medtui.documents.transcripts.text import from_text
from medtui.documents.turns import finish

_MARK = re.compile(r"\W*\d+(?:[.,]\d+)?\s*(?:/\s*\d+|%)?\W*")
DOUBTFUL = (
    "It is not certain whether this is a transcript or an assessment: it is shown as {one};"
    " read it as the other with {way}."
)
OTHER_WAY = {"transcript": "--as assessment", "assessment": "--as transcript"}


class Begun(NamedTuple):
    """A document with its turns or marks; `whole` adds the other values of its file."""

    document: Document
    values: Any
    """The file's values, with which the document is compared."""

    def whole(self) -> Document:
        """The document with the file's other values in `unclaimed`, and notes about them."""
        return with_leftovers(self.document, self.values)


def read(data: bytes, expected: Kind | None = None) -> Document:
    """Read a file's bytes, whatever their shape.

    Args:
        data: the whole file.
        expected: what it should be, where the caller knows; else it is recognised by its contents.

    Returns:
        The transcript or the assessment. If the file of an assessment also holds a talk, it is
        the assessment's `talk`.

    Raises:
        DocumentError: it is too large, too deep, broken, or holds nothing to read.
    """
    return begin(data, expected).whole()


def begin(data: bytes, expected: Kind | None = None) -> Begun:
    """As `read`, without comparing the document with its file, which takes long for a long talk.

    Raises DocumentError.
    """
    if (value := large_json(data)) is not None:
        del data  # as much as a quarter of the memory that the rest takes
        return _told_as_draft(_of_values(value, expected), value)
    office = families.text_of_office(data)
    text, note = decoded(data) if office is None else (office, "")
    del data
    begun = _begin_text(text, expected)
    if not note:
        return begun
    document = begun.document
    return begun._replace(document=replace(document, notes=(*document.notes, note)))


def _begin_text(text: str, expected: Kind | None) -> Begun:
    refuse_text(text)
    if not looks_like_json(text):
        check_length(text)
    if captions.is_captions(text):
        return Begun(_captions(text), {})
    if (found := families.read(text)) is not None:
        name, draft = found
        if (talk := finish(name, draft)) is not None:
            return Begun(talk, {})
    value = value_of(text)
    if isinstance(value, str) and (rows := yaml_text.rows_in(value)) is not None:
        value = rows
    if isinstance(value, str):
        return _told_as_draft(_of_text(value, expected), value)
    del text
    return _told_as_draft(_of_values(value, expected), value)


def _told_as_draft(begun: Begun, value: Any) -> Begun:
    """An assessment that is a draft by a model says so, whatever else its file says."""
    document = begun.document
    if not isinstance(document, Assessment) or (fields := draft_in(value)) is None:
        return begun
    return begun._replace(document=as_draft(document, fields))


def _of_values(value: Any, expected: Kind | None) -> Begun:
    refuse_value(value)
    document = document_in(value, expected)
    if document is None:
        raise DocumentError(
            "This file holds no transcript and no assessment: choose another.",
            title="Nothing to read",
        )
    return Begun(document, value)


def document_in(value: Any, expected: Kind | None) -> Document | None:
    """The document in a file's decoded values, without notes about other values; None without
    one."""
    if expected == "assessment":
        return assessment_of(value) or transcript_of(value) or text_in(value)
    talk = transcript_of(value)
    if expected == "transcript":
        return talk or text_in(value)
    marks = assessment_of(value)
    if marks is not None and marks.has_marks:
        if talk is None or not is_talk(talk) or _is_same_part(talk, marks):
            return marks
        return replace(marks, talk=talk)
    if marks is not None and looks_like_assessment(value) and not (talk and is_talk(talk)):
        return _doubted(marks, "assessment") if talk and len(talk.turns) > 1 else marks
    return talk or text_in(value)


def is_talk(talk: Transcript) -> bool:
    """Whether any turn has a speaker or a time."""
    return any(turn.speaker is not None or turn.start is not None for turn in talk.turns)


def _is_same_part(talk: Transcript, marks: Assessment) -> bool:
    """Whether at least half of the turns are items, quotes or feedback of the assessment."""
    texts = {item.name.casefold() for item in marks.domains}
    texts |= {item.text.casefold() for item in marks.criteria}
    texts |= {quote.quote.casefold() for quote in marks.quotes}
    told = "\n".join(
        [
            *(item.rationale for item in marks.domains),
            *(item.rationale for item in marks.criteria),
            *(point for item in marks.domains for point in (*item.strengths, *item.improvements)),
            marks.feedback.summary,
            *marks.feedback.strengths,
            *marks.feedback.improvements,
        ]
    ).casefold()
    same = sum(
        turn.text.casefold() in texts
        or (turn.speaker or "").casefold() in texts
        or bool(_MARK.fullmatch(turn.text))
        or turn.text.casefold() in told
        for turn in talk.turns
    )
    return same * 2 >= len(talk.turns)


def _of_text(text: str, expected: Kind | None) -> Begun:
    draft = from_text(text) if expected != "assessment" else None
    sheet = sheet_in(text) if expected != "transcript" else None
    if sheet is not None and (marks := assessment_of(sheet)) is not None and marks.has_marks:
        return Begun(replace(marks, source="text"), sheet)
    talk = finish("plain", draft) if draft is not None else None
    told = prose(text) if expected != "transcript" else None
    document: Document | None = talk or told
    is_marked = expected is None and told is not None and told.has_marks
    if is_marked and told is not None and talk is not None and not talk.speakers:
        document = _doubted(told, "assessment") if len(talk.turns) > 3 else told
    if document is None or text.strip() in ("null", "true", "false"):
        raise DocumentError("This file holds no words: choose another.", title="Nothing to read")
    return Begun(document, {})


def _doubted(document: Document, kind: Kind) -> Document:
    one = "an assessment" if kind == "assessment" else "a transcript"
    note = DOUBTFUL.format(one=one, way=OTHER_WAY[kind])
    return replace(document, notes=(*document.notes, note), is_doubtful=True)


def _captions(text: str) -> Transcript:
    name, draft = captions.read(text)
    found = finish(name, draft)
    assert found is not None  # noqa: S101  # captions without text are refused by their reader
    return found
