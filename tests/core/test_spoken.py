"""What two microphones heard becomes turns."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from medtui.core.spoken import HeardWord, Utterance, turns, without_loops
from medtui.core.spoken_json import Origin, transcript_json
from medtui.documents import read
from medtui.documents.transcript import Transcript


def said(text: str, start: float, level: float = -20, seconds: float = 2) -> Utterance:
    words = text.split()
    step = seconds / len(words)
    heard = tuple(
        HeardWord(word, start + at * step, start + (at + 1) * step, 0.9)
        for at, word in enumerate(words)
    )
    return Utterance(start, start + seconds, level, heard)


def test_turns_come_in_order_of_time() -> None:
    doctor = [said("Good morning.", 0), said("How can I help?", 5)]
    patient = [said("Hello.", 2.5), said("My eye hurts.", 8)]
    assert [(turn.track, turn.text) for turn in turns([doctor, patient])] == [
        (0, "Good morning."),
        (1, "Hello."),
        (0, "How can I help?"),
        (1, "My eye hurts."),
    ]


def test_what_one_says_without_the_other_is_one_turn_until_a_long_pause() -> None:
    track = [said("I was buttering toast,", 0), said("and it went grey.", 3), said("Well.", 12)]
    assert [turn.text for turn in turns([track, []])] == [
        "I was buttering toast, and it went grey.",
        "Well.",
    ]


def test_a_word_between_does_not_get_lost() -> None:
    doctor = [said("So I will explain this now", 0), said("and then you ask me.", 3)]
    patient = [said("Okay.", 1, seconds=0.3)]
    assert [turn.text for turn in turns([doctor, patient])] == [
        "So I will explain this now",
        "Okay.",
        "and then you ask me.",
    ]


def test_what_one_microphone_hears_of_the_other_is_no_turn() -> None:
    doctor = [said("Good morning, my name is Patel.", 0), said("What brings you here?", 6)]
    patient = [
        said("morning my name is Patel", 0.2, level=-45),
        said("My eye has gone grey.", 3),
    ]
    assert [turn.track for turn in turns([doctor, patient])] == [0, 1, 0]


def test_two_who_say_the_same_both_said_it() -> None:
    doctor, patient = [said("Yes.", 0)], [said("Yes.", 0.2, level=-40)]
    assert len(turns([doctor, patient])) == 2
    doctor, patient = [said("see you next week then", 0)], [said("see you next week then", 0.5)]
    assert len(turns([doctor, patient])) == 2


def test_words_that_a_model_repeats_without_end_are_said_once() -> None:
    words = said("I never " + "see you next time, " * 30 + "asked.", 0).words
    text = " ".join(word.text for word in without_loops(words))
    assert text == "I never see you next time, asked."
    no = said("No no no, I said no.", 0).words
    assert without_loops(no) == list(no)


def test_the_file_is_read_as_it_was_heard() -> None:
    doctor = [said("Good morning.", 0), said("How can I help?", 5)]
    patient = [said("Hello, doctor.", 2.5)]
    origin = Origin(
        source="room",
        model="faster-whisper base.en",
        made_at=datetime(2030, 1, 1, tzinfo=UTC),
        speakers=("Amara", "Mei"),
        consent=("Amara", "Mei"),
    )
    content = transcript_json([doctor, patient], 9.0, origin)
    document = read(content)
    assert isinstance(document, Transcript)
    assert [(turn.speaker, turn.text, turn.start) for turn in document.turns] == [
        ("Amara", "Good morning.", 0),
        ("Mei", "Hello, doctor.", 2.5),
        ("Amara", "How can I help?", 5),
    ]
    assert document.duration == 9.0
    assert document.turns[1].words[0].text == "Hello,"
    assert "faster-whisper base.en" in json.dumps(document.unclaimed)
    assert "Good" not in json.dumps(document.unclaimed)
