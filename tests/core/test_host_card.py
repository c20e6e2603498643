"""A person's card: what was practised together, and their coming sessions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from medtui.core.host_card import Together, coming_of, why_no_card
from medtui.core.models import PracticeSession, Profile

ME, TOM = UUID(int=1), UUID(int=2)
NOW = datetime(2030, 11, 26, 18, 4, tzinfo=UTC)


def session(days: float, **columns: object) -> PracticeSession:
    row = {"id": UUID(int=9), "host_id": TOM, "guest_id": ME, "version": 3, **columns}
    return PracticeSession.model_validate(row | {"datetime_utc": NOW + timedelta(days=days)})


def words(*sessions: PracticeSession) -> str:
    return Together.of(sessions, ME).words(NOW, UTC)


def test_what_was_practised_is_counted_with_the_viewers_roles() -> None:
    assert words() == "You have not practised together yet."
    assert words(session(1, version=1)) == "You have not practised together yet."
    assert words(session(-1)) == "Practised together once, last yesterday."
    held = [session(-400, candidate_id=ME), session(-12, candidate_id=TOM)]
    held.append(session(-30, host_id=ME, guest_id=TOM, candidate_id=ME))
    assert words(*held) == (
        "Practised together 3 times, last Thu 14 Nov. You: 2 as the candidate, 1 as the actor."
    )
    assert words(held[0]).startswith("Practised together once, last Mon 22 Oct 2029.")


def test_coming_sessions_are_those_that_the_person_hosts_in_order() -> None:
    later, soon = session(2, version=1), session(1, version=1, guest_id=None)
    others = [session(-1, version=1), session(1, host_id=ME, guest_id=TOM, version=1)]
    assert coming_of([later, *others, soon], TOM, NOW) == [soon, later]


def test_without_the_other_one_there_is_no_card() -> None:
    own = session(1, host_id=ME, guest_id=None, version=1)
    assert why_no_card(own, ME) == (
        "You host this session, and its seat is free: there is no card to show yet."
    )
    assert why_no_card(session(1), ME) == "This person's profile cannot be read."
    profile = Profile(user_id=TOM, first_name="Tom", last_name="Ellery", training_level="st1")
    assert why_no_card(session(1).model_copy(update={"host": profile}), ME) is None
