"""A station is recorded when both have agreed, and until either says no."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from medtui.core.models import PracticeSession, Stage
from medtui.core.recording_consent import UNANSWERED, RecordingState, recording_state
from medtui.core.room_shared import Shared, from_json
from medtui.core.voice import Voice, joined, unpacked, why_no_voice
from medtui.documents import read
from medtui.documents.transcript import Transcript
from tests.core.test_spoken import said

HOST, GUEST, SESSION = UUID(int=1), UUID(int=2), UUID(int=9)
YES, NO = UNANSWERED.said("yes"), UNANSWERED.said("no")
AT = datetime(2030, 1, 1, 18, tzinfo=UTC)


def session(stage: Stage = Stage.INTERVIEW) -> Any:
    return PracticeSession.model_construct(
        id=SESSION, host_id=HOST, guest_id=GUEST, stage=stage, host=None, guest=None
    )


def state(
    mine: Any, theirs: Any, stage: Stage = Stage.INTERVIEW, *, is_paused: bool = False
) -> Any:
    return recording_state(session(stage), mine, theirs, is_paused=is_paused)


def test_both_have_to_agree() -> None:
    assert state(UNANSWERED, UNANSWERED) is RecordingState.OFF
    assert state(YES, UNANSWERED) is RecordingState.ASKED
    assert state(UNANSWERED, YES) is RecordingState.ASKS
    assert state(YES, YES) is RecordingState.ON
    assert state(YES, YES, is_paused=True) is RecordingState.PAUSED
    assert state(YES, YES, Stage.PREP) is RecordingState.READY
    assert state(YES, YES, Stage.WRAP_UP) is RecordingState.OFF
    for mine, theirs in ((YES, NO), (NO, YES), (NO, NO)):
        assert state(mine, theirs) is RecordingState.OFF


def test_answers_of_both_at_the_same_time_both_count() -> None:
    one = Shared().answered("yes", by_host=True)
    other = Shared().answered("yes", by_host=False).written(by_host=False)
    assert one.merged(other) == other.merged(one)
    both = from_json(one.merged(other).as_json())
    assert both is not None
    assert (both.host_consent, both.guest_consent) == (YES, YES)
    assert both.for_next_round().guest_consent == UNANSWERED


def test_a_copy_of_an_older_version_has_no_answers() -> None:
    told = Shared().written(by_host=True).as_json()
    assert "recording" not in told
    assert from_json(told) is not None
    assert from_json(told | {"recording": [[1, "yes"], [2, "maybe"]]}) is None


def voice(speaker: UUID, *utterances: Any) -> Voice:
    return Voice(SESSION, speaker, AT, 20.0, "faster-whisper tiny.en", AT, utterances)


def test_words_come_packed_and_only_as_the_senders_own() -> None:
    packed = voice(GUEST, said("My eye hurts.", 1)).packed()
    assert unpacked(packed).utterances[0].text == "My eye hurts."
    assert why_no_voice(packed, SESSION, GUEST) is None
    assert why_no_voice(packed, SESSION, HOST) == "These are the words of another person."
    assert why_no_voice(packed, UUID(int=8), GUEST) == "These words are of another session."
    for broken in (b"", b"{}", b"!", packed[:-8], packed[8:]):
        assert why_no_voice(broken, SESSION, GUEST) == "These are no words of a recording."


def test_both_become_one_transcript_whenever_it_is_made() -> None:
    one, other = voice(HOST, said("Good morning.", 0)), voice(GUEST, said("Hello, doctor.", 2.5))
    pairs = [(each.packed(), each) for each in (one, other)]
    people = {HOST: "Amara Okafor", GUEST: "Mei Tanaka"}
    content = joined(pairs, people, GUEST)
    assert content == joined(pairs, people, GUEST)
    document = read(content)
    assert isinstance(document, Transcript)
    assert [(turn.speaker, turn.text) for turn in document.turns] == [
        ("Amara Okafor", "Good morning."),
        ("Mei Tanaka", "Hello, doctor."),
    ]


def test_a_voice_of_another_time_or_without_a_zone_does_no_harm() -> None:
    one, other = voice(HOST, said("Good morning.", 0)), voice(GUEST, said("Hello, doctor.", 2.5))
    old = dataclasses.replace(other, began_at=datetime(1, 1, 1, tzinfo=UTC))
    content = joined([(one.packed(), one), (old.packed(), old)], {}, None)
    assert len(read(content).turns) == 2  # type: ignore[union-attr]
    naive = dataclasses.replace(other, began_at=datetime(2030, 1, 1))
    assert why_no_voice(naive.packed(), SESSION, GUEST) is not None


def test_one_side_alone_says_so() -> None:
    one = voice(HOST, said("Good \x1b[31mmorning.", 0))
    content = joined([(one.packed(), one)], {HOST: "Amara Okafor"}, None)
    assert b"Only Amara Okafor was recorded" in content
    assert b"\\u001b" not in content
    assert b"\x1b" not in content
