"""What is kept of one's own sessions on this machine, of whom, and for how long."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from medtui.data import Backend, MemoryTokens, Server
from tests.helpers.seats import login_of
from tests.helpers.stack import Person, Stack

Window = Callable[[Person], Awaitable[Backend]]


@pytest.fixture
async def window(stack: Stack, tmp_path: Path) -> AsyncIterator[Window]:
    """`await window(person)`: one of several programs of this machine, at the live board."""
    async with AsyncExitStack() as opened:

        async def open_(person: Person) -> Backend:
            server = Server(stack.url, stack.anon_key)
            tokens = MemoryTokens()
            await tokens.write(login_of(person))
            opening = Backend.open(server, tokens=tokens, notify=lambda event: None, state=tmp_path)
            backend = await opened.enter_async_context(opening)
            backend.live.start()
            await until(lambda: backend.news._is_loaded and backend.live._is_live)
            return backend

        yield open_


async def until(condition: Callable[[], Any]) -> None:
    async with asyncio.timeout(40):
        while not condition():
            await asyncio.sleep(0.01)


async def booked(stack: Stack) -> tuple[Person, Person]:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    case = await stack.case(1)
    await stack.session(
        host,
        guest=guest,
        starts_in=timedelta(days=1),
        case_id=case,
        candidate_id=guest.id,
        room_url="https://example.org/secret-room",
    )
    return host, guest


def kept(folder: Path) -> dict[str, Any]:
    [file] = (folder / "news").glob("[!.]*.json")
    return json.loads(file.read_text())  # type: ignore[no-any-return]


async def test_what_is_kept_has_no_case_link_or_e_mail_and_goes_with_the_login(
    stack: Stack, window: Window, tmp_path: Path
) -> None:
    _, guest = await booked(stack)
    backend = await window(guest)
    await until(lambda: backend.news._known and not backend.news._writes)
    text = json.dumps(kept(tmp_path))
    assert "Amara Okafor" in text
    for secret in ("Red eye", "case", "secret-room", "@example.org"):
        assert secret not in text
    [file] = (tmp_path / "news").glob("[!.]*.json")
    assert file.stat().st_mode & 0o077 == 0
    await backend.auth.sign_out()
    assert not file.exists()
    assert backend.news.waiting == ()


@pytest.mark.detail(after=1)
@pytest.mark.parametrize("text", ["", "{", "[1]", '{"known": [{"id": 1}]}', '{"notices": 7}'])
async def test_a_file_that_is_damaged_is_as_none(
    stack: Stack, window: Window, tmp_path: Path, text: str
) -> None:
    _, guest = await booked(stack)
    first = await window(guest)
    await until(lambda: first.news._known and not first.news._writes)
    await first.live.stop()
    [file] = (tmp_path / "news").glob("[!.]*.json")
    file.write_text(text)
    again = await window(guest)
    await until(lambda: again.news._known and not again.news._writes)
    assert len(kept(tmp_path)["known"]) == 1


async def test_what_is_read_in_one_window_is_read(
    stack: Stack, window: Window, tmp_path: Path
) -> None:
    _, guest = await booked(stack)
    one, other = await window(guest), await window(guest)
    await until(lambda: one.news._known and other.news._known)
    await stack.sql("delete from practice_sessions")
    await until(lambda: one.news.waiting and other.news.waiting)
    assert len(one.news.waiting) == len(other.news.waiting) == 1
    await until(lambda: not one.news._writes and not other.news._writes)
    one.news.acknowledge(one.news.waiting[0])
    await until(lambda: not one.news._writes)
    third = await window(guest)
    assert third.news.waiting == ()
    other.news._save()
    await until(lambda: not other.news._writes)
    assert other.news.waiting == ()
    assert kept(tmp_path)["notices"] == []
