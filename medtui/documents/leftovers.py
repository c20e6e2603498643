"""What a file says that its document does not: nothing in a file may vanish.

Texts are compared by their words. Numbers are kept unless they are figures of turns or marks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import chain
from typing import Any

from medtui.documents.assessment import Assessment
from medtui.documents.assessments import names
from medtui.documents.assessments.values import mark, result
from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, has_records
from medtui.documents.flatten import SHOWN
from medtui.documents.json_text import value_of
from medtui.documents.kinds import Document
from medtui.documents.transcript import Transcript
from medtui.documents.transcripts import rows, segments
from medtui.documents.words import left_over

MAX_KEPT = SHOWN
"""So many values are kept; more are counted."""
LONGEST = 5_000
LONG_LIST = 64
"""In lists of more rows, columns of figures are passed over at once."""

_ABSURD = 1e15
_KEYS_OF_ITEMS = {"id", "scale", "domain", "linkid", "domainid", "criterionid", "rawscore0to100"}
"""Keys that tie items to each other, or say how they are marked."""
_TICKS = {rows.plain(name) for name in (*names.RESULT, *names.PASSED, *names.OVERALL_LABEL)}
_WORD = re.compile(r"\w+")
_FIGURES = {
    rows.plain(name)
    for name in (*segments.START, *segments.END, *segments.DURATION, *segments.CONFIDENCE,
                 *segments.CHANNEL, *segments.SPEAKER, "speaker_confidence", "id", "index", "seek",
                 "tokens", "avg_logprob", "logprob", "no_speech_prob", "compression_ratio",
                 "temperature", "offsets", "timestamps", "p", "t_dtw", "offsetInTicks",
                 "durationInTicks", "durationMilliseconds", "start_offset", "end_offset", "nanos",
                 "seconds", "relative", "absolute", "from", "to", "words", "result_end_offset",
                 "resultEndOffset", "resultEndTime", "items", "startDateTime", "endDateTime",
                 "num_words", "channelTag", "languageCode")
}  # fmt: skip
"""Keys of the figures of turns and words."""
_TIMES = {rows.plain(name) for name in (*segments.START, *segments.END)} - {"time", "date"}
_SPEAKERS = {rows.plain(name) for name in segments.SPEAKER} - {"name", "from", "user", "id"}


class _Said:
    """The words of a document, to be asked whether a text is among them."""

    def __init__(self, texts: list[str], labelled: Callable[[], list[str]] = list) -> None:
        self._text = _joined(texts)
        self._words = set(self._text.split(" "))
        self._at = 0
        self._labelled = labelled
        self._with_names: str | None = None

    def holds(self, text: str) -> bool:
        """Whether all words of a text are in the document, in this order."""
        words = _WORD.findall(text.casefold())
        if not words:
            return True
        if any(word not in self._words for word in words):
            return False
        if len(words) == 1:
            return True
        joined = " ".join(words)
        # Texts come in the order of the document, mostly: look on from the last one.
        at = self._text.find(joined, self._at, self._at + len(joined) + 20_000)
        if at < 0:
            at = self._text.find(joined)
        if at >= 0:
            self._at = at
            return True
        if self._with_names is None:
            self._with_names = _joined(self._labelled())
        return joined in self._with_names


def _joined(texts: list[str]) -> str:
    return " ".join(_WORD.findall(" ".join(texts).casefold()))


class _Left:
    """What is found left over: different values are kept by where they are, and counted."""

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

    def saw(self, key: str) -> None:
        """A key has a value."""
        self.has_times = self.has_times or key in _TIMES
        self.has_speakers = self.has_speakers or key in _SPEAKERS


def with_leftovers(document: Document, data: Any) -> Document:
    """The document, with what of the file's values it does not hold."""
    if isinstance(document, Assessment):
        return _assessment(document, data)
    return _transcript(document, data)


def _transcript(document: Transcript, data: Any) -> Transcript:
    texts = [turn.text for turn in document.turns]
    aside = _texts(document.unclaimed)

    def labelled() -> list[str]:
        return [f"{turn.speaker or ''} {turn.text}" for turn in document.turns]

    left = _Left()
    _Walk(_Said([*texts, *document.speakers, *aside], labelled), left, _FIGURES).go(data)
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
    _Walk(_Said(_texts(shown)), left, set(), _numbers(shown)).go(data)
    kept = dict(document.unclaimed)
    for where, value in _bounded(left).items():
        kept[where if where not in kept else f"{where} (also)"] = value
    return replace(document, unclaimed=kept)


def _bounded(left: _Left) -> dict[str, Any]:
    if left.count <= MAX_KEPT:
        return left.kept
    return {**left.kept, "…": f"{left.count - MAX_KEPT:,} more values, which are not kept."}


class _Walk:
    """Goes through all values of a file. `numbers`: those of an assessment, which has no figures
    of turns."""

    def __init__(
        self, said: _Said, left: _Left, figures: set[str], numbers: set[float] | None = None
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
                    (f"{path} › {name}" if path else str(name), rows.plain(str(name)), part)
                    for name, part in reversed(value.items())
                ]
            elif isinstance(value, list):
                if len(value) > LONG_LIST and has_records(value):
                    self._columns(value, path)
                else:
                    self._waiting += [(path, key, part) for part in reversed(value)]
            elif value is not None and value != "":
                self._leaf(path, key, value)

    def _columns(self, items: list[Any], path: str) -> None:
        """Look at each different value of a long list's columns once; pass over its figures."""
        objects = [item for item in items if isinstance(item, dict)]
        self._waiting += [(path, "", item) for item in items if not isinstance(item, dict)]
        for name in dict.fromkeys(chain.from_iterable(objects)):
            values = [item[name] for item in objects if name in item]
            key, inner = rows.plain(str(name)), f"{path} › {name}" if path else str(name)
            kinds = set(map(type, values)) - {type(None)}
            if kinds <= {int, float} and key in self._figures:
                if kinds:
                    self._left.saw(key)
            elif kinds <= {str, bool}:
                for value in dict.fromkeys(values):
                    if value is not None and value != "":
                        self._leaf(inner, key, value)
            else:
                lists = [part for value in values if isinstance(value, list) for part in value]
                others = [value for value in values if not isinstance(value, list)]
                self._waiting += [(inner, key, value) for value in (*others, lists)]

    def _leaf(self, path: str, key: str, value: Any) -> None:
        if key in self._figures:
            self._left.saw(key)
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
        if result(text) is not None:
            return key in _TICKS
        found = mark(text)
        figures = [part for part in (found.score, found.max, found.percent) if part is not None]
        is_told = found.label is None or self._said.holds(found.label)
        return bool(figures) and is_told and all(part in (self._numbers or ()) for part in figures)

    def _text(self, path: str, key: str, text: str) -> None:
        if self._said.holds(text) or (key in self._figures and _is_figure(text)):
            return
        if self._numbers is not None and (
            self._is_mark(key, text) or (key in _KEYS_OF_ITEMS and _is_identifier(text))
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
        lines = text.splitlines()
        if len(lines) > 1:
            for line in lines:
                if line.strip() and not self._said.holds(line):
                    self._left.add(path, line)
            return
        self._left.add(path, text)


def _is_identifier(text: str) -> bool:
    """Whether a text is one word, or a range of numbers."""
    return len(text) <= 64 and (" " not in text.strip() or text[:1].isdigit())


def _is_figure(text: str) -> bool:
    """Whether a text is a number, a time or an identifier, as figures of turns are."""
    has_digit = any(char.isdigit() for char in text[:64])
    return len(text) <= 64 and has_digit and (" " not in text.strip() or text[:1].isdigit())


def _texts(value: Any) -> list[str]:
    found: list[str] = []
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += reversed(part.values())
            found += [str(name) for name in part]
        elif isinstance(part, (list, tuple)):
            waiting += reversed(part)
        elif isinstance(part, str):
            found.append(part)
    return found


def _numbers(value: Any) -> set[float]:
    """All numbers of a document, in its texts, too."""
    written = json.dumps(value, default=str)
    return {float(found) for found in re.findall(r"-?\d{1,15}(?:\.\d{1,15})?", written)}
