"""One's past sessions through the data module, and what is kept of them on this machine."""

from __future__ import annotations

import json
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.core.models import FileKind
from medtui.data import Backend, DataError, MemoryTokens, NotSignedIn, Server, paging
from tests.helpers.proxy import Proxy, proxied
from tests.helpers.stack import Person, Stack

HIDDEN = ("candidate_brief", "actor_brief", "condition", "case_name_internal", "*", "room_url")


@pytest.fixture
async def proxy(stack: Stack) -> AsyncIterator[Proxy]:
    async with proxied(stack.url) as proxy:
        yield proxy


@pytest.fixture
async def open_at(stack: Stack, proxy: Proxy, tmp_path: Path) -> AsyncIterator[Any]:
    """`await open_at(person)`: a backend behind the proxy, with a folder for its state."""
    from contextlib import AsyncExitStack

    async with AsyncExitStack() as opened:

        async def open_(person: Person, on: str = "") -> Backend:
            backend = await opened.enter_async_context(
                Backend.open(
                    Server(on or proxy.url, stack.anon_key),
                    tokens=MemoryTokens(),
                    notify=lambda event: None,
                    state=tmp_path,
                )
            )
            await backend.auth.sign_in(person.email, person.password)
            return backend

        yield open_


async def past(backend: Backend) -> list[UUID]:
    paging = backend.history.sessions(datetime.now(UTC))
    return [session.id async for page in paging for session in page]


async def held(stack: Stack, host: Person, guest: Person, days: float, **more: Any) -> UUID:
    return await stack.session(host, guest=guest, starts_in=timedelta(days=-days), **more)


@pytest.mark.detail
async def test_only_ones_own_past_sessions_come_newest_first_in_pages(
    stack: Stack, open_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 3)
    amara, mei, tom = [await stack.person() for _ in range(3)]
    mine = [await held(stack, amara, mei, days) for days in (1, 2, 3)]
    mine += [await held(stack, mei, amara, days) for days in (4, 5, 6, 400)]
    await held(stack, mei, tom, 2)
    await stack.session(amara, guest=mei)  # still to come
    early = await stack.session(amara, guest=mei, version=3, candidate_id=amara.id,
                                case_id=await stack.case())  # fmt: skip
    assert await past(await open_at(amara)) == [early, *mine]
    assert set(await past(await open_at(tom))).isdisjoint(mine)


async def test_sessions_of_the_same_moment_are_neither_lost_nor_doubled_between_pages(
    stack: Stack, open_at: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "PAGE", 2)
    amara, mei = await stack.person(), await stack.person()
    at = datetime.now(UTC) - timedelta(days=3)
    mine = {await held(stack, amara, mei, 0, datetime_utc=at) for _ in range(5)}
    found = await past(await open_at(amara))
    assert len(found) == 5
    assert set(found) == mine


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Stack:
    """A server of the wanted kind."""
    found: Stack = request.getfixturevalue(request.param)
    return found


@pytest.mark.detail
@pytest.mark.parametrize("server", ["stack", "data_model_stack"], indirect=True)
async def test_nothing_hidden_is_asked_for_and_names_only_after_the_debrief(
    server: Stack,
) -> None:
    stack = server
    amara, mei = await stack.person(), await stack.person()
    over, sat_again, acted = [await stack.case(number) for number in (1, 2, 3)]
    await held(stack, amara, mei, 2, case_id=over, candidate_id=amara.id, version=3)
    await held(stack, amara, mei, 3, case_id=acted, candidate_id=mei.id, version=3)
    await stack.session(mei, guest=amara, case_id=sat_again)
    async with proxied(stack.url) as proxy, Backend.open(
        Server(proxy.url, stack.anon_key), tokens=MemoryTokens(), notify=lambda event: None
    ) as backend:  # fmt: skip
        await backend.auth.sign_in(amara.email, amara.password)
        assert len(await past(backend)) == 2
        assert await backend.history.sitting() == {sat_again}
        assert await backend.cases.names({over, acted}) == {
            over: "Name of case 1", acted: "Name of case 3"
        }  # fmt: skip
        assert {over, acted} <= backend.cases.looked_at
        asked = "\n".join(proxy.requests("/rest/v1/"))
        assert not [word for word in HIDDEN if word in asked]
        assert str(sat_again) not in asked


@pytest.mark.detail
async def test_a_strangers_files_are_neither_listed_nor_read(stack: Stack, open_at: Any) -> None:
    amara, mei, tom = [await stack.person() for _ in range(3)]
    session_id = await held(stack, amara, mei, 2)
    await stack.file(session_id, "assessment.json", "transcript.json")
    for person, may in ((amara, True), (mei, True), (tom, False)):
        backend = await open_at(person)
        assert await backend.assessments.sessions() == ({session_id} if may else set())
        found = await backend.assessments.files(session_id)
        assert [file.kind for file in found] == (
            [FileKind.TRANSCRIPT, FileKind.ASSESSMENT] if may else []
        )
        if not may:
            with pytest.raises(DataError):
                await backend.assessments.read(session_id, FileKind.ASSESSMENT)


@pytest.mark.detail
async def test_a_replaced_file_has_another_stamp(stack: Stack, open_at: Any) -> None:
    amara, mei = await stack.person(), await stack.person()
    session_id = await held(stack, amara, mei, 2)
    backend = await open_at(amara)
    await backend.assessments.upload(session_id, FileKind.ASSESSMENT, b'{"a": 1}')
    [before] = await backend.assessments.files(session_id)
    await backend.assessments.delete(session_id, FileKind.ASSESSMENT)
    await backend.assessments.upload(session_id, FileKind.ASSESSMENT, b'{"a": 2}')
    [after] = await backend.assessments.files(session_id)
    assert before.updated_at is not None
    assert before.size == after.size
    assert before.updated_at != after.updated_at


@pytest.mark.detail
async def test_what_is_kept_is_its_owners_alone_and_each_accounts_own(
    stack: Stack, open_at: Any, tmp_path: Path
) -> None:
    amara, mei = await stack.person(), await stack.person()
    backend = await open_at(amara)
    shelf = backend.history.shelf
    assert shelf.recall(amara.id) is None
    assert shelf.save(amara.id, {"a": 1})
    assert shelf.recall(amara.id) == {"a": 1}
    assert not shelf.save(mei.id, {"b": 1})  # who is not signed in
    [file] = (tmp_path / "history").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    other = await open_at(amara, stack.url)
    assert other.history.shelf.recall(amara.id) is None  # another server's account
    file.write_text("{broken")
    assert shelf.recall(amara.id) is None
    assert shelf.save(amara.id, [])


@pytest.mark.parametrize("end", ["sign out", "everywhere", "by the server", "while away"])
async def test_however_a_login_ends_nothing_stays_and_nothing_comes_back(
    end: str, stack: Stack, open_at: Any, tmp_path: Path
) -> None:
    amara = await stack.person()
    backend: Backend = await open_at(amara)
    shelf = backend.history.shelf
    assert shelf.save(amara.id, {"a": 1})
    if end == "by the server":
        await stack.sql("delete from auth.sessions where user_id = %s", amara.id)
        with pytest.raises(NotSignedIn):
            await backend.connection.refresh(backend.connection.token)  # type: ignore[misc]
    else:
        if end == "while away":
            await stack.stop_gateway()
        await backend.auth.sign_out(everywhere=end == "everywhere")
    assert list((tmp_path / "history").iterdir()) == []
    assert not shelf.save(amara.id, {"a": 1})  # a write that was under way
    assert list((tmp_path / "history").iterdir()) == []


async def test_without_a_folder_nothing_is_kept(stack: Stack) -> None:
    amara = await stack.person()
    async with Backend.open(
        Server(stack.url, stack.anon_key), tokens=MemoryTokens(), notify=lambda event: None
    ) as backend:
        await backend.auth.sign_in(amara.email, amara.password)
        assert not backend.history.shelf.save(amara.id, json.loads("{}"))
        await backend.auth.sign_out()


@pytest.mark.detail
async def test_without_a_login_no_cache_of_an_earlier_one_stays(
    stack: Stack, open_at: Any, tmp_path: Path
) -> None:
    """As after a sign-out that was killed between forgetting the login and what was kept."""
    amara = await stack.person()
    here, elsewhere = await open_at(amara), await open_at(amara, stack.url)
    for backend in (here, elsewhere):
        assert backend.history.shelf.save(amara.id, {"a": 1})
    async with Backend.open(
        here.server, tokens=MemoryTokens(), notify=lambda event: None, state=tmp_path
    ) as again:
        assert again.history.shelf.recall(amara.id) is None
    assert elsewhere.history.shelf.recall(amara.id) == {"a": 1}
