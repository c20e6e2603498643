"""What this machine keeps of an account goes with it, and nothing of another's."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID, uuid4

from medtui.core.models import FileKind
from medtui.store import account_files
from medtui.store.drafts import Drafts
from medtui.store.outbox import Outbox
from medtui.store.replace_journal import ReplaceJournal, folder_of
from medtui.store.room_notes import RoomNotes, written
from medtui.store.sheet_journal import SheetJournal
from medtui.store.speaker_names import Remembered, SpeakerNames
from tests.store.test_old_files import submission


async def keep(state: Path, person: UUID, session: UUID) -> None:
    """All that medtui writes for a person and a session."""
    notes = RoomNotes(state, person, session, lambda: None)
    notes.save_notes("notes")
    notes.save_card({})
    await written()
    book = SheetJournal(state, person, session, lambda: None)
    await book.open()
    book.save({"id": "x"})
    await book.close()
    sent = submission()
    Outbox(state, person).save(sent)
    Outbox(state, person).set_out(sent)
    folder = folder_of(state, person, session, FileKind.TRANSCRIPT)
    ReplaceJournal.begin(folder, "http://server", session, FileKind.TRANSCRIPT, b"old", b"new")
    SpeakerNames(state / "reviews.json", f"session:{session}").save(Remembered({"A": "Mei"}))
    drafts = Drafts(state / "drafts")
    draft = await drafts.load("post", f"http://server {person}")
    draft.save({"type": "mock"})
    await drafts.written()
    draft.leave()
    await drafts.written()


def found(state: Path) -> dict[Path, bytes]:
    files = (path for path in state.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(state): path.read_bytes() for path in files}


async def test_an_accounts_files_go_and_anothers_stay(tmp_path: Path) -> None:
    me, other, mine, theirs = (uuid4() for _ in range(4))
    await keep(tmp_path, other, theirs)
    before = found(tmp_path)
    await keep(tmp_path, me, mine)
    assert len(found(tmp_path)) > len(before)
    assert account_files.delete(tmp_path, me, [mine])
    await Drafts(tmp_path / "drafts").forget(f"http://server {me}")
    left = found(tmp_path)
    names = Path("reviews.json")
    assert str(theirs) in left.pop(names).decode()
    before.pop(names)
    assert left == before
    assert not [path for path in tmp_path.rglob("*") if str(me) in path.name]
    assert account_files.delete(tmp_path, me, [mine]), "once more changes nothing"


async def test_what_the_disk_refuses_is_told(tmp_path: Path) -> None:
    me = uuid4()
    (tmp_path / "rooms").mkdir()
    (tmp_path / "rooms" / str(me)).write_text("a file in the place of a folder")
    assert not account_files.delete(tmp_path, me, [])
