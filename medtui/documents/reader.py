"""Reads a file's bytes: what kind it is, and which readers are asked."""

from __future__ import annotations

from typing import Any

from medtui.documents.assessment import Overall
from medtui.documents.assessments import assessment_of, looks_like_assessment, prose
from medtui.documents.decode import text_of_bytes, value_of
from medtui.documents.errors import DocumentError
from medtui.documents.kinds import Document, Kind
from medtui.documents.transcript import Transcript
from medtui.documents.transcripts import captions, plain, text_in, transcript_of
from medtui.documents.turns import finish


def read(data: bytes, expected: Kind | None = None) -> Document:
    """Read a file's bytes, whatever their shape.

    Args:
        data: the whole file.
        expected: what it should be, where the caller knows; else it is told by its keys.

    Raises:
        DocumentError: it is too large, too deep, broken, or holds nothing to read.
    """
    text = text_of_bytes(data)
    del data
    if captions.is_captions(text):
        return _transcript_of_captions(text)
    value = value_of(text)
    if isinstance(value, str):
        return _of_text(value, expected)
    del text
    found = _of_value(value, expected)
    if found is None:
        raise DocumentError(
            "This file holds nothing that can be read as a transcript or an assessment:"
            " bring another.",
            title="Nothing to read",
        )
    return found


def _of_value(value: Any, expected: Kind | None) -> Document | None:
    if expected == "assessment" or (expected is None and looks_like_assessment(value)):
        return assessment_of(value) or transcript_of(value) or text_in(value)
    return transcript_of(value) or text_in(value)


def _of_text(text: str, expected: Kind | None) -> Document:
    if captions.is_captions(text):
        return _transcript_of_captions(text)
    draft = plain.from_text(text) if expected != "assessment" else None
    if expected is None and draft is not None and not any(part.speaker for part in draft.pieces):
        draft = None if (found := prose(text)) and found.overall != Overall() else draft
    found_turns = finish("plain", draft) if draft is not None else None
    document = found_turns or prose(text)
    if document is None or text.strip() in ("null", "true", "false"):
        raise DocumentError("This file holds no words: bring another.", title="Nothing to read")
    return document


def _transcript_of_captions(text: str) -> Transcript:
    name, draft = captions.read(text)
    found = finish(name, draft)
    assert found is not None  # noqa: S101  # captions without text are refused by their reader
    return found
