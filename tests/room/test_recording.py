"""Asking to record a station, agreeing, declining and stopping; two people at two terminals."""

from __future__ import annotations

import dataclasses
import importlib.util
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.data.rooms import CARD
from medtui.listening import extra, microphone
from medtui.listening.errors import ListenError
from tests.helpers.seats import NOW, Pictures, Seat
from tests.helpers.stack import Person, Stack
from tests.listening import recordings
from tests.room.test_room import enter

FAKE = Path(__file__).parents[1] / "helpers/microphone/sounddevice.py"


@pytest.fixture(autouse=True)
def device(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Any]:
    """A microphone that hears nothing, in place of PortAudio's."""
    spec = importlib.util.spec_from_file_location("sounddevice", FAKE)
    assert spec is not None
    assert spec.loader is not None
    fake = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(fake)
    monkeypatch.setitem(sys.modules, "sounddevice", fake)
    monkeypatch.setenv("FAKE_MICROPHONE", str(tmp_path / "cues"))
    return fake


@pytest.fixture
async def people(stack: Stack) -> tuple[Person, Person, UUID]:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(
        amara,
        guest=mei,
        candidate_id=mei.id,
        id=UUID(int=5),
        datetime_utc=NOW + timedelta(minutes=9),
    )
    return amara, mei, session


async def sit(seat: Any, person: Person, **options: Any) -> Seat:
    here: Seat = await seat(person=person, **options)
    settings = here.app.settings
    here.app.settings = dataclasses.replace(settings, listen_model=str(recordings.model()))
    await enter(here)
    await here.until_screen("RoomScreen")
    return here


async def answer(here: Seat, key: str) -> None:
    await here.press("k")
    await here.until_screen("ConfirmScreen")
    await here.press(key)


async def test_from_asking_to_stopping(
    stack: Stack,
    seat: Any,
    people: tuple[Person, Person, UUID],
    pictures: Pictures,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    amara, mei, session = people
    host = await sit(seat, amara, clock=lambda: NOW)
    guest = await sit(seat, mei, clock=lambda: NOW)
    await host.until_text("(here)")
    with monkeypatch.context() as missing:
        missing.setattr(extra, "find_spec", lambda name: None)
        await host.press("k")
        await host.until_text("Recording needs more packages: pip install 'medtui[listen]'.")

    await answer(host, "y")
    await guest.until_text("Amara Okafor asks to record this station: k answers.")
    await answer(guest, "n")
    await host.until_text("Mei Tanaka does not agree to the recording.")
    await host.until(lambda: "REC" not in host.text)

    await answer(host, "y")
    await guest.until_text("REC: Amara Okafor asks to record")
    await answer(guest, "y")
    for here in (host, guest):
        await here.until_text("REC begins with the station")
    await host.until_text("Mei Tanaka has agreed to the recording.")
    await host.pause()
    host.app.clear_notifications()
    await pictures(host, "recording-ready")
    assert not list(tmp_path.rglob("*.pcm")), "nothing is heard before the station"

    await stack.sql(
        "update practice_sessions set version = 2, stage_since = %s where id = %s", NOW, session
    )
    for here in (host, guest):
        await here.until_text("● REC ▁▁▁▁▁▁▁▁")
    host.app.clear_notifications()
    await pictures(host, "recording-on")
    await guest.press("space")
    for here in (host, guest):
        await here.until_text("REC paused with the clock")
    await guest.press("space")
    await host.until_text("● REC")
    await answer(guest, "y")
    await host.until_text("Mei Tanaka has stopped the recording.")
    for here in (host, guest):
        await here.until(lambda here=here: "REC" not in here.text)


@pytest.mark.detail
async def test_a_microphone_that_cannot_be_opened_stops_both(
    stack: Stack,
    seat: Any,
    people: tuple[Person, Person, UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    amara, mei, session = people
    host, guest = await sit(seat, amara), await sit(seat, mei)
    await answer(host, "y")
    await guest.until_text("asks to record")
    await answer(guest, "y")
    await host.until_text("REC begins with the station")

    def start(self: Any) -> None:
        raise ListenError("The microphone cannot be opened: is one connected?")

    monkeypatch.setattr(microphone.Microphone, "start", start)
    await stack.sql(
        "update practice_sessions set version = 2, stage_since = now() where id = %s", session
    )
    said = "Not recorded: The microphone cannot be opened"
    await host.until(lambda: said in host.shown or said in guest.shown)  # one of both is first
    for here in (host, guest):
        await here.until(lambda here=here: "REC" not in here.text)


def test_without_portaudio_it_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from medtui.store.recordings import Recording

    monkeypatch.setitem(sys.modules, "sounddevice", None)
    recording = Recording(tmp_path, UUID(int=1), UUID(int=2))
    with pytest.raises(ListenError, match="apt install libportaudio2"):
        microphone.Microphone(recording, lambda: NOW).start()


@pytest.mark.detail
async def test_a_partner_cannot_agree_for_the_user(
    stack: Stack, seat: Any, people: tuple[Person, Person, UUID], tmp_path: Path
) -> None:
    amara, mei, session = people
    host, guest = await sit(seat, amara), await sit(seat, mei)
    await host.until_text("(here)")
    theirs: Any = guest.app.screen
    forged = theirs.room.shared.answered("yes", by_host=True).answered("yes", by_host=False)
    guest.app.backend.live.rooms.send(session, CARD, forged.as_json())
    await host.until_text("REC: Mei Tanaka asks to record")
    await stack.sql(
        "update practice_sessions set version = 2, stage_since = now() where id = %s", session
    )
    await host.until_text("INTERVIEW", "REC: Mei Tanaka asks to record")
    await host.pause(1.5)  # three looks at whether to record
    assert not list(tmp_path.rglob("*.pcm"))
    assert "● REC" not in host.text
