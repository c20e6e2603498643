"""Decodes bytes to text and JSON. Files too large, too deep or broken are refused."""

from __future__ import annotations

import codecs
import json
import re
from pathlib import Path
from typing import Any

from medtui.documents.errors import DocumentError

MAX_BYTES = 64 * 1024**2
MAX_TEXT = 16_000_000
"""So many characters one text may have, which is more than any talk has."""
MAX_DEPTH = 100
"""Of a large file it is 200, as deep as the faster parser goes: to measure it first takes long."""
MAX_MEMORY = 240 * 1024**2
"""Bytes of memory that the values of a file may take. The estimate is rather too high."""
USUAL_KEYS = 32
"""Keys beyond this many per object are counted as different keys, which take more memory."""
LARGE = 4 * 1024**2
"""Above this many bytes the faster parser is used: it takes half the time, and equal short texts
share memory. Its import takes 0.05 s."""

_NOT_BRACKETS = bytes(set(range(256)) - set(b'"[]{}'))
GUESSED = (
    "This file is not in UTF-8: it is read as Windows-1252. If its letters look odd, save it as"
    " UTF-8."
)
_ALSO = "{} (also)"
_PLAIN_JSON = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:\{\s*\"|\[\s*[\[{])")
_EXPECTED = {
    "Expecting property name enclosed in double quotes": "a name in double quotes was expected",
    "Expecting ',' delimiter": "a comma, or the end of the list or object, was expected",
    "Expecting ':' delimiter": "a colon was expected",
    "Expecting value": "a value was expected",
    "Unterminated string starting at": "the closing quote of the text that begins there is missing",
    "Invalid control character at": "a character was expected that is allowed in a text",
    "Invalid \\escape": "an escape such as \\n was expected",
    "Invalid \\uXXXX escape": "four hexadecimal digits were expected",
    "Extra data": "the end of the file was expected",
    "Illegal trailing comma before end of object": "another name was expected after the comma",
    "Illegal trailing comma before end of array": "another value was expected after the comma",
}


def check(path: Path) -> None:
    """Raise DocumentError for a missing, unreadable or empty file."""
    if not load(path, 65_536).strip():
        raise _empty()


def load(path: Path, most: int = MAX_BYTES + 1) -> bytes:
    """A file's first bytes, at most `most`. Raises DocumentError if it cannot be read."""
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


def large_json(data: bytes) -> Any:
    """The values of a large file of plain JSON; None for a small or another file, and a broken one.

    The text is not made, of which one emoji takes four bytes for each character of the file.
    Raises DocumentError for a file that is too large.
    """
    if len(data) <= LARGE or _PLAIN_JSON.match(data[:400]) is None:
        return None
    _check_bytes(data)
    check_size(data)
    from pydantic_core import from_json

    try:
        return from_json(data.removeprefix(codecs.BOM_UTF8), cache_strings="all")
    except ValueError:  # broken, too deep, of another encoding, or with NaN or lone surrogates
        return None


def text_of_bytes(data: bytes) -> str:
    """The text of a file. Raises DocumentError for one that is too large, empty, or no text."""
    return decoded(data)[0]


def decoded(data: bytes) -> tuple[str, str]:
    """The text of a file, and a note where its encoding was guessed. Raises as `text_of_bytes`."""
    _check_bytes(data)
    note = ""
    encoding = json.detect_encoding(data[:4])
    if data.startswith(codecs.BOM_UTF8):
        encoding = "utf-8-sig"
    try:
        text = data.decode(encoding, "surrogatepass" if encoding.startswith("utf-8") else "strict")
    except UnicodeDecodeError:
        text, note = data.decode("cp1252", "replace"), GUESSED
    if not text.strip():
        raise _empty()
    head = text[:4096]
    odd = sum(char < " " and char not in "\t\n\r\f" for char in head)
    if "\0" in head or odd > len(head) // 10:
        raise DocumentError(
            "This file holds no text: a JSON, VTT, SRT or text file was expected.",
            title="Not a text",
        )
    return text, note


def _check_bytes(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise DocumentError(
            f"This file is larger than {MAX_BYTES // 1024**2} MB, which no transcript or assessment"
            " is: choose a smaller one.",
            title="Too large",
        )


def check_length(text: str) -> None:
    """Raise DocumentError for a text that is longer than any talk."""
    if len(text) > MAX_TEXT:
        raise DocumentError(
            "This file holds a text that is longer than any consultation: choose a shorter one.",
            title="Too large",
        )


def _empty() -> DocumentError:
    return DocumentError("This file is empty: there is nothing to read.", title="Empty")


def decode(text: str) -> Any:
    """JSON decoded, in bounded memory and depth. Raises DocumentError, with line and column."""
    check_size(text)
    if _is_deeper_than(text, MAX_DEPTH):
        raise _too_deep()
    try:
        try:
            return json.loads(text, strict=False, object_pairs_hook=_object)
        except json.JSONDecodeError:
            raise
        except ValueError:  # a whole number of thousands of digits
            return json.loads(text, strict=False, object_pairs_hook=_object, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise _broken(text, error) from error
    except RecursionError as error:
        raise _too_deep() from error


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object. Of a key that comes twice the last value has its name, as in other parsers."""
    found = dict(pairs)
    if len(found) < len(pairs):
        for name, value in pairs:
            if value is not found[name]:
                also = _ALSO.format(name)
                found[also] = [*found.get(also, []), value]
    return found


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) < 20 else float(digits)


def check_size(text: str | bytes) -> None:
    """Raise DocumentError where the values of JSON would take too much memory."""

    def count(sign: str) -> int:
        return text.count(sign) if isinstance(text, str) else text.count(sign.encode())

    objects = count("{")
    estimate = 200 * objects + 80 * count("[") + 48 * count(",")
    if estimate * 2 > MAX_MEMORY:
        estimate += 100 * max(0, count('":') - USUAL_KEYS * objects)
    if estimate > MAX_MEMORY and len(text) > MAX_BYTES // 16:
        raise DocumentError(
            "This file holds more values than any transcript or assessment does: choose another.",
            title="Too large",
        )


def _is_deeper_than(text: str, limit: int) -> bool:
    """Whether brackets outside of texts nest deeper than `limit`.

    Does not parse: removes the innermost pairs up to `limit` times.
    """
    data = text.encode("utf-8", "surrogatepass")
    if b"\\" in data:
        data = data.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Two adjacent texts have become one here, which is removed below.
    data = data.translate(None, _NOT_BRACKETS).replace(b'""', b"")
    if b'"' in data:
        data = re.sub(rb'"[^"]*(?:"|\Z)', b"", data)
    for _ in range(limit):
        inner = data.replace(b"[]", b"").replace(b"{}", b"")
        if len(inner) == len(data):
            return False  # unbalanced: the parser reports the position
        data = inner
    return bool(data)


def _too_deep() -> DocumentError:
    return DocumentError(
        f"This file nests its values more than {MAX_DEPTH} deep, which no transcript or assessment"
        " does: choose another.",
        title="Too deep",
    )


def _broken(text: str, error: json.JSONDecodeError) -> DocumentError:
    expected = _EXPECTED.get(error.msg, "valid JSON was expected")
    is_cut = error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated")
    advice = (
        "The file is incomplete: download it again."
        if is_cut
        else "Correct it, or export it again."
    )
    return DocumentError(
        f"This file breaks off at line {error.lineno}, column {error.colno}: {expected}. {advice}",
        title="Broken file",
    )
