"""The room's edges: who leaves, what is cancelled, two windows, other clients, lost connections."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from medtui.core.models import Stage
from medtui.store.room_notes import written
from tests.helpers.seats import Seat
from tests.helpers.stack import Person, Stack
from tests.room.test_room import enter, row


class Pair:
    """A host who acts and a guest who is the candidate, and their session."""

    def __init__(self, stack: Stack, host: Person, guest: Person, session_id: UUID, case: UUID):
        self.stack, self.host, self.guest = stack, host, guest
        self.session_id, self.case = session_id, case

    async def set(self, **columns: object) -> None:
        """Change the row as another client would."""
        names = ", ".join(f"{name} = %s" for name in columns)
        await self.stack.sql(f"update practice_sessions set {names}", *columns.values())


async def pair(stack: Stack, stage: Stage = Stage.PREP, **more: Any) -> Pair:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    case = await stack.case(1)
    columns = {
        "guest": guest,
        "starts_in": timedelta(minutes=5),
        "case_id": case,
        "candidate_id": guest.id,
        "version": stage.value,
    }
    session_id = await stack.session(host, **{**columns, **more})
    if stage is not Stage.PREP:
        await stack.sql("update practice_sessions set stage_since = now()")
    return Pair(stack, host, guest, session_id, case)


async def start(here: Seat) -> None:
    """Start the station, also without the guest in the room."""
    await here.press("s")
    await here.until(
        lambda: (
            here.screen == "ConfirmScreen" or "INTERVIEW" in here.text or "look again" in here.text
        )
    )
    if here.screen == "ConfirmScreen":
        await here.press("y")


@pytest.mark.detail
async def test_a_guest_who_leaves_in_mid_interview_is_missed(stack: Stack, seat: Any) -> None:
    two = await pair(stack, Stage.INTERVIEW)
    here = await seat(person=two.host)
    await enter(here)
    await here.until_text("INTERVIEW", "Part of case 1")
    theirs = await stack.client(two.guest)
    await (
        theirs.table("practice_sessions")
        .update({"guest_id": None})
        .eq("id", str(two.session_id))
        .execute()
    )
    await here.until_text("Mei Tanaka has left: the seat is free again", "PREP")
    assert "went back" not in here.text, "it comes of leaving"
    await here.until_text("The guest's seat is free: wait until it is booked")
    await here.press("s")
    await here.until_text("There is no guest yet")


@pytest.mark.detail
async def test_a_guest_whose_seat_is_freed_is_shown_out(stack: Stack, seat: Any) -> None:
    two = await pair(stack, Stage.INTERVIEW)
    host, guest = await seat(person=two.host), await seat(person=two.guest)
    await enter(host)
    await enter(guest)
    await host.press("X")
    await host.until_text("Free Mei Tanaka's seat")
    await host.press("y")
    await guest.until_screen("BoardScreen")
    await guest.until_text("Amara Okafor freed your seat")
    await host.until_text("PREP", "The guest's seat is free")
    assert (await row(stack))["guest_id"] is None


@pytest.mark.detail
async def test_a_session_that_the_host_cancels_is_over_for_the_guest(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack)
    here = await seat(person=two.guest)
    await enter(here)
    await here.press("i")
    await stack.sql("delete from practice_sessions")
    await here.until_screen("BoardScreen")
    await here.until_text("Amara Okafor cancelled your mock of")


@pytest.mark.detail
async def test_a_cancelled_session_closes_whatever_question_is_open(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack)
    here = await seat(person=two.host)
    await enter(here)
    await here.press("c")
    await here.until_screen("CasePicker")
    await stack.sql("delete from practice_sessions")
    await here.until_screen("BoardScreen")
    await here.until_text("Your mock of", "was cancelled")


@pytest.mark.long
async def test_one_person_in_two_windows(stack: Stack, seat: Any) -> None:
    two = await pair(stack)
    one, other = await seat(person=two.host), await seat(person=two.host)
    await enter(one)
    await enter(other)
    await start(one)
    await one.until_text("INTERVIEW")
    await other.until_text("INTERVIEW", "Another of your windows has started the station")
    assert "Another window" not in one.text
    await other.press("f", "y")
    await one.until_text("WRAP-UP", "Another of your windows has finished the station")


@pytest.mark.detail
async def test_who_is_neither_sees_the_public_facts_only(stack: Stack, seat: Any) -> None:
    await pair(stack, Stage.INTERVIEW)
    here = await seat(person=await stack.person("Vera", "Viewer"))
    await here.until_text("● LIVE")
    await here.press("enter")
    await here.until_screen("DetailsScreen")
    assert "Red eye" in here.text
    for hidden in ("Name of", "Part of", "Task of", "Condition of", "go into the room"):
        assert hidden not in here.text
    await here.press("enter")
    await here.until_screen("BoardScreen")


@pytest.mark.detail
async def test_a_case_that_can_no_longer_be_read_says_so(stack: Stack, seat: Any) -> None:
    two = await pair(stack)
    here = await seat(person=two.host)
    await enter(here)
    await here.until_text("Part of case 1")
    other = await stack.case(2)
    # The row still names it, and the case is gone: as on a server with another foreign key.
    await stack.sql("alter table practice_sessions drop constraint practice_sessions_case_id_fkey")
    await stack.sql("delete from cases where id = %s", other)
    await two.set(case_id=other)
    await here.until_text("This case cannot be read any more: choose another")
    await two.set(case_id=two.case)
    await here.until_text("Part of case 1")


@pytest.mark.detail
async def test_another_client_changes_the_stage_and_the_screen_follows(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack)
    here = await seat(person=two.guest)
    await enter(here)
    await here.until_text("Your brief appears when the station starts")
    await two.set(version=2)
    await here.until_text("INTERVIEW", "Amara Okafor has started the station", "Task of case 1")
    await two.set(version=3)
    await here.until_text("WRAP-UP", "Amara Okafor has finished the station", "Condition of case 1")
    await two.set(version=1)
    await here.until_text("PREP", "Amara Okafor went back to preparation")
    assert "Condition of case 1" not in here.text
    await two.set(version=9)
    await here.until_text("WRAP-UP")


@pytest.mark.detail
async def test_host_and_guest_press_at_the_same_time(stack: Stack, seat: Any) -> None:
    two = await pair(stack)
    host = await seat(person=two.host)
    await enter(host)
    await host.until_text("Ready: s starts the station")
    await host.app.backend.live.stop()  # so that the news comes with the refusal
    theirs = await stack.client(two.guest)
    await (
        theirs.table("practice_sessions")
        .update({"guest_id": None})
        .eq("id", str(two.session_id))
        .execute()
    )
    await start(host)
    await host.until_text("has left it", "Nothing was changed", "PREP")
    assert (await row(stack))["version"] == 1


@pytest.mark.detail
@pytest.mark.parametrize(
    "stage",
    [
        Stage.INTERVIEW,
        pytest.param(Stage.PREP, marks=pytest.mark.long),
        pytest.param(Stage.WRAP_UP, marks=pytest.mark.long),
    ],
)
async def test_a_connection_that_is_lost_comes_back_by_itself(
    stage: Stage, stack: Stack, seat: Any
) -> None:
    two = await pair(stack, stage)
    here = await seat(person=two.guest)
    await enter(here)
    await here.until_text("● LIVE", stage.label.upper())
    await stack.stop_gateway()
    await here.until_text("NOT LIVE")
    following = Stage.PREP if stage is Stage.WRAP_UP else Stage(stage + 1)
    await two.set(version=following.value)
    await stack.start_gateway()
    await here.until_text("● LIVE", following.label.upper(), "Amara Okafor has")


@pytest.mark.detail
async def test_keys_that_cannot_act_say_why(stack: Stack, seat: Any) -> None:
    two = await pair(stack)
    guest = await seat(person=two.guest)
    await enter(guest)
    for key, words in {
        "r": "chooses who",
        "c": "chooses the case",
        "t": "chooses the timing",
        "s": "Only the host can do this",
        "f": "No station is running",
        "u": "begins the next round",
        "space": "The clock is not running yet",
        "o": "This session has no room link",
    }.items():
        await guest.press(key)
        await guest.until_text(words)


@pytest.mark.detail
async def test_what_one_reads_stays_where_it_was(stack: Stack, seat: Any) -> None:
    two = await pair(stack)
    await stack.sql(
        "update cases set actor_brief = %s", "\n\n".join(f"Line {n}" for n in range(60))
    )
    here = await seat(person=two.host)
    await enter(here)
    await here.until_text("Line 3")
    await here.press("ctrl+d")
    await here.pause(0.2)
    before = here.app.screen.brief.scroll_y
    assert before > 0
    await two.set(type="communication")
    await here.until_text("communication with")
    await two.set(version=2)
    await here.until_text("INTERVIEW")
    assert here.app.screen.brief.scroll_y == before


@pytest.mark.detail
async def test_notes_are_kept_on_this_machine_for_this_person(
    stack: Stack, seat: Any, tmp_path: Any
) -> None:
    two = await pair(stack)
    here = await seat(person=two.host)
    await enter(here)
    await here.press("i", "b", "e", "space", "k")
    await here.press("escape", "escape")
    await here.until_screen("BoardScreen")
    await written()
    (file,) = (tmp_path / "state" / "rooms").glob("*/*.txt")
    assert file.read_text() == "be k"
    assert file.parent.name == str(two.host.id)
    assert file.stat().st_mode & 0o077 == 0
    await here.press("enter", "enter")
    await here.until_screen("RoomScreen")
    await here.until_text("be k")
    guest = await seat(person=two.guest)
    await enter(guest)
    assert "be k" not in guest.text


@pytest.mark.detail
async def test_the_stations_files_appear_by_themselves(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.room.lookups.FILES_SECONDS", 0.2)
    two = await pair(stack, Stage.WRAP_UP)
    here = await seat(person=two.guest)
    await enter(here)
    await here.until_text("Transcript not yet", "Assessment not yet")
    theirs = await stack.client(two.host)
    for name in ("transcript", "assessment"):
        await theirs.storage.from_("assessments").upload(
            f"{two.session_id}/{name}.json", b"{}", {"content-type": "application/json"}
        )
        await here.until_text(f"{name.title()} uploaded")


@pytest.mark.detail
async def test_the_part_is_marked_that_the_candidate_has_acted(stack: Stack, seat: Any) -> None:
    two = await pair(stack, case_id=None)
    await stack.session(
        two.guest,
        guest=two.host,
        starts_in=-timedelta(days=9),
        case_id=two.case,
        candidate_id=two.host.id,
        version=3,
    )
    fresh = await stack.case(2)
    here = await seat(person=two.host)
    await enter(here)
    await here.press("c")
    await here.until_text("2 of 2 cases. Mei Tanaka has played this case.")
    await here.press("r")
    await here.until_screen("RoomScreen")
    await here.until(  # on the first days of a month the last time was in another
        lambda: "been the candidate in Red eye" in here.shown or "done Red eye" in here.shown
    )
    await here.until_text("Part of case 2")
    assert (await row_of(stack, two.session_id))["case_id"] == fresh
    # Where it is chosen all the same, both know.
    await stack.sql(
        "update practice_sessions set case_id = %s where id = %s", two.case, two.session_id
    )
    await here.until_text("(the candidate has played it)")


@pytest.mark.detail
async def test_a_change_of_candidate_clears_the_case_on_both_screens(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack)
    await stack.case(2)
    host, guest = await seat(person=two.host), await seat(person=two.guest)
    await enter(host)
    await enter(guest)
    await host.until_text("Part of case 1")
    await host.press("r", "1")
    await host.until_text("you are the CANDIDATE", "s asks for the case")
    await guest.until_text("you are the ACTOR", "Waiting for Amara Okafor to choose the case")
    for here in (host, guest):
        assert "Part of case 1" not in here.text
        assert "☐" in here.text
    assert "☐  c  Case    not chosen" in host.text
    assert "☐     Case    Amara Okafor chooses the case" in guest.text
    await host.press("c")
    await host.until_text("1 of 1 cases")
    await host.press("r")
    await guest.until_text("Part of case 2")


async def row_of(stack: Stack, session_id: UUID) -> dict[str, Any]:
    (found,) = await stack.sql("select * from practice_sessions where id = %s", session_id)
    return found


@pytest.mark.detail
async def test_cases_are_looked_for_by_category_domain_and_name(stack: Stack, seat: Any) -> None:
    two = await pair(stack, case_id=None)
    await stack.case(2, category="Vision loss", domain="consent")
    await stack.case(3, category="Lids", domain="consent", case_name="Lenses at the pool")
    here: Seat = await seat(person=two.host)
    await enter(here)
    await here.press("c")
    await here.until_text("3 of 3 cases")
    await here.press("c")
    await here.until_text("1 of 3 cases, Lids")
    await here.press("c", "c", "c", "d")
    await here.until_text("2 of 3 cases, consent")
    await here.press("d", "d")
    await here.until_text("3 of 3 cases")
    await here.press("slash")
    await here.type("vision")
    await here.until_text("1 of 3 cases")
    await here.press("escape", "slash")
    await here.until_text("3 of 3 cases")
    await here.type("pool")
    await here.until_text("1 of 3 cases", "Lids · consent", "Lenses at the pool")
    await here.press("enter", "enter")
    await here.until_text("Lids · consent", "Your part · Lenses at the pool")


@pytest.mark.detail
async def test_a_name_that_the_host_has_looked_at_is_not_drawn_for_the_host(
    stack: Stack, seat: Any
) -> None:
    two = await pair(stack, case_id=None)
    await stack.case(2)
    here = await seat(person=two.host)
    await enter(here)
    await here.press("c")
    await here.until_text("Name of case 1")
    await here.press("escape", "r", "1")
    await here.until_text("you are the CANDIDATE")
    await here.press("c")
    await here.until_text("1 of 1 cases")
    await here.press("enter")
    await here.until_text("Red eye · history taking", "Your brief appears when the station starts")
    await here.until_text("Neither of you has done", "Red eye · history taking yet.")
    assert "case 2" not in here.text
    assert (await row(stack))["case_id"] != two.case
