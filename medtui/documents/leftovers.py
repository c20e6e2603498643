"""Finds the values of a file that its document does not hold, so that none is lost.

Texts are compared by their words. Numbers are kept unless they are figures of turns or marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from operator import itemgetter
from types import NoneType
from typing import Any

from medtui.documents.assessment import Assessment
from medtui.documents.assessments import names
from medtui.documents.assessments.owner import OWNER_KEYS
from medtui.documents.assessments.values import mark, result
from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, moment, number, plain
from medtui.documents.flatten import SHOWN
from medtui.documents.json_text import value_of
from medtui.documents.kinds import Document
from medtui.documents.known_text import PART, KnownText, parts_of
from medtui.documents.transcript import Transcript
from medtui.documents.transcripts import segments
from medtui.documents.transcripts.rows import CANONICAL
from medtui.documents.words import left_over

MAX_KEPT = SHOWN
"""The most values that are kept; others are only counted."""
LONGEST = 5_000
LONG_LIST = 64
"""Longer lists are compared by column, each different value once."""
_BLOCK = 512
"""So many objects are looked at at once: they fit in the processor's cache."""

_ABSURD = 1e15
_KEYS_OF_ITEMS = {"id", "scale", "domain", "linkid", "domainid", "criterionid", "rawscore0to100"}
"""Keys that link items to each other or describe the scale."""
_TICKS = {plain(name) for name in (*names.RESULT, *names.PASSED, *names.OVERALL_LABEL)}
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_NUMERIC = {int, float, NoneType}
_FIGURES = {
    plain(name)
    for name in (*segments.START, *segments.END, *segments.DURATION, *segments.CONFIDENCE,
                 *segments.CHANNEL, *segments.SPEAKER, "speaker_confidence", "id", "index", "seek",
                 "tokens", "avg_logprob", "logprob", "no_speech_prob", "compression_ratio",
                 "temperature", "offsets", "timestamps", "p", "t_dtw", "offsetInTicks",
                 "durationInTicks", "durationMilliseconds", "start_offset", "end_offset", "nanos",
                 "seconds", "relative", "absolute", "from", "to", "words", "result_end_offset",
                 "resultEndOffset", "resultEndTime", "items", "startDateTime", "endDateTime",
                 "num_words", "tOffsetMs", "channelTag", "languageCode", "starts", "ends",
                 "confidences")
}  # fmt: skip
"""Keys of the figures of turns and words."""
_FIGURES |= {name for name, own in CANONICAL.items() if own in (*segments.START, *segments.END)}
_TIMES = {plain(name) for name in (*segments.START, *segments.END)} - {"time", "date"}
_ENDS_OF_TIMES = {"from", "to"}
"""Keys of times that may be something else, too."""
_SPEAKERS = {plain(name) for name in segments.SPEAKER} - {"name", "from", "user", "id"}


class _Left:
    """The values that are left over, by path, and their count. Equal values count once."""

    def __init__(self) -> None:
        self.count = 0
        self.kept: dict[str, Any] = {}
        self.has_times = False
        self.has_speakers = False
        self._seen: set[tuple[str, Any]] = set()

    def add(self, where: str, value: Any) -> None:
        if (where, value) in self._seen:
            return
        self.count += 1
        if len(self._seen) >= MAX_KEPT:
            return
        self._seen.add((where, value))
        if isinstance(value, str):
            value = clean(value[:LONGEST]) + (" …" if len(value) > LONGEST else "")
        if where in self.kept:
            before = self.kept[where]
            self.kept[where] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            self.kept[where] = value

    def saw(self, key: str, value: Any = 0.0) -> None:
        """Note that this key, in the form for comparison, has a value in the file."""
        is_time = key in _TIMES or (key in _ENDS_OF_TIMES and moment(value) is not None)
        self.has_times = self.has_times or is_time
        self.has_speakers = self.has_speakers or key in _SPEAKERS


def with_leftovers(document: Document, data: Any) -> Document:
    """The document with the other values of the file in `unclaimed`, and notes about them."""
    if isinstance(document, Assessment):
        return _assessment(document, data)
    return _transcript(document, data)


def _transcript(document: Transcript, data: Any) -> Transcript:
    texts = [turn.text for turn in document.turns]
    aside = _texts(document.unclaimed)

    def labelled() -> list[str]:
        return [f"{turn.speaker or ''} {turn.text}" for turn in document.turns]

    if isinstance(data, dict):  # whose it is, as medtui writes it, is no part of what was said
        data = {name: value for name, value in data.items() if name not in OWNER_KEYS}
    left = _Left()
    _Walk(KnownText([*texts, *document.speakers, *aside], labelled), left, _FIGURES).go(data)
    notes = list(document.notes)
    if left.has_times and not any(turn.start is not None for turn in document.turns):
        notes.append("The file has times that are not understood: none are shown.")
    if left.has_speakers and not document.speakers:
        notes.append("The file has speakers that are not understood: none are shown.")
    if count := left.count + len(aside) - len(document.unclaimed):
        notes.append(left_over(count))
    kept = {**document.unclaimed, **_bounded(left)}
    return replace(document, notes=tuple(notes), unclaimed=kept)


def _assessment(document: Assessment, data: Any) -> Assessment:
    shown = document.as_json()
    left = _Left()
    _Walk(KnownText(_texts(shown)), left, set(), _numbers(shown)).go(data)
    kept = dict(document.unclaimed)
    for where, value in _bounded(left).items():
        kept[where if where not in kept else f"{where} (also)"] = value
    return replace(document, unclaimed=kept)


def _bounded(left: _Left) -> dict[str, Any]:
    if left.count <= MAX_KEPT:
        return left.kept
    return {**left.kept, "…": f"{left.count - MAX_KEPT:,} more values, which are not kept."}


class _Column:
    """Many values of one path: lists, objects, and each different one of the others.

    Of the numbers of a figure only is kept that there are some.
    """

    def __init__(self, is_figure: bool) -> None:
        self.lists: list[list[Any]] = []
        self.objects: list[dict[str, Any]] = []
        self.others: dict[Any, None] = {}
        self.has_numbers = False
        self._is_figure = is_figure

    def add(self, values: list[Any]) -> None:
        kinds = set(map(type, values))
        if self._is_figure and kinds <= _NUMERIC:
            self.has_numbers = self.has_numbers or kinds != {NoneType}
            return
        if kinds & {dict, list}:
            self.lists += [value for value in values if type(value) is list]
            self.objects += [value for value in values if type(value) is dict]
            values = [value for value in values if type(value) not in (dict, list)]
        self.others.update(dict.fromkeys(values))


class _Walk:
    """Visits all values of a file and adds those the document lacks to `left`.

    `numbers`: the numbers of an assessment; None for a transcript.
    """

    def __init__(
        self, said: KnownText, left: _Left, figures: set[str], numbers: set[float] | None = None
    ) -> None:
        self._said = said
        self._left = left
        self._figures = figures
        self._numbers = numbers
        self._waiting: list[tuple[str, str, Any]] = []

    def go(self, data: Any) -> None:
        self._waiting.append(("", "", data))
        while self._waiting:
            path, key, value = self._waiting.pop()
            if isinstance(value, dict):
                self._waiting += [
                    (f"{path} › {name}" if path else str(name), plain(str(name)), part)
                    for name, part in reversed(value.items())
                ]
            elif isinstance(value, list):
                if len(value) > LONG_LIST:
                    self._long(path, key, value)
                else:
                    self._waiting += [(path, key, part) for part in reversed(value)]
            elif value is not None and value != "":
                self._leaf(path, key, value)

    def _long(self, path: str, key: str, values: list[Any]) -> None:
        """Compare many values of one path: each different value once, and figures not at all."""
        column = _Column(is_figure=key in self._figures)
        column.add(values)
        self._settle(path, key, column)

    def _columns(self, path: str, objects: list[dict[str, Any]]) -> None:
        """Compare the values of many objects, key by key."""
        columns: dict[str, _Column] = {}
        for at in range(0, len(objects), _BLOCK):
            part = objects[at : at + _BLOCK]
            for name in dict.fromkeys(chain.from_iterable(part)):
                try:
                    values = list(map(itemgetter(name), part))
                except KeyError:
                    values = [item[name] for item in part if name in item]
                if (column := columns.get(name)) is None:
                    column = columns[name] = _Column(plain(str(name)) in self._figures)
                column.add(values)
        for name, column in columns.items():
            self._settle(f"{path} › {name}" if path else str(name), plain(str(name)), column)

    def _settle(self, path: str, key: str, column: _Column) -> None:
        if column.has_numbers:
            self._left.saw(key)
        if column.lists:
            self._waiting.append((path, key, list(chain.from_iterable(column.lists))))
        self._columns(path, column.objects)
        for value in column.others:
            if value is not None and value != "":
                self._leaf(path, key, value)

    def _leaf(self, path: str, key: str, value: Any) -> None:
        if key in self._figures:
            self._left.saw(key, value)
        if isinstance(value, str):
            self._text(path, key, value)
        elif self._numbers is None:
            if key not in self._figures:
                self._left.add(path, value)
        elif not isinstance(value, bool) and key not in _KEYS_OF_ITEMS and not self._counts(value):
            self._left.add(path, value)

    def _counts(self, value: float) -> bool:
        """Whether a number is one of the assessment's."""
        return -_ABSURD < value < _ABSURD and float(value) in (self._numbers or ())

    def _is_mark(self, key: str, text: str) -> bool:
        """Whether a text is a tick, or a mark whose figures the assessment holds."""
        if result(text) is not None and key in _TICKS:
            return True
        found = mark(text)
        figures = [part for part in (found.score, found.max, found.percent) if part is not None]
        is_told = found.label is None or self._said.holds(found.label)
        return bool(figures) and is_told and all(part in (self._numbers or ()) for part in figures)

    def _text(self, path: str, key: str, text: str) -> None:
        if self._said.holds(text) or (key in self._figures and _is_figure(text)):
            return
        if (
            self._numbers is not None
            and len(text) <= PART
            and (self._is_mark(key, text) or (key in _KEYS_OF_ITEMS and _is_identifier(text)))
        ):
            return
        if "{" in text[:20_000] or "[" in text[:20_000]:
            try:
                inner = value_of(text)
            except DocumentError:
                inner = None
            if isinstance(inner, (dict, list)):
                self._waiting.append((path, key, inner))
                return
        for line in chain.from_iterable(map(str.splitlines, parts_of(text))):
            if line.strip() and not self._said.holds(line):
                self._left.add(path, line)


def _is_identifier(text: str) -> bool:
    """Whether a text is one word, or a range of numbers."""
    return len(text) <= 64 and (" " not in text.strip() or text[:1].isdigit())


def _is_figure(text: str) -> bool:
    """Whether a text is a number, a time or an identifier, as figures of turns are."""
    has_digit = any(char.isdigit() for char in text[:64])
    return len(text) <= 64 and has_digit and (" " not in text.strip() or text[:1].isdigit())


def _texts(value: Any) -> list[str]:
    """All texts of a value, its keys among them."""
    return [part for part in _parts(value) if isinstance(part, str)]


def _numbers(value: Any) -> set[float]:
    """All numbers of a document, in its texts, too."""
    found: set[float] = set()
    for part in _parts(value):
        if isinstance(part, str):
            found.update(map(float, _NUMBER.findall(part)))
        elif (figure := number(part)) is not None:
            found.add(figure)
    return found


def _parts(value: Any) -> Iterator[Any]:
    """The keys and the values other than lists and objects, at any depth."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += reversed(part.values())
            yield from map(str, part)
        elif isinstance(part, (list, tuple)):
            waiting += reversed(part)
        else:
            yield part
