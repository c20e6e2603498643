"""The checklist of prep, as host and guest read it."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from medtui.core.models import CaseSummary, PracticeSession, Profile
from medtui.core.prep_steps import Decided, is_case_missing, prep_steps
from medtui.core.presets import DEFAULT

HOST, GUEST, CASE = UUID(int=1), UUID(int=2), UUID(int=3)
PEOPLE = {
    HOST: Profile(user_id=HOST, first_name="Amara", last_name="Okafor", training_level="st1"),
    GUEST: Profile(user_id=GUEST, first_name="Mei", last_name="Tanaka", training_level="st2"),
}


def session(**columns: object) -> PracticeSession:
    row = {"id": UUID(int=9), "host_id": HOST, "guest_id": GUEST, **columns}
    row |= {"datetime_utc": datetime(2030, 1, 1, tzinfo=UTC)}
    row |= {"host": PEOPLE[HOST], "guest": PEOPLE[GUEST] if row["guest_id"] else None}
    if columns.get("case_id"):
        row["case"] = CaseSummary(id=CASE, category="Red eye", domain="consent")
    return PracticeSession.model_validate(row)


def lines(session: PracticeSession, me: UUID, decided: Decided | None = None) -> list[str]:
    steps = prep_steps(session, me, DEFAULT, decided or Decided())
    return [f"{'✓' if s.is_done else '☐'} {s.key or '-'} {s.label}: {s.words}" for s in steps]


def test_a_host_reads_what_is_missing_and_the_key_of_each() -> None:
    assert lines(session(), HOST) == [
        "☐ r Roles: who is the candidate?",
        "☐ c Case: not chosen. b: a brief of your own",
        "✓ t Timing: Platform default: Interview 8:00",
        "☐ s Start: s asks for what is missing, and starts.",
    ]


def test_a_guest_reads_what_the_host_still_has_to_do_and_no_key() -> None:
    assert lines(session(), GUEST) == [
        "☐ - Roles: Amara Okafor chooses who is the candidate",
        "☐ - Case: Amara Okafor chooses the case",
        "✓ - Timing: Platform default: Interview 8:00",
        "☐ - Start: Waiting for Amara Okafor to choose who is the candidate.",
    ]


def test_what_is_decided_is_marked_as_done() -> None:
    ready = session(candidate_id=GUEST, case_id=CASE)
    assert lines(ready, HOST, Decided(mark="the candidate has played it")) == [
        "✓ r Roles: Mei Tanaka is the candidate",
        "✓ c Case: Red eye · consent (the candidate has played it)",
        "✓ t Timing: Platform default: Interview 8:00",
        "☐ s Start: Ready: s starts the station.",
    ]
    assert lines(ready, GUEST)[0] == "✓ - Roles: you are the candidate"


def test_a_brief_of_ones_own_and_no_case_at_all_are_decisions_too() -> None:
    chosen = session(candidate_id=HOST)
    own, without = Decided(has_own_brief=True), Decided(is_without_case=True)
    assert is_case_missing(chosen, Decided())
    assert not is_case_missing(chosen, own)
    assert not is_case_missing(chosen, without)
    assert lines(chosen, HOST, own)[1] == "✓ c Case: the host's own brief"
    assert lines(chosen, HOST, without)[1:4:2] == [
        "✓ c Case: none: a book or PDF of your own",
        "☐ s Start: Ready: s starts the station.",
    ]


def test_without_a_guest_the_start_waits_for_one() -> None:
    *_, start = lines(session(guest_id=None), HOST)
    assert start == "☐ s Start: The guest's seat is free: wait until it is booked."
