"""What a file says that its document does not: nothing in a file may vanish.

Texts are compared by their words. Numbers are kept unless they are figures of turns or marks.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

from medtui.documents.assessment import Assessment
from medtui.documents.fields import clean, has_records
from medtui.documents.flatten import SHOWN
from medtui.documents.transcript import Transcript
from medtui.documents.transcripts import rows, segments

MAX_KEPT = SHOWN
"""So many values are kept; more are counted."""
LONGEST = 5_000
LONG_LIST = 64
"""In lists of more rows, columns of figures are passed over at once."""

_WORD = re.compile(r"\w+")
_FIGURES = {
    rows._plain(name)
    for name in (*segments.START, *segments.END, *segments.DURATION, *segments.CONFIDENCE,
                 *segments.CHANNEL, *segments.SPEAKER, "speaker_confidence", "id", "index", "seek",
                 "tokens", "avg_logprob", "logprob", "no_speech_prob", "compression_ratio",
                 "temperature", "offsets", "timestamps", "p", "t_dtw", "offsetInTicks",
                 "durationInTicks", "durationMilliseconds", "start_offset", "end_offset", "nanos",
                 "seconds", "relative", "absolute", "from", "to", "words", "result_end_offset",
                 "resultEndOffset", "resultEndTime", "num_words", "channelTag", "languageCode")
}  # fmt: skip
"""Keys of the figures of turns and words."""
_TIMES = {rows._plain(name) for name in (*segments.START, *segments.END)} - {"time", "date"}
_SPEAKERS = {rows._plain(name) for name in segments.SPEAKER} - {"name", "from", "user", "id"}


class _Said:
    """The words of a document, to be asked whether a text is among them."""

    def __init__(self, texts: list[str], has_times: bool, has_speakers: bool) -> None:
        self._text = " ".join(_WORD.findall(" ".join(texts).casefold()))
        self._words = set(self._text.split(" "))
        self._at = 0
        self.has_times = has_times
        self.has_speakers = has_speakers

    def holds(self, text: str) -> bool:
        """Whether all words of a text are in the document, in this order."""
        words = _WORD.findall(text.casefold())
        if not words:
            return True
        if len(words) == 1:
            return words[0] in self._words
        if any(word not in self._words for word in words):
            return False
        joined = " ".join(words)
        # Texts come in the order of the document, mostly: look on from the last one.
        at = self._text.find(joined, self._at, self._at + len(joined) + 20_000)
        if at < 0:
            at = self._text.find(joined)
        if at >= 0:
            self._at = at
        return at >= 0


class _Left:
    """What is found left over: kept by where it is, and counted."""

    def __init__(self) -> None:
        self.count = 0
        self.kept: dict[str, Any] = {}
        self._size = 0
        self.has_times = False
        self.has_speakers = False

    def add(self, where: str, value: Any) -> None:
        self.count += 1
        if self._size >= MAX_KEPT:
            return
        self._size += 1
        if isinstance(value, str):
            value = clean(value[:LONGEST]) + (" …" if len(value) > LONGEST else "")
        if where in self.kept:
            before = self.kept[where]
            self.kept[where] = [*before, value] if isinstance(before, list) else [before, value]
        else:
            self.kept[where] = value


def with_leftovers(document: Transcript | Assessment, data: Any) -> Transcript | Assessment:
    """The document, with what of the file's values it does not hold."""
    if isinstance(document, Assessment):
        return _assessment(document, data)
    return _transcript(document, data)


def _transcript(document: Transcript, data: Any) -> Transcript:
    texts = [turn.text for turn in document.turns]
    texts += document.speakers
    has_times = any(turn.start is not None for turn in document.turns)
    said = _Said([*texts, *_texts(document.unclaimed)], has_times, bool(document.speakers))
    left = _Left()
    _walk(data, "", said, left, _FIGURES)
    notes = list(document.notes)
    if left.has_times and not has_times:
        notes.append("The file has times that are not understood: none are shown.")
    if left.has_speakers and not document.speakers:
        notes.append("The file has speakers that are not understood: none are shown.")
    count = left.count + len(_texts(document.unclaimed))
    if count:
        are = "1 value of the file is" if count == 1 else f"{count:,} values of the file are"
        notes.append(f"{are} not part of the talk: see “Also in the file”.")
    kept = {**document.unclaimed, **left.kept}
    if left.count > MAX_KEPT:
        kept["…"] = f"{left.count - MAX_KEPT:,} more values, which are not kept."
    return replace(document, notes=tuple(notes), unclaimed=kept)


def _assessment(document: Assessment, data: Any) -> Assessment:
    shown = document.as_json()
    told = [*_texts(shown)]
    numbers = _numbers(shown)
    said = _Said(told, True, True)
    left = _Left()
    _walk(data, "", said, left, set(), numbers)
    if not left.count:
        return document
    kept = dict(document.unclaimed)
    for where, value in left.kept.items():
        kept[where if where not in kept else f"{where} (also)"] = value
    if left.count > MAX_KEPT:
        kept["…"] = f"{left.count - MAX_KEPT:,} more values, which are not kept."
    return replace(document, unclaimed=kept)


def _walk(
    data: Any,
    where: str,
    said: _Said,
    left: _Left,
    figures: set[str],
    numbers: set[float] | None = None,
) -> None:
    waiting: list[tuple[str, str, Any]] = [(where, "", data)]
    while waiting:
        path, key, value = waiting.pop()
        if isinstance(value, dict):
            waiting += [
                (f"{path} › {name}" if path else str(name), rows._plain(str(name)), part)
                for name, part in reversed(value.items())
            ]
        elif isinstance(value, list):
            if len(value) > LONG_LIST and has_records(value):
                _columns(value, path, said, left, figures, waiting)
            else:
                waiting += [(path, key, part) for part in reversed(value)]
        else:
            _leaf(path, key, value, said, left, figures, numbers)


def _columns(
    items: list[Any],
    path: str,
    said: _Said,
    left: _Left,
    figures: set[str],
    waiting: list[tuple[str, str, Any]],
) -> None:
    """Pass over the columns of figures of a long list; look at each different text once."""
    others = [item for item in items if not isinstance(item, dict)]
    names: dict[str, None] = {}
    for item in items:
        if isinstance(item, dict):
            names.update(dict.fromkeys(item))
    waiting += [(path, "", part) for part in reversed(others)]
    for name in names:
        values = [item[name] for item in items if isinstance(item, dict) and name in item]
        plain = rows._plain(str(name))
        inner = f"{path} › {name}"
        if plain in figures and not any(isinstance(value, (dict, list)) for value in values):
            _figures_seen(plain, values, said, left)
            if any(type(value) is str for value in values):
                for text in {value for value in values if isinstance(value, str)}:
                    _leaf(inner, plain, text, said, left, figures, None)
            continue
        texts: dict[str, int] = {}
        for value in values:
            if isinstance(value, str):
                texts[value] = texts.get(value, 0) + 1
            elif value is not None:
                waiting.append((inner, plain, value))
        for text, count in texts.items():
            before = left.count
            _leaf(inner, plain, text, said, left, figures, None)
            if left.count > before:
                left.count += count - 1


def _figures_seen(key: str, values: list[Any], said: _Said, left: _Left) -> None:
    if any(value is not None and value != "" for value in values):
        left.has_times = left.has_times or key in _TIMES
        left.has_speakers = left.has_speakers or key in _SPEAKERS


def _leaf(
    path: str,
    key: str,
    value: Any,
    said: _Said,
    left: _Left,
    figures: set[str],
    numbers: set[float] | None,
) -> None:
    if value is None or value == "":
        return
    if key in figures:
        _figures_seen(key, [value], said, left)
    if isinstance(value, str):
        if not said.holds(value) and not (key in figures and _is_figure(value)):
            left.add(path, value)
    elif isinstance(value, bool):
        if numbers is None and key not in figures:
            left.add(path, value)
    elif numbers is not None:
        if float(value) not in numbers:
            left.add(path, value)
    elif key not in figures:
        left.add(path, value)


def _is_figure(text: str) -> bool:
    """Whether a text is a number, a time or an identifier, as figures of turns are."""
    return len(text) <= 64 and (" " not in text.strip() or text[:1].isdigit())


def _texts(value: Any) -> list[str]:
    found: list[str] = []
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, dict):
            waiting += reversed(part.values())
            found += [str(name) for name in part]
        elif isinstance(part, list):
            waiting += reversed(part)
        elif isinstance(part, str):
            found.append(part)
    return found


def _numbers(value: Any) -> set[float]:
    return {
        float(found) for found in re.findall(r"-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", json.dumps(value))
    }
