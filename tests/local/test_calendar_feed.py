"""A calendar at a secret address of the local server: as it is now, until its owner ends it."""

from __future__ import annotations

import asyncio
import threading
from datetime import timedelta
from typing import Any

import httpx
import pytest
from psycopg import AsyncConnection

from medtui.core.calendar_feed import feed
from medtui.local.limiter import Limiter
from tests.fidelity.test_auth_limits import trusting
from tests.helpers.calendars import ReadEvent, read_calendar
from tests.helpers.http_clients import http_client
from tests.helpers.stack import Person, Stack


async def asked(stack: Stack, person: Person | None, method: str, body: Any = None) -> Any:
    """The answer to a signed-in user's request for their address."""
    headers = {"apikey": stack.anon_key}
    if person is not None:
        headers["Authorization"] = f"Bearer {stack.token(person)}"
    async with http_client() as http:
        return await http.request(method, f"{stack.url}/calendar", headers=headers, json=body)


async def address(stack: Stack, person: Person) -> str:
    """The person's address, as a calendar is given it."""
    answer = await asked(stack, person, "POST", {"minutes": 45})
    assert answer.status_code == 200, answer.text
    return f"{stack.url}{answer.json()['path']}"


async def fetched(url: str, method: str = "GET") -> httpx.Response:
    """As a calendar fetches it: with no key and no login."""
    async with http_client() as http:
        return await http.request(method, url)


async def events(url: str) -> dict[str, ReadEvent]:
    answer = await fetched(url)
    assert answer.status_code == 200, answer.text
    return read_calendar(answer.content)


async def test_a_feed_tells_each_change_as_one_entry_until_it_is_revoked(stack: Stack) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    case = await stack.case()
    mine = await stack.session(amara, guest=mei, starts_in=timedelta(days=2), case_id=case)
    await stack.session(amara, starts_in=timedelta(days=1))  # not Mei's
    url = await address(stack, mei)
    answer = await fetched(url)
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "Mock with Amara Okafor" in answer.text
    assert not [word for word in ("Name of", "Red eye", "@example.org") if word in answer.text]
    [(uid, event)] = read_calendar(answer.content).items()
    assert uid == str(mine)
    assert event.ends_at - event.starts_at == timedelta(minutes=45)
    assert (await events(url))[uid] == event, "nothing has changed"

    versions = [event]
    for change in (
        "update practice_sessions set datetime_utc = datetime_utc + interval '1 hour'",
        "update practice_sessions set datetime_utc = datetime_utc + interval '1 hour'",
        "delete from practice_sessions",
    ):
        await stack.sql(f"{change} where id = %s", mine)
        [event] = (await events(url)).values()
        versions.append(event)
    assert versions[2].starts_at - versions[0].starts_at == timedelta(hours=2)
    assert [event.status for event in versions] == [*["CONFIRMED"] * 3, "CANCELLED"]
    numbers = [event.sequence for event in versions]
    assert numbers == sorted(set(numbers))

    assert await address(stack, mei) == url, "asked for again, it stays"
    assert (await fetched(url, "HEAD")).status_code == 200
    assert (await asked(stack, mei, "DELETE")).json() == {"ended": True}
    assert (await asked(stack, mei, "DELETE")).json() == {"ended": False}
    assert (await fetched(url)).status_code == 404
    assert await address(stack, mei) != url
    assert (await fetched(url)).status_code == 404


async def test_feeds_are_apart_and_end_with_the_password_and_the_account(stack: Stack) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    hers = await stack.session(amara, starts_in=timedelta(days=1))
    his = await stack.session(mei, starts_in=timedelta(days=1))
    first, second = await address(stack, amara), await address(stack, mei)
    assert set(await events(first)) == {str(hers)}
    assert set(await events(second)) == {str(his)}
    assert (await asked(stack, mei, "DELETE")).json() == {"ended": True}
    assert set(await events(first)) == {str(hers)}

    await stack.sql("update auth.users set last_sign_in_at = now(), email_change = 'a@b.example'")
    assert set(await events(first)) == {str(hers)}, "neither is a reason to end it"
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {stack.token(amara)}"}
    async with http_client() as http:
        new = {"password": "somebody-knew-the-old-one"}
        done = await http.put(f"{stack.url}/auth/v1/user", headers=headers, json=new)
    assert done.status_code == 200, done.text
    assert (await fetched(first)).status_code == 404
    second = await address(stack, amara)
    assert second != first
    await stack.sql("delete from auth.users where id = %s", amara.id)
    assert (await fetched(second)).status_code == 404


@pytest.mark.detail
async def test_a_banned_user_has_no_address_and_gets_none(stack: Stack) -> None:
    mei = await stack.person("Mei", "Tanaka")
    url = await address(stack, mei)
    ban = "update auth.users set banned_until = now() + interval '1 hour' where id = %s"
    await stack.sql(ban, mei.id)
    assert (await fetched(url)).status_code == 404
    assert (await asked(stack, mei, "POST", {"minutes": 45})).status_code == 403
    await stack.sql("update auth.users set banned_until = null")
    assert (await fetched(url)).status_code == 404, "it does not come back"
    assert await address(stack, mei) != url


@pytest.mark.detail
@pytest.mark.parametrize(
    "change",
    [
        "delete from auth.sessions",
        "update auth.users set banned_until = now() + interval '1 hour'",
        "delete from auth.users",
    ],
)
async def test_a_login_that_ends_while_it_asks_gets_no_address(stack: Stack, change: str) -> None:
    mei = await stack.person("Mei", "Tanaka", profile=False)
    insert = "insert into auth.sessions (user_id) values (%s) returning id"
    [login] = await stack.sql(insert, mei.id)
    token = stack.token(mei, session_id=str(login["id"]))
    headers = {"apikey": stack.anon_key, "Authorization": f"Bearer {token}"}
    async with await AsyncConnection.connect(stack.db_url) as db, http_client() as http:
        # Not committed yet: a new password, and what comes with it.
        await db.execute("update auth.users set encrypted_password = 'x'")
        await db.execute(change.encode())
        asking = asyncio.create_task(http.post(f"{stack.url}/calendar", headers=headers, json={}))
        waiting = "select from pg_locks where not granted and locktype = 'transactionid'"
        async with asyncio.timeout(30):
            while not await stack.sql(waiting):  # no event tells of a lock
                await asyncio.sleep(0.01)
        await db.commit()
        assert (await asking).status_code == 403
    assert await stack.sql("select from auth.calendar_feeds") == []


@pytest.mark.detail
async def test_many_fetches_at_once_hold_up_nothing_and_none_outlives_its_address(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [await stack.person("Mei", f"Tanaka-{name}") for name in "abcde"]
    for person in people:
        await stack.session(person, starts_in=timedelta(days=1))
    urls = [await address(stack, person) for person in people]
    goes_on, begun = threading.Event(), threading.Event()

    def slowly(*values: Any) -> Any:
        begun.set()
        goes_on.wait(30)
        return feed(*values)

    monkeypatch.setattr("medtui.local.calendar_feeds.feed", slowly)
    # Twenty of one address, and twenty of others, while none gets any further.
    fetches = [asyncio.create_task(fetched(url)) for url in [urls[0]] * 20 + urls[1:] * 5]
    await asyncio.to_thread(begun.wait, 30)
    async with http_client() as http:
        key = {"apikey": stack.anon_key}
        read = await http.get(f"{stack.url}/rest/v1/practice_sessions?select=id", headers=key)
        login = {"email": people[0].email, "password": people[0].password}
        token = f"{stack.url}/auth/v1/token?grant_type=password"
        signed_in = await http.post(token, headers=key, json=login)
    assert (len(read.json()), signed_in.status_code) == (5, 200)
    assert not any(fetch.done() for fetch in fetches)
    assert (await asked(stack, people[1], "DELETE")).json() == {"ended": True}
    assert (await asked(stack, people[2], "DELETE")).json() == {"ended": True}
    again = await address(stack, people[2])
    await stack.sql("delete from auth.users where id = %s", people[3].id)
    await stack.sql("update practice_sessions set datetime_utc = datetime_utc + interval '1 hour'")
    goes_on.set()
    answers = await asyncio.gather(*fetches)
    ended = [urls[1], urls[2], urls[3]]
    for answer in answers:
        assert answer.status_code == (404 if str(answer.url) in ended else 200)
    # What has the same number is the same, whichever of the twenty had the news.
    told = [event for answer in answers[:20] for event in read_calendar(answer.content).values()]
    assert len({(event.sequence, event.starts_at) for event in told}) == len(
        {event.sequence for event in told}
    )
    [last] = (await events(urls[0])).values()
    assert last.starts_at == max(event.starts_at for event in told)
    assert len(await events(again)) == 1


async def test_only_the_right_address_opens_it_and_the_database_does_not_know_it(
    stack: Stack, caplog: pytest.LogCaptureFixture
) -> None:
    mei = await stack.person("Mei", "Tanaka")
    url = await address(stack, mei)
    secret = url.rpartition("/")[2].removesuffix(".ics")
    assert len(secret) == 64  # 256 bits
    [row] = await stack.sql("select * from auth.calendar_feeds where user_id = %s", mei.id)
    assert secret not in str(row)
    assert secret.encode() not in row["hash"]
    caplog.set_level("INFO", "medtui")
    for wrong in (secret[:-1], secret + "A", secret.upper(), row["hash"].hex(), "%00", "é"):
        assert (await fetched(f"{stack.url}/calendar/{wrong}.ics")).status_code == 404
    assert (await asked(stack, mei, "DELETE")).status_code == 200
    assert (await fetched(url.replace("/calendar", "/%63alendar"))).status_code == 404
    assert "a calendar: 404" in caplog.text
    assert secret not in caplog.text
    odd = (None, 0, -5, 1e9, True, "\0", [45], {"a": 1}, 10**30)
    for minutes in odd:
        assert (await asked(stack, mei, "POST", {"minutes": minutes})).status_code == 200
    for method in ("POST", "DELETE"):
        assert (await asked(stack, None, method)).status_code == 401
    assert (await fetched(url, "POST")).status_code == 404


@pytest.mark.detail
async def test_an_address_that_tries_many_secrets_is_refused(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = await address(stack, await stack.person())
    monkeypatch.setattr("medtui.local.auth.limits.Limiter", lambda *_: Limiter(3, 300))
    async with trusting(stack) as door:
        for host, codes in (("192.0.2.1", [404, 404, 404, 429]), ("192.0.2.2", [404])):
            passed_on = {"X-Forwarded-For": host}
            seen = [
                (
                    await door.http.get(f"{stack.url}/calendar/{n}.ics", headers=passed_on)
                ).status_code
                for n in range(len(codes))
            ]
            assert seen == codes
        assert (await fetched(url)).status_code == 200
