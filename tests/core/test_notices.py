"""What others did to one's sessions, as plain data: what is told, and in which words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from medtui.core.models import FileKind, PracticeSession, Profile, Stage
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
    notices = compare(known_of(before, me.user_id, NOW), after, me.user_id)
    return " ".join(words(notice, LONDON) for notice in notices) or None


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
    assert (told(booked, other, AMARA) or "").startswith(left)
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
    [notice] = compare_files(known, frozenset())
    assert words(notice, LONDON) == (
        "Amara Okafor deleted the transcript and the assessment of your mock of Thu 24 Dec, 18:00."
    )
    [one] = compare_files(known, frozenset({FileKind.TRANSCRIPT}))
    assert words(one, LONDON).startswith("Amara Okafor deleted the assessment of")
    assert compare_files(known, both) == []
    hosted = known.model_copy(update={"is_host": True})
    assert compare_files(hosted, frozenset()) == []


def test_files_that_have_come_are_told_to_both() -> None:
    known = known_of(mock(), MEI.user_id, NOW)
    [notice] = compare_files(known, frozenset({FileKind.TRANSCRIPT}))
    assert words(notice, LONDON) == (
        "Your mock of Thu 24 Dec, 18:00 with Amara Okafor: transcript uploaded."
    )
    [both] = compare_files(known_of(mock(), AMARA.user_id, NOW), frozenset(FileKind))
    assert words(both, LONDON).endswith("Tanaka: transcript and assessment uploaded.")


def test_files_of_a_session_that_this_machine_learns_of_late_are_no_news() -> None:
    late = known_of(mock(), MEI.user_id, START + timedelta(hours=1))
    assert compare_files(late, frozenset(FileKind)) == []
    early = known_of(mock(), MEI.user_id, NOW)
    begun = known_of(mock(stage=Stage.INTERVIEW), MEI.user_id, START, early)
    assert len(compare_files(begun, frozenset(FileKind))) == 1


def test_the_host_reads_who_has_booked_and_who_took_the_place_of_whom() -> None:
    booked = mock()
    assert told(free(booked), booked, AMARA) == (
        "Mei Tanaka booked your mock of Thu 24 Dec, 18:00."
    )
    sam = person("Sam", "Oduya")
    other = booked.model_copy(update={"guest": sam, "guest_id": sam.user_id})
    assert told(booked, other, AMARA) == (
        "Mei Tanaka left your mock of Thu 24 Dec, 18:00."
        " Sam Oduya booked your mock of Thu 24 Dec, 18:00."
    )
    # Each of them is a notice of its own, also while the other is not read yet.
    first = compare(known_of(free(booked), AMARA.user_id, NOW), booked, AMARA.user_id)
    second = compare(known_of(free(booked), AMARA.user_id, NOW), other, AMARA.user_id)
    assert len(added(added([], *first), *second)) == 2


def test_that_a_station_was_held_is_remembered_when_it_is_back_in_prep() -> None:
    me = MEI.user_id
    held = known_of(mock(stage=Stage.WRAP_UP), me, NOW)
    assert held.was_held
    assert known_of(mock(), me, NOW, held).was_held
    assert not known_of(mock(), me, NOW).was_held


def moved(hours: float, to: float) -> Notice:
    known = known_of(mock(id=ID, starts_at=START + timedelta(hours=hours)), MEI.user_id, NOW)
    after = mock(id=ID, starts_at=START + timedelta(hours=to))
    [notice] = compare(known, after, MEI.user_id)
    return notice


ID = uuid4()


def test_several_moves_are_one_and_none_where_it_is_back() -> None:
    first, second, back = moved(0, 1), moved(1, 2), moved(2, 0)
    [notice] = added(added([], first), second)
    assert words(notice, LONDON).endswith("of Thu 24 Dec, 18:00 to Thu 24 Dec, 20:00.")
    assert added([notice], back) == []


def test_what_was_moved_and_cancelled_is_told_by_the_time_that_one_knows() -> None:
    [cancelled] = compare(
        known_of(mock(id=ID, starts_at=START + timedelta(hours=1)), MEI.user_id, NOW),
        None,
        MEI.user_id,
    )
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


def test_what_has_happened_again_is_told_again_though_the_first_is_not_read() -> None:
    [left] = compare(known_of(mock(), AMARA.user_id, NOW), free(mock()), AMARA.user_id)
    minute = timedelta(minutes=1)
    first = left.model_copy(update={"at": NOW + minute})
    other_window = left.model_copy(update={"since": NOW + minute / 2, "at": NOW + 2 * minute})
    again = left.model_copy(update={"since": NOW + 3 * minute, "at": NOW + 4 * minute})
    assert added([first], other_window) == [first]
    assert added([first], again) == [again]
