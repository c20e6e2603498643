"""What medtui keeps for itself is its owner's alone, down to the folders that it lies in."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from medtui.config import load
from medtui.core.models import FileKind
from medtui.local import LocalError
from medtui.local.postgres import locked
from medtui.store import files
from medtui.store.drafts import Drafts
from medtui.store.replace_journal import ReplaceJournal, folder_of
from medtui.store.sheet_journal import SheetJournal
from medtui.store.speaker_names import Remembered, SpeakerNames


def modes(folder: Path) -> set[int]:
    return {path.stat().st_mode & 0o777 for path in folder.rglob("*") if path.is_dir()}


def test_every_folder_that_is_made_is_closed_to_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        files.write(tmp_path / "one" / "two" / "three" / "file", "text")
        folder = folder_of(tmp_path / "state", UUID(int=1), UUID(int=2), FileKind.TRANSCRIPT)
        ReplaceJournal.begin(
            folder, "http://server", UUID(int=2), FileKind.TRANSCRIPT, b"old", b"new"
        )
    finally:
        os.umask(before)
    assert modes(tmp_path) == {0o700}


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir(mode=0o755)
    files.write(folder / "file", "text")
    assert folder.stat().st_mode & 0o777 == 0o755
    assert (folder / "file").stat().st_mode & 0o777 == 0o600


@pytest.mark.usefixtures("no_locks")
def test_a_file_system_without_locks_stops_no_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "state" / "settings"
    with files.held(file, 1):
        files.write(file, "kept")
    claim = files.claim(file)
    assert claim is not None
    claim.release()
    again = files.claim(file)
    assert again is not None, "nothing is left that would hold it"
    again.release(forget=True)
    monkeypatch.setenv("MEDTUI_CONFIG", str(tmp_path / "config.toml"))
    settings = load({}).with_changes(theme="medtui-light")
    assert settings.theme == load().theme == "medtui-light"


@pytest.mark.usefixtures("no_locks")
async def test_drafts_sheets_and_names_are_kept_without_locks(tmp_path: Path) -> None:
    told: list[object] = []
    drafts = Drafts(tmp_path / "drafts", told.append)
    draft = await drafts.load("post")
    draft.save({"room": "here"})
    await drafts.written()
    draft.leave()
    assert (await drafts.load("post")).found == {"room": "here"}
    person, session = uuid4(), uuid4()
    for state in ({"marks": 1}, {"marks": 2}):
        book = SheetJournal(tmp_path, person, session, lambda: told.append("sheet"))
        await book.open()
        book.save(state)
        await book.close()
    book = SheetJournal(tmp_path, person, session, lambda: told.append("sheet"))
    assert await book.open() == {"marks": 2}
    await book.close()
    SpeakerNames(tmp_path / "reviews.json", "file:a").save(Remembered({"A": "Dr Lowe"}))
    assert SpeakerNames(tmp_path / "reviews.json", "file:a").recall().names == {"A": "Dr Lowe"}
    assert told == []


@pytest.mark.usefixtures("no_locks")
def test_the_local_server_names_a_file_system_without_locks(tmp_path: Path) -> None:
    with (tmp_path / "lock").open("w") as lock, pytest.raises(LocalError, match="has no locks"):
        locked(lock.fileno())
