"""The candidate marks themself: on a sheet of their own, beside the assessor's."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest

from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack
from tests.marking.test_mark_sheet import station, uploaded
from tests.room.test_room import enter


@pytest.fixture
async def amara(stack: Stack) -> Person:
    return await stack.person("Amara", "Okafor", "st1-applicant")


@pytest.fixture
async def mei(stack: Stack) -> Person:
    return await stack.person("Mei", "Tanaka", "foundation")


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medtui.data.sheet_delivery.PAUSES", (0.2, 1.0))


async def hand_in(here: Seat, *marks: str) -> None:
    """From the room: mark the first domain, and hand the sheet in."""
    await here.press("m")
    await here.until(lambda: here.screen == "MarkSheetScreen" and here.app.screen._is_open)
    await here.press(*marks, "h")
    await here.until_text("Hand in")
    await here.press("y")


async def file_of(stack: Stack, person: Person, session: UUID, name: str) -> dict[str, Any]:
    content = await uploaded(stack, person, session, name)
    assert content is not None
    found: dict[str, Any] = json.loads(content)
    return found


@pytest.mark.parametrize("candidate", ["guest", pytest.param("host", marks=pytest.mark.detail)])
async def test_both_mark_one_station_and_each_sheet_keeps_its_owner(
    candidate: str, stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    sits = mei if candidate == "guest" else amara
    session = await station(stack, amara, mei, candidate=sits)
    await stack.sql("update practice_sessions set version = 3")
    host, guest = [
        await seat(person=who, size=(120, 40), clock=lambda: NOW) for who in (amara, mei)
    ]
    for here in (host, guest):
        await enter(here)
        await here.until_text("WRAP-UP")
    seated, acts = (guest, host) if candidate == "guest" else (host, guest)

    await hand_in(seated, "8", "0")
    await seated.until_text("Uploaded: it is your self-assessment.")
    await hand_in(acts, "6", "5")
    await acts.until_text("Uploaded: it is the session's assessment.")

    assessor = amara if sits is mei else mei
    given = await file_of(stack, sits, session, "assessment.json")
    own = await file_of(stack, assessor, session, "self_assessment.json")
    for found, by, marked_by, score in ((given, assessor, "human", 65), (own, sits, "self", 80)):
        assert (found["candidate_id"], found["assessed_by"]) == (str(sits.id), str(by.id))
        assert (found["session_id"], found["marked_by"]) == (str(session), marked_by)
        assert found["dimensions"][0]["raw_score_0_to_100"] == score
        assert "read_first" not in found

    await seated.press("escape", "R")
    await seated.until_text("□ Self-assessment 80 %, 15 points higher", "8.64 / 13.3")


@pytest.mark.detail
async def test_a_sheet_written_after_reading_the_assessment_says_so(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    session = await station(stack, amara, mei, candidate=amara)
    await stack.sql("update practice_sessions set version = 3")
    content = {"dimensions": [{"name": "Empathy", "score": 3, "max": 4}], "marked_by": "human"}
    await stack.file(session, "assessment.json", content=json.dumps(content).encode())
    host = await seat(person=amara, size=(120, 40), clock=lambda: NOW)
    await enter(host)
    await host.press("R")
    await host.until_text("by a person")
    await host.press("escape")
    await hand_in(host, "8", "0")
    await host.until_text("Uploaded: it is your self-assessment.")
    own = await file_of(stack, amara, session, "self_assessment.json")
    assert own["read_first"] is True


@pytest.mark.detail
async def test_before_the_station_is_over_the_candidate_has_no_sheet(
    stack: Stack, amara: Person, mei: Person, seat: Any
) -> None:
    await station(stack, amara, mei, candidate=mei)
    guest = await seat(person=mei, clock=lambda: NOW)
    await enter(guest)
    await guest.press("m")
    await guest.until_text("You are the candidate: you can mark yourself once the station is over.")
