"""What others did to one's sessions, as plain data: what is told, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from medtui.core.notices import (
    Known,
    Notice,
    What,
    added,
    compare,
    compare_files,
    freed_words,
    gone_words,
    known_of,
    words,
)
from medtui.models import FileKind, PracticeSession, Profile, Stage
from tests.core.test_agenda import person, session

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 12, 20, 9, 0, tzinfo=UTC)
START = datetime(2026, 12, 24, 18, 0, tzinfo=UTC)
AMARA, MEI = person("Amara", "Okafor"), person("Mei", "Tanaka")


def mock(**values: object) -> PracticeSession:
    """Amara's mock of Christmas Eve, booked by Mei."""
    seats = {"host": AMARA, "guest": MEI, "guest_id": MEI.user_id, "starts_at": START}
    return session(**(seats | values))


def told(before: PracticeSession, after: PracticeSession | None, me: Profile = MEI) -> str | None:
    """What one of the two reads of what has become of a session."""
    notice = compare(known_of(before, me.user_id, NOW), after, me.user_id)
    return words(notice, LONDON) if notice else None


def free(booked: PracticeSession) -> PracticeSession:
    return booked.model_copy(update={"guest": None, "guest_id": None})


def test_the_guest_reads_by_name_what_the_host_did() -> None:
    booked = mock()
    moved = booked.model_copy(update={"starts_at": START + timedelta(days=1, minutes=30)})
    assert told(booked, None) == "Amara Okafor cancelled your mock of Thu 24 Dec, 18:00."
    assert told(booked, moved) == (
        "Amara Okafor moved your mock of Thu 24 Dec, 18:00 to Fri 25 Dec, 18:30."
    )
    assert told(booked, free(booked)) == (
        "Amara Okafor freed your seat in the mock of Thu 24 Dec, 18:00."
    )
    clinical = mock(type="clinical")
    assert told(clinical, None) == (
        "Amara Okafor cancelled your clinical session of Thu 24 Dec, 18:00."
    )


def test_the_host_reads_that_the_guest_has_left_and_nothing_of_their_own_acts() -> None:
    booked = mock()
    tom = person("Tom", "Ellery")
    left = "Mei Tanaka left your mock of Thu 24 Dec, 18:00."
    other = booked.model_copy(update={"guest": tom, "guest_id": tom.user_id})
    moved = booked.model_copy(update={"starts_at": START + timedelta(hours=1)})
    assert told(booked, free(booked), AMARA) == left
    assert told(booked, other, AMARA) == left
    assert told(free(booked), booked, AMARA) is None  # the board shows who has booked
    assert told(booked, moved, AMARA) is None
    assert told(booked, None, AMARA) is None


def test_what_is_as_it_was_is_no_news() -> None:
    booked = mock()
    started = booked.model_copy(update={"stage": Stage.INTERVIEW, "room_url": "https://x.org"})
    assert told(booked, booked) is None
    assert told(booked, started) is None


def test_files_that_the_host_has_deleted() -> None:
    both = frozenset({FileKind.TRANSCRIPT, FileKind.ASSESSMENT})
    known = known_of(mock(), MEI.user_id, NOW).model_copy(update={"files": both})
    notice = compare_files(known, frozenset())
    assert notice is not None
    assert words(notice, LONDON) == (
        "Amara Okafor deleted the transcript and the assessment of your mock of Thu 24 Dec, 18:00."
    )
    one = compare_files(known, frozenset({FileKind.TRANSCRIPT}))
    assert one is not None
    assert words(one, LONDON).startswith("Amara Okafor deleted the assessment of")
    assert compare_files(known, both) is None
    hosted = known.model_copy(update={"is_host": True})
    assert compare_files(hosted, frozenset()) is None


def test_that_a_station_was_held_is_remembered_when_it_is_back_in_prep() -> None:
    me = MEI.user_id
    held = known_of(mock(stage=Stage.WRAP_UP), me, NOW)
    assert held.was_held
    assert known_of(mock(), me, NOW, held).was_held
    assert not known_of(mock(), me, NOW).was_held


def moved(hours: float, to: float) -> Notice:
    known = known_of(mock(id=ID, starts_at=START + timedelta(hours=hours)), MEI.user_id, NOW)
    after = mock(id=ID, starts_at=START + timedelta(hours=to))
    notice = compare(known, after, MEI.user_id)
    assert notice is not None
    return notice


ID = uuid4()


def test_several_moves_are_one_and_none_where_it_is_back() -> None:
    first, second, back = moved(0, 1), moved(1, 2), moved(2, 0)
    [notice] = added(added([], first), second)
    assert words(notice, LONDON).endswith("of Thu 24 Dec, 18:00 to Thu 24 Dec, 20:00.")
    assert added([notice], back) == []


def test_what_was_moved_and_cancelled_is_told_by_the_time_that_one_knows() -> None:
    cancelled = compare(
        known_of(mock(id=ID, starts_at=START + timedelta(hours=1)), MEI.user_id, NOW),
        None,
        MEI.user_id,
    )
    assert cancelled is not None
    [notice] = added([moved(0, 1)], cancelled)
    assert notice.what is What.CANCELLED
    assert words(notice, LONDON).endswith("your mock of Thu 24 Dec, 18:00.")


def test_the_same_thing_is_told_once() -> None:
    notice = moved(0, 1)
    later = notice.model_copy(update={"since": NOW + timedelta(hours=1)})
    assert added([notice], later) == [notice]


@pytest.mark.parametrize("what", list(What))
def test_hostile_names_and_types_are_harmless_and_nothing_else_is_kept(what: What) -> None:
    evil = person("\x1b[2JAda", "[red]Lovelace[/]")
    row = mock(host=evil, type="\x1b]0;x\x07mock\n\u202e", room_url="https://secret.example")
    known = known_of(row, MEI.user_id, NOW)
    kept = Known.model_validate_json(known.model_dump_json())
    notice = Notice(
        what=what, since=NOW, session_id=row.id, who=kept.partner, type=kept.type, starts_at=START
    )
    said = words(Notice.model_validate_json(notice.model_dump_json()), LONDON)
    assert said.isprintable()
    assert "[red]Lovelace[/]" in said
    assert "secret" not in known.model_dump_json()


def test_who_looks_at_a_session_that_goes_is_told_which() -> None:
    booked = mock()
    assert gone_words(booked, MEI.user_id, LONDON).startswith("Amara Okafor cancelled your mock")
    assert gone_words(booked, AMARA.user_id, LONDON) == (
        "Your mock of Thu 24 Dec, 18:00 was cancelled."
    )
    assert gone_words(booked, uuid4(), LONDON).startswith("Amara Okafor cancelled the mock of")
    assert freed_words(booked, MEI.user_id, LONDON).startswith("Amara Okafor freed your seat in")
