"""Both kinds of API key open the same doors, and are refused in the same places."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from supabase import AsyncClient
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from medtui.local.keys import ServerKeys, ServerSettings
from tests.helpers.http_clients import http_client
from tests.helpers.stack import Person, Stack

BOTH = pytest.mark.parametrize("kind", ["jwt", "opaque"])


def public(stack: Stack, kind: str) -> str:
    return stack.keys.anon_key if kind == "jwt" else stack.keys.publishable_key


def secret(stack: Stack, kind: str) -> str:
    return stack.keys.service_role_key if kind == "jwt" else stack.keys.secret_key


async def get(stack: Stack, path: str, **headers: str) -> httpx.Response:
    async with http_client() as http:
        return await http.get(f"{stack.url}/{path}", headers=headers)


async def changes(client: AsyncClient, stack: Stack, person: Person) -> list[Any]:
    """What the client is told of a session that is posted while it listens."""
    seen: asyncio.Queue[Any] = asyncio.Queue()
    live = asyncio.Event()
    channel = client.channel("board")
    channel.on_postgres_changes("*", seen.put_nowait, table="practice_sessions")
    channel.on_system(lambda payload: live.set())
    await channel.subscribe()
    await asyncio.wait_for(live.wait(), 60)
    await stack.session(person)
    change = await asyncio.wait_for(seen.get(), 60)
    await client.realtime.close()
    return [change["data"]["type"], "room_url" in change["data"]["record"]]


def test_opaque_keys_look_as_a_hosted_projects() -> None:
    keys = ServerKeys.new()
    assert re.fullmatch(r"sb_publishable_[\w-]{22}_[\w-]{8}", keys.publishable_key)
    assert re.fullmatch(r"sb_secret_[\w-]{22}_[\w-]{8}", keys.secret_key)
    assert len({ServerKeys.new().secret_key, ServerKeys.new().secret_key, keys.secret_key}) == 3


def test_a_folder_of_before_gets_opaque_keys_and_keeps_the_others(tmp_path: Path) -> None:
    made = ServerSettings.of(tmp_path)
    stored = json.loads((tmp_path / "settings.json").read_text())
    for name in ("publishable_key", "secret_key"):
        del stored["keys"][name]
    del stored["confirm_email"]
    (tmp_path / "settings.json").write_text(json.dumps(stored))
    upgraded = ServerSettings.of(tmp_path)
    assert upgraded.keys.anon_key == made.keys.anon_key
    assert upgraded.keys.publishable_key.startswith("sb_publishable_")
    assert ServerSettings.of(tmp_path) == upgraded, "made once, then kept"


@pytest.mark.detail
@BOTH
async def test_the_client_signs_in_reads_writes_and_follows_with(kind: str, stack: Stack) -> None:
    person = await stack.person()
    client = await stack.client(key=public(stack, kind))
    # As nobody: what anon may read, and no more; live, too.
    await stack.session(person)
    (row,) = (await client.table("practice_sessions").select("id,type").execute()).data
    assert row["type"] == "mock"
    assert await changes(client, stack, person) == ["INSERT", False]
    # As somebody.
    soon = (datetime.now(UTC) + timedelta(hours=1)).isoformat()
    client = await stack.client(person, key=public(stack, kind))
    mine = {"host_id": str(person.id), "datetime_utc": soon, "type": "viva"}
    await client.table("practice_sessions").insert(mine).execute()
    assert await changes(client, stack, person) == ["INSERT", True]
    assert len(await stack.sql("select 1 as one from practice_sessions where type = 'viva'")) == 1


@pytest.mark.detail(after=1)
@BOTH
async def test_the_service_key_is_past_the_policies(kind: str, stack: Stack) -> None:
    client = await stack.client(key=secret(stack, kind))
    made = await client.auth.admin.create_user(
        {"email": "a@example.org", "password": "correct horse", "email_confirm": True}
    )
    case = {"category": "eye", "candidate_brief": "…", "actor_brief": "…", "domain": "ethics"}
    await client.table("cases").insert({**case, "case_name": "x", "condition": "y"}).execute()
    (row,) = (await client.table("cases").select("actor_brief").execute()).data
    assert row == {"actor_brief": "…"}
    assert [user.id for user in await client.auth.admin.list_users()] == [made.user.id]


@pytest.mark.detail
async def test_an_opaque_key_is_no_bearer_of_its_own(stack: Stack) -> None:
    keys = stack.keys
    cases = "rest/v1/cases?select=actor_brief"
    both = {"apikey": keys.publishable_key, "authorization": f"Bearer {keys.publishable_key}"}
    # Repeated, as the clients do, it is the same as alone.
    for headers in ({"apikey": keys.publishable_key}, both):
        answer = await get(stack, "rest/v1/profiles", **headers)
        assert (answer.status_code, answer.json()) == (200, [])
        assert (await get(stack, cases, **headers)).json()["code"] == "42501"
    # Another one beside the API key is not its way in.
    for apikey in (keys.publishable_key, keys.anon_key):
        mixed = {"apikey": apikey, "authorization": f"Bearer {keys.secret_key}"}
        assert (await get(stack, cases, **mixed)).status_code == 401
    # A user's token counts for more than the key that it comes with.
    person = await stack.person()
    token = {"apikey": keys.secret_key, "authorization": f"Bearer {person.token}"}
    assert (await get(stack, cases, **token)).json()["code"] == "42501"


@pytest.mark.detail
async def test_a_key_of_another_project_is_refused(stack: Stack) -> None:
    other = ServerKeys.new()
    for key, message in (
        (other.publishable_key, "Unregistered API key"),
        (other.secret_key, "Unregistered API key"),
        (other.anon_key, "Invalid API key"),
        (stack.keys.publishable_key[:-1], "Unregistered API key"),
    ):
        for path in ("auth/v1/settings", "rest/v1/profiles"):
            answer = await get(stack, path, apikey=key)
            assert (answer.status_code, answer.json()["message"]) == (401, message)
        socket = f"{stack.url.replace('http', 'ws')}/realtime/v1/websocket?apikey={key}&vsn=1.0.0"
        with pytest.raises(InvalidStatus) as refusal:
            await connect(socket)
        assert refusal.value.response.status_code == 403
