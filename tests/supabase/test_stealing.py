"""Nobody steals a session: what booking allows, and what it must not, over REST.

Each attack first shows that the request itself works for the one who may, and looks at
the row afterwards.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from tests.helpers.http_clients import http_client
from tests.helpers.stack import Person, Stack

Row = dict[str, Any]


async def patch(stack: Stack, who: Person, where: str, values: Row) -> httpx.Response:
    """PATCH as a user, as any client would send it."""
    async with http_client() as http:
        return await http.patch(
            f"{stack.url}/rest/v1/practice_sessions?{where}",
            headers={"apikey": stack.anon_key, "Authorization": f"Bearer {who.token}"},
            json=values,
        )


async def post(stack: Stack, who: Person, values: Row | list[Row]) -> httpx.Response:
    async with http_client() as http:
        return await http.post(
            f"{stack.url}/rest/v1/practice_sessions",
            headers={"apikey": stack.anon_key, "Authorization": f"Bearer {who.token}"},
            json=values,
        )


async def row(stack: Stack, session_id: UUID) -> Row:
    (found,) = await stack.sql("select * from practice_sessions where id = %s", session_id)
    return found


def soon() -> str:
    return (datetime.now(UTC) + timedelta(hours=2)).isoformat()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("host_id", "me"),
        ("datetime_utc", "2031-01-01T00:00:00Z"),
        ("room_url", "https://evil.example"),
        ("type", "stolen"),
        ("case_id", None),
        ("candidate_id", "me"),
        ("version", 3),
        ("created_at", "2020-01-01T00:00:00Z"),
        ("id", "00000000-0000-4000-8000-000000000001"),
        ("stage_since", "2020-01-01T00:00:00Z"),
    ],
)
async def test_a_guest_takes_the_seat_and_nothing_with_it(
    column: str, value: Any, stack: Stack
) -> None:
    host, thief = await stack.person(), await stack.person()
    (case,) = await stack.sql("insert into cases (category) values ('Lids') returning id")
    session_id = await stack.session(host, room_url="https://ours.example", case_id=case["id"])
    before = await row(stack, session_id)
    stolen = str(thief.id) if value == "me" else value
    attack = {"guest_id": str(thief.id), column: stolen}
    assert (await patch(stack, thief, f"id=eq.{session_id}", attack)).status_code == 403
    assert await row(stack, session_id) == before

    answer = await patch(stack, thief, f"id=eq.{session_id}", {"guest_id": str(thief.id)})
    assert answer.status_code == 204
    assert await row(stack, session_id) == {**before, "guest_id": thief.id}


async def test_nobody_takes_every_seat_at_once(stack: Stack) -> None:
    host, thief = await stack.person(), await stack.person()
    for _ in range(3):
        await stack.session(host)
    answer = await patch(stack, thief, "guest_id=is.null", {"guest_id": str(thief.id)})
    assert answer.status_code == 403
    assert answer.json()["hint"] == "one_at_a_time"
    assert not await stack.sql("select 1 from practice_sessions where guest_id is not null")


async def test_a_taken_seat_stays_taken(stack: Stack) -> None:
    host, guest, thief = await stack.person(), await stack.person(), await stack.person()
    session_id = await stack.session(host, guest=guest)
    for value in (str(thief.id), None):
        await patch(stack, thief, f"id=eq.{session_id}", {"guest_id": value})
        assert (await row(stack, session_id))["guest_id"] == guest.id
    await patch(stack, guest, f"id=eq.{session_id}", {"guest_id": str(thief.id)})
    assert (await row(stack, session_id))["guest_id"] == guest.id, "a seat is not passed on"
    assert (await patch(stack, guest, f"id=eq.{session_id}", {"guest_id": None})).is_success
    assert (await row(stack, session_id))["guest_id"] is None


async def test_a_host_neither_books_nor_forces_anybody_in(stack: Stack) -> None:
    host, victim = await stack.person(), await stack.person()
    session_id = await stack.session(host)
    for guest in (host, victim):
        answer = await patch(stack, host, f"id=eq.{session_id}", {"guest_id": str(guest.id)})
        assert answer.status_code == 403
    assert (await row(stack, session_id))["guest_id"] is None
    await stack.sql("update practice_sessions set guest_id = %s", victim.id)
    assert (await patch(stack, host, f"id=eq.{session_id}", {"guest_id": None})).is_success
    assert (await row(stack, session_id))["guest_id"] is None


@pytest.mark.parametrize(
    "forged",
    [
        {"version": 3},
        {"guest_id": "me"},
        {"candidate_id": "other"},
        {"host_id": "other"},
        {"datetime_utc": "2020-01-01T00:00:00Z"},
    ],
)
async def test_a_new_session_is_ones_own_and_begins_at_the_beginning(
    forged: Row, stack: Stack
) -> None:
    me, other = await stack.person(), await stack.person()
    ids = {"me": str(me.id), "other": str(other.id)}
    good = {"id": str(uuid4()), "host_id": str(me.id), "datetime_utc": soon(), "type": "mock"}
    bad = good | {column: ids.get(value, value) for column, value in forged.items()}
    assert (await post(stack, me, bad)).status_code == 403
    assert not await stack.sql("select 1 from practice_sessions")
    assert (await post(stack, me, good)).status_code == 201


async def test_created_at_is_the_servers(stack: Stack) -> None:
    me = await stack.person()
    forged = {"created_at": "2020-01-01T00:00:00Z", "stage_since": "2020-01-01T00:00:00Z"}
    new = {"id": str(uuid4()), "host_id": str(me.id), "datetime_utc": soon(), "type": "mock"}
    assert (await post(stack, me, new | forged)).status_code == 201
    made = await row(stack, UUID(new["id"]))
    assert abs(made["created_at"] - datetime.now(UTC)) < timedelta(minutes=1)
    assert made["stage_since"] is None


async def test_a_session_is_not_booked_when_it_is_over_or_running(stack: Stack) -> None:
    host, guest = await stack.person(), await stack.person()
    over = await stack.session(host, starts_in=-timedelta(minutes=61))
    running = await stack.session(host, version=2)
    for session_id in (over, running):
        answer = await patch(stack, guest, f"id=eq.{session_id}", {"guest_id": str(guest.id)})
        assert answer.status_code == 403
        assert (await row(stack, session_id))["guest_id"] is None


async def test_stages_go_forward_one_by_one_and_only_with_everything_chosen(stack: Stack) -> None:
    host, guest = await stack.person(), await stack.person()
    (case,) = await stack.sql("insert into cases (category) values ('Lids') returning id")
    session_id = await stack.session(host, guest=guest)
    where = f"id=eq.{session_id}"
    assert (await patch(stack, host, where, {"version": 2})).status_code == 403
    chosen = {"candidate_id": str(guest.id), "case_id": str(case["id"])}
    assert (await patch(stack, host, where, chosen)).is_success
    assert (await patch(stack, guest, where, {"version": 2})).status_code == 403
    assert (await patch(stack, host, where, {"version": 3})).status_code == 403
    assert (await patch(stack, host, where, {"version": 2})).is_success
    assert (await row(stack, session_id))["stage_since"] is not None
    assert (await patch(stack, host, where, {"version": 7})).status_code == 403
    assert (await patch(stack, guest, where, {"guest_id": None})).is_success
    left = await row(stack, session_id)
    assert (left["version"], left["candidate_id"], left["guest_id"]) == (1, None, None)


async def test_profiles_are_edited_by_whom_they_are_of(stack: Stack) -> None:
    me, other = await stack.person("Amara"), await stack.person("Daniel")
    async with http_client() as http:
        for whose, names in ((other, ["Amara", "Daniel"]), (me, ["Daniel", "Eve"])):
            await http.patch(
                f"{stack.url}/rest/v1/profiles?user_id=eq.{whose.id}",
                headers={"apikey": stack.anon_key, "Authorization": f"Bearer {me.token}"},
                json={"first_name": "Eve"},
            )
            found = await stack.sql("select first_name from profiles order by first_name")
            assert [row["first_name"] for row in found] == names


@pytest.mark.parametrize(
    "column", ["actor_brief", "candidate_brief", "condition", "case_name_internal"]
)
async def test_nobody_selects_what_only_a_role_may_read(column: str, stack: Stack) -> None:
    me = await stack.person()
    await stack.sql("insert into cases (category, actor_brief) values ('Lids', 'secret')")
    async with http_client() as http:
        for token in (me.token, stack.anon_key):
            headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {token}"}
            allowed = await http.get(
                f"{stack.url}/rest/v1/cases?select=id,category", headers=headers
            )
            assert allowed.json()[0]["category"] == "Lids"
            for select in (column, "*"):
                answer = await http.get(
                    f"{stack.url}/rest/v1/cases?select={select}", headers=headers
                )
                assert answer.json()["code"] == "42501"


async def test_strangers_see_sessions_without_their_room_links(stack: Stack) -> None:
    await stack.session(await stack.person(), room_url="https://ours.example")
    async with http_client(headers={"apikey": stack.anon_key}) as http:
        url = f"{stack.url}/rest/v1/practice_sessions"
        assert len((await http.get(f"{url}?select=id,type,stage_since")).json()) == 1
        for query in ("?select=room_url", "?select=id&room_url=eq.https://ours.example"):
            answer = await http.get(url + query)
            assert answer.status_code == 401
            assert "ours.example" not in answer.text


async def fifty_race(stack: Stack) -> None:
    host = await stack.person()
    people = [await stack.person() for _ in range(50)]
    session_id = await stack.session(host)
    where = f"id=eq.{session_id}&guest_id=is.null"

    async with http_client(timeout=30) as http:

        async def book(person: Person) -> int:
            answer = await http.patch(
                f"{stack.url}/rest/v1/practice_sessions?{where}",
                headers={
                    "apikey": stack.anon_key,
                    "Authorization": f"Bearer {person.token}",
                    "Prefer": "return=representation",
                },
                json={"guest_id": str(person.id)},
            )
            assert answer.status_code == 200
            return len(answer.json())

        outcomes = await asyncio.gather(*map(book, people))
    assert sorted(outcomes) == [0] * 49 + [1]
    winner = people[outcomes.index(1)]
    assert (await row(stack, session_id))["guest_id"] == winner.id


@pytest.mark.short(2)
@pytest.mark.parametrize("race", range(5))
async def test_fifty_race_for_one_seat_and_one_has_it(race: int, stack: Stack) -> None:
    await fifty_race(stack)


@pytest.mark.long
@pytest.mark.parametrize("race", range(20))
async def test_fifty_race_twenty_times(race: int, stack: Stack) -> None:
    await fifty_race(stack)
