"""What makes a stranger's text harmless to a terminal. Imports nothing, so that all may use it."""

from __future__ import annotations

import re

# Bidirectional overrides can make a line read as something that it is not; the
# joiners among the format characters (ZWJ, ZWNJ) are part of names and emoji.
_HARMFUL_FORMAT = re.compile("[\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_BREAKS = re.compile(r"(?<!\s)\s*[\r\n\t\v\f\x85]\s*")


def clean_block(text: str) -> str:
    """Text of several lines from a stranger, harmless to a terminal.

    Newlines and tabs stay; other control characters, lone surrogates and
    bidirectional overrides go.
    """
    text = _HARMFUL_FORMAT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    return _CONTROL.sub("", text)


def clean_line(text: str) -> str:
    """Text of one line from a stranger: as `clean_block`, with breaks turned into spaces."""
    return clean_block(_BREAKS.sub(" ", text)).strip()
