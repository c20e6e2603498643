"""On sessions of others: to take them over, to spoil them, to hoard them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from tests.supabase.doors import Who
from tests.supabase.scene import ALL, OUTSIDERS, Row, Scene, attack, link


def id_of(who: Who) -> UUID:
    return who.id if who else UUID(int=0)


async def with_and_without_booking(scene: Scene, who: Who, **stolen: object) -> None:
    """Write columns into free and booked sessions, alone and in the request that signs one up."""
    for session_id in (await scene.open(), await scene.booked()):
        async with scene.holds():
            for attempt in (stolen, {"guest_id": id_of(who), **stolen}):
                await scene.patch(who, session_id, **attempt)


@attack(1)
async def becomes_the_host(scene: Scene, who: Who) -> None:
    free = await scene.open()
    await scene.patch(scene.stranger, free, guest_id=scene.stranger.id)
    assert (await scene.row(free))["guest_id"] == scene.stranger.id
    await with_and_without_booking(scene, who, host_id=id_of(who))


@attack(2)
async def moves_the_time(scene: Scene, who: Who) -> None:
    session_id, later = await scene.booked(), datetime.now(UTC) + timedelta(days=2)
    await scene.patch(scene.host, session_id, datetime_utc=later)
    assert (await scene.row(session_id))["datetime_utc"] == later
    await with_and_without_booking(scene, who, datetime_utc=later)


@attack(3)
async def puts_their_own_room_link(scene: Scene, who: Who) -> None:
    session_id, mine = await scene.booked(), link()
    await scene.patch(scene.host, session_id, room_url=mine)
    assert (await scene.row(session_id))["room_url"] == mine
    await with_and_without_booking(scene, who, room_url=link())


@attack(4)
async def changes_case_type_or_candidate(scene: Scene, who: Who) -> None:
    session_id = await scene.booked()
    wanted: Row = {
        "case_id": scene.other_case,
        "type": "review",
        "candidate_id": scene.guest.id,
    }
    await scene.patch(scene.host, session_id, **wanted)
    row = await scene.row(session_id)
    assert {column: row[column] for column in wanted} == wanted
    for column, value in wanted.items():
        await with_and_without_booking(scene, who, **{column: value})
    await with_and_without_booking(scene, who, candidate_id=id_of(who))


@attack(5, by=ALL)
async def writes_stage_id_or_creation(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(candidate_id=scene.guest.id)
    await scene.patch(scene.host, session_id, version=2)
    assert (await scene.row(session_id))["version"] == 2
    for column, value in {
        "created_at": "2020-01-01T00:00:00Z",
        "id": uuid4(),
        "host_id": scene.other.id,
        "stage_since": "2020-01-01T00:00:00Z",
    }.items():
        await with_and_without_booking(scene, who, **{column: value})
    if who is not scene.host:
        for stage in (0, 2, 3, 7):
            await with_and_without_booking(scene, who, version=stage)


@attack(6)
async def takes_every_session_at_once(scene: Scene, who: Who) -> None:
    sessions = [await scene.open() for _ in range(3)]
    await scene.patch(scene.stranger, sessions[0], guest_id=scene.stranger.id)
    assert (await scene.row(sessions[0]))["guest_id"] == scene.stranger.id
    mine = {"guest_id": str(id_of(who))}
    async with scene.holds():
        for query in ("", "?guest_id=is.null", f"?host_id=eq.{scene.host.id}&guest_id=is.null"):
            await scene.doors.rest(who, "PATCH", f"practice_sessions{query}", mine)


@attack(7, by=("anon", "stranger", "newcomer", "other"))
async def evicts_the_guest(scene: Scene, who: Who) -> None:
    freed = await scene.booked()
    await scene.patch(scene.host, freed, guest_id=None)
    assert (await scene.row(freed))["guest_id"] is None
    session_id = await scene.booked(candidate_id=scene.guest.id)
    async with scene.holds():
        for guest in (None, id_of(who), scene.stranger.id):
            await scene.patch(who, session_id, guest_id=guest)
            await scene.patch(who, session_id, guest_id=guest, candidate_id=None)


@attack(9)
async def upserts_over_a_session(scene: Scene, who: Who) -> None:
    mine = scene.new(scene.stranger)
    assert await scene.post(scene.stranger, **mine) == 201
    session_id = await scene.open()
    row = scene.new(scene.host, id=session_id, host_id=id_of(who), type="stolen")
    body = {key: str(value) for key, value in row.items()}
    async with scene.holds():
        for resolution in ("merge-duplicates", "ignore-duplicates"):
            for path in ("practice_sessions?on_conflict=id", "practice_sessions"):
                prefer = f"resolution={resolution}"
                for rows in (body, [body], {"id": str(session_id), "host_id": str(id_of(who))}):
                    await scene.doors.rest(who, "POST", path, rows, prefer=prefer)


@attack(10)
async def cancels_a_session(scene: Scene, who: Who) -> None:
    for make in (scene.open, scene.booked):
        cancelled, kept = await make(), await make()
        await scene.doors.rest(scene.host, "DELETE", f"practice_sessions?id=eq.{cancelled}")
        assert not await scene.stack.sql("select from practice_sessions where id = %s", cancelled)
        async with scene.holds():
            await scene.patch(who, kept, guest_id=id_of(who), host_id=id_of(who))
            for query in (f"?id=eq.{kept}", "", "?id=not.is.null"):
                await scene.doors.rest(who, "DELETE", f"practice_sessions{query}")


@attack(11, by=["host"])
async def is_ones_own_guest(scene: Scene, who: Who) -> None:
    free, session_id = await scene.open(), await scene.open()
    await scene.patch(scene.stranger, free, guest_id=scene.stranger.id)
    assert (await scene.row(free))["guest_id"] == scene.stranger.id
    async with scene.holds():
        await scene.patch(who, session_id, guest_id=scene.host.id)
        await scene.post(who, **scene.new(scene.host, guest_id=scene.host.id))


@attack(12, by=ALL)
async def forces_somebody_in(scene: Scene, who: Who) -> None:
    free, session_id = await scene.open(), await scene.open()
    await scene.patch(scene.stranger, free, guest_id=scene.stranger.id)
    assert (await scene.row(free))["guest_id"] == scene.stranger.id
    async with scene.holds():
        await scene.patch(who, session_id, guest_id=scene.other.id)
        await scene.patch(who, session_id, guest_id=scene.other.id, candidate_id=scene.other.id)
        host = who or scene.host
        await scene.post(who, **scene.new(host, guest_id=scene.other.id))


@attack(13, by=["host"])
async def hands_the_session_to_a_stranger(scene: Scene, who: Who) -> None:
    session_id = await scene.open()
    await scene.patch(who, session_id, type="review")
    assert (await scene.row(session_id))["type"] == "review"
    async with scene.holds():
        await scene.patch(who, session_id, guest_id=scene.host.id, host_id=scene.other.id)
        await scene.patch(who, session_id, host_id=scene.other.id)


@attack(14, by=["guest"])
async def passes_the_seat_on(scene: Scene, who: Who) -> None:
    session_id = await scene.booked()
    async with scene.holds():
        for other in (scene.stranger, scene.host):
            await scene.patch(who, session_id, guest_id=other.id)
    await scene.patch(who, session_id, guest_id=None)
    assert (await scene.row(session_id))["guest_id"] is None


@attack(27, by=["stranger"])
async def hoards_seats_one_by_one(scene: Scene, who: Who) -> None:
    sessions = [await scene.open() for _ in range(21)]
    for session_id in sessions[:20]:
        await scene.patch(who, session_id, guest_id=id_of(who))
    taken = "select count(*) as n from practice_sessions where guest_id = %s"
    assert (await scene.stack.sql(taken, id_of(who)))[0]["n"] == 20
    async with scene.holds():
        await scene.patch(who, sessions[20], guest_id=id_of(who))
    await scene.patch(who, sessions[0], guest_id=None)
    await scene.patch(who, sessions[20], guest_id=id_of(who))
    assert (await scene.stack.sql(taken, id_of(who)))[0]["n"] == 20
    for session_id in sessions[1:]:
        await scene.patch(who, session_id, guest_id=None)


@attack(35, by=("stranger", "newcomer"))
async def takes_the_seat_of_a_session_that_was_held(scene: Scene, who: Who) -> None:
    """The talk is uploaded only afterwards: the next guest would read it."""
    for leaves in (scene.guest, scene.host):
        session_id = await scene.booked(candidate_id=scene.guest.id)
        for stage in (2, 3):
            await scene.patch(scene.host, session_id, version=stage)
        await scene.patch(leaves, session_id, guest_id=None)
        assert (await scene.row(session_id))["version"] == 1
        seat = f"practice_sessions?id=eq.{session_id}"
        later = datetime.now(UTC) + timedelta(days=1)
        await scene.patch(scene.host, session_id, datetime_utc=later)
        async with scene.holds():
            answer = await scene.doors.rest(who, "PATCH", seat, {"guest_id": str(id_of(who))})
            assert answer.json()["hint"] == ("held" if who is scene.stranger else "no_profile")
        name = await scene.file(session_id)
        async with scene.holds():
            await scene.patch(who, session_id, guest_id=id_of(who))
            assert not await scene.doors.download(who, name)
        await scene.patch(scene.guest, session_id, guest_id=scene.guest.id)
        assert (await scene.row(session_id))["guest_id"] == scene.guest.id, "they may come back"
        assert await scene.doors.download(scene.guest, name)
        assert await scene.doors.delete(scene.host, name)
        await scene.patch(scene.guest, session_id, guest_id=None)
        async with scene.holds():
            await scene.patch(who, session_id, guest_id=id_of(who))


@attack(36, by=["host"])
async def cancels_what_has_begun(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(candidate_id=scene.guest.id)
    cancel = f"practice_sessions?id=eq.{session_id}"
    for stage in (2, 3):
        await scene.patch(who, session_id, version=stage)
        async with scene.holds():
            answer = await scene.doors.rest(who, "DELETE", cancel)
            assert (answer.json()["code"], answer.json()["hint"]) == ("42501", "begun")
            await scene.doors.rest(who, "DELETE", f"practice_sessions?host_id=eq.{id_of(who)}")
    alone = await scene.open(version=2)
    for target in (session_id, alone):
        await scene.patch(who, session_id, version=1)
        await scene.doors.rest(who, "DELETE", f"practice_sessions?id=eq.{target}")
        assert not await scene.stack.sql("select from practice_sessions where id = %s", target)


@attack(30, by=["guest"])
async def and_a_guest_can_leave(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(candidate_id=scene.guest.id, version=2)
    await scene.patch(who, session_id, guest_id=None)
    row = await scene.row(session_id)
    assert (row["guest_id"], row["candidate_id"], row["version"]) == (None, None, 1)
    assert row["case_id"] == scene.case


@attack("+", by=("stranger", "newcomer", "guest"))
async def books_too_late_or_without_profile(scene: Scene, who: Who) -> None:
    free = await scene.open(starts_in=-timedelta(minutes=59))
    await scene.patch(scene.stranger, free, guest_id=scene.stranger.id)
    assert (await scene.row(free))["guest_id"] == scene.stranger.id
    late = await scene.open(starts_in=-timedelta(minutes=61))
    begun = [await scene.open(version=stage) for stage in (2, 3, 9)]
    future = await scene.open()
    async with scene.holds():
        for session_id in (late, *begun):
            await scene.patch(who, session_id, guest_id=id_of(who))
        if who is scene.newcomer:
            await scene.patch(who, future, guest_id=id_of(who))


@attack("+", by=ALL)
async def makes_somebody_else_the_candidate(scene: Scene, who: Who) -> None:
    session_id, free = await scene.booked(), await scene.open()
    for candidate in (scene.guest.id, scene.host.id, None):
        await scene.patch(scene.host, session_id, candidate_id=candidate)
        assert (await scene.row(session_id))["candidate_id"] == candidate
    async with scene.holds():
        for candidate in (scene.other.id, uuid4()):
            await scene.patch(who, session_id, candidate_id=candidate)
        await scene.patch(who, free, candidate_id=scene.guest.id)


@attack("+", by=["host"])
async def jumps_over_stages(scene: Scene, who: Who) -> None:
    ready = await scene.booked(candidate_id=scene.guest.id)
    async with scene.holds():
        for stage in (0, 3, 4, -1):
            await scene.patch(who, ready, version=stage)
        await scene.patch(who, ready, candidate_id=None, version=2)
    for before, after in ((1, 2), (2, 3), (3, 1), (1, 2), (2, 1)):
        assert (await scene.row(ready))["version"] == before
        await scene.patch(who, ready, version=after)
        row = await scene.row(ready)
        assert row["version"] == after
        assert abs(row["stage_since"] - datetime.now(UTC)) < timedelta(minutes=1)
    await scene.patch(who, ready, guest_id=None, version=2)
    assert (await scene.row(ready))["version"] == 1, "without a guest it is prep"
    without_case = await scene.booked(candidate_id=scene.guest.id, case_id=None)
    await scene.patch(who, without_case, version=2)
    assert (await scene.row(without_case))["version"] == 2, "a case is not needed"


@attack("+", by=["guest"])
async def leaves_all_at_once(scene: Scene, who: Who) -> None:
    for _ in range(2):
        await scene.booked()
    async with scene.holds():
        mine = f"practice_sessions?guest_id=eq.{id_of(who)}"
        await scene.doors.rest(who, "PATCH", mine, {"guest_id": None})


@attack("+", by=OUTSIDERS)
async def writes_a_column_that_we_do_not_know(scene: Scene, who: Who) -> None:
    await scene.stack.sql("alter table practice_sessions add column if not exists notes text")
    await scene.stack.sql("grant update (notes) on practice_sessions to authenticated")
    session_id, free = await scene.booked(), await scene.open()
    await scene.patch(scene.host, session_id, notes="mine")
    assert (await scene.row(session_id))["notes"] == "mine"
    async with scene.holds():
        for target in (session_id, free):
            await scene.patch(who, target, notes="theirs")
            await scene.patch(who, target, notes="theirs", guest_id=id_of(who))
