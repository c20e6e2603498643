"""The words of a recorded station on their way: both sides' become one transcript in the bucket."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from medtui.core.key_names import with_keys
from medtui.core.models import FileKind
from medtui.core.voice import Voice
from medtui.data import voice_steps
from medtui.data.sheet_messages import VOICE
from medtui.store.outbox import DeliveryState, Submission
from medtui.store.recordings import Recording
from tests.core.test_spoken import said
from tests.data.test_courier import Desk, Practice
from tests.helpers.stack import Person, Stack

BEGAN = datetime(2030, 1, 1, 18, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medtui.data.sheet_delivery.PAUSES", (0.2, 1.0))


@pytest.fixture
async def station(stack: Stack, tmp_path: Path) -> AsyncIterator[Practice]:
    host = await stack.person("Amara", "Okafor")
    guest = await stack.person("Mei", "Tanaka")
    session = await stack.session(host, guest=guest, candidate_id=host.id, version=3)
    async with contextlib.AsyncExitStack() as opened:
        yield Practice(stack, tmp_path, host, guest, session, opened)


def words(
    station: Practice, person: Person, text: str, at: float = 1, session: UUID | None = None
) -> bytes:
    heard = datetime.now(UTC)
    what = (said(text, at),)
    model = "faster-whisper tiny.en"
    return Voice(session or station.session, person.id, BEGAN, 20, model, heard, what).packed()


async def hand_in(desk: Desk, station: Practice, content: bytes) -> Submission:
    session = await desk.backend.sessions.one(station.session)
    return await desk.delivery.hand_in(session, uuid4(), 0, content, FileKind.TRANSCRIPT)


async def bucket(station: Practice) -> dict[str, Any]:
    client = await station.stack.client(station.guest)
    path = f"{station.session}/transcript.json"
    found: dict[str, Any] = json.loads(await client.storage.from_("assessments").download(path))
    return found


def turns(found: dict[str, Any]) -> list[tuple[int, str]]:
    return [(turn["speaker"], turn["transcript"]) for turn in found["results"]["utterances"]]


async def test_both_become_one_and_both_know(station: Practice) -> None:
    guest = await station.open(station.guest)
    await hand_in(guest, station, words(station, station.guest, "My eye hurts.", 4))
    recording = Recording(station.folder / station.host.name, station.host.id, station.session)
    recording.begin(BEGAN, 16_000).write(bytes(2))
    host = await station.open(station.host)
    await host.until(DeliveryState.WITH_HOST, is_mine=False)
    assert await station.uploads() == 0, "the host's own words are awaited"
    await hand_in(host, station, words(station, station.host, "Good morning."))
    for desk in (host, guest):
        await desk.until(DeliveryState.UPLOADED, is_mine=True)
    found = await bucket(station)
    assert turns(found) == [(0, "Good morning."), (1, "My eye hurts.")]
    names = [speaker["name"] for speaker in found["metadata"]["speakers"]]
    assert names == ["Amara Okafor", "Mei Tanaka"]
    assert found["candidate_id"] == str(station.host.id)
    assert await station.uploads() == 1


@pytest.mark.detail
async def test_one_side_is_uploaded_after_a_while_and_completed_later(
    station: Practice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(voice_steps, "ONE_SIDE_AFTER", timedelta(seconds=1))
    host = await station.open(station.host)
    await hand_in(host, station, words(station, station.host, "Good morning."))
    await host.until(DeliveryState.UPLOADED, is_mine=True)
    alone = await bucket(station)
    assert turns(alone) == [(0, "Good morning.")]
    assert "Only Amara Okafor was recorded" in alone["metadata"]["note"]
    guest = await station.open(station.guest)
    await hand_in(guest, station, words(station, station.guest, "My eye hurts.", 4))
    await guest.until(DeliveryState.UPLOADED)
    assert turns(await bucket(station)) == [(0, "Good morning."), (1, "My eye hurts.")]
    assert "note" not in (await bucket(station))["metadata"]


@pytest.mark.detail
async def test_a_host_who_has_recorded_nothing_uploads_the_guests(station: Practice) -> None:
    host, guest = await station.open(station.host), await station.open(station.guest)
    await hand_in(guest, station, words(station, station.guest, "My eye hurts."))
    await guest.until(DeliveryState.UPLOADED)
    assert "Only Mei Tanaka was recorded" in (await bucket(station))["metadata"]["note"]
    await host.until(DeliveryState.UPLOADED)


async def test_words_of_others_and_of_other_sessions_are_refused(station: Practice) -> None:
    await station.open(station.host)
    guest = await station.open(station.guest)
    room = guest.backend.live.rooms
    for content in (
        words(station, station.host, "I was rude."),
        words(station, station.guest, "Of another day.", session=uuid4()),
        b"not words at all",
    ):
        before = len(guest.events)
        letter = {"sheet": str(uuid4()), "revision": 0, "content": content.decode()}
        room.listen({station.session}, "attack")
        async with asyncio.timeout(20):
            while not any(
                getattr(event, "payload", {}).get("where") == "refused"
                for event in guest.events[before:]
                if hasattr(event, "payload") and isinstance(event.payload, dict)
            ):
                room.send(station.session, VOICE, letter)
                await asyncio.sleep(0.3)
    assert await station.uploads() == 0


@pytest.mark.detail
async def test_a_transcript_of_another_origin_is_not_replaced(station: Practice) -> None:
    host = await station.open(station.host)
    other = b'{"results": {"utterances": [{"transcript": "The platform heard this."}]}}'
    await host.backend.assessments.upload(station.session, FileKind.TRANSCRIPT, other)
    guest = await station.open(station.guest)
    await hand_in(guest, station, words(station, station.guest, "My eye hurts.", 4))
    await hand_in(host, station, words(station, station.host, "Good morning."))
    await host.until(
        DeliveryState.WITH_HOST, is_mine=True, reason=with_keys(voice_steps.IN_THE_WAY)
    )
    assert (await bucket(station)) == json.loads(other)
    await host.backend.assessments.delete(station.session, FileKind.TRANSCRIPT)
    await guest.until(DeliveryState.UPLOADED)
    assert len(turns(await bucket(station))) == 2
