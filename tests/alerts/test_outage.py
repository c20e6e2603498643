"""What happens while the server is out of reach for an hour is told afterwards, each thing once."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from uuid import UUID

import pytest

from tests.alerts.test_outlet import Sometimes
from tests.alerts.test_teller import BOOK, program, until
from tests.helpers.stack import Person, Stack

MOVE = "update practice_sessions set datetime_utc = datetime_utc + %s where id = %s"

TOLD = ["booked", "cancelled", "freed", "left", "moved"]


class HourLater:
    """This machine's clocks; `pass_hour` puts them an hour forward, as sleeping does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shift = 0.0
        moved = SimpleNamespace(
            clock_gettime=lambda clock: time.clock_gettime(clock) + self.shift,
            monotonic=lambda: time.monotonic() + self.shift,
            **{name: getattr(time, name) for name in dir(time) if name.startswith("CLOCK_")},
        )
        monkeypatch.setattr("medtui.data.monotonic.time", moved)
        monkeypatch.setattr(
            "medtui.data.news._now", lambda: datetime.now(UTC) + timedelta(seconds=self.shift)
        )

    def pass_hour(self) -> None:
        self.shift += 3600


class People:
    """The one who is told, and two partners."""

    def __init__(self, stack: Stack, me: Person, mei: Person, sam: Person) -> None:
        self.stack, self.me, self.mei, self.sam = stack, me, mei, sam

    async def sessions(self, day: int) -> list[UUID]:
        """Three that are hosted, four with a seat, and one of others."""
        me, mei, sam = self.me, self.mei, self.sam
        seats = [(me, None), (me, mei), (me, None), *[(sam, me)] * 4, (sam, None)]
        return [
            await self.stack.session(host, guest=guest, starts_in=timedelta(days=day, hours=n))
            for n, (host, guest) in enumerate(seats)
        ]

    async def change(self, ids: list[UUID]) -> None:
        """Do one thing of each kind; two are undone again, and one is nothing to the viewer."""
        stack, hour = self.stack, timedelta(hours=1)
        free, booked, tried, moved, seat, cancelled, back, theirs = ids
        for id_, guest in ((free, self.mei.id), (booked, None), (tried, self.mei.id),
                           (tried, None), (seat, None), (theirs, self.mei.id)):  # fmt: skip
            await stack.sql(BOOK, guest, id_)
        for id_, by in ((moved, hour), (back, hour), (back, -hour)):
            await stack.sql(MOVE, by, id_)
        await stack.sql("delete from practice_sessions where id = %s", cancelled)


@pytest.mark.detail
@pytest.mark.skipif(sys.platform == "win32", reason="clock_gettime")
async def test_an_hour_away_is_told_once_also_across_a_restart(
    stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = People(
        stack,
        await stack.person("Amara", "Okafor"),
        await stack.person("Mei", "Tanaka"),
        await stack.person("Sam", "Oduya"),
    )
    clocks = HourLater(monkeypatch)
    first, second, third = [await people.sessions(day) for day in (2, 3, 4)]
    sink = Sometimes()
    async with program(stack, people.me, tmp_path, sink) as here:
        await until(lambda: len(here.backend.news._known) == 21)
        await stack.stop_gateway()
        await people.change(first)
        clocks.pass_hour()
        await stack.start_gateway()
        await until(lambda: sorted(here.shown) == TOLD and len(sink.sent) == 5)
        await stack.restart_gateway()  # what was told is not told again by the next connection
        await until(lambda: not here.backend.live._is_live)
        await until(lambda: here.backend.live._is_live)
        # The push service is away with the rest of the network, and the program ends meanwhile.
        sink.failures = 10**6
        await people.change(second)
        await until(lambda: sorted(here.shown[5:]) == TOLD)
        await until(lambda: not here.backend.news._writes)
    assert len(sink.sent) == 5
    await people.change(third)
    clocks.pass_hour()
    sink.failures = 0
    async with program(stack, people.me, tmp_path, sink) as later:
        await until(lambda: sorted(later.shown) == TOLD and len(sink.sent) == 15)
        await until(lambda: not later.backend.news.untold and not later.backend.news._writes)
    async with program(stack, people.me, tmp_path, sink) as last:
        await stack.sql(BOOK, people.sam.id, third[2])
        await until(lambda: last.shown and len(sink.sent) == 16)
        assert last.shown == ["booked"]  # and nothing of before
    assert len(set(sink.sent)) == len(sink.sent) == 16
