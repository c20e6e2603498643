"""On briefs that a host types: to write them for others, to read what one's role may not know."""

from __future__ import annotations

from uuid import UUID, uuid4

import httpx

from tests.supabase.attacks.seats import id_of
from tests.supabase.attacks.spoilers import brief
from tests.supabase.doors import Who
from tests.supabase.scene import ALL, OUTSIDERS, Scene, attack

TYPED = {"candidate_brief": "Take a history.\n\t1. Pain", "actor_brief": "Your eye is red."}


async def write(scene: Scene, who: Who, session_id: UUID, **briefs: str | None) -> httpx.Response:
    body = {"session_id": str(session_id), "candidate_brief": None, "actor_brief": None, **briefs}
    return await scene.doors.rest(who, "POST", "rpc/set_session_brief", body)


async def typed(scene: Scene, session_id: UUID) -> dict[str, str] | None:
    query = "select candidate_brief, actor_brief from session_briefs where session_id = %s"
    rows = await scene.stack.sql(query, session_id)
    return rows[0] if rows else None


@attack(42, by=OUTSIDERS)
async def writes_the_briefs_of_a_session_of_others(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(case_id=None)
    assert (await write(scene, scene.host, session_id, **TYPED)).is_success
    assert await typed(scene, session_id) == TYPED
    async with scene.holds():
        for target in (session_id, uuid4()):
            answer = await write(scene, who, target, actor_brief="forged")
            assert not answer.is_success
            assert who is None or answer.json()["hint"] == "not_host"
            assert not (await write(scene, who, target)).is_success


@attack(42, by=["guest"])
async def becomes_the_candidate_after_reading_the_actors_brief(scene: Scene, who: Who) -> None:
    """With any client: at once, or by way of a session without a candidate."""
    for way in ([scene.guest.id], [None, scene.guest.id]):
        session_id = await scene.booked(case_id=None, candidate_id=scene.host.id)
        assert (await write(scene, scene.host, session_id, **TYPED)).is_success
        read = await brief(scene, who, session_id)
        assert read is not None
        assert read["actor_brief"] == TYPED["actor_brief"]
        unchanged = {"type": "viva", "candidate_id": str(scene.host.id)}
        await scene.patch(scene.host, session_id, **unchanged)
        assert await typed(scene, session_id) == TYPED
        for candidate in way:
            await scene.patch(scene.host, session_id, candidate_id=candidate and str(candidate))
        [row] = await scene.stack.sql("select * from practice_sessions where id = %s", session_id)
        assert row["candidate_id"] == scene.guest.id
        assert await typed(scene, session_id) is None
        assert await brief(scene, who, session_id) is None
        await scene.stack.sql("delete from practice_sessions where id = %s", session_id)


@attack(42, by=["host"])
async def writes_briefs_once_the_station_has_started(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(case_id=None, candidate_id=scene.guest.id)
    assert (await write(scene, who, session_id, **TYPED)).is_success
    for stage in (2, 3):
        await scene.patch(who, session_id, version=stage)
        async with scene.holds():
            for briefs in ({"actor_brief": "another"}, {}):
                answer = await write(scene, who, session_id, **briefs)
                assert answer.json()["code"] == "42501"
                assert answer.json()["hint"] == "stage"
    await scene.patch(who, session_id, version=1)
    for blank in (None, "", " \n\t"):
        assert (await write(scene, who, session_id, **TYPED)).is_success
        assert (await write(scene, who, session_id, actor_brief=blank)).is_success
        assert await typed(scene, session_id) is None
    half = {"candidate_brief": "Only this.", "actor_brief": None}
    assert (await write(scene, who, session_id, **half)).is_success
    assert await typed(scene, session_id) == half


@attack(42, by=["host"])
async def types_briefs_that_no_terminal_should_show(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(case_id=None)
    longest = {"candidate_brief": "é" * 20_000, "actor_brief": "Zoë\n\tأمل 👩🏽‍⚕️"}
    assert (await write(scene, who, session_id, **longest)).is_success
    async with scene.holds():
        for column in longest:
            for text in (
                "x" * 20_001,
                "a\x1b[31mb",
                "a\x9bb",
                "a\rb",
                "a\x7fb",
                "a\u202eb",
                "a\x0bb",
            ):
                answer = await write(scene, who, session_id, **{column: text})
                assert answer.json()["code"] == "23514", repr(text[:9])
                assert f"session_briefs_{column}_check" in answer.json()["message"]
    assert await typed(scene, session_id) == longest


@attack(42, by=ALL)
async def reads_typed_briefs_past_the_function(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(case_id=None, candidate_id=scene.guest.id)
    assert (await write(scene, scene.host, session_id, **TYPED)).is_success
    free = await scene.open()
    async with scene.holds():
        for query in ("session_briefs", "session_briefs?select=session_id"):
            assert not (await scene.doors.rest(who, "GET", query)).is_success
        embedded = "practice_sessions?select=id,session_briefs(actor_brief)"
        assert not (await scene.doors.rest(who, "GET", embedded)).is_success
        row = {"session_id": str(free), "actor_brief": "x"}
        merge = "resolution=merge-duplicates"
        await scene.doors.rest(who, "POST", "session_briefs", row, prefer=merge)
        mine = f"session_briefs?session_id=eq.{session_id}"
        await scene.doors.rest(who, "PATCH", mine, {"actor_brief": "x"})
        await scene.doors.rest(who, "DELETE", mine)
    if who not in (scene.host, scene.guest):
        assert await brief(scene, who, session_id) is None


@attack(42, by=("guest", "host"))
async def reads_the_typed_brief_of_the_other_role(scene: Scene, who: Who) -> None:
    other = scene.host if who is scene.guest else scene.guest
    for stage in (1, 2, 3):
        for candidate in (id_of(who), other.id, None):
            session_id = await scene.booked(case_id=None, candidate_id=candidate)
            assert await brief(scene, who, session_id) is None, "nothing is typed yet"
            assert (await write(scene, scene.host, session_id, **TYPED)).is_success
            set_stage = "update practice_sessions set version = %s where id = %s"
            await scene.stack.sql(set_stage, stage, session_id)
            role = (
                None if candidate is None else "candidate" if candidate == id_of(who) else "actor"
            )
            assert await brief(scene, who, session_id) == {
                "id": None,
                "category": None,
                "domain": None,
                "case_name": None,
                "condition": None,
                "role": role,
                "candidate_brief": TYPED["candidate_brief"]
                if (role == "candidate" and stage == 2) or stage == 3
                else None,
                "actor_brief": TYPED["actor_brief"] if role == "actor" or stage == 3 else None,
            }
            await scene.stack.sql(
                "update practice_sessions set case_id = %s, version = 3 where id = %s",
                scene.case,
                session_id,
            )
            chosen = await brief(scene, who, session_id)
            assert chosen is not None
            assert chosen["actor_brief"] == "secret actor", "a case goes before what was typed"
            await scene.stack.sql("delete from practice_sessions where id = %s", session_id)
    assert not await scene.stack.sql("select from session_briefs"), "they go with the session"
