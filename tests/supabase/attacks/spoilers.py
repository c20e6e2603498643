"""On cases: to read what one's role may not know, to change what belongs to the team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.supabase.attacks.seats import id_of
from tests.supabase.doors import Who
from tests.supabase.scene import ALL, Scene, attack

SECRETS = ("candidate_brief", "actor_brief", "condition", "case_name_internal")


async def brief(scene: Scene, who: Who, session_id: UUID) -> dict[str, Any] | None:
    """The answer of `session_case` to a user; None if there is none."""
    answer = await scene.doors.rest(
        who, "POST", "rpc/session_case", {"session_id": str(session_id)}
    )
    rows = answer.json()
    return rows[0] if answer.is_success and rows else None


@attack(18, by=ALL)
async def reads_or_rewrites_cases(scene: Scene, who: Who) -> None:
    names = "id,category,domain" + (",case_name" if who else "")
    catalogue = await scene.doors.rest(who, "GET", f"cases?select={names}")
    assert len(catalogue.json()) == 2
    session_id = await scene.booked()
    hidden = SECRETS if who else (*SECRETS, "case_name")
    for query in (
        *(f"cases?select={column}" for column in hidden),
        *(f"cases?select=id&{column}=like.*secret*" for column in hidden),
        *(f"cases?select=id&order={column}" for column in hidden),
        "cases?select=*",
        "cases",
        f"practice_sessions?select=id,cases(actor_brief)&id=eq.{session_id}",
    ):
        answer = await scene.doors.rest(who, "GET", query)
        assert answer.status_code >= 400, query
        assert "secret" not in answer.text
    async with scene.holds():
        for query in ("cases", f"cases?id=eq.{scene.case}"):
            for values in ({"category": "x"}, {"actor_brief": "x"}, {"id": str(scene.other_case)}):
                await scene.doors.rest(who, "PATCH", query, values)
            await scene.doors.rest(who, "DELETE", query)
        await scene.doors.rest(who, "POST", "cases", {"category": "x"})
        merge = "resolution=merge-duplicates"
        row = {"id": str(scene.case), "category": "x"}
        await scene.doors.rest(who, "POST", "cases?on_conflict=id", row, prefer=merge)


@attack(19, by=("anon", "stranger", "newcomer", "other"))
async def calls_for_the_brief_of_others(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(candidate_id=scene.guest.id, version=3)
    for participant in (scene.host, scene.guest):
        assert await brief(scene, participant, session_id)
    assert await brief(scene, who, session_id) is None
    free = await scene.open()
    assert await brief(scene, who, free) is None


@attack("+", by=("guest", "host"))
async def reads_the_brief_of_the_other_role(scene: Scene, who: Who) -> None:
    other = scene.host if who is scene.guest else scene.guest
    for stage in (1, 2, 3):
        debrief = stage == 3
        for candidate in (id_of(who), other.id, None):
            session_id = await scene.booked(candidate_id=candidate, version=stage)
            found = await brief(scene, who, session_id)
            assert found is not None
            role = (
                None if candidate is None else "candidate" if candidate == id_of(who) else "actor"
            )
            shown = {key for key in (*SECRETS, "case_name") if found.get(key) is not None}
            allowed = {
                "case_name": role != "candidate" or debrief,
                "candidate_brief": (role == "candidate" and stage == 2) or debrief,
                "actor_brief": role == "actor" or debrief,
                "condition": debrief,
            }
            assert found["role"] == role
            assert shown == {key for key, may in allowed.items() if may}, (stage, role)
            await scene.stack.sql("delete from practice_sessions where id = %s", session_id)


@attack("+", by=["host"])
async def is_examined_on_what_they_read_as_the_actor(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(candidate_id=scene.guest.id)
    await scene.patch(who, session_id, candidate_id=scene.host.id)
    assert (await scene.row(session_id))["case_id"] is None
    await scene.patch(who, session_id, case_id=scene.other_case)
    await scene.patch(who, session_id, candidate_id=scene.guest.id, case_id=scene.other_case)
    assert (await scene.row(session_id))["case_id"] is None, "the same case in one request"
    await scene.patch(who, session_id, case_id=scene.case)
    await scene.patch(who, session_id, candidate_id=scene.host.id, case_id=scene.other_case)
    assert (await scene.row(session_id))["case_id"] == scene.other_case, "another one may follow"


@attack(33, by=("host", "guest"))
async def is_examined_on_what_they_read_after_a_detour(scene: Scene, who: Who) -> None:
    """By way of no candidate, of no case, of leaving and coming back, of wrap-up."""
    assert who is not None
    other = scene.guest if who is scene.host else scene.host
    patch, host = scene.patch, scene.host

    async def read_as_the_actor() -> UUID:
        session_id = await scene.booked(candidate_id=other.id)
        found = await brief(scene, who, session_id)
        assert found is not None
        assert found["actor_brief"] == "secret actor"
        return session_id

    for detour in ("no candidate", "no case", "leaves", "wrap-up"):
        session_id = await read_as_the_actor()
        if detour == "wrap-up":
            for stage in (2, 3, 1):
                await patch(host, session_id, version=stage)
        await patch(host, session_id, candidate_id=None)
        if detour == "no case":
            await patch(host, session_id, case_id=None)
        if detour == "leaves":
            await patch(scene.guest, session_id, guest_id=None)
            await patch(scene.guest, session_id, guest_id=scene.guest.id)
        await patch(host, session_id, candidate_id=who.id)
        row = await scene.row(session_id)
        assert (row["candidate_id"], row["case_id"]) == (who.id, None), detour
        async with scene.holds():
            query = f"practice_sessions?id=eq.{session_id}"
            again = {"case_id": str(scene.case)}
            answer = await scene.doors.rest(host, "PATCH", query, again)
            assert answer.json()["hint"] == "read"
        await patch(host, session_id, case_id=scene.other_case, version=2)
        row = await scene.row(session_id)
        assert (row["case_id"], row["version"]) == (scene.other_case, 2), "another one may follow"


@attack("+", by=["host"])
async def and_a_case_may_be_chosen_first_and_held_again(scene: Scene, who: Who) -> None:
    session_id = await scene.open(case_id=None)
    await scene.patch(who, session_id, case_id=scene.case)
    await scene.patch(scene.guest, session_id, guest_id=scene.guest.id)
    await scene.patch(who, session_id, candidate_id=scene.guest.id)
    for stage in (2, 3, 1, 2):
        await scene.patch(who, session_id, version=stage)
        row = await scene.row(session_id)
        assert (row["version"], row["case_id"]) == (stage, scene.case)


@attack(34, by=("guest", "host"))
async def reads_the_brief_in_a_session_with_a_second_account(scene: Scene, who: Who) -> None:
    assert who is not None
    secrets = ("actor_brief", "candidate_brief", "condition", "case_name")
    examined = await scene.booked(candidate_id=who.id)
    hosted = {"guest": scene.stranger, "case_id": scene.case}
    aside = [
        await scene.stack.session(who, candidate_id=c, version=stage, **hosted)  # type: ignore[arg-type]
        for c in (scene.stranger.id, who.id, None)
        for stage in (1, 2, 3)
    ]
    aside.append(
        await scene.stack.session(
            scene.stranger, guest=who, candidate_id=scene.stranger.id, case_id=scene.case
        )
    )
    over = (
        "update practice_sessions set datetime_utc = now() - interval '2 hours',"
        " stage_since = now() - interval '2 hours' where id = %s"
    )
    for end in (over, "update practice_sessions set version = 3 where id = %s"):
        before = "update practice_sessions set version = 2, datetime_utc = now() where id = %s"
        await scene.stack.sql(before, examined)
        for session_id in aside:
            found = await brief(scene, who, session_id)
            assert found is not None
            assert [found[secret] for secret in secrets] == [None] * 4
        await scene.stack.sql(end, examined)
        assert (await brief(scene, who, aside[0]) or {})["actor_brief"] == "secret actor"
    # With the same partner a second session is no secret.
    for session_id in aside:
        await scene.stack.sql("delete from practice_sessions where id = %s", session_id)
    await scene.stack.sql("update practice_sessions set version = 2 where id = %s", examined)
    other = scene.guest if who is scene.host else scene.host
    again = await scene.booked(candidate_id=other.id)
    assert (await brief(scene, who, again) or {})["actor_brief"] == "secret actor"
    await scene.stack.sql("delete from practice_sessions")


@attack("+", by=("anon", "stranger", "guest"))
async def reads_a_brief_after_leaving(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(candidate_id=scene.host.id)
    found = await brief(scene, scene.guest, session_id)
    assert found is not None
    assert found["actor_brief"] == "secret actor"
    await scene.patch(scene.guest, session_id, guest_id=None)
    assert await brief(scene, who, session_id) is None
