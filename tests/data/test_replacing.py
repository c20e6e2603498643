"""Replacing a file: whatever happens on the way, one whole version can be had, and in the end
one whole version is there."""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.core.models import FileKind
from medtui.data import Backend, DataError, HalfDone, Invalid, MemoryTokens, NotAllowed, Server
from medtui.data.assessments import Assessments
from medtui.data.file_replacement import RemoteState
from medtui.store.replace_journal import ReplaceJournal, Which, folder_of
from tests.data.cable import cable
from tests.data.conftest import Open
from tests.helpers.http_clients import http_client
from tests.helpers.seats import login_of
from tests.helpers.stack import Person, Stack

TRANSCRIPT = FileKind.TRANSCRIPT
OLD = json.dumps({"segments": ["the old one"] * 300}).encode()
NEW = json.dumps({"segments": ["the new one"] * 400}).encode()
WANTS: tuple[Which, ...] = ("old", "new")
OTHER = b'{"segments": ["by somebody else"]}'


@pytest.fixture
async def host(stack: Stack) -> Person:
    return await stack.person()


@pytest.fixture
async def session_id(stack: Stack, host: Person) -> UUID:
    return await with_old(stack, host)


async def with_old(stack: Stack, host: Person) -> UUID:
    made = await stack.session(host)
    await stack.file(made, "transcript.json", content=OLD)
    return made


async def there(stack: Stack, session_id: UUID) -> bytes | None:
    """What is in the bucket, read with the service key past everything of ours."""
    headers = {"Authorization": f"Bearer {stack.service_key}"}
    async with http_client(headers=headers) as http:
        path = f"storage/v1/object/assessments/{session_id}/transcript.json"
        answer = await http.get(f"{stack.url}/{path}")
    return answer.content if answer.is_success else None


def on_disk(keep: Path) -> list[bytes]:
    """Every file that was kept, however it is called."""
    return [file.read_bytes() for file in keep.rglob("*") if file.is_file() and file.stat().st_size]


async def check_one_can_be_had(stack: Stack, session_id: UUID, keep: Path) -> None:
    present = await there(stack, session_id)
    assert present in (OLD, NEW, None), "nothing half is ever there"
    assert present is not None or OLD in on_disk(keep)


@asynccontextmanager
async def signed_in(url: str, stack: Stack, person: Person) -> AsyncIterator[Backend]:
    tokens = MemoryTokens()
    await tokens.write(login_of(person))
    server = Server(url, stack.anon_key)
    async with Backend.open(server, tokens=tokens, notify=lambda _: None) as backend:
        yield backend


async def test_the_new_one_is_there_and_nothing_is_kept(
    stack: Stack, open_backend: Open, host: Person, session_id: UUID, tmp_path: Path
) -> None:
    files = (await open_backend(host)).assessments
    large = json.dumps(["a talk"] * 100_000).encode()
    sent: list[int] = []
    await files.replace(session_id, TRANSCRIPT, large, keep=tmp_path, sent=sent.append)
    assert await there(stack, session_id) == large
    assert on_disk(tmp_path) == []
    assert sent == sorted(sent)
    assert (sent[0], sent[-1]) == (0, len(large))
    assert len(sent) > 5
    await files.replace(session_id, FileKind.ASSESSMENT, NEW, keep=tmp_path)  # where none was
    assert await files.read(session_id, FileKind.ASSESSMENT) == NEW
    assert len(list(stack.files.iterdir())) == 2


def on_call(files: Any, name: str, what: Callable[[], Awaitable[object]], *, after: bool) -> None:
    """Do something before or after the first call of a method."""
    plain = getattr(files, name)

    async def called(*arguments: Any, **options: Any) -> Any:
        setattr(files, name, plain)
        if not after:
            await what()
        answer = await plain(*arguments, **options)
        if after:
            await what()
        return answer

    setattr(files, name, called)


@pytest.mark.detail
async def test_what_is_kept_is_readable_by_its_owner_alone(
    open_backend: Open, host: Person, session_id: UUID, tmp_path: Path
) -> None:
    files = (await open_backend(host)).assessments
    modes: dict[str, int] = {}

    async def look() -> None:
        for path in (tmp_path / "replacing").rglob("*"):
            modes[path.name] = path.stat().st_mode & 0o077

    on_call(files, "delete_once", look, after=True)
    await files.replace(session_id, TRANSCRIPT, NEW, keep=tmp_path)
    assert {"old", "new", "journal.json"} <= set(modes)
    assert {modes[name] for name in ("old", "new", "journal.json", str(host.id))} == {0}


@pytest.mark.parametrize(("method", "after"), [("read", True), ("delete_once", True)])
async def test_another_file_that_is_uploaded_meanwhile_stays(
    method: str,
    after: bool,
    stack: Stack,
    open_backend: Open,
    host: Person,
    session_id: UUID,
    tmp_path: Path,
) -> None:
    files = (await open_backend(host)).assessments

    async def put() -> None:
        await stack.remove_files()
        await stack.file(session_id, "transcript.json", content=OTHER)

    on_call(files, method, put, after=after)
    with pytest.raises(Invalid, match="which stays"):
        await files.replace(session_id, TRANSCRIPT, NEW, keep=tmp_path)
    assert await there(stack, session_id) == OTHER
    assert {OLD, NEW} <= set(on_disk(tmp_path))
    assert await files.replacing(tmp_path).pending() == []


async def test_a_new_one_that_is_refused_leaves_the_old_one(
    stack: Stack, open_backend: Open, host: Person, session_id: UUID, tmp_path: Path
) -> None:
    files = (await open_backend(host)).assessments
    await stack.sql("update storage.buckets set file_size_limit = %s", len(OLD) + 10)
    with pytest.raises(Invalid, match="too large"):
        await files.replace(session_id, TRANSCRIPT, NEW, keep=tmp_path)
    assert await there(stack, session_id) == OLD
    assert on_disk(tmp_path) == []


@pytest.mark.detail
async def test_a_guest_and_a_stranger_replace_nothing(
    stack: Stack, open_backend: Open, host: Person, tmp_path: Path
) -> None:
    guest, stranger = await stack.person("Mei"), await stack.person("Tom")
    session_id = await stack.session(host, guest=guest)
    await stack.file(session_id, "transcript.json", content=OLD)
    for person in (guest, stranger):
        files = (await open_backend(person)).assessments
        with pytest.raises(NotAllowed):
            await files.replace(session_id, TRANSCRIPT, NEW, keep=tmp_path)
    assert await there(stack, session_id) == OLD
    assert on_disk(tmp_path) == []


async def test_a_new_one_that_arrives_damaged_leaves_the_old_one(
    stack: Stack,
    open_backend: Open,
    host: Person,
    session_id: UUID,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    files = (await open_backend(host)).assessments
    plain = Assessments.upload

    async def damaged(
        self: Any, session_id: UUID, kind: FileKind, content: bytes, *rest: Any
    ) -> None:
        await plain(self, session_id, kind, content[:-9] if content == NEW else content, *rest)

    monkeypatch.setattr(Assessments, "upload", damaged)
    with pytest.raises(Invalid, match="something other"):
        await files.replace(session_id, TRANSCRIPT, NEW, keep=tmp_path)
    assert await there(stack, session_id) == OLD
    assert on_disk(tmp_path) == []


async def test_what_is_cancelled_leaves_the_old_one(
    stack: Stack, open_backend: Open, host: Person, session_id: UUID, tmp_path: Path
) -> None:
    files = (await open_backend(host)).assessments
    running: asyncio.Task[None] | None = None

    def sent(count: int) -> None:
        assert running is not None
        if count > 1_000_000:
            running.cancel()

    large = json.dumps(["a talk"] * 400_000).encode()
    replacing = files.replace(session_id, TRANSCRIPT, large, keep=tmp_path, sent=sent)
    running = asyncio.create_task(replacing)
    with pytest.raises(asyncio.CancelledError):
        await running
    assert await there(stack, session_id) == OLD
    assert on_disk(tmp_path) == []


async def test_a_full_disk_replaces_nothing(
    stack: Stack, open_backend: Open, host: Person, session_id: UUID, tmp_path: Path
) -> None:
    files = (await open_backend(host)).assessments
    (tmp_path / "replacing").write_text("a file where the folder would be")
    with pytest.raises(Invalid, match="could not keep the old version"):
        await files.replace(session_id, TRANSCRIPT, NEW, keep=tmp_path)
    assert await there(stack, session_id) == OLD


@pytest.mark.detail
async def test_two_windows_do_not_replace_at_once(
    stack: Stack, open_backend: Open, host: Person, session_id: UUID, tmp_path: Path
) -> None:
    first, second = [(await open_backend(host)).assessments for _ in range(2)]

    async def elsewhere() -> None:
        with pytest.raises(Invalid, match="Another of your windows"):
            await second.replace(session_id, TRANSCRIPT, OTHER, keep=tmp_path)
        assert await second.replacing(tmp_path).pending() == []  # nothing to ask about

    on_call(first, "delete_once", elsewhere, after=True)
    await first.replace(session_id, TRANSCRIPT, NEW, keep=tmp_path)
    assert await there(stack, session_id) == NEW


@pytest.mark.detail
async def test_what_is_under_way_belongs_to_its_person_and_server(
    stack: Stack, open_backend: Open, host: Person, session_id: UUID, tmp_path: Path
) -> None:
    mine = (await open_backend(host)).assessments
    theirs = (await open_backend(await stack.person("Mei"))).assessments
    folder = folder_of(tmp_path, host.id, session_id, TRANSCRIPT)
    kept = ReplaceJournal.begin(
        folder, "https://elsewhere.example", session_id, TRANSCRIPT, OLD, NEW
    )
    assert await mine.replacing(tmp_path).pending() == []
    kept.close()
    ReplaceJournal.begin(folder, stack.url, session_id, TRANSCRIPT, OLD, NEW)
    assert [kept.kind for kept in await mine.replacing(tmp_path).pending()] == [TRANSCRIPT]
    assert await theirs.replacing(tmp_path).pending() == []
    (folder / "journal.json").write_text('{"by": "a newer medtui"}')
    assert await mine.replacing(tmp_path).pending() == []
    assert OLD in on_disk(tmp_path)


@pytest.mark.detail
async def test_what_was_interrupted_is_brought_to_the_end_that_one_wants(
    stack: Stack, open_backend: Open, host: Person, tmp_path: Path
) -> None:
    files = (await open_backend(host)).assessments
    ends: dict[tuple[bytes | None, Which], tuple[RemoteState, bytes]] = {
        (None, "old"): (RemoteState.OLD, OLD),
        (None, "new"): (RemoteState.NEW, NEW),
        (OLD, "old"): (RemoteState.OLD, OLD),
        (OLD, "new"): (RemoteState.NEW, NEW),
        (NEW, "old"): (RemoteState.NEW, NEW),
        (NEW, "new"): (RemoteState.NEW, NEW),
        (OTHER, "old"): (RemoteState.OTHER, OTHER),
        (OTHER, "new"): (RemoteState.OTHER, OTHER),
    }
    for number, ((present, wanted), (said, content)) in enumerate(ends.items()):
        keep = tmp_path / str(number)
        replacing = files.replacing(keep)
        session_id = await stack.session(host)
        if present is not None:
            await stack.file(session_id, "transcript.json", content=present)
        folder = folder_of(keep, host.id, session_id, TRANSCRIPT)
        kept = ReplaceJournal.begin(folder, stack.url, session_id, TRANSCRIPT, OLD, NEW)
        for _ in range(2):  # the second time there is nothing left to do
            assert await replacing.end(kept, wanted) is said
            assert await there(stack, session_id) == content
        assert await replacing.pending() == []
        assert (on_disk(keep) != []) is (said is RemoteState.OTHER)


# Kills


class Replacer:
    """The other program."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def run(self, stack: Stack, host: Person, session_id: UUID, keep: Path, step: int) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        task = {
            "url": stack.url,
            "key": stack.anon_key,
            "login": login_of(host),
            "session_id": str(session_id),
            "new": NEW.decode(),
            "keep": str(keep),
            "step": step,
        }
        self._process.stdin.write(json.dumps(task).encode() + b"\n")
        return (await self._process.stdout.readline()).decode().strip()


@pytest.fixture
async def replacer() -> AsyncIterator[Replacer]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "tests.data.replacer"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    yield Replacer(process)
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


async def kill(
    stack: Stack, host: Person, replacer: Replacer, step: int, keep: Path, wanted: Which = "old"
) -> str:
    session_id = await with_old(stack, host)
    keep /= str(session_id)
    said = await replacer.run(stack, host, session_id, keep, step)
    await check_one_can_be_had(stack, session_id, keep)
    async with signed_in(stack.url, stack, host) as backend:
        await check_recovers(stack, backend, session_id, keep, wanted)
    return said


async def check_recovers(
    stack: Stack, backend: Backend, session_id: UUID, keep: Path, wanted: Which
) -> None:
    replacing = backend.assessments.replacing(keep)
    before = await there(stack, session_id)
    pending = await replacing.pending()
    for kept in pending:
        await replacing.end(kept, wanted)
    after = await there(stack, session_id)
    if pending and before != NEW:
        assert after == (NEW if wanted == "new" else OLD)
    else:
        assert after == before
    rows = await stack.sql("select name from storage.objects where name like %s", f"{session_id}/%")
    assert len(rows) == 1
    assert await replacing.pending() == []
    assert on_disk(keep) == []


@pytest.mark.detail
async def test_killed_at_some_steps(
    stack: Stack, host: Person, replacer: Replacer, tmp_path: Path
) -> None:
    steps = int(await kill(stack, host, replacer, 0, tmp_path))
    for step in random.sample(range(1, steps + 1), 6):
        wanted: Which = "new" if step % 2 else "old"
        assert await kill(stack, host, replacer, step, tmp_path, wanted) == "killed", step


@pytest.mark.long
async def test_killed_at_every_step(
    stack: Stack, host: Person, replacer: Replacer, tmp_path: Path
) -> None:
    steps = int(await kill(stack, host, replacer, 0, tmp_path))
    print(f"{steps} steps")
    for step in range(1, steps + 1):
        for wanted in WANTS:
            assert await kill(stack, host, replacer, step, tmp_path, wanted) == "killed", step


# Cuts


@pytest.fixture
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reads are tried again at once."""
    monkeypatch.setattr("medtui.data.backoff.random.uniform", lambda *_: 0.0)


async def cut(
    stack: Stack, host: Person, moment: int, keep: Path, wanted: Which, *, for_good: bool
) -> int:
    session_id = await with_old(stack, host)
    async with (
        cable(stack.url, moment, for_good=for_good) as laid,
        signed_in(laid.url, stack, host) as backend,
    ):
        failed: DataError | None = None
        try:
            await backend.assessments.replace(session_id, TRANSCRIPT, NEW, keep=keep)
        except DataError as error:
            failed = error
        await check_one_can_be_had(stack, session_id, keep)
        if failed is None:
            assert await there(stack, session_id) == NEW
        elif not isinstance(failed, HalfDone):
            assert await there(stack, session_id) == OLD
            assert on_disk(keep) == []
        laid.mend()
        await check_recovers(stack, backend, session_id, keep, wanted)
        return laid.moments


@pytest.mark.detail
@pytest.mark.usefixtures("no_pauses")
async def test_cut_at_some_moments(stack: Stack, host: Person, tmp_path: Path) -> None:
    moments = await cut(stack, host, 0, tmp_path, "old", for_good=True)
    for moment in random.sample(range(1, moments + 1), 6):
        await cut(stack, host, moment, tmp_path, WANTS[moment % 2], for_good=bool(moment % 3))


@pytest.mark.long
@pytest.mark.usefixtures("no_pauses")
@pytest.mark.parametrize("for_good", [True, False])
async def test_cut_at_every_moment(
    for_good: bool, stack: Stack, host: Person, tmp_path: Path
) -> None:
    moments = await cut(stack, host, 0, tmp_path, "old", for_good=for_good)
    print(f"{moments} moments")
    for moment in range(1, moments + 1):
        for wanted in WANTS:
            await cut(stack, host, moment, tmp_path, wanted, for_good=for_good)
