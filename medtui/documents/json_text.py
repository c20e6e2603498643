"""Finds JSON in text: after comments, several values in a row, as events, within prose."""

from __future__ import annotations

import json
import re
from typing import Any

from medtui.documents.decode import decode
from medtui.documents.errors import DocumentError

MAX_WRAPS = 3
"""How many times JSON may be encoded as a string within JSON."""
MAX_PARTS = 200_000
"""The most JSON values that are read from one file."""
PROSE_BEFORE = 20_000
"""JSON within prose begins within so many characters."""
TRIES = 20

_FENCE = re.compile(r"```[ \t]*(?:json[c5l]?)?[ \t]*\r?\n(.*?)```", re.DOTALL | re.IGNORECASE)
_GUARDS = re.compile(
    r"(?:[\s\ufeff\x1e]+|//[^\n]*|\#[^\n]*|/\*.*?\*/|<!--.*?-->"
    r"|\)\]\}',?|for\s*\(;;\)\s*;|while\s*\(1\)\s*;|throw\s+[^\n]*?;"
    r"|export\s+default\b|(?:(?:const|let|var)\s+)?[\w.$]+\s*=(?=\s*[\[{])"
    r"|[\w.$]+\((?=\s*[\[{]))+",
    re.DOTALL,
)
"""Text before JSON that is no part of it: comments, guards, an assignment, a callback."""
_OBJECT = re.compile(r"\{\s*(?:[\"}]|[\w-]+\s*:|\Z)")
_LIST = re.compile(
    r"\[\s*(?:[{\[\"\]]|\Z|(?:-?\d[\d.eE+-]*|true|false|null|NaN)\s*(?:,|\]\s*\Z|\Z))"
)
_STRING = re.compile(r'"\s*(?:\\.|[{\[])')
_EVENTS = re.compile(r"\s*(?:(?:event|id|retry|data)?:[^\n]*\n+)*?data:\s*[\[{]")
_BETWEEN = re.compile(r"[\s,;\x1e\ufeff)]*")
_END = "[DONE]"
"""What ends a stream of events."""
_INNER = re.compile(r"(?:^|(?<=[\n:>\s]))(?:\{\s*\"|\[\s*[{\[\"])", re.MULTILINE)


def guards(text: str) -> str:
    """The text before the JSON: comments, guards, an assignment, a callback."""
    match = _GUARDS.match(text[:PROSE_BEFORE])
    return match[0] if match else ""


def looks_like_json(text: str) -> bool:
    """Whether a text begins as JSON does.

    "[Ann] Hello", "{laughs} Yes" and '"Yes," she said' do not.
    """
    start = text[len(guards(text)) :][:400]
    if start.startswith('"'):
        return bool(_STRING.match(start)) or _is_one_string(text)
    return bool(_OBJECT.match(start) or _LIST.match(start))


def value_of(text: str) -> Any:
    """The decoded JSON of a file, also if it was encoded several times; else the text itself.

    Several values (one after another, one per line, or in events) become a list.

    Raises:
        DocumentError: the JSON is broken, too deep or too large.
    """
    value: Any = text
    for _ in range(MAX_WRAPS + 1):
        if not isinstance(value, str):
            break
        if _EVENTS.match(value[:4_000]):
            value = _events(value)
        elif looks_like_json(value):
            value = _decoded(value)
        else:
            break
    if isinstance(value, str) and (inner := embedded_json(value)) is not None:
        return inner
    return value


def embedded_json(text: str) -> Any:
    """The JSON between the fences of a model's prose, or within the prose; None where is none.

    The prose around an object is added to it as "text around it", to a list as its last item.
    """
    if (match := _FENCE.search(text)) is not None:
        if (found := _tried(match[1])) is not None:
            return _with_prose(found, text[: match.start()], text[match.end() :])
        return None
    decoder = json.JSONDecoder(strict=False)
    for tried, start in enumerate(_INNER.finditer(text[:PROSE_BEFORE])):
        if tried == TRIES:
            break
        at = start.end() - len(start[0].lstrip())
        try:
            _, end = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            continue
        found = _tried(text[at:end])
        if isinstance(found, (dict, list)) and found:
            return _with_prose(found, text[:at], text[end:])
    return None


def _with_prose(found: Any, before: str, after: str) -> Any:
    around = " ".join(f"{before} {after}".split())[:PROSE_BEFORE]
    if not around:
        return found
    return {**found, "text around it": around} if isinstance(found, dict) else [*found, around]


def _tried(text: str) -> Any:
    try:
        return decode(text)
    except DocumentError:
        return None


def _is_one_string(text: str) -> bool:
    """Whether a text that begins with a quote is nothing but a JSON string."""
    return text.rstrip().endswith('"') and isinstance(_tried(text), str)


def _decoded(text: str) -> Any:
    """The decoded JSON after comments and guards; several values become a list."""
    before = guards(text)
    body = text[len(before) :] if before.strip() else text
    try:
        return decode(body)
    except DocumentError as error:
        if error.title in ("Too deep", "Too large"):
            raise
        if (row := _in_a_row(body)) is not None:
            return row
        if before.strip() or body.rstrip()[-1:] in (";", ")"):
            trimmed = re.sub(r"[\s;)]+\Z", "", body)
            if (found := _tried(trimmed)) is not None:
                return found
        if before.strip():
            return decode(text)  # so that the line and the column are the file's
        raise


def _in_a_row(text: str) -> list[Any] | None:
    """The values of a text with several JSON values; None for other or broken text.

    A last line that breaks off is a value as it is: a log may end within a line.
    """
    decoder = json.JSONDecoder(strict=False)
    found: list[Any] = []
    at = 0
    size = len(text)
    while len(found) < MAX_PARTS:
        match = _BETWEEN.match(text, at)
        at = match.end() if match else at
        if at >= size:
            break
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            rest = text[at:].strip()
            if len(found) < 2 or "\n" in rest:
                return None
            value, at = rest, size  # the last line is cut off
        found.append(value)
    return found if len(found) > 1 and any(isinstance(v, (dict, list)) for v in found) else None


def _events(text: str) -> Any:
    """The data of a stream of server-sent events."""
    found: list[Any] = []
    for line in text.splitlines():
        name, _, data = line.partition(":")
        if name.strip() == "data" and data.strip() not in ("", _END):
            value = _tried(data.strip())
            found.append(data.strip() if value is None else value)
    if not any(isinstance(value, (dict, list)) for value in found):
        return decode(text)
    return found
