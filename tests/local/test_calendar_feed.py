"""A calendar at a secret address of the local server: as it is now, until its owner ends it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

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


async def test_feeds_are_apart_and_end_with_the_account(stack: Stack) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    hers = await stack.session(amara, starts_in=timedelta(days=1))
    his = await stack.session(mei, starts_in=timedelta(days=1))
    first, second = await address(stack, amara), await address(stack, mei)
    assert set(await events(first)) == {str(hers)}
    assert set(await events(second)) == {str(his)}
    assert (await asked(stack, mei, "DELETE")).json() == {"ended": True}
    assert set(await events(first)) == {str(hers)}
    await stack.sql("delete from auth.users where id = %s", amara.id)
    assert (await fetched(first)).status_code == 404


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
