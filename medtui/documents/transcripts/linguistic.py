"""Linguists' annotations: Praat's TextGrid, CHAT, and RTTM, which says only who spoke when."""

from __future__ import annotations

import re
from collections.abc import Iterator

from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, speaker_of
from medtui.documents.turns import Draft, Piece

_QUOTED = re.compile(r'("(?:[^"]|"")*")')
_NUMBER = re.compile(r"(?<![\[\w.])-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w\]])")
_TIERS = ("IntervalTier", "TextTier")
_POINT = "TextTier"

_CHAT_LINE = re.compile(r"\*([A-Za-z0-9]{1,12}):\t?\s*(.*)")
_BULLET = re.compile(r"[\x15\u2022](\d+)_(\d+)[\x15\u2022]")
_CHAT_CODE = re.compile(r"\[[^\]]{0,80}\]|&[=~+-]?\w+|[<>‹›„“”↑↓]|\(\.+\)|\+[./?!\"<,^]+")
_PARTICIPANT = re.compile(r"(\w+)\s+(?:(\w+)\s+)?(\w+)")

_RTTM = re.compile(r"SPEAKER\s+\S+\s+\S+\s+(\d+(?:\.\d+)?)\s+(\d+(?:\.\d+)?)\s+\S+\s+\S+\s+(\S+)")


def read_textgrid(text: str) -> Draft | None:
    """Intervals with words, in the long form and the short; a tier's name is the speaker."""
    head = text[:300].lstrip("\ufeff \r\n")
    if not head.startswith(("File type", '"ooTextFile')) or "TextGrid" not in head:
        return None
    body = text.split("TextGrid", 1)[1].split('"', 1)[-1]
    tokens = list(_tokens(body))
    found: list[Piece] = []
    at = next((i for i, token in enumerate(tokens) if token in _TIERS), len(tokens))
    while at < len(tokens):
        kind, name = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else ""
        at += 5  # its class, name, beginning, end and size
        width = 2 if kind == _POINT else 3
        while at + width <= len(tokens) and tokens[at] not in _TIERS:
            *times, words = tokens[at : at + width]
            at += width
            if isinstance(words, str) and (said := clean(words)):
                known = [time for time in times if isinstance(time, float)]
                found.append(
                    Piece(said, speaker_of(name), known[0] if known else None,
                          known[1] if len(known) > 1 else None)
                )  # fmt: skip
    if not found:
        raise DocumentError(
            "This TextGrid holds no words, or is broken: export it again from Praat.",
            title="Nothing to read",
        )
    return Draft(found, is_clock=True)


def _tokens(body: str) -> Iterator[str | float]:
    """The texts and numbers of a TextGrid: the same in its long form and in its short one."""
    for index, part in enumerate(_QUOTED.split(body)):
        if index % 2:
            yield part[1:-1].replace('""', '"')
        else:
            yield from (float(found) for found in _NUMBER.findall(part))


def read_chat(text: str) -> Draft | None:
    """CHAT: lines such as "*DOC: …"; dependent tiers ("%mor: …") are beside the consultation."""
    if not re.match(r"\ufeff?\s*@(?:UTF8|Begin)\b", text[:200]):
        return None
    names: dict[str, str] = {}
    found: list[Piece] = []
    aside: list[str] = []
    is_said = False
    for line in text.splitlines():
        if line.startswith("@"):
            is_said = False
            aside.append(clean(line))
            if line.startswith("@Participants:"):
                names = _participants(line.partition(":")[2])
        elif match := _CHAT_LINE.match(line):
            is_said = True
            found.append(Piece(match[2], names.get(match[1], match[1])))
        elif line.startswith("%"):
            is_said = False
            aside.append(clean(line))
        elif line.startswith("\t") and is_said and found:
            found[-1] = found[-1]._replace(text=f"{found[-1].text} {line.strip()}")
        elif line.strip():
            aside.append(clean(line))
    return Draft([_chat_piece(piece, aside) for piece in found], 1e-3, is_clock=True,
                 aside=aside) if found else None  # fmt: skip


def _participants(text: str) -> dict[str, str]:
    people = [_PARTICIPANT.match(part.strip()) for part in text.split(",")]
    return {match[1]: match[2] or match[3] for match in people if match}


def _chat_piece(piece: Piece, aside: list[str]) -> Piece:
    bullets = _BULLET.findall(piece.text)
    words = _BULLET.sub("", piece.text)
    aside += [clean(code) for code in _CHAT_CODE.findall(words) if any(map(str.isalpha, code))]
    words = clean(_CHAT_CODE.sub(" ", words)).replace(" .", ".").replace(" ?", "?")
    return piece._replace(
        text=words.replace(" !", "!"),
        start=float(bullets[0][0]) if bullets else None,
        end=float(bullets[-1][1]) if bullets else None,
    )


def read_rttm(text: str) -> Draft | None:
    """RTTM: who spoke when, without words."""
    lines = [line for line in text[:4_000].splitlines() if line.strip() and line[:1] != ";"][:3]
    if not lines or not all(_RTTM.match(line) for line in lines[:1]):
        return None
    found: list[Piece] = []
    aside: list[str] = []
    for line in text.splitlines():
        if match := _RTTM.match(line):
            start, length = float(match[1]), float(match[2])
            found.append(
                Piece("(no words in this file)", speaker_of(match[3]), start, start + length)
            )
        elif line.strip():
            aside.append(clean(line))
    note = "This file says who spoke when, without words: it is RTTM."
    return Draft(found, is_clock=True, notes=[note], aside=aside)
