"""The files of a session through the data module; what is true is read by SQL and from the disk."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest

from medtui.core.models import FileKind
from medtui.data import (
    FileExists,
    Gone,
    Invalid,
    NotAllowed,
    NotSignedIn,
    ServerTooOld,
    Unreachable,
)
from tests.data.conftest import Open
from tests.helpers.stack import Person, Stack

TRANSCRIPT, ASSESSMENT = FileKind.TRANSCRIPT, FileKind.ASSESSMENT


async def names(stack: Stack) -> list[str]:
    return [row["name"] for row in await stack.sql("select name from storage.objects order by 1")]


@pytest.fixture
async def people(stack: Stack) -> tuple[Person, Person, Person]:
    return (
        await stack.person("Amara", "Okafor"),
        await stack.person("Mei", "Tanaka"),
        await stack.person("Tom", "Ellery"),
    )


@pytest.mark.detail
async def test_hundreds_of_sessions_with_files_are_two_requests(
    stack: Stack, open_backend: Open, people: tuple[Person, ...]
) -> None:
    """They are asked for again and again while one looks at the history."""
    backend = await open_backend(people[0])
    ids = {await stack.session(people[0]) for _ in range(130)}
    await stack.sql(
        "insert into storage.objects (bucket_id, name, metadata) "
        "select 'assessments', id || '/transcript.json', '{}' from practice_sessions"
    )
    asked: list[httpx.Request] = []

    async def count(request: httpx.Request) -> None:
        asked.append(request)

    backend.connection.http.event_hooks["request"].append(count)
    assert await backend.assessments.sessions() == ids
    assert len(asked) == 2


@pytest.mark.detail
async def test_a_host_keeps_files_and_the_guest_reads_them(
    stack: Stack, open_backend: Open, people: tuple[Person, ...]
) -> None:
    host, guest = [(await open_backend(person)).assessments for person in people[:2]]
    session_id = await stack.session(people[0], guest=people[1])
    assert await host.files(session_id) == []
    content = json.dumps({"segments": ["é"] * 1000}).encode()
    await host.upload(session_id, TRANSCRIPT, content)
    await host.upload(session_id, ASSESSMENT, b"{}")
    for reader in (host, guest):
        assert await reader.read(session_id, TRANSCRIPT) == content
        first, second = await reader.files(session_id)
        assert (first.kind, first.size, second.kind) == (TRANSCRIPT, len(content), ASSESSMENT)
        [row] = await stack.sql("select created_at from storage.objects where name like '%%tr%%'")
        assert abs((first.uploaded_at - row["created_at"]).total_seconds()) < 0.001
        assert await reader.sessions() == {session_id}

    with pytest.raises(FileExists):
        await host.upload(session_id, TRANSCRIPT, b"[]")
    await host.delete(session_id, TRANSCRIPT)
    await host.delete(session_id, TRANSCRIPT)
    with pytest.raises(Gone):
        await guest.read(session_id, TRANSCRIPT)
    assert await names(stack) == [f"{session_id}/assessment.json"]
    assert len(list(stack.files.iterdir())) == 1


@pytest.mark.detail
async def test_nobody_else_sees_a_file_or_changes_one(
    stack: Stack, open_backend: Open, people: tuple[Person, ...]
) -> None:
    _, guest, stranger = [(await open_backend(person)).assessments for person in people]
    nobody = (await open_backend()).assessments
    session_id = await stack.session(people[0], guest=people[1])
    await stack.file(session_id, "transcript.json")
    for one in (guest, stranger):
        with pytest.raises(NotAllowed):
            await one.upload(session_id, ASSESSMENT, b"{}")
    with pytest.raises(NotAllowed):
        await guest.delete(session_id, TRANSCRIPT)
    assert await stranger.files(session_id) == []
    assert await stranger.sessions() == set()
    await stranger.delete(session_id, TRANSCRIPT)  # for a stranger there is none
    with pytest.raises(Gone):
        await stranger.read(session_id, TRANSCRIPT)
    for call in (
        nobody.files(session_id),
        nobody.read(session_id, TRANSCRIPT),
        nobody.upload(session_id, TRANSCRIPT, b"{}"),
        nobody.delete(session_id, TRANSCRIPT),
    ):
        with pytest.raises(NotSignedIn):
            await call
    assert await names(stack) == [f"{session_id}/transcript.json"]


@pytest.mark.detail
async def test_a_login_that_has_expired_is_renewed_for_every_call(
    stack: Stack, open_backend: Open, people: tuple[Person, ...]
) -> None:
    backend = await open_backend(people[0])
    session_id = await stack.session(people[0])
    await stack.file(session_id, "transcript.json")

    def expire() -> None:
        token = stack.token(people[0], expires_in=-60)
        backend._connection.client.options.headers["Authorization"] = f"Bearer {token}"
        backend._connection.client._storage = None

    for call in (
        lambda: backend.assessments.read(session_id, TRANSCRIPT),
        lambda: backend.assessments.files(session_id),
        lambda: backend.assessments.upload(session_id, ASSESSMENT, b"{}"),
        lambda: backend.assessments.delete(session_id, TRANSCRIPT),
    ):
        expire()
        await call()
    assert await names(stack) == [f"{session_id}/assessment.json"]


async def test_what_the_bucket_does_not_take_is_said(
    stack: Stack, open_backend: Open, people: tuple[Person, ...]
) -> None:
    host = (await open_backend(people[0])).assessments
    session_id = await stack.session(people[0])
    await stack.sql("update storage.buckets set file_size_limit = 10")
    with pytest.raises(Invalid, match="too large"):
        await host.upload(session_id, TRANSCRIPT, b"x" * 11)
    await stack.sql("update storage.buckets set allowed_mime_types = '{text/plain}'")
    with pytest.raises(Invalid, match="files of this kind"):
        await host.upload(session_id, TRANSCRIPT, b"{}")
    await stack.sql("update storage.buckets set id = 'elsewhere'")
    with pytest.raises(ServerTooOld):
        await host.upload(session_id, TRANSCRIPT, b"{}")
    with pytest.raises(ServerTooOld):
        await host.read(session_id, TRANSCRIPT)
    await stack.stop_gateway()
    with pytest.raises(Unreachable):
        await host.upload(session_id, TRANSCRIPT, b"{}")


async def test_an_upload_whose_answer_got_lost_is_done_once(
    stack: Stack, open_backend: Open, people: tuple[Person, ...]
) -> None:
    backend = await open_backend(people[0])
    first, second = [await stack.session(people[0]) for _ in range(2)]
    lose_answers(backend, "POST", 1)
    await backend.assessments.upload(first, TRANSCRIPT, b"[1]")
    assert await backend.assessments.read(first, TRANSCRIPT) == b"[1]"
    await backend.assessments.upload(second, TRANSCRIPT, b"[2]")
    lose_answers(backend, "POST", 1, before=True)
    with pytest.raises(FileExists):
        await backend.assessments.upload(second, TRANSCRIPT, b"[3]")
    lose_answers(backend, "DELETE", 1)
    await backend.assessments.delete(second, TRANSCRIPT)
    assert await names(stack) == [f"{first}/transcript.json"]


@pytest.mark.detail
async def test_a_deletion_without_an_answer_is_not_asked_for_a_second_time(
    stack: Stack, open_backend: Open, people: tuple[Person, ...]
) -> None:
    """The file that is there by then may be another user's new one."""
    backend = await open_backend(people[0])
    session_id = await stack.session(people[0])
    await stack.file(session_id, "transcript.json")
    lose_answers(backend, "DELETE", 1, before=True)
    with pytest.raises(Unreachable):
        await backend.assessments.delete(session_id, TRANSCRIPT)
    assert await names(stack) == [f"{session_id}/transcript.json"]


def lose_answers(backend: Any, method: str, count: int, *, before: bool = False) -> None:
    """Cut the next connections: after the server has done what it was asked, or before."""
    http = backend._connection.http
    plain = http._transport.handle_async_request

    async def handle(request: httpx.Request) -> httpx.Response:
        nonlocal count
        if request.method != method or not count:
            return await plain(request)
        count -= 1
        if not before:
            await (await plain(request)).aread()
        raise httpx.ReadError("cut", request=request)

    http._transport.handle_async_request = handle


@pytest.mark.detail
@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (["transcript.json"], "Mei Tanaka would lose its transcript, too"),
        (["transcript.json", "assessment.json"], "lose its transcript and assessment, too"),
        (["deep/er/x.json", "transcript.json"], "lose its 2 files, too"),
    ],
)
async def test_a_session_with_files_is_not_cancelled(
    stack: Stack,
    open_backend: Open,
    people: tuple[Person, ...],
    kept: list[str],
    said: str,
) -> None:
    backend = await open_backend(people[0])
    session_id = await stack.session(people[0], guest=people[1])
    await stack.file(session_id, *kept)
    seen = await backend.sessions.one(session_id)
    with pytest.raises(NotAllowed, match=said):
        await backend.sessions.cancel(seen)
    assert await names(stack) == sorted(f"{session_id}/{name}" for name in kept)
    assert await stack.sql("select 1 from practice_sessions")


@pytest.mark.detail
async def test_deleting_a_session_with_files_past_medtui_is_refused(
    stack: Stack, open_backend: Open, people: tuple[Person, ...]
) -> None:
    session_id = await stack.session(people[0])
    await stack.file(session_id, "transcript.json")
    client = await stack.client(people[0])
    query = client.table("practice_sessions").delete().eq("id", str(session_id))
    with pytest.raises(Exception, match="Remove this session's files before you cancel it"):
        await query.execute()
    assert await stack.sql("select 1 from practice_sessions")


@pytest.mark.detail
async def test_reading_and_listing_at_once_is_as_good_as_one_after_the_other(
    stack: Stack, open_backend: Open, people: tuple[Person, ...]
) -> None:
    host = (await open_backend(people[0])).assessments
    sessions = [await stack.session(people[0]) for _ in range(6)]
    await asyncio.gather(*(host.upload(s, TRANSCRIPT, s.bytes) for s in sessions))
    assert await asyncio.gather(*(host.read(s, TRANSCRIPT) for s in sessions)) == [
        s.bytes for s in sessions
    ]
    assert await host.sessions() == set(sessions)
