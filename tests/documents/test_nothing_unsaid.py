"""Whatever is done to a file, its words are in the document, or counted in a note."""

from __future__ import annotations

import json
import random
import re
from pathlib import Path
from typing import Any

import pytest

from medtui.documents import Assessment, Document, DocumentError, read
from medtui.documents.assessments.values import result
from medtui.documents.decode import text_of_bytes
from medtui.documents.fields import clean
from medtui.documents.json_text import value_of
from tests.documents.conventions import CASES
from tests.documents.fault_assessments import ASSESSMENTS
from tests.documents.fault_talks import TALKS
from tests.documents.test_hostile import check as check_document

SAMPLES = Path(__file__).parent / "samples"
TEXTS = (".txt", ".vtt", ".srt", ".sbv", ".tsv", ".cha")
FILES = [path for path in sorted(SAMPLES.rglob("*.*")) if path.name[0] != "_"]
VARIANTS = [
    content for part in (TALKS, ASSESSMENTS) for pair in part.values() for content, _ in pair
] + [case.data for case in CASES.values()]
MARK_WORDS = {"marks", "points", "out", "score", "total", "overall", "json", "result", "strengths",
              "areas", "for", "improvement"}  # fmt: skip
"""Around the figures of a mark, which are compared as numbers."""
MORE = re.compile(r"more values|not kept")


def values() -> list[Any]:
    """All samples and variants that are JSON."""
    found = [content for content in VARIANTS if not isinstance(content, str)]
    for path in FILES:
        value = value_of(text_of_bytes(path.read_bytes()))
        if isinstance(value, (dict, list)):
            found.append(value)
    return found


VALUES = values()


def mutated(value: Any, chance: random.Random, share: float) -> Any:
    """A value in which keys are renamed, values dropped, emptied, or of another type."""
    if chance.random() < share:
        return chance.choice(
            [None, "", 0, 7, -3, 0.5, 1e300, True, [], {}, "two words", "n/a", "\ud83d", ["a b"],
             [1, 2], {"a": "b c"}, str(value)[:80], [value], [value, value], {"value": value}]
        )  # fmt: skip
    if isinstance(value, dict):
        return {
            (f"x{key[::-1]}" if chance.random() < share else key): mutated(part, chance, share)
            for key, part in value.items()
            if chance.random() > share / 2
        }
    if isinstance(value, list):
        return [mutated(part, chance, share) for part in value if chance.random() > share / 2]
    return value


def texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for part in value.values() for text in texts(part)]
    if isinstance(value, (list, tuple)):
        return [text for part in value for text in texts(part)]
    if not isinstance(value, str):
        return []
    try:
        inner = value_of(value)
    except DocumentError:
        inner = None
    return texts(inner) if isinstance(inner, (dict, list)) else [value]


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{3,}", clean(text).casefold())) - MARK_WORDS


def check_nothing_unsaid(value: Any, document: Document) -> None:
    told = json.dumps(document.as_json(), ensure_ascii=False, default=str)
    if MORE.search(told):
        return
    shown = words(told) | words(" ".join(texts(document.as_json())))
    for text in texts(value):
        if " " in text.strip() and result(text) is None:
            missing = words(text) - shown
            assert not missing, (text, missing)


def check(seed: int) -> None:
    chance = random.Random(seed)
    value = mutated(chance.choice(VALUES), chance, chance.choice([0.005, 0.02, 0.08]))
    try:
        document = read(json.dumps(value).encode("utf-8", "surrogatepass"))
    except DocumentError:
        return
    check_document(document)
    check_nothing_unsaid(value, document)


@pytest.mark.parametrize("start", range(0, 400, 100))
def test_nothing_of_a_spoilt_file_is_unsaid(start: int) -> None:
    for seed in range(start, start + 100):
        check(seed)


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 11_000, 1_000))
def test_nothing_of_ten_thousand_spoilt_files_is_unsaid(start: int) -> None:
    for seed in range(start, start + 1_000):
        check(seed)


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.suffix in TEXTS], ids=lambda path: path.name
)
def test_every_line_of_a_text_is_said(path: Path) -> None:
    """Of captions, tables and texts, too: no line may vanish."""
    data = path.read_bytes()
    found = read(data)
    shown = words(" ".join(texts(found.as_json())))
    for line in text_of_bytes(data).splitlines():
        assert words(re.sub(r"<[^>]*>|&#?\w+;|\{\\[^}]*\}", " ", line)) <= shown | {
            *("webvtt", "kind", "captions", "language", "start", "end", "text", "align"),
            *("position", "score", "speaker", "spokentext", "startdatetime", "enddatetime"),
            *("speakername", "spokenlanguage"),
        }, line  # fmt: skip


def test_numbers_and_single_words_that_are_not_understood_are_kept() -> None:
    found = read(json.dumps({
        "turns": [{"speaker": "Ann", "text": "Good morning.", "mood": "calm", "level": 41}],
        "ward": "seven", "bed": 17,
    }).encode())  # fmt: skip
    assert found.unclaimed == {
        "turns › mood": "calm",
        "turns › level": 41,
        "ward": "seven",
        "bed": 17,
    }
    assert found.notes == (
        "4 values of the file are not part of the consultation: see “Also in the file”.",
    )


def test_times_and_speakers_that_are_not_understood_are_said() -> None:
    rows = [{"speaker": {"x": {"y": 1}}, "start": "soon", "text": "Good morning, all."}] * 2
    found = read(json.dumps({"turns": rows}).encode())
    assert any("times that are not understood" in note for note in found.notes)


def test_a_file_with_a_talk_and_marks_gives_both() -> None:
    turns = [{"speaker": "Ann", "text": "Any pain?"}, {"speaker": "Bo", "text": "None."}]
    found = read(json.dumps({"turns": turns, "total_score": 3, "max_score": 4}).encode())
    assert isinstance(found, Assessment)
    assert found.overall.percent == 75
    assert found.talk is not None
    assert [turn.text for turn in found.talk.turns] == ["Any pain?", "None."]


def test_what_is_asked_for_decides() -> None:
    data = json.dumps({"strengths": ["Warm", "Calm"], "text": "One line.\nAnd two lines."}).encode()
    assert read(data, "transcript").as_json()["kind"] == "transcript"
    assert read(data, "assessment").as_json()["kind"] == "assessment"
    assert read(data).is_doubtful
