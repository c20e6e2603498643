"""A server that is no Supabase: each call says so in a sentence."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from medtui.core.models import FileKind, PracticeSession, ProfileDraft, SessionDraft
from medtui.data import (
    Backend,
    DataError,
    MemoryTokens,
    NotSignedIn,
    Server,
    Unreachable,
    check_server,
    connection,
)
from medtui.data.auth import User
from tests.data.test_live import Watcher
from tests.helpers.proxy import proxied
from tests.helpers.stack import Stack
from tests.helpers.strange import STRANGE, strange


@pytest.fixture(autouse=True)
def one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    """That reads are tried again is no part of this, and takes its time."""
    monkeypatch.setattr(connection, "READ_ATTEMPTS", 1)


@pytest.mark.detail(after=4)
@pytest.mark.parametrize("said", STRANGE.values(), ids=STRANGE.keys())
async def test_nothing_is_believed_and_all_that_is_asked_gets_a_sentence(said: bytes) -> None:
    watcher = Watcher()
    async with (
        strange(said) as url,
        Backend.open(Server(url, "key"), tokens=MemoryTokens(), notify=watcher.notify) as backend,
    ):
        backend.live.start()
        profile = ProfileDraft(first_name="Ana", last_name="B", training_level="st1")
        session = SessionDraft(
            id=uuid4(), starts_at=datetime.now(UTC) + timedelta(hours=1), type="mock", room_url=None
        )
        await sentence(backend.auth.sign_in("a@example.org", "password"))
        await sentence(backend.auth.sign_up("a@example.org", "password"))
        await sentence(check_server(url, "key"))
        me = uuid4()
        backend.auth.user = User(me, "a@example.org")  # of an earlier day
        known = PracticeSession(
            id=session.id,
            host_id=me,
            datetime_utc=session.starts_at,
            case_id=uuid4(),
            candidate_id=me,
        )
        await asyncio.gather(
            *map(
                sentence,
                (
                    backend.sessions.window(datetime.now(UTC)),
                    backend.sessions.create(session),
                    backend.profiles.mine(),
                    backend.profiles.create(profile),
                    backend.cases.catalogue(),
                    backend.cases.names([uuid4()]),
                    backend.cases.name(uuid4()),
                    backend.cases.named("eye"),
                    backend.cases.brief(known),
                    backend.cases.past([me]),
                    backend.assessments.names(session.id),
                    backend.assessments.sessions(),
                    backend.assessments.files(session.id),
                    backend.assessments.mark(session.id, FileKind.TRANSCRIPT),
                    anext(backend.history.sessions(datetime.now(UTC))),
                    backend.history.sitting(),
                ),
            )
        )
        await watcher.until(lambda: len(watcher.stale) > 1)  # it goes on trying
        assert not watcher.is_live
        assert watcher.rows == {}
        assert backend.auth.user is not None, "nobody is logged out by a stranger"


async def sentence(asked: Awaitable[object]) -> None:
    with pytest.raises(DataError) as refusal:
        await asked
    assert not isinstance(refusal.value, NotSignedIn)
    assert re.fullmatch(r"[A-Z][^\n]{20,180}[.]( \(\d+\))?", refusal.value.message)
    assert "<" not in refusal.value.message


@pytest.mark.detail
async def test_a_server_without_tls_where_there_should_be_some() -> None:
    async with strange(STRANGE["a web page"]) as url:
        server = Server(url.replace("http:", "https:"), "key")
        watcher = Watcher()
        async with Backend.open(server, tokens=MemoryTokens(), notify=watcher.notify) as backend:
            backend.live.start()
            await sentence(backend.auth.sign_in("a@example.org", "password"))
            await sentence(backend.sessions.window(datetime.now(UTC)))
            await sentence(check_server(server.url, "key"))
            await watcher.until(lambda: bool(watcher.stale))


@pytest.mark.detail
@pytest.mark.parametrize("half", [b"", b'[{"id": "7b'], ids=["nothing", "half"])
async def test_an_answer_that_was_cut_is_no_empty_board(stack: Stack, half: bytes) -> None:
    """A write that was obeyed is not done for us until its answer is whole."""
    person = await stack.person()
    await stack.session(person)

    def cut(data: bytes) -> bytes:
        head, mark, body = data.partition(b"\r\n\r\n")
        if not body.startswith(b"[{"):
            return data
        head = re.sub(rb"(?i)content-length: \d+", b"content-length: %d" % len(half), head)
        return head + mark + half

    async with (
        proxied(stack.url) as proxy,
        Backend.open(
            Server(proxy.url, stack.anon_key), tokens=MemoryTokens(), notify=lambda event: None
        ) as backend,
    ):
        user = await backend.auth.sign_in(person.email, person.password)
        await backend.connection.is_complete()
        proxy.spoil = cut
        with pytest.raises(Unreachable):
            await backend.sessions.window(datetime.now(UTC))
        starts_at = datetime.now(UTC) + timedelta(hours=1)
        draft = SessionDraft(id=uuid4(), starts_at=starts_at, type="mock", room_url=None)
        with pytest.raises(Unreachable):
            await backend.sessions.create(draft)
        proxy.spoil = bytes
        assert (await backend.sessions.create(draft)).host_id == user.id
        assert len(await stack.sql("select from practice_sessions where id = %s", draft.id)) == 1
