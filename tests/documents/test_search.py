"""Words are found as they are typed; where the station begins; what is remembered."""

from __future__ import annotations

import json
import stat
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.documents.search import Hit, Search
from medtui.documents.station_start import first_turn, opening
from medtui.documents.transcript import Transcript, Turn
from medtui.documents.words import clock, length, seconds_of, speaker_words
from medtui.store.speaker_names import MOST, Remembered, SpeakerNames


def talk(*texts: str, every: float | None = 10.0) -> Transcript:
    turns = [
        Turn(text, "a", *((n * every, n * every + 5) if every is not None else ()))
        for n, text in enumerate(texts)
    ]
    return Transcript("test", tuple(turns))


def hits(search: Search, words: str) -> list[Hit]:
    search.find(words)
    return [search.hit(number) for number in range(len(search))]


def test_every_place_is_found_case_aside() -> None:
    search = Search(talk("Sorry, I am sorry.", "What?", "SORRY"))
    assert hits(search, "sorry") == [Hit(0, 0, 5), Hit(0, 12, 17), Hit(2, 0, 5)]
    assert [list(search.within(turn)) for turn in range(3)] == [[0, 1], [], [2]]
    assert [search.from_turn(turn) for turn in (0, 1, 2, 3)] == [0, 2, 2, 0]


def test_nothing_is_found_for_nothing() -> None:
    search = Search(talk("Sorry"))
    assert [hits(search, words) for words in ("", "  ", "x")] == [[], [], []]
    assert search.from_turn(0) is None


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=5), st.data())
def test_hits_are_where_they_say(texts: list[str], data: st.DataObject) -> None:
    texts = [" ".join(text.split()) for text in texts]
    text = data.draw(st.sampled_from(texts))
    start = data.draw(st.integers(0, len(text)))
    part = " ".join(text[start : start + 4].split())
    found = hits(Search(talk(*texts)), part)
    assert bool(found) == bool(part)
    for hit in found:
        assert texts[hit.turn][hit.start : hit.end].lower() == part.lower() or "İ" in part


def test_a_search_of_five_hours_is_quick() -> None:
    search = Search(talk(*["the patient was seen in clinic again today"] * 8_000))
    start = time.process_time()
    for words in ("t", "th", "the", "the p", "nothing"):
        search.find(words)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize(
    ("texts", "turn"),
    [
        (["Are you ready?", "Yes.", "I'll start the timer now.", "Hello, I'm Dr Lowe."], 3),
        (["The clock is running.", "Hello.", "Hi."], 1),
        (["You may begin.", "Hello."], 1),
        (["Hello, when did it start?", "It started on Friday."], 0),
        (["Hello."] * 20 + ["Let's start the clock."] + ["Yes."] * 5, 0),
        ([], 0),
    ],
)
def test_the_station_begins_at_the_phrase_that_says_so(texts: list[str], turn: int) -> None:
    assert opening(talk(*texts)) == turn


def test_the_first_turn_at_a_time_that_was_said() -> None:
    assert [first_turn(talk("a", "b", "c"), at) for at in (None, 0, 10, 11, 500)] == [0, 0, 1, 2, 0]
    assert first_turn(talk("a", "b", "c", every=None), 2.0) == 2


def test_what_was_said_of_a_transcript_is_remembered(tmp_path: Path) -> None:
    file = tmp_path / "state" / "reviews.json"
    assert SpeakerNames(file, "x").recall() == Remembered()
    SpeakerNames(file, "x").save(Remembered({"A": "You"}, 12.5))
    SpeakerNames(file, "y").save(Remembered({"A": "Patient"}))
    assert SpeakerNames(file, "x").recall() == Remembered({"A": "You"}, 12.5)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    lock = file.with_name(f".{file.name}.lock")
    assert sorted(file.parent.iterdir()) == [lock, file]


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"x": 3}', '{"x": {"names": [], "begins": "q"}}']
)
def test_a_broken_memory_is_an_empty_one(content: str, tmp_path: Path) -> None:
    file = tmp_path / "reviews.json"
    file.write_text(content)
    assert SpeakerNames(file, "x").recall() == Remembered()
    SpeakerNames(file, "x").save(Remembered({"A": "You"}))
    assert SpeakerNames(file, "x").recall().names == {"A": "You"}


def test_the_oldest_is_forgotten_first(tmp_path: Path) -> None:
    file = tmp_path / "reviews.json"
    kept = {str(number): {"names": {"A": str(number)}, "begins": None} for number in range(MOST)}
    file.write_text(json.dumps(kept))
    SpeakerNames(file, "new").save(Remembered({"A": "new"}))
    assert SpeakerNames(file, "0").recall() == Remembered()
    assert SpeakerNames(file, "1").recall().names == {"A": "1"}
    assert SpeakerNames(file, "new").recall().names == {"A": "new"}


def test_times_and_speakers_in_words() -> None:
    assert [clock(at) for at in (None, 8.9, 750, 3723)] == ["", "0:08", "12:30", "1:02:03"]
    assert [length(at) for at in (4.4, 60, 492, 3900)] == [
        "4 s",
        "1 min",
        "8 min 12 s",
        "1 h 5 min",
    ]
    assert [seconds_of(text) for text in ("90", "1:30", "1:02:03", "x", "1:", "")] == [
        90, 90, 3723, None, None, None,
    ]  # fmt: skip
    labels = ("0", "A", "spk_1", "SPEAKER_00", "Imogen Lowe", "candidate", None)
    assert [speaker_words(label) for label in labels] == [
        "Speaker 0", "Speaker A", "Spk 1", "Speaker 00", "Imogen Lowe", "Candidate", "?",
    ]  # fmt: skip
    assert speaker_words("0", {"0": "You"}) == "You"
