"""What is done with and about other people leaves this machine after 30 days; the rest stays."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from medtui.core.models import FileKind
from medtui.store import files as disk
from medtui.store.old_files import sweep
from medtui.store.outbox import DeliveryState, Outbox, Submission
from medtui.store.replace_journal import ReplaceJournal, folder_of
from medtui.store.room_notes import RoomNotes, written
from medtui.store.sheet_journal import SheetJournal
from medtui.store.speaker_names import Remembered, SpeakerNames

ME, SESSION = uuid4(), uuid4()
DAY = 86_400.0


def submission(
    where: DeliveryState = DeliveryState.UPLOADED, sheet: UUID | None = None, revision: int = 3
) -> Submission:
    return Submission(
        session=SESSION,
        sheet=sheet or uuid4(),
        revision=revision,
        content="{}",
        is_mine=True,
        is_host=False,
        where=where,
    )


async def kept_sheet(folder: Path, state: dict[str, Any], session: UUID = SESSION) -> Path:
    book = SheetJournal(folder, ME, session, lambda: None)
    await book.open()
    book.save(state)
    await book.close()
    return folder / "sheets" / str(ME) / f"{session}.jsonl"


def later(days: float) -> float:
    return time.time() + days * DAY


@pytest.mark.parametrize("where", list(DeliveryState))
def test_a_parcel_leaves_once_it_is_over(where: DeliveryState, tmp_path: Path) -> None:
    box, sent = Outbox(tmp_path, ME), submission(where)
    box.save(sent)
    box.set_out(sent)
    sweep(tmp_path, later(29))
    assert box.all() == [sent]
    sweep(tmp_path, later(31))
    files = [path for path in (tmp_path / "handed").rglob("*") if path.is_file()]
    if where in (DeliveryState.UPLOADED, DeliveryState.REFUSED):
        assert not [path for path in files if path.suffix != ".lock"]
    else:
        assert len([path for path in files if path.suffix in (".json", ".assessment")]) == 2


async def test_a_mark_sheet_leaves_once_it_was_delivered(tmp_path: Path) -> None:
    sheet = uuid4()
    file = await kept_sheet(tmp_path, {"id": str(sheet), "revision": 3})
    sweep(tmp_path, later(400))
    assert file.exists(), "it was never handed in"
    Outbox(tmp_path, ME).save(submission(DeliveryState.WAITING, sheet))
    sweep(tmp_path, later(400))
    assert file.exists(), "it is on its way"
    Outbox(tmp_path, ME).save(submission(DeliveryState.UPLOADED, sheet))
    sweep(tmp_path, later(29))
    assert file.exists()
    sweep(tmp_path, later(31))
    assert not file.exists()
    assert not list((tmp_path / "sheets").rglob(".*.lock"))


async def test_a_mark_sheet_that_was_changed_since_stays(tmp_path: Path) -> None:
    sheet = uuid4()
    file = await kept_sheet(tmp_path, {"id": str(sheet), "revision": 4})
    Outbox(tmp_path, ME).save(submission(DeliveryState.UPLOADED, sheet, revision=3))
    sweep(tmp_path, later(31))
    assert file.exists()


async def test_a_mark_sheet_that_was_put_aside_leaves(tmp_path: Path) -> None:
    await kept_sheet(tmp_path, {"id": "x", "revision": 1})
    book = SheetJournal(tmp_path, ME, SESSION, lambda: None)
    await book.open()
    await book.set_aside("x")
    await book.close()
    [aside] = (tmp_path / "sheets").glob("*/*.x.jsonl")
    sweep(tmp_path, later(29))
    assert aside.exists()
    sweep(tmp_path, later(31))
    assert not aside.exists()


async def test_a_mark_sheet_that_is_open_stays(tmp_path: Path) -> None:
    sheet = uuid4()
    file = await kept_sheet(tmp_path, {"id": str(sheet), "revision": 3})
    Outbox(tmp_path, ME).save(submission(DeliveryState.UPLOADED, sheet))
    claim = disk.claim(file)
    assert claim is not None
    sweep(tmp_path, later(31))
    assert file.exists()
    claim.release()


def test_a_replacing_leaves_once_it_was_set_aside(tmp_path: Path) -> None:
    def begun(kind: FileKind) -> ReplaceJournal:
        folder = folder_of(tmp_path, ME, SESSION, kind)
        return ReplaceJournal.begin(folder, "http://server", SESSION, kind, b"old", b"new")

    going_on = begun(FileKind.TRANSCRIPT)
    aside = begun(FileKind.ASSESSMENT).set_aside()
    sweep(tmp_path, later(29))
    assert aside.exists()
    sweep(tmp_path, later(31))
    assert not aside.exists()
    assert (going_on.content("old"), going_on.content("new")) == (b"old", b"new")


async def test_notes_of_a_room_leave(tmp_path: Path) -> None:
    book = RoomNotes(tmp_path, ME, SESSION, lambda: None)
    book.save_notes("what Amara said")
    book.save_card({"pauses": []})
    await written()
    sweep(tmp_path, later(29))
    assert await book.notes() == "what Amara said"
    sweep(tmp_path, later(31))
    assert not [path for path in (tmp_path / "rooms").rglob("*") if path.is_file()]


def test_names_of_speakers_leave_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, now = tmp_path / "reviews.json", time.time()
    file.write_text('{"file:written before times were": {"names": {"A": "Mei"}, "begins": null}}')
    os.utime(file, (now - 20 * DAY, now - 20 * DAY))
    sweep(tmp_path, now)
    monkeypatch.setattr(time, "time", lambda: now - 10 * DAY)
    SpeakerNames(file, "file:older").save(Remembered({"A": "Amara"}))
    monkeypatch.setattr(time, "time", lambda: now)
    SpeakerNames(file, "file:newer").save(Remembered({"A": "Ben"}))

    def known() -> set[str]:
        return {key.removeprefix("file:") for key in json.loads(file.read_text())}

    sweep(tmp_path, now + 9 * DAY)
    assert known() == {"written before times were", "older", "newer"}
    sweep(tmp_path, now + 11 * DAY)
    assert known() == {"older", "newer"}
    sweep(tmp_path, now + 21 * DAY)
    assert known() == {"newer"}
    sweep(tmp_path, now + 31 * DAY)
    assert known() == set()


def test_what_cannot_be_read_stops_nothing(tmp_path: Path) -> None:
    (tmp_path / "handed" / str(ME) / "x").mkdir(parents=True)
    (tmp_path / "handed" / str(ME) / "x" / "y.json").write_text("[")
    (tmp_path / "sheets" / str(ME)).mkdir(parents=True)
    (tmp_path / "sheets" / str(ME) / f"{SESSION}.jsonl").write_bytes(b"\xff\n[1]\n")
    (tmp_path / "reviews.json").write_text("[[")
    sent = submission()
    Outbox(tmp_path, ME).save(sent)
    sweep(tmp_path, later(31))
    assert Outbox(tmp_path, ME).all() == []
    sweep(tmp_path / "nowhere", later(31))
