"""Cases: what is asked for, by whom, and what never arrives."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import httpx
import pytest

from medtui.core.models import Brief, PracticeSession, Stage
from medtui.data import Backend, Gone, MemoryTokens, NotAllowed, Server, ServerTooOld
from tests.data.conftest import Open
from tests.helpers.stack import Person, Stack

HIDDEN = ("Name of case", "Condition of case", "Part of case")
Reads = Callable[[Stack, Person], Awaitable[tuple[Backend, list[str]]]]


@pytest.fixture
async def listening() -> AsyncIterator[Reads]:
    """A person's backend, and the text of every answer that it is given."""
    async with contextlib.AsyncExitStack() as opened:

        async def open_(stack: Stack, person: Person) -> tuple[Backend, list[str]]:
            answers: list[str] = []

            async def hear(response: httpx.Response) -> None:
                answers.append((await response.aread()).decode())

            server = Server(stack.url, stack.anon_key)
            backend = await opened.enter_async_context(
                Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None)
            )
            await backend.auth.sign_in(person.email, person.password)
            backend._connection.http.event_hooks["response"].append(hear)
            return backend, answers

        yield open_


async def room(stack: Stack, stage: Stage = Stage.PREP, **more: Any) -> tuple[Person, Person, Any]:
    """A host who acts, a guest who is the candidate, and their session with a case."""
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    case = await stack.case(1)
    columns = {"guest": guest, "case_id": case, "candidate_id": guest.id, "version": stage}
    return host, guest, await stack.session(host, **{**columns, **more})


def texts(brief: Brief | None) -> dict[str, str]:
    assert brief is not None
    names = ("case_name", "candidate_brief", "actor_brief", "condition")
    return {name: getattr(brief, name) for name in names if getattr(brief, name) is not None}


@pytest.fixture(params=["stack", "data_model_stack"])
def any_stack(request: pytest.FixtureRequest) -> Stack:
    """A server with our migrations, and one with the data model alone."""
    stack: Stack = request.getfixturevalue(request.param)
    return stack


@pytest.mark.detail
async def test_the_actor_has_the_actors_brief_from_prep_on(
    any_stack: Stack, listening: Reads
) -> None:
    for stage in (Stage.PREP, Stage.INTERVIEW):
        await any_stack.sql("delete from practice_sessions")
        await any_stack.sql("delete from cases")
        host, _, session_id = await room(any_stack, stage)
        backend, answers = await listening(any_stack, host)
        brief = texts(await backend.cases.brief(await backend.sessions.one(session_id)))
        assert brief.keys() == {"case_name", "actor_brief"}
        assert "Your eye is red." in brief["actor_brief"]
        assert "Condition of case" not in "".join(answers)


@pytest.mark.detail(after=1)
async def test_the_candidate_has_the_candidates_brief_from_the_interview_on_and_no_more(
    any_stack: Stack, listening: Reads
) -> None:
    for stage, keys in ((Stage.PREP, set()), (Stage.INTERVIEW, {"candidate_brief"})):
        await any_stack.sql("delete from practice_sessions")
        await any_stack.sql("delete from cases")
        _, guest, session_id = await room(any_stack, stage)
        backend, answers = await listening(any_stack, guest)
        brief = await backend.cases.brief(await backend.sessions.one(session_id))
        assert brief is not None
        assert brief.category == "Red eye"
        assert texts(brief).keys() == keys
        await backend.cases.catalogue()
        session = await backend.sessions.one(session_id)
        assert await backend.cases.debriefed(session) == "", "no words for listening before that"
        assert not [hidden for hidden in HIDDEN if hidden in "".join(answers)]


@pytest.mark.detail
async def test_in_the_wrap_up_both_have_everything(any_stack: Stack, listening: Reads) -> None:
    host, guest, session_id = await room(any_stack, Stage.WRAP_UP)
    for person in (host, guest):
        backend, _ = await listening(any_stack, person)
        session = await backend.sessions.one(session_id)
        brief = texts(await backend.cases.brief(session))
        assert len(brief) == 4
        told = await backend.cases.debriefed(session)
        assert all(text in told for text in brief.values())


async def test_while_no_candidate_is_chosen_nothing_is_asked_for(
    any_stack: Stack, listening: Reads
) -> None:
    host, _, session_id = await room(any_stack, candidate_id=None)
    backend, answers = await listening(any_stack, host)
    assert await backend.cases.brief(await backend.sessions.one(session_id)) is None
    assert not [hidden for hidden in HIDDEN if hidden in "".join(answers)]


@pytest.mark.detail
async def test_a_case_that_is_no_more_is_gone(stack: Stack, open_backend: Open) -> None:
    host, _, session_id = await room(stack)
    backend = await open_backend(host)
    seen = await backend.sessions.one(session_id)
    await stack.sql("update practice_sessions set case_id = null")
    await stack.sql("delete from cases")
    with pytest.raises(Gone):
        await backend.cases.brief(seen)


@pytest.mark.detail
async def test_the_catalogue_has_no_names(stack: Stack, listening: Reads) -> None:
    await stack.case(1, category="Vision loss")
    await stack.case(2)
    await stack.case(3, category=None)
    backend, answers = await listening(stack, await stack.person())
    catalogue = await backend.cases.catalogue()
    assert [case.category for case in catalogue] == ["Red eye", "Vision loss", None]
    assert "Name of case" not in "".join(answers)


@pytest.mark.detail
async def test_the_catalogue_shows_a_new_case_at_once(stack: Stack, open_backend: Open) -> None:
    backend = await open_backend(await stack.person())
    assert await backend.cases.catalogue() == ()
    await stack.case(1)
    assert len(await backend.cases.catalogue()) == 1
    await stack.case(2)
    assert len(await backend.cases.catalogue()) == 2


@pytest.mark.detail
async def test_a_long_catalogue_is_read_in_pages(
    stack: Stack, open_backend: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.data.paging.PAGE", 2)
    for number in range(5):
        await stack.case(number)
    backend = await open_backend(await stack.person())
    assert len(await backend.cases.catalogue()) == 5


@pytest.mark.detail
async def test_one_name_at_a_time(stack: Stack, listening: Reads) -> None:
    await stack.without_checks()
    one, two = await stack.case(1), await stack.case(2, case_name="Lenses \n at the pool")
    backend, answers = await listening(stack, await stack.person())
    assert await backend.cases.name(two) == "Lenses at the pool"
    assert "Name of case 1" not in "".join(answers)
    await stack.sql("delete from cases where id = %s", one)
    assert await backend.cases.name(one) is None


@pytest.mark.detail
async def test_a_name_is_looked_for_without_names_being_sent(
    stack: Stack, listening: Reads
) -> None:
    await stack.case(1)
    pool = await stack.case(2, case_name="Lenses at the 50% pool_side")
    backend, answers = await listening(stack, await stack.person())
    for words in ("lens", "POOL lenses", "50%", "l_side", ""):
        found = await backend.cases.named(words)
        assert (pool in found) is True, words
        assert len(found) == (2 if words == "" else 1), words
    assert await backend.cases.named("x%") == await backend.cases.named(r"\) or (") == set()
    assert "enses" not in "".join(answers)


async def test_what_one_has_acted_and_sat(stack: Stack, open_backend: Open) -> None:
    host, guest, _ = await room(stack, Stage.WRAP_UP)
    acted = (await stack.sql("select case_id from practice_sessions"))[0]["case_id"]
    later = await stack.case(2)
    await stack.session(host, guest=guest, case_id=later, candidate_id=host.id)
    backend = await open_backend(host)
    past = await backend.cases.past([host.id, guest.id])
    assert past.has_acted(host.id, acted)
    assert not past.has_acted(guest.id, acted)
    assert past.knows(guest.id, acted)
    assert not past.knows(host.id, later), "a station that never began is none"
    assert not past.knows(None, acted)


@pytest.mark.detail
async def test_line_breaks_of_old_imports_are_line_breaks(stack: Stack, open_backend: Open) -> None:
    host, _, session_id = await room(stack)
    await stack.sql(r"update cases set actor_brief = '# You\n\nare **red**.\r\nReally.'")
    backend = await open_backend(host)
    session: PracticeSession = await backend.sessions.one(session_id)
    brief = texts(await backend.cases.brief(session))
    assert brief["actor_brief"] == "# You\n\nare **red**.\nReally."


@pytest.mark.detail
async def test_the_server_takes_a_brief_from_the_host_in_prep_alone(
    stack: Stack, open_backend: Open
) -> None:
    host, guest, session_id = await room(stack, case_id=None)
    hosting, booking = await open_backend(host), await open_backend(guest)
    await hosting.cases.write_brief(session_id, "Take a history.", "You are Ada.")
    with pytest.raises(NotAllowed):
        await booking.cases.write_brief(session_id, "mine", "mine")
    brief = await hosting.cases.brief(await hosting.sessions.one(session_id))
    assert texts(brief) == {"actor_brief": "You are Ada."}
    await stack.sql("update practice_sessions set version = 2")
    with pytest.raises(NotAllowed):
        await hosting.cases.write_brief(session_id, "late", "late")
    brief = await booking.cases.brief(await booking.sessions.one(session_id))
    assert texts(brief) == {"candidate_brief": "Take a history."}


async def test_without_the_tables_for_it_no_brief_is_kept(
    any_stack: Stack, listening: Reads
) -> None:
    host, _, session_id = await room(any_stack, case_id=None)
    await any_stack.sql("drop function if exists public.set_session_brief")
    backend, _ = await listening(any_stack, host)
    with pytest.raises(ServerTooOld, match="keeps no briefs of your own"):
        await backend.cases.write_brief(session_id, "Take a history.", "You are Ada.")
    assert await backend.cases.brief(await backend.sessions.one(session_id)) is None
