"""Replaces the names of people in a text by roles, before it is sent to a model.

Both names of a person, in either order, and each part alone; in any case, with or without accents.
Names stand between ends of words, as far as the script has such ends.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

PERSON = "PERSON"
"""The role in place of a part that two people have."""

_TITLES = {
    "dr", "prof", "professor", "mr", "mrs", "ms", "miss", "mx", "sir", "dame", "lord", "lady",
    "doctor", "herr", "frau", "mme", "mlle", "dra", "sra", "jr", "sr", "ii", "iii", "md",
    "phd", "mbbs"
}  # fmt: skip
_PARTICLES = {
    "van", "von", "der", "den", "de", "del", "della", "di", "da", "do", "dos", "das", "du",
    "la", "le", "el", "al", "bin", "ibn", "bint", "ben", "of", "the", "and", "und", "y", "e",
    "zu", "zur", "ter", "ten", "af", "av"
}  # fmt: skip
"""Words of every text: they are a name only together with another word."""

_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe",
                        "ı": "i", "ħ": "h", "’": "'", "ʼ": "'", "‘": "'", "`": "'"})  # fmt: skip
_MARKS = ((0x300, 0x36F), (0x483, 0x487), (0x591, 0x5C7), (0x610, 0x61A), (0x64B, 0x65F),
          (0x670, 0x670), (0x6D6, 0x6ED), (0x1DC0, 0x1DFF))  # fmt: skip
"""Accents and points that writers leave out. Vowels of Indian scripts are none."""
_UNSPACED = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF),
             (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x323AF))  # fmt: skip
"""Scripts without spaces between words: Thai, Lao, Burmese, Khmer, kana, Chinese characters."""
_HANGUL = ((0xAC00, 0xD7A3),)
_PROCLITICS = frozenset("وفبلكובלמשהכ")
"""Arabic's and Hebrew's "and", "to", "in" …, which are written together with a name."""
_ADDRESSED = re.compile(
    r"\s*(?:先生|女士|小姐|医生|醫生|医師|醫師|大夫|老师|老師|同学|同學|さん|様|君|ちゃん|先輩|씨|님|"
    r"선생|의사|교수|군|양)"
)
_BEFORE = frozenset("小老阿")
"""What makes a single character before or after it a person's name."""


class RoleNames:
    """Replaces people's names by their roles: "[CANDIDATE]".

    Args:
        people: the role of each, by the person's name.
    """

    def __init__(self, people: Mapping[str, str]) -> None:
        forms: dict[str, str] = {}
        for name, role in people.items():
            for form in _forms(name):
                forms[form] = role if forms.get(form, role) == role else PERSON
        self._forms = [
            (_pattern(form), role, form)
            for form, role in sorted(forms.items(), key=lambda item: -len(item[0]))
        ]
        roles = "|".join(re.escape(f"[{role}]") for role in {*forms.values()}) or "(?!)"
        self._again = re.compile(rf"({roles})(?:[\s\-·・]*\1)+")

    def without(self, text: str) -> str:
        """The text with roles in place of the names."""
        text = unicodedata.normalize("NFC", text)
        folded, places = _folded(text)
        taken: list[tuple[int, int, str]] = []
        for pattern, role, form in self._forms:
            for match in pattern.finditer(folded):
                start, end = places[match.start()], _end(text, places, match.end())
                is_free = all(end <= other[0] or start >= other[1] for other in taken)
                if is_free and _stands_alone(text, start, end, form):
                    taken.append((start, end, role))
        return self._again.sub(r"\1", _replaced(text, sorted(taken)))


def _replaced(text: str, spans: list[tuple[int, int, str]]) -> str:
    parts, at = [], 0
    for start, end, role in spans:
        parts += [text[at:start], f"[{role}]"]
        at = end
    return "".join([*parts, text[at:]])


def _forms(name: str) -> Iterator[str]:
    """A name's forms, folded; a blank is where anything but letters may stand."""
    folded, _ = _folded(unicodedata.normalize("NFC", name))
    words = "".join(char if _is_letter(char) else " " for char in folded).split()
    words = [word for word in words if word not in _TITLES] or words
    parts = [word for word in words if word not in _PARTICLES]
    for first, last in combinations(range(len(words) + 1), 2):
        some = words[first:last]
        if len(some) == len(words) or (len(some) > 1 and any(word in parts for word in some)):
            yield " ".join(some)
    if len(words) > 1:
        yield f"{words[0]} {words[-1]}"
        yield " ".join([*words[1:], words[0]])
        yield " ".join([words[-1], *words[:-1]])
    for part in parts:
        if len(part) > 1 or _within(part, _UNSPACED + _HANGUL):
            yield part
        if 2 <= len(part) <= 4 and _within(part, _UNSPACED + _HANGUL):
            # In one word, the family's name comes first, and has one character or two.
            yield from (part[:1], part[1:], *((part[:2], part[2:]) if len(part) == 4 else ()))


def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(r"[\s,.'_·・-]{0,3}".join(re.escape(part) for part in form.split(" ")))


def _folded(text: str) -> tuple[str, list[int]]:
    """A text for comparison, and for each of its characters the index in the text."""
    found: list[str] = []
    places: list[int] = []
    for index, char in enumerate(text):
        if char.isascii():
            plain = char.lower()
        elif unicodedata.category(char) == "Cf":
            plain = ""
        elif _within(char, _HANGUL):
            plain = char
        else:
            plain = unicodedata.normalize("NFKD", char.casefold())
            plain = "".join(part for part in plain if not _within(part, _MARKS))
            plain = plain.casefold().translate(_PLAIN)
        found.append(plain)
        places += [index] * len(plain)
    return "".join(found), places


def _end(text: str, places: list[int], at: int) -> int:
    """Where in the text a match ends: behind the marks of its last letter."""
    end = places[at - 1] + 1
    while end < len(text) and (
        _within(text[end], _MARKS) or unicodedata.category(text[end]) == "Cf"
    ):
        end += 1
    return end


def _stands_alone(text: str, start: int, end: int, form: str) -> bool:
    """Whether a name is a word of its own there, as its script has it."""
    before, after = text[start - 1 : start], text[end : end + 1]
    opens, closes = not _is_letter(before), not _is_letter(after)
    if opens and closes:
        return True
    if len(form) == 1:
        return bool(_ADDRESSED.match(text, end)) or before in _BEFORE
    if not opens and before in _PROCLITICS:
        opens = not _is_letter(text[start - 2 : start - 1])
    opens = opens or _within(form[0], _UNSPACED)
    closes = closes or _within(form[-1], _UNSPACED + _HANGUL)
    return opens and closes


def _is_letter(char: str) -> bool:
    return bool(char) and (char.isalpha() or unicodedata.category(char)[0] == "M")


def _within(char: str, ranges: Iterable[tuple[int, int]]) -> bool:
    return bool(char) and any(first <= ord(char[0]) <= last for first, last in ranges)
