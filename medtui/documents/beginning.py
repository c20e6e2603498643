"""Reads the first turns of a talk from the first bytes of its file, to show them at once."""

from __future__ import annotations

import codecs
import json
from typing import Any

from medtui.documents.errors import DocumentError
from medtui.documents.json_text import guards, looks_like_json
from medtui.documents.kinds import Kind
from medtui.documents.reader import begin, document_in, is_talk
from medtui.documents.transcript import Transcript

TURNS = 100
"""So many are more than a screen shows."""
LINES = 64 * 1024
"""Characters of a file that is read by lines in which its first turns are looked for."""
_WRAPS = 3


def beginning_of(head: bytes, expected: Kind | None = None) -> Transcript | None:
    """The first turns of a talk; None where its first bytes do not make sure that it is one.

    Without notes and duration: these are about the whole file. All of a turn is there, but what
    comes later in the file may still change its speaker's label, its times, or where it ends.
    """
    if expected == "assessment":
        return None
    try:
        text = _text_of(head)
        talk = _of_json(text, expected) if looks_like_json(text) else _of_lines(text, expected)
    except DocumentError:
        return None
    if talk is None or talk.is_doubtful or not is_talk(talk):
        return None
    turns = talk.turns[:-1][:TURNS]  # the last one is cut off
    return Transcript(talk.source, turns) if turns else None


def _text_of(head: bytes) -> str:
    """The text of a file's first bytes, which may end within a character."""
    encoding = json.detect_encoding(head[:4])
    if head.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    return codecs.getincrementaldecoder(encoding)("replace").decode(head)


def _of_json(text: str, expected: Kind | None) -> Transcript | None:
    body = text[len(guards(text)) :]
    line, _, rest = body.partition("\n")
    if rest and _begun_value(line, is_whole=True) is not None:
        return _of_lines(text, expected)
    value = _begun_value(body)
    for _ in range(_WRAPS):
        if not isinstance(value, str) or not looks_like_json(value):
            break
        value = _begun_value(value)
    if value is None:
        return _of_lines(text, expected)
    found = document_in(value, expected)
    return found if isinstance(found, Transcript) and found.source != "unknown" else None


def _begun_value(text: str, *, is_whole: bool = False) -> Any:
    """The value that a text of JSON begins, as far as it goes; None where it breaks before that.

    `is_whole`: only a value that is all of the text.
    """
    from pydantic_core import from_json

    try:
        return from_json(text, allow_partial=False if is_whole else "trailing-strings")
    except ValueError:
        return None


def _of_lines(text: str, expected: Kind | None) -> Transcript | None:
    """As by `begin`, of the whole lines at the beginning."""
    lines = text[: text.rfind("\n", 0, LINES) + 1]
    found = begin(lines.encode("utf-8", "surrogatepass"), expected).document
    return found if isinstance(found, Transcript) else None
