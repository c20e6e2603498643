"""A group without cases, and stations without one: samples, own briefs, a book or a PDF."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.widgets import TextArea

from medtui.core.models import Stage
from medtui.launcher import Started
from tests.helpers.seats import Seat
from tests.helpers.stack import Stack
from tests.room.test_room import enter, row
from tests.room.test_room_edges import Pair, pair, start

SEED = Path(__file__).parents[2] / "medtui" / "supabase" / "seed.sql"
TASK, PART = "You see Ada, 40. Take a history.", "You are Ada. Your left eye is *itchy*."


class OwnServer:
    """Hands out the test's stack as the server of this machine, with its service key."""

    def __init__(self, stack: Stack, service_key: str | None = None) -> None:
        self.stack = stack
        self.service_key = stack.service_key if service_key is None else service_key

    async def local(self) -> Started:
        stack = self.stack
        return Started(stack.url, stack.anon_key, service_key=self.service_key)


async def cases(stack: Stack) -> list[dict[str, Any]]:
    return await stack.sql("select * from cases order by id")


async def write(here: Seat, candidate: str, actor: str) -> None:
    """Fill the form of the host's own brief."""
    await here.until_screen("BriefForm")
    await here.until(lambda: isinstance(here.app.focused, TextArea))
    for role, text in (("candidate", candidate), ("actor", actor)):
        here.app.screen.query_one(f"#{role}", TextArea).text = text
    await here.pause()


async def start_without_case(host: Seat) -> None:
    """Press `s`, and say in the picker that there is to be no case."""
    await host.press("s")
    await host.until_text("Then the station starts", "No case")
    await host.press("n")
    await host.until(lambda: host.screen == "ConfirmScreen" or "INTERVIEW" in host.text)
    if host.screen == "ConfirmScreen":  # the guest is not seen in the room
        await host.press("y")


# A group of one's own


@pytest.mark.detail
async def test_a_new_group_is_offered_the_sample_cases_and_has_just_those(
    stack: Stack, seat: Any
) -> None:
    here = await seat(server="", launcher=OwnServer(stack))
    await here.press("2")
    await here.until_text("Which cases should your group have?", "24 sample cases")
    await here.press("1")
    await here.until_text("Sign in", "24 sample cases are loaded")
    loaded = await cases(stack)
    await stack.sql("delete from cases")
    await stack.sql(SEED.read_text().replace("%", "%%"))
    assert loaded == await cases(stack)
    assert len(loaded) == 24


@pytest.mark.detail
@pytest.mark.parametrize("key", ["2", "escape"])
async def test_a_new_group_may_begin_without_cases(stack: Stack, seat: Any, key: str) -> None:
    here = await seat(server="", launcher=OwnServer(stack))
    await here.press("2")
    await here.until_text("Which cases should your group have?")
    await here.press(key)
    await here.until_text("Sign in")
    assert await cases(stack) == []


async def test_a_group_that_has_cases_is_not_asked(stack: Stack, seat: Any) -> None:
    await stack.case(1)
    here = await seat(server="", launcher=OwnServer(stack))
    await here.press("2")
    await here.until_text("Sign in")
    assert len(await cases(stack)) == 1


@pytest.mark.detail
async def test_a_refused_key_is_told_and_the_group_begins_without_cases(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack, case_id=None)
    await stack.sql("delete from cases")
    wrong = stack.keys.sign({"role": "service_role", "exp": 1})
    here = await seat(server="local", launcher=OwnServer(stack, wrong), person=two.host)
    await enter(here)
    await here.press("c")
    await here.until_text("This group has no cases yet")
    await here.press("l")
    await here.until_text("The sample cases were not loaded", "This group has no cases yet")


# The case picker


@pytest.mark.detail
async def test_the_picker_without_cases_loads_the_samples_by_one_key(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack, case_id=None)
    await stack.sql("delete from cases")
    here = await seat(server="local", launcher=OwnServer(stack), person=two.host)
    await enter(here)
    await here.press("c")
    await here.until_text(
        "This group has no cases yet. Load the 24 sample cases (l)", "medtui cases import FILE"
    )
    await here.press("l")
    await here.until_text("24 of 24 cases")
    await here.press("r")
    await here.until_screen("RoomScreen")
    await here.until_text("Ready: s starts the station")
    assert (await row(stack))["case_id"] is not None


@pytest.mark.detail
async def test_elsewhere_the_picker_says_who_can_import_some(stack: Stack, seat: Any) -> None:
    two = await pair(stack, case_id=None)
    await stack.sql("delete from cases")
    here = await seat(person=two.host)
    await enter(here)
    await here.press("c")
    await here.until_text("This group has no cases yet. Your administrator can import some")
    assert "Load samples" not in here.text
    await here.press("l")
    assert await cases(stack) == []


@pytest.mark.detail
async def test_what_is_imported_meanwhile_is_in_the_next_picker(stack: Stack, seat: Any) -> None:
    two = await pair(stack, case_id=None)
    await stack.sql("delete from cases")
    here = await seat(person=two.host)
    await enter(here)
    await here.press("c")
    await here.until_text("This group has no cases yet")
    await stack.case(1)
    await here.press("escape", "c")
    await here.until_text("1 of 1 cases")


# A station without a case


@pytest.mark.detail
async def test_a_station_runs_without_a_case(stack: Stack, seat: Any) -> None:
    two = await pair(stack, case_id=None)
    host, guest = await seat(person=two.host), await seat(person=two.guest)
    await enter(host)
    await enter(guest)
    await host.until_text("s asks for the case, and starts")
    await start_without_case(host)
    for here in (host, guest):
        await here.until_text("INTERVIEW", "There is no brief here: use a book or PDF of your own")
    assert (await row(stack))["version"] == Stage.INTERVIEW
    await host.press("f", "y")
    for here in (host, guest):
        await here.until_text("WRAP-UP", "There is no brief here")


# The host's own brief


@pytest.mark.detail
@pytest.mark.short(1)
@pytest.mark.parametrize("candidate", ["guest", "host"])
async def test_each_reads_the_hosts_own_brief_by_role_and_stage(
    stack: Stack, seat: Any, candidate: str
) -> None:
    two = await pair(stack, case_id=None)
    sitting = two.guest if candidate == "guest" else two.host
    await two.set(candidate_id=sitting.id)
    host, guest = await seat(person=two.host), await seat(person=two.guest)
    sits, acts = (guest, host) if candidate == "guest" else (host, guest)
    await enter(host)
    await enter(guest)
    await host.press("b")
    await write(host, TASK, PART)
    await host.press("ctrl+s")
    await host.until_screen("RoomScreen")
    await acts.until_text("Your part", "Your left eye is itchy")
    await sits.until_text("the host's own brief", "Your brief appears when the station starts")
    assert "Ada" not in sits.text
    assert "Take a history" not in acts.text
    await start(host)
    await sits.until_text("INTERVIEW", "You see Ada, 40")
    await acts.until_text("INTERVIEW", "You are Ada")
    assert "itchy" not in sits.text
    assert "Take a history" not in acts.text
    await host.press("f", "y")
    for here in (host, guest):
        await here.until_text("WRAP-UP", "You see Ada, 40", "Your left eye is itchy")


@pytest.mark.detail
async def test_a_brief_is_written_from_the_picker_and_takes_the_place_of_a_case(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack)
    here = await seat(person=two.host)
    await enter(here)
    await here.until_text("Part of case 1")
    await here.press("c")
    await here.until_screen("CasePicker")
    await here.press("b")
    await write(here, TASK, PART)
    await here.press("ctrl+s")
    await here.until_text("the host's own brief", "Your left eye is itchy")
    assert (await row(stack))["case_id"] is None


@pytest.mark.detail
async def test_what_is_typed_is_kept_and_can_be_corrected_after_a_restart(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack, case_id=None)
    here = await seat(person=two.host)
    await enter(here)
    await here.press("b")
    await write(here, TASK, "")
    await here.press("escape")
    await here.until_text("Draft saved")
    other = await seat(person=two.host)
    await enter(other)
    await other.press("b")
    await other.until_text("Take a history", "ctrl+r")
    await other.press("ctrl+s")
    await other.until_text("There is no brief for your role")
    [brief] = await stack.sql("select * from session_briefs")
    assert (brief["candidate_brief"], brief["actor_brief"]) == (TASK, None)
    await other.press("b")
    await other.until_text("Take a history")
    await write(other, "", "")
    await other.press("ctrl+s")
    await other.until_text("not chosen. b: a brief of your own")
    assert await stack.sql("select from session_briefs") == []


@pytest.mark.detail
async def test_a_brief_that_cannot_be_taken_says_why_and_stays(stack: Stack, seat: Any) -> None:
    two = await pair(stack, case_id=None)
    here = await seat(person=two.host)
    await enter(here)
    await here.press("b")
    await here.until_screen("BriefForm")
    await here.press("ctrl+s")
    await here.until_text("Write a brief for at least one of you")
    await write(here, TASK, "x" * 20_001)
    await here.press("ctrl+s")
    await here.until_text("20,001 characters: shorten it to 20,000")
    await write(here, TASK, PART)
    await stack.stop_gateway()
    await here.press("ctrl+s")
    await here.until_text("cannot be reached")
    await stack.start_gateway()
    await here.press("ctrl+s")
    await here.until_screen("RoomScreen")
    assert len(await stack.sql("select from session_briefs")) == 1


@pytest.mark.detail
async def test_swapping_roles_removes_the_brief_that_the_new_candidate_has_read(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack, case_id=None)
    here = await seat(person=two.host)
    await enter(here)
    await here.press("b")
    await write(here, TASK, PART)
    await here.press("ctrl+s")
    await here.until_text("Your left eye is itchy")
    await here.press("r", "1")
    await here.until_text("Your own brief is removed, because you may have read it")
    assert await stack.sql("select from session_briefs") == []
    assert (await row(stack))["candidate_id"] == two.host.id


@pytest.mark.detail
async def test_the_guest_cannot_write_the_brief(stack: Stack, seat: Any) -> None:
    two = await pair(stack, case_id=None)
    here = await seat(person=two.guest)
    await enter(here)
    await here.press("b")
    await here.until_text("Only the host can do this: Amara Okafor writes the brief")


@pytest.mark.detail
async def test_a_server_without_own_briefs_says_so_and_loses_nothing(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack, case_id=None)
    await stack.sql("drop function public.set_session_brief")
    await stack.restart_gateway()
    here = await seat(person=two.host)
    await enter(here)
    await here.press("b")
    await write(here, TASK, PART)
    await here.press("ctrl+s")
    await here.until_text("This server keeps no briefs of your own", "Take a history")


@pytest.mark.detail
async def test_on_the_data_model_alone_there_are_no_own_briefs_but_stations_without_a_case(
    data_model_stack: Stack, seat: Any
) -> None:
    stack = data_model_stack
    two: Pair = await pair(stack, case_id=None)
    host = await seat(person=two.host, on=stack)
    guest = await seat(person=two.guest, on=stack)
    await enter(host)
    await enter(guest)
    await host.press("b")
    await host.until_text("This server keeps no briefs of")
    await start_without_case(host)
    for here in (host, guest):
        await here.until_text("INTERVIEW", "There is no brief here")
