"""On the waiting list: to jump the line, to keep a seat from others, to read or change a line."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.helpers.stack import Person
from tests.supabase.doors import Who
from tests.supabase.scene import ALL, OUTSIDERS, Row, Scene, attack

LINE = "select user_id from medtui_private.waiting where session_id = %s order by place"


async def call(scene: Scene, who: Who, name: str, session_id: object, **more: object) -> int:
    """Call a function of the API. Returns the HTTP status."""
    body = {"session_id": str(session_id), **more}
    return (await scene.doors.rest(who, "POST", f"rpc/{name}", body)).status_code


async def line(scene: Scene, session_id: UUID) -> list[UUID]:
    return [row["user_id"] for row in await scene.stack.sql(LINE, session_id)]


async def leave(scene: Scene, session_id: UUID) -> None:
    assert await scene.patch(scene.guest, session_id, guest_id=None) < 300


async def offered(scene: Scene, *people: Person, **columns: Any) -> Row:
    """A session whose seat was freed while these people waited for it: the first is offered it."""
    session_id = await scene.booked(**columns)
    for person in people:
        assert await call(scene, person, "wait_for_seat", session_id) == 200
    await leave(scene, session_id)
    row = await scene.row(session_id)
    assert (row["guest_id"], row["kept_for"], row["kept_as"]) == (None, people[0].id, "offer")
    return row


async def run_out(scene: Scene, session_id: UUID) -> None:
    """Let the present offer end."""
    query = "update practice_sessions set kept_until = now() - interval '1 second' where id = %s"
    await scene.stack.sql(query, session_id)


@attack("+", by=("guest", "stranger", "newcomer", "anon"))
async def takes_a_seat_that_is_offered_to_the_first_in_line(scene: Scene, who: Who) -> None:
    first, second = await scene.stack.person(), await scene.stack.person()
    found = await offered(scene, first, second)
    async with scene.holds():
        for name in ("next_offer", "free_absent_guest"):
            await call(scene, who, name, found["id"])
        mine = who.id if who else uuid4()
        await scene.patch(who, found["id"], guest_id=mine)
        await scene.patch(who, found["id"], kept_until=None, kept_for=None, guest_id=mine)
        await scene.patch(who, found["id"], kept_for=mine)
        await scene.patch(second, found["id"], guest_id=second.id)
        await scene.patch(first, found["id"], guest_id=mine)
    await scene.patch(first, found["id"], guest_id=first.id)
    assert (await scene.row(found["id"]))["guest_id"] == first.id
    assert await line(scene, found["id"]) == [second.id]


@attack("+", by=("guest", "stranger"))
async def takes_a_seat_between_two_offers(scene: Scene, who: Who) -> None:
    """No client has written yet that the next in the line is offered it: it is theirs anyway."""
    first, second = await scene.stack.person(), await scene.stack.person()
    found = await offered(scene, first, second)
    await run_out(scene, found["id"])
    assert who
    async with scene.holds():
        await scene.patch(who, found["id"], guest_id=who.id)
        await scene.patch(first, found["id"], guest_id=first.id)
    assert await call(scene, who, "next_offer", found["id"]) < 300
    row = await scene.row(found["id"])
    assert row["kept_for"] == second.id
    assert await line(scene, found["id"]) == [second.id, first.id]
    await run_out(scene, found["id"])
    await scene.patch(who, found["id"], guest_id=who.id)
    assert (await scene.row(found["id"]))["guest_id"] == who.id, "all had their turn: it is free"


@attack("+", by=("host",))
async def gives_an_offered_seat_to_a_friend(scene: Scene, who: Who) -> None:
    found = await offered(scene, scene.stranger)
    soon = datetime.now(UTC) + timedelta(minutes=20)
    async with scene.holds():
        for values in (
            {"kept_for": scene.other.id},
            {"kept_for": scene.other.id, "kept_until": soon},
            {"kept_until": soon},
            {"kept_for": None, "kept_until": None},
            {"kept_as": "invited"},
            {"guest_id": scene.other.id},
        ):
            await scene.patch(who, found["id"], **values)


@attack("+", by=["anon"])
async def learns_for_whom_a_seat_is_kept(scene: Scene, who: Who) -> None:
    """Until when it is kept they may know, as shared screens show it; by no way for whom."""
    first, second = await scene.stack.person(), await scene.stack.person()
    found = await offered(scene, first, second)
    where = f"practice_sessions?id=eq.{found['id']}"
    told = await scene.doors.rest(who, "GET", f"{where}&select=kept_until")
    [row] = told.json()
    assert datetime.fromisoformat(row["kept_until"]) == found["kept_until"]
    for query in (
        *("&select=kept_for", "&select=kept_as", "&select=*", f"&select=id&kept_for=eq.{first.id}"),
        *("&select=id&order=kept_for", "&select=id&kept_as=eq.offer", "&select=to_jsonb"),
    ):
        answer = await scene.doors.rest(who, "GET", where + query)
        assert answer.status_code >= 400, query
        assert str(first.id) not in answer.text
    for path in ("rpc/waiting_lines", "rpc/next_offer", "waiting", "medtui_private.waiting"):
        method, body = ("POST", {}) if path.startswith("rpc") else ("GET", None)
        assert (await scene.doors.rest(who, method, path, body)).status_code >= 400, path
    if "realtime" not in scene.doors.open:
        return
    async with scene.doors.socket() as theirs:
        assert await theirs.join(who, "board:strangers")
        await run_out(scene, found["id"])
        assert await call(scene, second, "next_offer", found["id"]) < 300
        assert (await scene.row(found["id"]))["kept_for"] == second.id
        await scene.stack.sql("delete from practice_sessions where id = %s", found["id"])
        heard = await theirs.told(found["id"], "DELETE")
    assert "kept_until" in heard
    for hidden in (str(first.id), str(second.id), "kept_for", "kept_as"):
        assert hidden not in heard, hidden


@attack("+", by=("guest", "stranger", "other", "newcomer", "anon"))
async def keeps_the_seat_of_anothers_session(scene: Scene, who: Who) -> None:
    free = await scene.open()
    until = datetime.now(UTC) + timedelta(minutes=20)
    async with scene.holds():
        for person in (scene.stranger.id, scene.other.id):
            await scene.patch(who, free, kept_for=person, kept_until=until)
    await scene.patch(scene.host, free, kept_for=scene.guest.id, kept_until=until)
    row = await scene.row(free)
    assert (row["kept_for"], row["kept_as"]) == (scene.guest.id, "invited")
    async with scene.holds():
        if who is not scene.guest:
            await scene.patch(who, free, guest_id=who.id if who else uuid4())
            await call(scene, who, "stop_waiting", free)
    await scene.patch(scene.guest, free, guest_id=scene.guest.id)
    assert (await scene.row(free))["guest_id"] == scene.guest.id


@attack("+", by=("host",))
async def keeps_a_seat_at_will(scene: Scene, who: Who) -> None:
    """Beyond the start, for people who are not there, of a seat that is taken."""
    free, booked, running = await scene.open(), await scene.booked(), await scene.open(version=2)
    soon = datetime.now(UTC) + timedelta(minutes=20)
    friend = scene.stranger.id
    async with scene.holds():
        for session_id in (booked, running):
            await scene.patch(who, session_id, kept_for=friend, kept_until=soon)
        for values in (
            {"kept_for": friend, "kept_until": datetime.now(UTC) + timedelta(days=300)},
            {"kept_for": friend, "kept_until": datetime.now(UTC) - timedelta(minutes=1)},
            {"kept_for": friend, "kept_until": "infinity"},
            {"kept_for": uuid4(), "kept_until": soon},
            {"kept_for": scene.newcomer.id, "kept_until": soon},
            {"kept_for": scene.host.id, "kept_until": soon},
            {"kept_for": friend},
            {"kept_until": soon},
            {"kept_for": friend, "kept_until": soon, "kept_as": "offer"},
        ):
            await scene.patch(who, free, **values)
    posted = scene.new(scene.host, kept_for=friend, kept_until=soon, kept_as="offer")
    assert await scene.post(who, **posted) == 201
    row = await scene.row(posted["id"])
    assert (row["kept_for"], row["kept_until"], row["kept_as"]) == (None, None, None)


@attack("+", by=("anon", "newcomer", "host", "guest"))
async def waits_where_there_is_nothing_to_wait_for(scene: Scene, who: Who) -> None:
    """Without a profile, for one's own session or seat, and for one that is free, or over."""
    hers, free = await scene.booked(), await scene.open()
    over = await scene.booked(starts_in=timedelta(hours=-2))
    held = await scene.held()
    running = await scene.booked(candidate_id=scene.guest.id, version=2)
    async with scene.holds():
        for session_id in (hers, over, held, running, uuid4()):
            await call(scene, who, "wait_for_seat", session_id)
        if who is not None:
            await call(scene, who, "wait_for_seat", free)
    assert await call(scene, scene.stranger, "wait_for_seat", hers) == 200
    assert await line(scene, hers) == [scene.stranger.id]


@attack("+", by=("stranger",))
async def waits_twice_or_for_a_better_place(scene: Scene, who: Who) -> None:
    session_id, first = await scene.booked(), await scene.stack.person()
    for person in (first, who):
        assert await call(scene, person, "wait_for_seat", session_id) == 200
    async with scene.holds():
        for _ in range(3):
            await call(scene, who, "wait_for_seat", session_id)
        await call(scene, who, "next_offer", session_id)
    await leave(scene, session_id)
    assert (await scene.row(session_id))["kept_for"] == first.id


@attack("+", by=("stranger",))
async def waits_for_more_seats_than_a_person_may(scene: Scene, who: Who) -> None:
    assert who
    sessions = [await scene.booked() for _ in range(21)]
    answers = [await call(scene, who, "wait_for_seat", id_) for id_ in sessions]
    assert answers == [200] * 20 + [403]
    assert await call(scene, who, "stop_waiting", sessions[0]) < 300
    assert await call(scene, who, "wait_for_seat", sessions[20]) == 200


@attack("+", by=("stranger",))
async def makes_a_line_longer_than_a_hundred(scene: Scene, who: Who) -> None:
    session_id = await scene.booked()
    await scene.stack.sql(
        "with people as (insert into profiles select gen_random_uuid(), 'A', 'B', 'st1'"
        " from generate_series(1, 100) returning user_id)"
        " insert into medtui_private.waiting select %s, user_id from people",
        session_id,
    )
    async with scene.holds():
        assert await call(scene, who, "wait_for_seat", session_id) == 403


@attack("+", by=ALL)
async def reads_or_changes_a_line(scene: Scene, who: Who) -> None:
    session_id = await scene.booked()
    for person in (scene.stranger, scene.other):
        assert await call(scene, person, "wait_for_seat", session_id) == 200
    rest = scene.doors.rest
    async with scene.holds():
        for path in ("waiting", "medtui_private.waiting"):
            assert (await rest(who, "GET", path)).status_code >= 400
            await rest(who, "DELETE", f"{path}?session_id=eq.{session_id}")
        for name in ("offers", "keeper", "note_passed", "first_in_line", "offer_ends"):
            body = {"of_session": str(session_id)}
            assert (await rest(who, "POST", f"rpc/{name}", body)).status_code >= 400
        if who not in (scene.stranger, scene.other):
            await call(scene, who, "stop_waiting", session_id)
    answer = await rest(who, "POST", "rpc/waiting_lines", {})
    if who is None:
        assert answer.status_code >= 400
        return
    known = {(row["place"], row["people"]) for row in answer.json()}
    assert known == {
        scene.host: {(None, 2)}, scene.stranger: {(1, 2)}
    }.get(who, set())  # fmt: skip


@attack("+", by=OUTSIDERS)
async def frees_a_guest_as_absent(scene: Scene, who: Who) -> None:
    """Others than the host, at any time."""
    late = await scene.booked(starts_in=timedelta(minutes=-6))
    async with scene.holds():
        await call(scene, who, "free_absent_guest", late)
        await scene.patch(who if who is not scene.guest else None, late, guest_id=None)
    assert await call(scene, scene.stranger, "wait_for_seat", late) == 200
    assert await call(scene, scene.host, "free_absent_guest", late) < 300
    row = await scene.row(late)
    assert (row["guest_id"], row["kept_for"]) == (None, scene.stranger.id)
    left = row["kept_until"] - datetime.now(UTC)
    assert timedelta(minutes=1) < left <= timedelta(minutes=2)


@attack("+", by=("host",))
async def frees_a_guest_as_absent_too_early_or_from_a_station(scene: Scene, who: Who) -> None:
    early = await scene.booked(starts_in=timedelta(minutes=-4))
    running = await scene.booked(
        starts_in=timedelta(minutes=-20), candidate_id=scene.guest.id, version=2
    )
    over, free = await scene.booked(starts_in=timedelta(hours=-2)), await scene.open()
    async with scene.holds():
        for session_id in (early, running, over, free):
            assert await call(scene, who, "free_absent_guest", session_id) >= 400


@attack("+", by=("stranger",))
async def is_offered_the_seat_of_a_session_that_was_held(scene: Scene, who: Who) -> None:
    """Files of the talk may still come: another guest would read them."""
    session_id = await scene.booked()
    assert await call(scene, who, "wait_for_seat", session_id) == 200
    await scene.patch(scene.host, session_id, candidate_id=scene.guest.id)
    await scene.patch(scene.host, session_id, version=2)
    assert await line(scene, session_id) == []
    await leave(scene, session_id)
    row = await scene.row(session_id)
    assert (row["guest_id"], row["kept_for"]) == (None, None)


@attack("+", by=("stranger",))
async def is_offered_a_seat_after_the_account_is_gone(scene: Scene, who: Who) -> None:
    assert who
    next_ = await scene.stack.person()
    found = await offered(scene, scene.stranger, next_)
    other = await scene.booked()
    for person in (scene.stranger, next_):
        assert await call(scene, person, "wait_for_seat", other) == 200
    await scene.stack.sql("delete from auth.users where id = %s", who.id)
    assert (await scene.row(found["id"]))["kept_for"] == next_.id
    assert await line(scene, other) == [next_.id]
