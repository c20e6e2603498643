"""On the next round: to take its seat, to keep seats at will, to hide that a row was turned."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from tests.supabase.doors import Who
from tests.supabase.scene import OUTSIDERS, Row, Scene, attack


async def wrapped_up(scene: Scene, **columns: object) -> UUID:
    """A session of the host and the guest whose station is over."""
    session_id = await scene.booked(candidate_id=scene.guest.id, **columns)
    for stage in (2, 3):
        await scene.patch(scene.host, session_id, version=stage)
    assert (await scene.row(session_id))["version"] == 3
    return session_id


async def next_round(scene: Scene, **values: object) -> Row:
    """The round after a station, as its host posts it."""
    first = await wrapped_up(scene)
    row = scene.new(scene.host, meeting_id=first, datetime_utc=datetime.now(UTC), **values)
    assert await scene.post(scene.host, **row) == 201
    return await scene.row(row["id"])


@attack("+", by=("stranger", "other", "newcomer"))
async def takes_the_seat_that_is_kept_for_the_guest(scene: Scene, who: Who) -> None:
    found = await next_round(scene)
    assert found["kept_for"] == scene.guest.id
    assert who
    async with scene.holds():
        await scene.patch(who, found["id"], guest_id=who.id)
        await scene.patch(who, found["id"], kept_until=None, guest_id=who.id)
        await scene.patch(who, found["id"], kept_for=who.id)
    await scene.patch(scene.guest, found["id"], guest_id=scene.guest.id)
    assert (await scene.row(found["id"]))["guest_id"] == scene.guest.id


@attack("+", by=("stranger",))
async def waits_until_the_seat_is_free_again(scene: Scene, who: Who) -> None:
    """That is allowed: afterwards the seat is free like any other."""
    found = await next_round(scene)
    await scene.stack.sql(
        "update practice_sessions set kept_until = now() - interval '1 second' where id = %s",
        found["id"],
    )
    assert who
    await scene.patch(who, found["id"], guest_id=who.id)
    assert (await scene.row(found["id"]))["guest_id"] == who.id


@attack("+", by=(*OUTSIDERS, "host", "other"))
async def keeps_a_seat_without_a_station_before_it(scene: Scene, who: Who) -> None:
    begun, free, booked = await wrapped_up(scene), await scene.open(), await scene.booked()
    mine = who.id if who else uuid4()
    later = datetime.now(UTC) + timedelta(days=30)
    kept = {"kept_for": scene.stranger.id, "kept_until": later}
    async with scene.holds():
        for meeting in (free, booked, uuid4()):
            await scene.post(who, **scene.new(scene.host, meeting_id=meeting, host_id=mine, **kept))
        if who is not scene.host:
            row = scene.new(scene.host, meeting_id=begun, host_id=mine)
            await scene.post(who, **row)


@attack("+", by=("host",))
async def keeps_a_seat_for_a_person_or_a_time_of_their_own(scene: Scene, who: Who) -> None:
    later = datetime.now(UTC) + timedelta(days=30)
    found = await next_round(scene, kept_for=scene.stranger.id, kept_until=later)
    assert found["kept_for"] == scene.guest.id
    assert found["kept_until"] < datetime.now(UTC) + timedelta(minutes=3)
    alone = scene.new(scene.host, kept_for=scene.stranger.id, kept_until=later)
    assert await scene.post(scene.host, **alone) == 201
    assert (await scene.row(alone["id"]))["kept_for"] is None
    async with scene.holds():
        for values in ({"kept_until": later}, {"kept_for": scene.other.id}, {"meeting_id": None}):
            await scene.patch(who, found["id"], **values)


@attack("+", by=("host", "guest"))
async def hides_that_a_row_went_back_from_a_station(scene: Scene, who: Who) -> None:
    session_id = await wrapped_up(scene)
    assert (await scene.row(session_id))["turned_at"] is None
    async with scene.holds():
        await scene.patch(who, session_id, turned_at="2020-01-01T00:00:00Z")
    if who is scene.host:
        await scene.patch(who, session_id, version=1, candidate_id=scene.host.id)
    else:
        await scene.patch(who, session_id, guest_id=None)
    assert (await scene.row(session_id))["turned_at"] is not None


@attack("+", by=("host",))
async def is_examined_on_a_case_of_an_earlier_round(scene: Scene, who: Who) -> None:
    """The host has acted the first round's case, and the guest has been examined on it."""
    found = await next_round(scene, candidate_id=scene.host.id)
    await scene.patch(scene.guest, found["id"], guest_id=scene.guest.id)
    await scene.patch(who, found["id"], case_id=scene.case)
    assert (await scene.row(found["id"]))["case_id"] is None
    await scene.patch(who, found["id"], case_id=scene.other_case)
    assert (await scene.row(found["id"]))["case_id"] == scene.other_case


@attack("+", by=("guest", "stranger", "anon"))
async def uploads_a_self_assessment(scene: Scene, who: Who) -> None:
    session_id = await wrapped_up(scene)
    name = f"{session_id}/self_assessment.json"
    async with scene.holds():
        assert not await scene.doors.upload(who, name)
        assert not await scene.doors.upload(scene.host, f"{session_id}/other_assessment.json")
    assert await scene.doors.upload(scene.host, name)
