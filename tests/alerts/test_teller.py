"""From a partner's commit to every sink: quickly, once, and to whom it concerns alone."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from medtui.alerts import pace
from medtui.alerts.desktop import DesktopSink
from medtui.alerts.outlet import Sink
from medtui.alerts.push import PushSink
from medtui.alerts.teller import Teller
from medtui.alerts.terminal import TerminalSink
from medtui.core.notice_rules import NoticeRules, rules
from medtui.data import Backend, MemoryTokens, Server
from medtui.data.events import Event, FeedWentLive
from tests.alerts.sinks import desktop, mail_server, needs_dbus, web_service
from tests.alerts.test_outlet import Sometimes
from tests.helpers.seats import login_of
from tests.helpers.stack import Person, Stack

LONDON = ZoneInfo("Europe/London")


class Program:
    """One program of a user's: its backend, its teller, and what it has shown."""

    def __init__(self, backend: Backend, teller: Teller, shown: list[str]) -> None:
        self.backend = backend
        self.teller = teller
        self.shown = shown


@asynccontextmanager
async def program(
    stack: Stack, person: Person, state: Path, *sinks: Sink, told_by: NoticeRules | None = None
) -> AsyncIterator[Program]:
    """A program that is live, and has read what was kept."""
    tokens, is_live = MemoryTokens(), asyncio.Event()
    await tokens.write(login_of(person))
    shown: list[str] = []
    teller = Teller(
        told_by or NoticeRules(), sinks, LONDON, lambda: datetime.now(UTC), state / "teller",
        lambda notice: shown.append(notice.what.value),
    )  # fmt: skip

    def notify(event: Event) -> None:
        teller.on_event(event)
        if isinstance(event, FeedWentLive):
            is_live.set()

    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=tokens, notify=notify, state=state) as backend:
        teller.attach(backend)
        backend.live.start()
        await asyncio.wait_for(is_live.wait(), 40)
        await until(lambda: backend.news._is_loaded)
        yield Program(backend, teller, shown)
        await teller.close()


async def until(condition: Callable[[], object], seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.002)


BOOK = "update practice_sessions set guest_id = %s where id = %s"


@needs_dbus
@pytest.mark.parametrize("count", [pytest.param(5), pytest.param(201, marks=pytest.mark.long)])
async def test_a_commit_is_at_every_sink_within_a_second(
    count: int, stack: Stack, folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    other = await stack.person("Sam", "Oduya")
    case = await stack.case()
    mine = [
        await stack.session(host, starts_in=timedelta(days=1 + n), case_id=case)
        for n in range(count)
    ]
    theirs = await stack.session(other, starts_in=timedelta(days=1))
    written: list[str] = []
    if count > pace.BURST:  # so many in a few minutes are a flood, which would be told together
        monkeypatch.setattr(pace, "BURST", 2 * count)
    async with (
        desktop(folder) as (address, shown),
        web_service() as (url, got),
        mail_server() as (mail_url, mails),
    ):
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", address)
        sinks = (
            TerminalSink(written.append, {"TERM": "xterm"}),
            *(DesktopSink(), PushSink(url), PushSink(mail_url)),
        )
        ways = {"terminal": written, "desktop": shown, "web": got, "mail": mails}
        took: dict[str, list[float]] = {way: [] for way in ways}
        async with program(stack, host, tmp_path, *sinks):
            await stack.sql(BOOK, guest.id, theirs)  # is none of hers
            await stack.sql(BOOK, guest.id, mine[0])  # the first imports the libraries
            await until(lambda: all(len(told) == 1 for told in ways.values()))
            for number, session in enumerate(mine[1:], start=1):
                began = time.monotonic()
                await stack.sql(BOOK, guest.id, session)

                def all_have_told(number: int = number, began: float = began) -> bool:
                    for way, told in ways.items():
                        if len(took[way]) < number < len(told):
                            took[way].append(time.monotonic() - began)
                    return all(len(each) == number for each in took.values())

                await until(all_have_told)
        for way, seconds in took.items():
            slow = statistics.quantiles(seconds, n=20)[-1]
            print(f"{len(seconds)} notices by {way}: median {statistics.median(seconds):.3f} s,"
                  f" p95 {slow:.3f} s, worst {max(seconds):.3f} s")  # fmt: skip
            assert slow < 1, way
        assert len(shown) == len(got) == len(mails) == count
        text = " ".join([*written, *shown, *got, *mails])
        assert " ".join([*written, *shown, *got]).count("Mei Tanaka booked your mock") == 3 * count
        assert all("Mei Tanaka booked your mock" in mail for mail in mails)
        for secret in ("Red eye", "Name of", "example.org/", host.email, guest.email):
            assert secret not in text


async def test_two_programs_tell_once_and_the_second_takes_over(
    stack: Stack, tmp_path: Path
) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    ids = [await stack.session(host, starts_in=timedelta(days=n + 1)) for n in range(3)]
    one, two, bell = Sometimes(), Sometimes(), Sometimes()
    bell.name = "terminal"
    async with AsyncExitStack() as second:
        async with program(stack, host, tmp_path, one) as first:
            later = await second.enter_async_context(program(stack, host, tmp_path, two, bell))
            for number in (0, 1):
                await stack.sql(BOOK, guest.id, ids[number])
                await until(lambda: len(first.shown) == len(later.shown) == number + 1)  # noqa: B023
                await until(lambda: len(one.sent) + len(two.sent) == number + 1)  # noqa: B023
            assert not (one.sent and two.sent)  # one of them has told both
        await stack.sql(BOOK, guest.id, ids[2])
        await until(lambda: len(later.shown) == 3)
        await until(lambda: len(one.sent) + len(two.sent) == 3)
        assert len(bell.sent) == 3  # each terminal rings
        assert len({*one.sent, *two.sent}) == 3


async def test_what_happens_while_away_is_told_at_the_next_start_and_not_again(
    stack: Stack, tmp_path: Path
) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(host, starts_in=timedelta(days=1))
    sink = Sometimes()
    async with program(stack, host, tmp_path, sink) as first:
        await until(lambda: first.backend.news._known and not first.backend.news._writes)
    await stack.sql(BOOK, guest.id, session)
    async with program(stack, host, tmp_path, sink) as second:
        await until(lambda: sink.sent and second.shown == ["booked"])
        await until(lambda: not second.backend.news.untold and not second.backend.news._writes)
    # It waits on the board still, and is told no more: a reconnect and a restart bring it again.
    async with program(stack, host, tmp_path, sink) as third:
        await stack.restart_gateway()
        await until(lambda: third.backend.live._is_live)
        await stack.sql("delete from practice_sessions where id = %s", session)
        assert [notice.what.value for notice in third.backend.news.waiting] == ["booked"]
        assert third.shown == []
    assert len(sink.sent) == 1


async def test_an_outage_delays_and_loses_nothing(stack: Stack, tmp_path: Path) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    ids = [await stack.session(host, starts_in=timedelta(days=n + 1)) for n in range(4)]
    sink = Sometimes()
    async with program(stack, host, tmp_path, sink) as here:
        await until(lambda: len(here.backend.news._known) == 4)
        await stack.stop_gateway()
        for session in ids:
            await stack.sql(BOOK, guest.id, session)
        await stack.start_gateway()
        await until(lambda: len(sink.sent) == 4)
        assert here.shown == ["booked"] * 4
    assert len(set(sink.sent)) == 4


async def test_muted_kinds_and_quiet_hours(stack: Stack, tmp_path: Path) -> None:
    host, guest = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(host, starts_in=timedelta(days=1))
    sink = Sometimes()
    muted = rules("push", "booked", "00:00-23:59")
    async with program(stack, host, tmp_path, sink, told_by=muted) as here:
        await stack.sql(BOOK, guest.id, session)
        await until(lambda: here.backend.news._known[session].partner_id == guest.id)
        await stack.sql(BOOK, None, session)
        await until(lambda: here.shown == ["left"])  # and nothing of the booking
        await until(lambda: not here.backend.news.untold)
    assert sink.sent == []
