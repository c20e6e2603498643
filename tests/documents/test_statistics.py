"""The figures of a talk, as an examiner would note them."""

from __future__ import annotations

import pytest

from medtui.documents.export import figures
from medtui.documents.statistics import statistics_of
from medtui.documents.transcript import Transcript, Turn


def talk(*turns: Turn, duration: float | None = None) -> Transcript:
    return Transcript("test", turns, duration)


TIMED = talk(
    Turn("Start the clock now.", "d", 0, 2),
    Turn("How are you? What brings you?", "d", 5, 9),
    Turn("My eye.", "p", 13.5, 14.5),
    Turn("It hurts a lot.", "p", 15, 17),
    Turn("Since when?", "d", 18, 19),
    duration=25,
)


def test_who_spoke_how_much() -> None:
    found = statistics_of(TIMED)
    assert (found.duration, found.words, found.is_timed) == (25, 18, True)
    doctor, patient = found.shares
    assert (doctor.speaker, doctor.words, doctor.seconds, doctor.questions) == ("d", 12, 7, 3)
    assert (patient.words, patient.seconds) == (6, 3)
    assert doctor.share == pytest.approx(0.7)
    assert found.questions == 3


def test_the_longest_monologue_and_the_pauses() -> None:
    found = statistics_of(TIMED)
    assert found.longest is not None
    assert (found.longest.speaker, found.longest.turn, found.longest.seconds) == ("d", 0, 9)
    assert (found.pauses, found.longest_pause) == (2, 4.5)


def test_talk_before_the_station_does_not_count() -> None:
    found = statistics_of(TIMED, begins=1)
    assert (found.duration, found.words) == (20, 14)
    assert found.longest is not None
    assert (found.longest.turn, found.longest.seconds) == (1, 4)


def test_without_times_words_are_shared_and_pauses_unknown() -> None:
    found = statistics_of(talk(Turn("one two three", "a"), Turn("four", "b")))
    assert [share.share for share in found.shares] == [0.75, 0.25]
    assert (found.duration, found.pauses, found.is_timed) == (None, None, False)
    assert found.longest is not None
    assert (found.longest.words, found.longest.seconds) == (3, None)


def test_in_words() -> None:
    assert figures(statistics_of(TIMED), {"d": "You"}) == [
        "25 s", "18 words", "You 70%, 12 words", "Speaker p 30%, 6 words", "longest 9 s (You)",
        "3 questions", "2 pauses, longest 4 s",
    ]  # fmt: skip
    assert figures(statistics_of(talk()), {}) == ["0 words", "0 questions"]


def test_a_long_name_is_cut_where_there_is_little_room() -> None:
    found = figures(statistics_of(TIMED), {"d": "Maximiliana Theodora Smith"}, 12)
    assert "Maximiliana… 70%, 12 words" in found
    assert "longest 9 s (Maximiliana…)" in found


def test_of_a_crowd_those_who_spoke_most() -> None:
    said = ["a", "a b", "a b c", "a b c d", "a b c d e", "a b c d e f"]
    turns = (Turn(text, f"s{number}") for number, text in enumerate(said))
    assert figures(statistics_of(talk(*turns)), {}) == [
        "21 words", "S5 29%, 6 words", "S4 24%, 5 words", "S3 19%, 4 words", "S2 14%, 3 words",
        "2 others", "longest 6 words (S5)", "0 questions",
    ]  # fmt: skip


def test_labels_of_one_name_are_one_speaker() -> None:
    split = talk(Turn("one two", "a", 0, 2), Turn("three", "c", 2, 4), Turn("four", "b", 4, 5))
    assert figures(statistics_of(split, 0, {"a": "You", "c": "You"}), {"a": "You", "c": "You"}) == [
        "4 words", "You 80%, 3 words", "Speaker b 20%, 1 word", "longest 4 s (You)",
        "0 questions", "0 pauses",
    ]  # fmt: skip
