"""Whose marks an assessment holds: they never change their owner, whatever becomes of the row."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from medtui.core.history import FileSummary, History, MarkSummary
from medtui.core.marks_owner import marked_by, owner_of, owner_words
from medtui.core.models import FileKind, PracticeSession, Profile, Stage
from medtui.core.progress import By, progress
from medtui.documents.assessment import Marker, Owner

HOST, GUEST, STRANGER = (UUID(int=n) for n in (1, 2, 3))
CASE, OTHER_CASE = UUID(int=11), UUID(int=12)
AT = datetime(2026, 11, 30, 18, tzinfo=UTC)
PEOPLE = {
    HOST: Profile(user_id=HOST, first_name="Lena", last_name="Vogt", training_level="st1"),
    GUEST: Profile(user_id=GUEST, first_name="Ben", last_name="Adeyemi", training_level="st2"),
}


def row(candidate: UUID | None = HOST, **more: Any) -> PracticeSession:
    values: dict[str, Any] = {
        "id": UUID(int=9), "host_id": HOST, "guest_id": GUEST, "datetime_utc": AT, "version": 3,
        "candidate_id": candidate, "case_id": CASE, "host": PEOPLE[HOST], "guest": PEOPLE[GUEST],
        "case": {"id": CASE, "category": "Red eye", "domain": "empathy"},
    }  # fmt: skip
    return PracticeSession.model_validate(values | more)


def history_of(me: UUID, session: PracticeSession, owner: Owner, came_at: datetime) -> History:
    marks = MarkSummary(Marker.HUMAN, 70.0, owner=owner)
    history = History(me, ZoneInfo("UTC"))
    history.read([session])
    files = frozenset({FileKind.ASSESSMENT})
    history.set_files(session.id, FileSummary(files, "1", marks, at=came_at))
    return history


def credited(me: UUID, session: PracticeSession, owner: Owner, came_at: datetime) -> int:
    entries = history_of(me, session, owner, came_at).entries
    return sum(len(series.points) for series in progress(entries, By.DOMAIN))


people = st.sampled_from([HOST, GUEST])
owners = st.builds(Owner, candidate_id=st.sampled_from([None, HOST, GUEST, STRANGER]))
times = st.none() | st.integers(-60, 60).map(lambda n: AT + timedelta(minutes=n))


@given(people | st.none(), owners, times, st.sampled_from(list(Stage)))
def test_marks_count_for_one_person_at_most_and_for_the_one_that_the_file_names(
    candidate: UUID | None, owner: Owner, turned_at: datetime | None, stage: Stage
) -> None:
    session = row(candidate, turned_at=turned_at, version=stage)
    counts = {me: credited(me, session, owner, AT) for me in (HOST, GUEST)}
    assert sum(counts.values()) <= 1
    if owner.candidate_id is not None:
        assert counts == {me: int(me == owner.candidate_id) for me in (HOST, GUEST)}


@given(people, times)
def test_a_file_that_names_nobody_counts_for_the_rows_candidate_unless_it_was_turned_since(
    candidate: UUID, turned_at: datetime | None
) -> None:
    found = owner_of(Owner(), row(candidate, turned_at=turned_at), AT)
    assert found == (None if turned_at is not None and turned_at >= AT else candidate)


def test_marks_of_another_case_are_not_counted_under_the_rows_one() -> None:
    owner = Owner(candidate_id=HOST, case_id=OTHER_CASE)
    entries = history_of(HOST, row(HOST), owner, AT).entries
    assert [series.name for series in progress(entries, By.CATEGORY)] == ["no case"]
    entries = history_of(HOST, row(HOST), replace(owner, case_id=CASE), AT).entries
    assert [series.name for series in progress(entries, By.CATEGORY)] == ["Red eye"]


def test_a_fellow_trainee_is_named_and_is_no_examiner() -> None:
    ben = PEOPLE[GUEST]
    assert marked_by(Marker.HUMAN, ben, HOST) == "by Ben Adeyemi"
    assert marked_by(Marker.HUMAN, ben, GUEST) == "by you"
    assert marked_by(Marker.EXAMINER, ben, HOST) == "by Ben Adeyemi, as an examiner"
    assert marked_by(Marker.HUMAN, None, HOST) == "by a person"
    assert marked_by(Marker.AI, ben, HOST) == "AI, formative"


def test_marks_of_somebody_else_are_shown_with_that_name() -> None:
    session = row(HOST)
    assert owner_words(HOST, session, HOST) == ""
    assert owner_words(GUEST, session, HOST).startswith("These are the marks of Ben Adeyemi")
    assert owner_words(GUEST, session, GUEST).startswith("These marks are yours")
    assert owner_words(STRANGER, session, HOST).startswith("These are the marks of another person")
    assert "count for neither of you" in owner_words(None, session, HOST)
