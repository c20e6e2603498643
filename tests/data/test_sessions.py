"""Posting, booking, leaving, editing, cancelling: what wins, what loses, and who is told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from medtui.core.models import PracticeSession, SessionDraft
from medtui.data import Changed, Gone, Invalid, NotAllowed, Taken
from tests.data.conftest import Open
from tests.helpers.stack import Stack


def draft(**values: object) -> SessionDraft:
    start = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=3)
    defaults = {"id": uuid4(), "starts_at": start, "type": "mock", "room_url": None}
    return SessionDraft.model_validate(defaults | values)


async def guest_of(stack: Stack, session_id: UUID) -> UUID | None:
    (row,) = await stack.sql("select guest_id from practice_sessions where id = %s", session_id)
    guest: UUID | None = row["guest_id"]
    return guest


async def test_a_posted_session_is_what_was_posted(stack: Stack, open_backend: Open) -> None:
    host = await stack.person("Amara", "Okafor")
    backend = await open_backend(host)
    posted = draft(room_url="https://meet.jit.si/medtui-1", host_is_candidate=True, note="SCA")
    session = await backend.sessions.create(posted)
    assert session.host is not None
    assert session.host.name == "Amara Okafor"
    assert (session.id, session.starts_at) == (posted.id, posted.starts_at)
    assert session.candidate_id == host.id
    (row,) = await stack.sql("select * from practice_sessions where id = %s", posted.id)
    assert row["host_id"] == host.id
    assert row["datetime_utc"] == posted.starts_at
    assert row["room_url"] == posted.room_url
    assert (row["note"], session.note) == ("SCA", "SCA")


@pytest.mark.detail
async def test_posting_the_same_session_twice_is_posting_it_once(
    stack: Stack, open_backend: Open
) -> None:
    backend = await open_backend(await stack.person())
    posted = draft()
    assert await backend.sessions.create(posted) == await backend.sessions.create(posted)
    assert len(await stack.sql("select 1 from practice_sessions")) == 1


async def test_a_room_link_in_use_blames_its_field(stack: Stack, open_backend: Open) -> None:
    backend = await open_backend(await stack.person())
    await backend.sessions.create(draft(room_url="https://meet.jit.si/same"))
    with pytest.raises(Invalid) as refusal:
        await backend.sessions.create(draft(room_url="https://meet.jit.si/same"))
    assert refusal.value.field == "room_url"


@pytest.mark.detail
async def test_booking_takes_the_seat(stack: Stack, open_backend: Open) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session_id = await stack.session(host)
    backend = await open_backend(guest)
    booked = await backend.sessions.book(await backend.sessions.one(session_id))
    assert booked.guest is not None
    assert booked.guest.name == "Mei Tanaka"
    assert await guest_of(stack, session_id) == guest.id


@pytest.mark.detail
async def test_booking_what_one_has_booked_already_is_success(
    stack: Stack, open_backend: Open
) -> None:
    host, guest = await stack.person(), await stack.person()
    backend = await open_backend(guest)
    seen = await backend.sessions.one(await stack.session(host))
    await backend.sessions.book(seen)
    assert (await backend.sessions.book(seen)).guest_id == guest.id


@pytest.mark.detail
async def test_losing_the_race_names_the_winner(stack: Stack, open_backend: Open) -> None:
    host, winner, loser = (
        await stack.person(),
        await stack.person("Daniel", "Reyes"),
        await stack.person(),
    )
    session_id = await stack.session(host)
    backend = await open_backend(loser)
    seen = await backend.sessions.one(session_id)
    await stack.sql(
        "update practice_sessions set guest_id = %s where id = %s", winner.id, session_id
    )
    with pytest.raises(Taken) as lost:
        await backend.sessions.book(seen)
    assert "Daniel Reyes has just booked it" in lost.value.message
    assert lost.value.present.guest_id == winner.id
    assert await guest_of(stack, session_id) == winner.id


@pytest.mark.detail
async def test_a_session_that_was_moved_is_not_booked_unseen(
    stack: Stack, open_backend: Open
) -> None:
    host, guest = await stack.person(), await stack.person()
    session_id = await stack.session(host)
    backend = await open_backend(guest)
    seen = await backend.sessions.one(session_id)
    await stack.sql("update practice_sessions set datetime_utc = datetime_utc + interval '1 hour'")
    with pytest.raises(Changed) as changed:
        await backend.sessions.book(seen)
    assert "its time was changed" in changed.value.message
    assert await guest_of(stack, session_id) is None


@pytest.mark.detail
async def test_a_cancelled_session_is_gone(stack: Stack, open_backend: Open) -> None:
    host, guest = await stack.person(), await stack.person()
    backend = await open_backend(guest)
    seen = await backend.sessions.one(await stack.session(host))
    await stack.sql("delete from practice_sessions")
    with pytest.raises(Gone):
        await backend.sessions.book(seen)


async def test_one_cannot_book_ones_own_session(stack: Stack, open_backend: Open) -> None:
    host = await stack.person()
    backend = await open_backend(host)
    seen = await backend.sessions.one(await stack.session(host))
    with pytest.raises(NotAllowed):
        await backend.sessions.book(seen)
    assert await guest_of(stack, seen.id) is None


async def test_leaving_frees_the_seat(stack: Stack, open_backend: Open) -> None:
    host, guest = await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest)
    backend = await open_backend(guest)
    left = await backend.sessions.leave(await backend.sessions.one(session_id))
    assert left.guest_id is None
    assert await guest_of(stack, session_id) is None


@pytest.mark.detail
async def test_a_host_moves_a_session(stack: Stack, open_backend: Open) -> None:
    host = await stack.person()
    backend = await open_backend(host)
    seen = await backend.sessions.one(await stack.session(host))
    later = seen.starts_at + timedelta(hours=1)
    moved = await backend.sessions.edit(
        seen, starts_at=later, type="review", room_url=seen.room_url, candidate_id=host.id
    )
    assert (moved.starts_at, moved.type, moved.candidate_id) == (later, "review", host.id)
    (row,) = await stack.sql("select datetime_utc, type, version from practice_sessions")
    assert row == {"datetime_utc": later, "type": "review", "version": 1}


@pytest.mark.detail
async def test_a_host_is_told_who_booked_before_the_move(stack: Stack, open_backend: Open) -> None:
    host, guest = await stack.person(), await stack.person("Mei", "Tanaka")
    backend = await open_backend(host)
    seen = await backend.sessions.one(await stack.session(host))
    await stack.sql("update practice_sessions set guest_id = %s", guest.id)
    with pytest.raises(Changed) as changed:
        await backend.sessions.edit(
            seen,
            starts_at=seen.starts_at + timedelta(hours=1),
            type=seen.type,
            room_url=seen.room_url,
            candidate_id=None,
        )
    assert "Mei Tanaka has booked it" in changed.value.message
    with pytest.raises(Changed):
        await backend.sessions.cancel(seen)
    assert len(await stack.sql("select 1 from practice_sessions")) == 1


async def test_cancelling_twice_is_cancelling_once(stack: Stack, open_backend: Open) -> None:
    host = await stack.person()
    backend = await open_backend(host)
    seen = await backend.sessions.one(await stack.session(host))
    await backend.sessions.cancel(seen)
    await backend.sessions.cancel(seen)
    assert not await stack.sql("select 1 from practice_sessions")


@pytest.mark.detail
async def test_the_window_is_read_in_pages_and_nothing_twice(
    stack: Stack, open_backend: Open
) -> None:
    host = await stack.person()
    # Many with the same start, so that a page ends among them.
    await stack.sql(
        "insert into practice_sessions (id, host_id, datetime_utc, type)"
        " select gen_random_uuid(), %s, now() + (n / 700) * interval '1 hour', 'mock'"
        " from generate_series(1, 2500) n",
        host.id,
    )
    backend = await open_backend(host)
    window = await backend.sessions.window(datetime.now(UTC))
    assert len(window) == 2500
    truth = await stack.sql("select id from practice_sessions order by datetime_utc, id")
    assert [session.id for session in window] == [row["id"] for row in truth]


@pytest.mark.detail
@pytest.mark.parametrize(
    "race", [0, *(pytest.param(n, marks=pytest.mark.long) for n in range(1, 10))]
)
async def test_twenty_book_one_seat_and_nineteen_know_who_was_faster(
    race: int, stack: Stack, open_backend: Open
) -> None:
    host = await stack.person()
    session_id = await stack.session(host)
    people = [await stack.person(f"Guest{i}", "Racer") for i in range(20)]
    backends = [await open_backend(person) for person in people]
    seen = await backends[0].sessions.one(session_id)
    outcomes = await asyncio.gather(
        *(backend.sessions.book(seen) for backend in backends), return_exceptions=True
    )
    (winner,) = [outcome for outcome in outcomes if isinstance(outcome, PracticeSession)]
    losers = [outcome for outcome in outcomes if isinstance(outcome, Taken)]
    assert len(losers) == 19
    assert await guest_of(stack, session_id) == winner.guest_id
    assert {loser.present.guest_id for loser in losers} == {winner.guest_id}


@pytest.mark.detail
async def test_sessions_that_were_posted_at_once_are_taken_back_but_for_the_booked(
    stack: Stack, open_backend: Open
) -> None:
    host, guest = await open_backend(await stack.person()), await open_backend(await stack.person())
    drafts = [draft(note="SCA") for _ in range(3)]
    posted = await host.series.post(drafts)
    assert [session.id for session in posted] == [each.id for each in drafts]
    assert await host.series.post(drafts) == posted, "an answer that got lost"
    with pytest.raises(Changed, match="posted before already"):
        await host.series.post([*drafts, draft()])
    await guest.sessions.book(posted[1])
    [left] = await host.series.take_back(posted)
    assert left.id == posted[1].id
    assert [row["id"] for row in await stack.sql("select id from practice_sessions")] == [left.id]
    taken = draft(room_url="https://meet.jit.si/same")
    with pytest.raises(Invalid):
        await host.series.post([taken, draft(room_url="https://meet.jit.si/same")])
    assert len(await stack.sql("select from practice_sessions")) == 1
