"""TZ in every form that it takes: times are right, or one sentence names the variable."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from medtui.store.zones import local_zone
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, medtui, server, sign_in

SUMMER, WINTER = datetime(2026, 7, 1, 12, tzinfo=UTC), datetime(2026, 1, 1, 12, tzinfo=UTC)
LONDON, NEW_YORK, MOSCOW = (1, 0), (-4, -5), (3, 3)
"""Hours from UTC in summer and winter."""

UNDERSTOOD = {
    "Europe/London": LONDON,
    ":Europe/London": LONDON,
    " Europe/London ": LONDON,
    ": Europe/London\n": LONDON,
    "europe/london": LONDON,
    "AMERICA/NEW_YORK": NEW_YORK,
    "America/New York": NEW_YORK,
    "/usr/share/zoneinfo/Europe/London": LONDON,
    ":/usr/share/zoneinfo/Europe/London": LONDON,
    "EST5EDT": NEW_YORK,
    "EST5EDT,M3.2.0,M11.1.0": NEW_YORK,
    "EST5EDT,M3.2.0/2,M11.1.0/02:00:00": NEW_YORK,
    "AAA5BBB": NEW_YORK,
    "AAA5BBB4": NEW_YORK,
    "<-05>5<-04>,M3.2.0,M11.1.0": NEW_YORK,
    "GMT0BST,M3.5.0/1,M10.5.0": LONDON,
    "GMT0": (0, 0),
    "gmt0": (0, 0),
    "UTC": (0, 0),
    "utc": (0, 0),
    "": (0, 0),
    ":": (0, 0),
    " ": (0, 0),
    "<+03>-3": MOSCOW,
    "MSK-3": MOSCOW,
    "IST-5:30": (5.5, 5.5),
    "NZST-12NZDT,M9.5.0,M4.1.0/3": (12, 13),
}

MEANS_NOTHING = [
    "Europe/Lundon",
    "Europe",
    "Mars/Phobos",
    "../..",
    "../../etc/localtime",
    "/",
    "/etc",
    "/etc/passwd",
    "/dev/zero",
    "/no/such/file",
    "x",
    "AB5",
    "<+03>-30",
    "EST5EDT,M13.9.9,M1",
    "tzdata.zi",
    "a" * 5_000,
    "\x1b]0;PWNED\x07",
    os.fsdecode(b"\xff\xfe"),
]


@pytest.mark.parametrize(("value", "hours"), UNDERSTOOD.items(), ids=map(repr, UNDERSTOOD))
def test_times_are_right(
    value: str, hours: tuple[float, float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", value)
    zone, warning = local_zone()
    assert warning == ""
    offsets = [moment.astimezone(zone).utcoffset() for moment in (SUMMER, WINTER)]
    assert offsets == [timedelta(hours=offset) for offset in hours]


def test_the_machines_own_zone_by_its_file(monkeypatch: pytest.MonkeyPatch) -> None:
    for value in ("/etc/localtime", ":/etc/localtime"):
        monkeypatch.setenv("TZ", value)
        zone, warning = local_zone()
        assert not warning
        monkeypatch.delenv("TZ")
        machines, _ = local_zone()
        assert SUMMER.astimezone(zone).utcoffset() == SUMMER.astimezone(machines).utcoffset()


@pytest.mark.parametrize("value", MEANS_NOTHING, ids=lambda value: repr(value[:20]))
def test_what_means_nothing_is_named(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    machines, _ = local_zone()
    monkeypatch.setenv("TZ", value)
    zone, warning = local_zone()
    assert zone == machines
    assert warning.startswith(f'TZ is set to "{value}"')
    assert "TZ" not in os.environ, "what we start would make something else of it"


def test_a_misspelt_zone_is_guessed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Europe/Lundon")
    assert "did you mean Europe/London?" in local_zone()[1]


def test_a_pipe_as_a_zone_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(tmp_path / "zone")
    monkeypatch.setenv("TZ", str(tmp_path / "zone"))
    assert local_zone()[1]


def run(home: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "medtui", *arguments]
    given = {**os.environ, **environment(home, **env)}
    return subprocess.run(command, capture_output=True, text=True, env=given, timeout=60)


@pytest.mark.detail
@pytest.mark.short(1)
@pytest.mark.parametrize(
    ("zone", "warns"), [("<+03>-3", False), ("Europe/Lundon", True), ("\x1b[31m../..", True)]
)
async def test_every_command_says_times_in_it_or_names_it(
    zone: str, warns: bool, stack: Stack, tmp_path: Path
) -> None:
    person = await stack.person()
    starts_in = timedelta(hours=5)
    await stack.session(person, starts_in=starts_in)
    starts_at = datetime.now(UTC) + starts_in
    env = {**server(stack), "TZ": zone}
    shown = f"{(starts_at + timedelta(hours=3)):%H}:" if not warns else ""

    done = await asyncio.to_thread(run, tmp_path, "board", "--once", **env)
    assert done.returncode == 0
    assert shown in done.stdout
    assert ("TZ is set to" in done.stderr, "\x1b" in done.stderr) == (warns, False)
    assert len(done.stderr.splitlines()) == warns

    done = await asyncio.to_thread(run, tmp_path, "doctor", **env)
    assert ("TZ is set to" in done.stdout, "\x1b" in done.stdout) == (warns, False)
    assert done.returncode == 0

    async with medtui(tmp_path, "board", **env) as wall:
        await wall.until("LIVE", *(["TZ is set to"] if warns else [shown]))
    async with medtui(tmp_path, **env) as app:
        if warns:
            await app.until("TZ is set to")
        await sign_in(app, person)
        await app.until(shown)
    for terminal in (wall, app):
        assert b"Traceback" not in terminal.output


@pytest.mark.detail
@pytest.mark.parametrize("arguments", [["--zone", "Europe/Lundon"], ["--zone=../.."]])
def test_a_zone_that_is_asked_for_and_is_none(arguments: list[str], tmp_path: Path) -> None:
    done = run(tmp_path, "board", "--once", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "there is no time zone" in done.stderr


@pytest.mark.long
@pytest.mark.parametrize("zone", ["<+03>-3", "Europe/Lundon", "../..", "", "/etc"])
async def test_the_demo_starts_in_every_zone(zone: str, tmp_path: Path) -> None:
    env = environment(tmp_path, TZ=zone)
    async with Terminal([sys.executable, "-m", "medtui", "demo"], env=env) as terminal:
        await terminal.until("LIVE", seconds=60)
        terminal.press("\x11")
        assert await terminal.process.wait() == 0
