"""On cases: to read what one's role may not know, to change what belongs to the team."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tests.supabase.attacks.seats import id_of
from tests.supabase.doors import Who
from tests.supabase.scene import ALL, Scene, attack

SECRETS = ("candidate_brief", "actor_brief", "condition", "case_name_internal")


async def brief(scene: Scene, who: Who, session_id: UUID) -> dict[str, Any] | None:
    """What `session_case` gives to somebody; None for nothing, whatever the way."""
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


@attack("+", by=("anon", "stranger", "guest"))
async def reads_a_brief_after_leaving(scene: Scene, who: Who) -> None:
    session_id = await scene.booked(candidate_id=scene.host.id)
    found = await brief(scene, scene.guest, session_id)
    assert found is not None
    assert found["actor_brief"] == "secret actor"
    await scene.patch(scene.guest, session_id, guest_id=None)
    assert await brief(scene, who, session_id) is None
