"""Makes a stranger's text harmless to a terminal. Imports nothing of ours, so all may use it."""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from typing import Any

# Bidirectional overrides can make a line read as another text; the joiners among the format
# characters (ZWJ, ZWNJ) are part of names and emoji.
_HARMFUL_FORMAT = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
# Tag characters spell hidden words behind an emoji.
_TAGS = re.compile("[\U000e0000-\U000e0fff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAKS = re.compile(r"(?<!\s)\s*[\r\n\t\v\f\x85]\s*")
_PILE = re.compile(r"[^\w\s\x00-\x7f]{5,}")
"""A run that may be combining marks piled on one letter: `re` does not count them as letters."""
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\uffa0]")
"""Letters and signs that are invisible."""

MOST_MARKS = 4
"""The most combining marks on one letter: more than any language uses would cover other lines."""


def clean_block(text: str) -> str:
    """Text of several lines from a stranger, harmless to a terminal.

    Newlines and tabs stay; other control characters, lone surrogates, hidden tags and
    bidirectional overrides are removed, and so are marks piled on one letter.
    """
    text = _HARMFUL_FORMAT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _CONTROL.sub("", text)
    return text if text.isascii() else _PILE.sub(_few_marks, _TAGS.sub("", text))


def clean_line(text: str) -> str:
    """Text of one line from a stranger: as `clean_block`, with breaks turned into spaces."""
    return clean_block(_BREAKS.sub(" ", text)).strip()


def clean_name(text: str) -> str:
    """A name from a stranger, as `clean_line`; "" if nothing of it is visible."""
    name = " ".join(_BLANK.sub("", clean_line(text)).split())
    return name if any(unicodedata.category(char)[0] not in "CMZ" for char in name) else ""


def clean_json(value: Any, longest: int) -> Any:
    """A value from JSON with each text as `clean_line`, and at most so many characters long."""
    match value:
        case str():
            return (value if value.isprintable() else clean_line(value))[:longest]
        case list():
            return [clean_json(each, longest) for each in value]
        case dict():
            return {name: clean_json(each, longest) for name, each in value.items()}
    return value


def ascii_host(host: str) -> str | None:
    """A URL's host as the network sees it, in lower case: letters that look like others show.

    A name is in its ASCII form (`xn--…`), an IPv6 address in brackets; None if it is neither.
    """
    if host.startswith("["):
        try:
            return f"[{ipaddress.IPv6Address(host[1:-1])}]" if host.endswith("]") else None
        except ValueError:
            return None
    if not host.isascii():
        import idna

        try:
            host = idna.encode(host, uts46=True).decode()
        except (idna.IDNAError, ValueError):
            return None
    return host.lower() if re.fullmatch(r"[A-Za-z0-9._-]+", host) else None


def _few_marks(pile: re.Match[str]) -> str:
    """The same with `MOST_MARKS` marks at most; joiners between them begin no new letter."""
    kept, marks = [], 0
    for char in pile[0]:
        match unicodedata.category(char):
            case "Mn" | "Me":
                marks += 1
            case "Cf":
                pass
            case _:
                marks = 0
        if marks <= MOST_MARKS:
            kept.append(char)
    return "".join(kept)
