"""Deleting an account through `delete_account`: one's own, after a fresh login, and once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from tests.helpers.stack import Person
from tests.supabase.attacks.accounts import revive
from tests.supabase.attacks.tokens import REFUSED, forged_tokens
from tests.supabase.doors import Who
from tests.supabase.scene import Scene, attack


async def fresh(scene: Scene, person: Person, *, age: str = "0", **claims: object) -> Person:
    """A person who has signed in so long ago."""
    [login] = await scene.stack.sql(
        "insert into auth.sessions (user_id, created_at) values (%s, now() - %s::interval)"
        " returning id",
        person.id,
        age,
    )
    token = scene.stack.token(person, session_id=str(login["id"]), **claims)
    return replace(person, token=token)


async def delete(scene: Scene, who: Who, **arguments: object) -> tuple[int, Any]:
    """The status of the answer, and its hint."""
    answer = await scene.doors.rest(who, "POST", "rpc/delete_account", arguments)
    body = answer.json() if answer.text else {}
    return answer.status_code, body.get("hint")


async def is_there(scene: Scene, person: Person) -> bool:
    return bool(await scene.stack.sql("select from auth.users where id = %s", person.id))


@attack("+", by=("anon", "stranger", "guest", "newcomer"))
async def deletes_anothers_account(scene: Scene, who: Who) -> None:
    """There is no argument, and of the token only what the server has signed counts."""
    await scene.held(version=3, candidate_id=scene.guest.id)
    login = await fresh(scene, scene.host)
    [[session_id]] = [
        row.values()
        for row in await scene.stack.sql(
            "select id::text from auth.sessions where user_id = %s", scene.host.id
        )
    ]
    thief = who and replace(who, token=scene.stack.token(who, session_id=session_id))
    async with scene.holds():
        for one in (who, thief):
            for arguments in ({}, {"user_id": str(scene.host.id)}, {"me": str(scene.host.id)}):
                status, _ = await delete(scene, one, **arguments)
                assert status in (401, 403, 404), status
        for name in ("leave_sessions", "account_deleted", "delete_account"):
            path = f"rpc/{name}"
            body = {"of_user": str(scene.host.id)}
            headers = {"Content_Profile": "medtui_private"}
            for sent in ({}, headers):
                answer = await scene.doors.rest(who, "POST", path, body, **sent)
                assert not answer.is_success
    assert await delete(scene, login) == (204, None), "its owner may"
    await revive(scene, scene.host)


@attack("+", by=("host", "guest", "stranger", "newcomer"))
async def deletes_an_account_with_a_login_that_is_not_fresh(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    old = await fresh(scene, who, age="11 minutes")
    ended = await fresh(scene, who)
    await scene.stack.sql(
        "delete from auth.sessions where user_id = %s and created_at > now() - interval '1 minute'",
        who.id,
    )
    strange = [
        replace(who, token=scene.stack.token(who, session_id=session_id))
        for session_id in (None, "", "x", str(uuid4()))
    ]
    async with scene.holds():
        for one in (who, old, ended, *strange):
            assert await delete(scene, one) == (403, "not_fresh")
    assert await delete(scene, await fresh(scene, who)) == (204, None)
    assert not await is_there(scene, who)
    await revive(scene, who)


@attack("+", by=["host"])
async def deletes_an_account_with_an_expired_or_forged_token(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    login = await fresh(scene, who)
    for what, token in forged_tokens(scene, login).items():
        async with scene.holds():
            status, _ = await delete(scene, replace(who, token=token))
            assert status in REFUSED, what


@attack("+", by=("host", "guest", "newcomer"))
async def deletes_an_account_twice_and_is_told_that_there_is_none(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    login = await fresh(scene, who)
    assert await delete(scene, login) == (204, None)
    async with scene.holds():
        status, hint = await delete(scene, login)
        assert status in (401, 403)
        assert hint in (None, "no_account")
    await revive(scene, who)
    async with scene.holds():  # the login has ended with its account
        assert await delete(scene, login) == (403, "not_fresh")
    await scene.stack.sql(
        "update auth.users set banned_until = now() + interval '1 day' where id = %s", who.id
    )
    async with scene.holds():
        assert await delete(scene, await fresh(scene, who)) == (403, "no_account")
    await scene.stack.sql("update auth.users set banned_until = null")


@attack("+", by=["host"])
async def deletes_an_account_without_its_second_factor(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    [was] = await scene.stack.sql("select to_regclass('auth.mfa_factors') is null as missing")
    if was["missing"]:
        await scene.stack.sql(
            "create table auth.mfa_factors (user_id uuid, status text, secret bytea)"
        )
    await scene.stack.sql(
        "insert into auth.mfa_factors (user_id, status, secret) values (%s, 'verified', '')", who.id
    )
    one, two = await fresh(scene, who, aal="aal1"), await fresh(scene, who, aal="aal2")
    try:
        async with scene.holds():
            assert await delete(scene, one) == (403, "second_factor")
        assert await delete(scene, two) == (204, None)
    finally:
        await scene.stack.sql(
            "drop table auth.mfa_factors" if was["missing"] else "delete from auth.mfa_factors"
        )
    await revive(scene, who)


@attack("+", by=("host", "guest"))
async def leaves_by_itself_what_it_leaves_by_an_operator(scene: Scene, who: Who) -> None:
    """What both had stays with the partner; what concerns the one alone goes."""
    assert isinstance(who, Person)
    partner = scene.guest if who is scene.host else scene.host
    ago, case = -timedelta(hours=5), scene.case
    coming = await scene.stack.session(who, guest=partner)
    booked = await scene.stack.session(partner, guest=who, candidate_id=who.id)
    held = await scene.held(version=3, candidate_id=scene.guest.id, starts_in=ago, case_id=case)
    never = await scene.stack.session(who, guest=partner, starts_in=ago)
    # A station was held, and the guest has left since.
    deserted = await scene.stack.session(who, guest=partner, version=2, candidate_id=who.id)
    await scene.stack.sql(
        "update practice_sessions set guest_id = null, version = 1 where id = %s", deserted
    )
    for session_id in (held, never, booked):
        await scene.stack.sql(
            "insert into session_briefs values (%s, 'candidate', 'actor')", session_id
        )
    assert await delete(scene, await fresh(scene, who)) == (204, None)
    query = "select id from practice_sessions where id = any(%s)"
    left = await scene.stack.sql(query, [coming, booked, held, never, deserted])
    assert {row["id"] for row in left} == {booked, held, never}
    row = await scene.row(booked)
    assert (row["guest_id"], row["candidate_id"]) == (None, None)
    query = "select session_id from session_briefs where session_id = any(%s)"
    briefs = await scene.stack.sql(query, [booked, held, never])
    assert [row["session_id"] for row in briefs] == [held], (
        "a typed brief stays with a station that was held"
    )
    assert await scene.doors.download(partner, f"{held}/transcript.json")
    ids: list[UUID] = [
        row["user_id"] for row in await scene.stack.sql("select * from medtui_private.briefed")
    ]
    assert partner.id in ids
    assert who.id not in ids
    names = "select first_name, last_name, avatar from profiles where user_id = %s"
    assert await scene.stack.sql(names, who.id) == [
        {"first_name": "Former", "last_name": "member", "avatar": None}
    ]
    await revive(scene, who)


@attack("+", by=["stranger"])
async def is_kept_whole_where_other_data_needs_the_account(scene: Scene, who: Who) -> None:
    """A table of the platform's own refers to it: nothing is half done."""
    assert isinstance(who, Person)
    await scene.stack.session(who)
    await scene.stack.sql("create table theirs (user_id uuid references auth.users (id))")
    await scene.stack.sql("insert into theirs values (%s)", who.id)
    login = await fresh(scene, who)
    try:
        async with scene.holds():
            assert await delete(scene, login) == (403, "in_use")
    finally:
        await scene.stack.sql("drop table theirs")
    # Where the platform lets nobody make a trigger on its table, the function does all by itself.
    await scene.stack.sql('drop trigger "0_medtui_account_deleted" on auth.users')
    assert await delete(scene, login) == (204, None)
    assert not await scene.stack.sql("select from practice_sessions where host_id = %s", who.id)
    await scene.stack.sql(
        'create trigger "0_medtui_account_deleted" before delete on auth.users'
        " for each row execute function medtui_private.account_deleted()"
    )


@attack("+", by=["host"])
async def keeps_the_name_where_the_platform_has_a_list_of_levels(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    await scene.held(version=3, candidate_id=scene.guest.id)
    await scene.stack.sql(
        "alter table profiles add constraint theirs check (training_level in ('st1', 'st2'))"
    )
    try:
        assert await delete(scene, await fresh(scene, who)) == (204, None)
    finally:
        await scene.stack.sql("alter table profiles drop constraint theirs")
    [left] = await scene.stack.sql("select * from profiles where user_id = %s", who.id)
    assert (left["first_name"], left["training_level"]) == ("Former", "st1")
