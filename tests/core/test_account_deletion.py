"""What a user is told before the account is deleted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from medtui.core.account_deletion import ALWAYS, Consequences
from medtui.core.models import PracticeSession, Profile, Stage

ME = UUID(int=1)
NOW = datetime(2026, 11, 30, 18, 0, tzinfo=UTC)


def person(name: str) -> Profile:
    return Profile(
        user_id=UUID(int=sum(map(ord, name))), first_name=name, last_name="", training_level="st1"
    )


def session(
    *,
    host: str | None = None,
    guest: str | None = None,
    hours: float = 2,
    stage: Stage = Stage.PREP,
) -> PracticeSession:
    """One that the user hosts, unless another does: then the user is the guest."""
    hosting, booking = person(host or "Ma"), person(guest or "Ma")
    return PracticeSession(
        id=uuid4(),
        host_id=hosting.user_id if host else ME,
        guest_id=ME if host else booking.user_id if guest else None,
        host=hosting if host else None,
        guest=booking if guest else None,
        datetime_utc=NOW + timedelta(hours=hours),
        type="mock",
        version=stage.value,
        created_at=NOW,
    )


def said(*sessions: PracticeSession) -> list[str]:
    sentences = Consequences.of(sessions, ME, NOW).sentences()
    assert tuple(sentences[-len(ALWAYS) :]) == ALWAYS
    return sentences[: -len(ALWAYS)]


def test_what_is_coming_is_cancelled_and_who_loses_a_seat_is_named() -> None:
    assert said() == ["You host no coming session."]
    assert said(session()) == ["Your coming session is cancelled."]
    assert said(session(guest="Ben")) == ["Your coming session is cancelled. Ben loses the seat."]
    assert said(session(), session(guest="Ben"), session(guest="Mei", hours=9)) == [
        "Your 3 coming sessions are cancelled. Ben and Mei lose their seats."
    ]
    many = [session(guest=name, hours=at) for at, name in enumerate("ABCDEF")]
    assert said(*many) == [
        "Your 6 coming sessions are cancelled. A, B and 4 others lose their seats."
    ]
    assert said(session(guest="Ben"), session(guest="Ben")) == [
        "Your 2 coming sessions are cancelled. Ben loses the seat."
    ]


def test_seats_that_are_given_back_and_what_stays_with_partners() -> None:
    none = "You host no coming session."
    assert said(session(host="Amara")) == [none, "Your seat with Amara is free again."]
    assert said(session(host="Amara"), session(host="Ben", hours=3)) == [
        none,
        "Your 2 seats with Amara and Ben are free again.",
    ]
    stays = 'stays with your partner, with all files. You are called "Former member" there.'
    for kept in (
        session(guest="Ben", stage=Stage.INTERVIEW),
        session(guest="Ben", hours=-2),
        session(host="Ben", hours=-2),
        session(host="Ben", stage=Stage.WRAP_UP),
    ):
        assert said(kept) == [none, f"1 earlier session {stays}"]
    assert said(session(hours=-2)) == [none], "without a partner nobody misses it"
    assert said(session(guest="Ben", hours=-2), session(host="Ben", hours=-2))[1].startswith(
        "2 earlier sessions stay with your partners"
    )
