"""Names for the turns of a transcript that has no speakers."""

from __future__ import annotations

from medtui.documents.said_by import named, voices_of, with_voices
from medtui.documents.transcript import Transcript, Turn

TALK = Transcript("test", tuple(Turn(text) for text in ("Hello.", "Hm.", "It hurts.", "Where?")))
NONE = ("",) * 4


def test_two_names_take_turns_from_there_to_the_end() -> None:
    assert named(NONE, [1], "Mei", "Amara") == ("", "Mei", "Amara", "Mei")


def test_turns_chosen_together_are_one_persons() -> None:
    assert named(NONE, [0, 1], "Mei", "Amara") == ("Mei", "Mei", "Amara", "Mei")


def test_one_name_is_that_of_the_chosen_turns_alone() -> None:
    assert named(("A", "B", "A", "B"), [2], "B", "") == ("A", "B", "B", "B")


def test_an_empty_name_takes_one_away_and_without_any_there_are_no_voices() -> None:
    assert named(("A", "B", "A", "B"), [3], "", "") == ("A", "B", "A", "")
    assert named(("", "B", "", ""), [1], "", "") == ()


def test_the_last_turn_has_none_after_it() -> None:
    assert named(NONE, [3], "Mei", "Amara") == ("", "", "", "Mei")


def test_the_names_are_the_speakers() -> None:
    told = with_voices(TALK, ("Mei", "", "Amara", "Mei"))
    assert told.speakers == ("Mei", "Amara")
    assert [turn.speaker for turn in told.turns] == ["Mei", None, "Amara", "Mei"]
    assert [turn.text for turn in told.turns] == [turn.text for turn in TALK.turns]
    assert voices_of(told) == ("Mei", "", "Amara", "Mei")


def test_names_of_another_transcript_are_not_taken() -> None:
    assert with_voices(TALK, ("Mei", "Amara")) is TALK
    own = Transcript("test", (Turn("Hello.", "0"), Turn("Hm.")))
    assert with_voices(own, ("Mei", "Amara")) is own
