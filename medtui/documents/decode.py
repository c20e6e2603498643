"""From bytes to values, within bounds: what is too large, too deep or broken is refused."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

from medtui.documents.errors import DocumentError

MAX_BYTES = 64 * 1024**2
MAX_DEPTH = 100
MAX_MEMORY = 480 * 1024**2
"""What the values of a file may take, by an estimate."""
MAX_WRAPS = 3
"""So many times one JSON may be encoded within another."""

_NOT_BRACKETS = bytes(set(range(256)) - set(b'"[]{}'))
_FENCE = re.compile(r"```[ \t]*(?:json[c5]?)?[ \t]*\r?\n(.*?)```", re.DOTALL | re.IGNORECASE)
_NOTE = re.compile(r"\[(?:\d+:\d|(?!(?:true|false|null|NaN)\b)[A-Za-z])")
"""A time in brackets before speech: "[00:12] Doctor: …"."""
_EXPECTED = {
    "Expecting property name enclosed in double quotes": "a name in double quotes was expected",
    "Expecting ',' delimiter": "a comma, or the end of the list or object, was expected",
    "Expecting ':' delimiter": "a colon was expected",
    "Expecting value": "a value was expected",
    "Unterminated string starting at": "the closing quote of the text that begins there is missing",
    "Invalid control character at": "a character was expected that may stand in a text",
    "Invalid \\escape": "an escape such as \\n was expected",
    "Invalid \\uXXXX escape": "four hexadecimal digits were expected",
    "Extra data": "the end of the file was expected",
    "Illegal trailing comma before end of object": "another name was expected after the comma",
    "Illegal trailing comma before end of array": "another value was expected after the comma",
}


def check(path: Path) -> None:
    """Raise DocumentError where there is no file that can be read, or nothing in it."""
    if not load(path, 65_536).strip():
        raise _empty()


def load(path: Path, most: int = MAX_BYTES + 1) -> bytes:
    """A file's bytes, `most` of them. Raises DocumentError where it cannot be read."""
    try:
        if not path.is_file():
            what = "This is not a file" if path.exists() else "This file does not exist"
            raise DocumentError(f"{what}: name a transcript or an assessment.")
        with path.open("rb") as file:
            data = file.read(most)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DocumentError(f"This file cannot be read: {reason}.") from error
    return data


def text_of_bytes(data: bytes) -> str:
    """The text of a file. Raises DocumentError for one that is too large, empty, or no text."""
    if len(data) > MAX_BYTES:
        raise DocumentError(
            f"This file is larger than {MAX_BYTES // 1024**2} MB, which no transcript or assessment"
            " is: bring a smaller one.",
            title="Too large",
        )
    encoding = json.detect_encoding(data[:4])
    if data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding, "surrogatepass" if encoding.startswith("utf-8") else "strict")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    if not text.strip():
        raise _empty()
    head = text[:4096]
    odd = sum(char < " " and char not in "\t\n\r\f" for char in head)
    if "\0" in head or odd > len(head) // 10 or head.startswith(("%PDF-", "PK\x03\x04")):
        raise DocumentError(
            "This file holds no text: a JSON, VTT, SRT or text file was expected.",
            title="Not a text",
        )
    return text


def _empty() -> DocumentError:
    return DocumentError("This file is empty: there is nothing to read.", title="Empty")


def value_of(text: str) -> Any:
    """What a file's text says: JSON decoded, however often it was encoded; else the text itself.

    Raises DocumentError for JSON that is broken, too deep or too large.
    """
    value: Any = text
    for _ in range(MAX_WRAPS + 1):
        if not isinstance(value, str) or not looks_like_json(value):
            break
        value = decode(value)
    if isinstance(value, str) and (fenced := fenced_json(value)) is not None:
        return fenced
    return value


def looks_like_json(text: str) -> bool:
    start = text[:200].lstrip("\ufeff \t\r\n")
    return start.startswith(("{", "[", '"')) and not _NOTE.match(start)


def fenced_json(text: str) -> Any:
    """The JSON between the fences of a model's prose, or None."""
    match = _FENCE.search(text)
    try:
        return decode(match[1]) if match else None
    except DocumentError:
        return None


def decode(text: str) -> Any:
    """JSON decoded, in bounded memory and depth. Raises DocumentError, with line and column."""
    _check_bounds(text)
    try:
        try:
            return json.loads(text, strict=False)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a whole number of thousands of digits
            return json.loads(text, strict=False, parse_int=_integer)
    except json.JSONDecodeError as error:
        if error.msg == "Extra data" and (lines := _json_lines(text)) is not None:
            return lines
        raise _broken(text, error) from error
    except RecursionError as error:
        raise _too_deep() from error


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def _check_bounds(text: str) -> None:
    estimate = 200 * text.count("{") + 80 * text.count("[") + 48 * text.count(",")
    if estimate > MAX_MEMORY and len(text) > MAX_BYTES // 16:
        raise DocumentError(
            "This file holds more values than any transcript or assessment does: bring another.",
            title="Too large",
        )
    if _is_deeper_than(text, MAX_DEPTH):
        raise _too_deep()


def _is_deeper_than(text: str, limit: int) -> bool:
    """Whether brackets nest deeper outside of texts.

    Found without parsing: the innermost pairs are taken away, again and again.
    """
    data = text.encode("utf-8", "surrogatepass")
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Two texts that touch after all else has gone become one, which is taken away below.
    data = data.translate(None, _NOT_BRACKETS).replace(b'""', b"")
    if b'"' in data:
        data = re.sub(rb'"[^"]*(?:"|\Z)', b"", data)
    for _ in range(limit):
        inner = data.replace(b"[]", b"").replace(b"{}", b"")
        if len(inner) == len(data):
            return False  # nothing closes any more: the parser says where it breaks off
        data = inner
    return bool(data)


def _too_deep() -> DocumentError:
    return DocumentError(
        f"This file nests its values more than {MAX_DEPTH} deep, which no transcript or assessment"
        " does: bring another.",
        title="Too deep",
    )


def _json_lines(text: str) -> list[Any] | None:
    """One value a line, as streams are often saved."""
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        return [json.loads(line, strict=False, parse_int=_integer) for line in lines]
    except (ValueError, RecursionError):
        return None


def _broken(text: str, error: json.JSONDecodeError) -> DocumentError:
    expected = _EXPECTED.get(error.msg, "valid JSON was expected")
    is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
    advice = "It seems to be cut short: get it again." if is_cut else "Fix it, or get it again."
    return DocumentError(
        f"This file breaks off at line {error.lineno}, column {error.colno}: {expected}. {advice}",
        title="Broken file",
    )
