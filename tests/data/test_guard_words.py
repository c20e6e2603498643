"""What the guard refuses is said in the guard's own sentence, and nothing is changed."""

from __future__ import annotations

import pytest

from medtui.data import NotAllowed, NotSignedIn
from tests.data.conftest import Open
from tests.helpers.stack import Stack


@pytest.mark.detail
async def test_a_seat_that_is_kept_for_its_guest(stack: Stack, open_backend: Open) -> None:
    host, guest, stranger = await stack.person(), await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest, version=2)
    await stack.sql("update practice_sessions set guest_id = null, version = 1")
    other = await open_backend(stranger)
    with pytest.raises(NotAllowed, match="has been held with another guest"):
        await other.sessions.book(await other.sessions.one(session_id))
    back = await open_backend(guest)
    assert (await back.sessions.book(await back.sessions.one(session_id))).guest_id == guest.id


@pytest.mark.detail
async def test_a_station_that_has_started_is_not_cancelled(
    stack: Stack, open_backend: Open
) -> None:
    host, guest = await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest, candidate_id=guest.id, version=3)
    backend = await open_backend(host)
    with pytest.raises(NotAllowed, match="has started, so this session cannot be cancelled"):
        await backend.sessions.cancel(await backend.sessions.one(session_id))
    assert await stack.sql("select from practice_sessions where id = %s", session_id)


async def test_a_case_that_the_candidate_may_know(stack: Stack, open_backend: Open) -> None:
    host, guest = await stack.person(), await stack.person()
    case = await stack.case()
    session_id = await stack.session(host, guest=guest, candidate_id=guest.id, case_id=case)
    await stack.sql("update practice_sessions set candidate_id = %s, case_id = null", host.id)
    backend = await open_backend(host)
    with pytest.raises(NotAllowed, match="choose another case"):
        await backend.sessions.choose_case(await backend.sessions.one(session_id), case)
    assert await stack.sql("select from practice_sessions where case_id is null")


@pytest.mark.detail
async def test_an_account_that_was_deleted(stack: Stack, open_backend: Open) -> None:
    person, host = await stack.person(), await stack.person()
    session_id = await stack.session(host)
    backend = await open_backend(person)
    seen = await backend.sessions.one(session_id)
    await stack.sql("delete from auth.users where id = %s", person.id)
    with pytest.raises(NotSignedIn, match="Your login has ended"):
        await backend.sessions.book(seen)
