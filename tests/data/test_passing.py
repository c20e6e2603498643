"""What passes is published by the data module, from a partner's commit on."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from medtui.core.notices import Notice, What
from medtui.data import Backend, MemoryTokens, Server
from medtui.data.events import Event, NoticePassed
from tests.data.test_news import until
from tests.helpers.seats import login_of
from tests.helpers.stack import Person, Stack


async def test_near_in_the_room_and_begun(stack: Stack, tmp_path: Path) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    outsider = await stack.person("Sam", "Oduya")
    session = await stack.session(
        host, guest=guest, starts_in=timedelta(minutes=8), candidate_id=guest.id
    )
    told: dict[str, list[Notice]] = {}

    def opening(person: Person):  # type: ignore[no-untyped-def]
        heard = told.setdefault(person.name, [])

        def notify(event: Event) -> None:
            if isinstance(event, NoticePassed):
                heard.append(event.notice)

        server = Server(stack.url, stack.anon_key)
        return Backend.open(server, tokens=tokens[person.name], notify=notify, state=tmp_path)

    tokens = {person.name: MemoryTokens() for person in (host, guest, outsider)}
    for person in (host, guest, outsider):
        await tokens[person.name].write(login_of(person))
    async with opening(host) as hers, opening(guest) as his, opening(outsider) as theirs:
        for backend in (hers, his, theirs):
            backend.live.start()
        await until(lambda: told[guest.name] and told[host.name])
        assert told[guest.name][0].what is What.SOON
        await until(lambda: session in his.live.rooms._rooms)
        hers.live.rooms.enter(session, host.id, {})
        await until(lambda: told[guest.name][-1].what is What.ARRIVED)
        await stack.sql("update practice_sessions set version = 2 where id = %s", session)
        await until(lambda: told[guest.name][-1].what is What.BEGAN)
        assert [n.what for n in told[guest.name]] == [What.SOON, What.ARRIVED, What.BEGAN]
        assert {n.what for n in told[host.name]} == {What.SOON}
        assert told[outsider.name] == []


async def test_after_a_sign_out_the_next_login_is_told_again(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.data.passing.TICK_SECONDS", 0.02)
    host = await stack.person("Amara", "Okafor")
    heard: list[Notice] = []

    def notify(event: Event) -> None:
        if isinstance(event, NoticePassed):
            heard.append(event.notice)

    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=notify, state=tmp_path) as here:
        for count in (1, 2):
            await here.auth.sign_in(host.email, host.password)
            here.live.start()
            await stack.session(host, starts_in=timedelta(minutes=8))
            await until(lambda: len(heard) == count)  # noqa: B023
            await here.live.stop()
            await here.auth.sign_out()
            await until(lambda: here.passing._ticking is None or here.passing._ticking.done())
