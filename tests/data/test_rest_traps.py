"""What PostgREST and Storage answer where one would expect something else, and what we make of it.

PostgREST (recorded from 12.0.2)
    a refusal is 401 for anon, 403 when signed in     the code decides, not the status
    hidden rows: an UPDATE or DELETE answers 200 []   no write takes that for done
    duplicates, missing references, nulls, checks     a sentence, and the field where there is one
    two ways to embed: 300                            we name the key
    a token that is expired, forged, of another role  one refresh and one retry; no endless ones
    ranges past the end: 416                          we page by the last row, never by offset
    tables, columns, functions that are missing       the server lacks migrations
    1,000 rows at most                                `test_sessions`, `test_feed_traps`
Storage
    nearly every refusal is 400                       `test_translate`; the body decides
    an expired token reads as "Bucket not found"      `test_assessments`
    a bulk delete by a guest: 200 []                  `test_assessments`
    upsert without an UPDATE policy: 403              we delete, then upload: `test_replacing`
    names with NUL, newlines, non-ASCII               refused by the server; ours are two names
    names with dots                                   `tests/fidelity/storage/test_recordings.py`
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from medtui.core.models import PracticeSession, ProfileDraft, SessionDraft, Stage
from medtui.data import (
    Backend,
    Changed,
    DataError,
    Invalid,
    NotAllowed,
    NotSignedIn,
    ServerTooOld,
    Unreachable,
)
from tests.data.conftest import Open
from tests.helpers.http_clients import http_client
from tests.helpers.stack import Stack

Call = Callable[[Any], Awaitable[Any]]


class Wire:
    """The status and code of each refusal, as they come from the server."""

    def __init__(self, backend: Backend) -> None:
        self.refusals: list[tuple[int, str]] = []
        self.asked: list[httpx.Request] = []
        backend.connection.http.event_hooks["response"].append(self._note)

    async def _note(self, response: httpx.Response) -> None:
        self.asked.append(response.request)
        if not response.is_success:
            await response.aread()
            self.refusals.append((response.status_code, response.json()["code"]))


def rows(client: Any) -> Any:
    return client.table("practice_sessions")


REFUSALS: list[tuple[tuple[int, str], Call, type[DataError], str]] = [
    (
        (403, "42501"),
        lambda client: rows(client).insert({"host_id": str(uuid4()), "type": "x"}).execute(),
        NotAllowed,
        "posted by its host",
    ),
    (
        (409, "23503"),
        lambda client: rows(client).update({"case_id": str(uuid4())}).neq("type", "").execute(),
        Invalid,
        "is missing",
    ),
    (
        (400, "23502"),
        lambda client: rows(client).update({"type": None}).neq("type", "").execute(),
        Invalid,
        "is missing",
    ),
    (
        (300, "PGRST201"),
        lambda client: rows(client).select("id,profiles(first_name)").execute(),
        Unreachable,
        "(PGRST201)",
    ),
    (
        (400, "22P02"),
        lambda client: rows(client).select("id").eq("id", "x").execute(),
        Invalid,
        "this value",
    ),
    (
        (400, "42703"),
        lambda client: rows(client).select("nope").execute(),
        ServerTooOld,
        "migrations",
    ),
    (
        (400, "PGRST100"),
        lambda client: rows(client).select("id").filter("id", "zz", "1").execute(),
        Unreachable,
        "(PGRST100)",
    ),
    (
        (416, "PGRST103"),
        lambda client: rows(client).select("id", count="exact").range(1000, 1010).execute(),
        Unreachable,
        "(PGRST103)",
    ),
    ((404, "PGRST202"), lambda client: client.rpc("nope").execute(), ServerTooOld, "migrations"),
    (
        (404, "42P01"),
        lambda client: client.table("nope").select("*").execute(),
        ServerTooOld,
        "migrations",
    ),
    (
        (406, "PGRST106"),
        lambda client: client.schema("auth").table("users").select("*").execute(),
        ServerTooOld,
        "migrations",
    ),
]  # fmt: skip


async def test_each_refusal_is_a_sentence(stack: Stack, open_backend: Open) -> None:
    host = await stack.person()
    await stack.session(host)
    backend = await open_backend(host)
    wire = Wire(backend)
    for answer, call, error, words in REFUSALS:
        with pytest.raises(error) as raised:
            await backend.connection.write(call)
        assert words in raised.value.message, answer
        assert wire.refusals == [answer], "asked once, and refused as recorded"
        wire.refusals.clear()


async def test_a_refusal_of_the_anonymous_has_another_status_and_the_same_meaning(
    stack: Stack, open_backend: Open
) -> None:
    await stack.session(await stack.person())
    backend = await open_backend()
    wire = Wire(backend)
    insert = {"host_id": str(uuid4()), "type": "x", "datetime_utc": "2026-12-01T08:00:00Z"}
    with pytest.raises(NotAllowed, match="does not allow you"):
        await backend.connection.write(lambda client: rows(client).insert(insert).execute())
    assert wire.refusals == [(401, "42501")]


WRITES: list[Callable[[Backend, PracticeSession], Awaitable[Any]]] = [
    lambda backend, seen: backend.sessions.edit(
        seen,
        starts_at=seen.starts_at + timedelta(hours=1),
        type=seen.type,
        room_url=None,
        candidate_id=None,
    ),
    lambda backend, seen: backend.sessions.choose_candidate(seen, seen.host_id),
    lambda backend, seen: backend.sessions.set_stage(seen, Stage.INTERVIEW),
    lambda backend, seen: backend.sessions.remove_guest(seen),
    lambda backend, seen: backend.sessions.cancel(seen),
]


async def test_a_write_whose_row_is_hidden_from_it_is_not_taken_for_done(
    stack: Stack, open_backend: Open
) -> None:
    host, guest = await stack.person(), await stack.person("Mei", "Tanaka")
    await stack.session(host, guest=guest)
    backend = await open_backend(await stack.person("Tom", "Ellery"))
    [seen] = await backend.sessions.window(backend.clock.now())
    before = await stack.sql("select * from practice_sessions")
    wire = Wire(backend)
    for write in WRITES:
        with pytest.raises(Changed, match="the server did not accept the change"):
            await write(backend, seen)
        assert await stack.sql("select * from practice_sessions") == before
    assert not wire.refusals, "the server says 200 to it"


async def test_a_profile_that_may_not_be_edited_is_not_taken_for_saved(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    await stack.sql('drop policy "Users edit their own profile" on profiles')
    draft = ProfileDraft(first_name="Mei", last_name="Tanaka", training_level="st2")
    wire = Wire(backend)
    with pytest.raises(NotAllowed):
        await backend.profiles.edit(draft)
    assert not wire.refusals
    assert await stack.sql("select 1 from profiles where first_name = 'Amara'")


@pytest.mark.detail
async def test_every_embed_names_its_key(stack: Stack, open_backend: Open) -> None:
    """A session has two ways to a profile, and soon three."""
    host = await stack.person()
    await stack.sql(
        "alter table practice_sessions add column assessor_id uuid references profiles (user_id)"
    )
    backend = await open_backend(host)
    wire = Wire(backend)
    starts_at = backend.clock.now() + timedelta(hours=1)
    draft = SessionDraft(id=uuid4(), starts_at=starts_at, type="mock", room_url=None)
    posted = await backend.sessions.create(draft)
    assert [s.id for s in await backend.sessions.window(backend.clock.now())] == [posted.id]
    assert (await backend.sessions.one(posted.id)).host.name == "Amara Okafor"
    assert not wire.refusals


@pytest.mark.detail
async def test_pages_follow_the_last_row_and_never_run_past_the_end(
    stack: Stack, open_backend: Open
) -> None:
    host = await stack.person()
    for minutes in range(3):
        await stack.session(host, starts_in=timedelta(minutes=30 + minutes))
    backend = await open_backend(host)
    wire = Wire(backend)
    assert len(await backend.sessions.window(backend.clock.now())) == 3
    assert not any("offset" in request.url.params for request in wire.asked)


@pytest.mark.detail
async def test_a_refused_token_is_refreshed_once_and_the_call_made_once_more(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    forged = stack.token(person)[:-8] + "AAAAAAAA"
    for token in (stack.token(person, expires_in=-60), forged, "no.token.at-all"):
        session_id = await stack.session(await stack.person("Mei", "Tanaka"))
        await hand(backend, token)
        wire = Wire(backend)
        seen = await backend.sessions.one(session_id)
        assert (await backend.sessions.book(seen)).guest_id == person.id
        assert wire.refusals == [(401, "PGRST301")]
        assert sum("grant_type" in request.url.params for request in wire.asked) == 1


@pytest.mark.detail
async def test_a_token_of_a_role_that_is_none_is_refused_and_asked_no_more(
    stack: Stack, open_backend: Open
) -> None:
    person = await stack.person()
    backend = await open_backend(person)
    await hand(backend, stack.token(person, role="postgres"))
    wire = Wire(backend)
    with pytest.raises(NotAllowed):
        await backend.sessions.window(backend.clock.now())
    assert wire.refusals == [(403, "42501")]


async def test_who_is_not_signed_in_is_told_before_the_server_is_asked(
    stack: Stack, open_backend: Open
) -> None:
    await stack.session(await stack.person())
    backend = await open_backend()
    [seen] = await backend.sessions.window(backend.clock.now())
    wire = Wire(backend)
    with pytest.raises(NotSignedIn):
        await backend.sessions.book(seen)
    assert not wire.asked


BAD_NAMES = ["a%00b.json", "a%0Ab.json", "%E2%98%83.json"]


async def test_the_bucket_takes_no_name_that_means_something_else(stack: Stack) -> None:
    host = await stack.person()
    session_id = await stack.session(host)
    headers = {"Authorization": f"Bearer {host.token}", "apikey": stack.anon_key}
    async with http_client(headers=headers) as http:
        for name in BAD_NAMES:
            path = f"storage/v1/object/assessments/{session_id}/{name}"
            answer = await http.post(f"{stack.url}/{path}", content=b"{}")
            assert (answer.status_code, answer.json()["error"]) == (400, "InvalidKey")
    assert await stack.sql("select 1 from storage.objects") == []


async def hand(backend: Backend, token: str) -> None:
    """Give the client this token, as if the server had."""
    stored = json.loads(await backend.auth._tokens.read() or "")
    await backend.auth._tokens.write(json.dumps(stored | {"access_token": token}))
    backend.connection.client.options.headers["Authorization"] = f"Bearer {token}"
    backend.connection.client._postgrest = None
