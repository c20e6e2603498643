"""Drafts: on the disk at each key, of one account, held by one program, gone when confirmed."""

from __future__ import annotations

import asyncio
import os
import stat
import time
from pathlib import Path

import pytest

from medtui.store import files as disk
from medtui.store.drafts import KEPT_DAYS, Drafts

AMARA, MEI = "https://abc.supabase.co amara", "https://abc.supabase.co mei"


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


async def test_what_is_typed_is_there_for_the_next_program(tmp_path: Path) -> None:
    first = Drafts(tmp_path / "drafts")
    draft = await first.load("post", AMARA)
    assert draft.found == {}
    for length in range(1, 20):
        draft.save({"link": "https://example.org/mine"[:length]})
    draft.leave()
    await first.written()
    found = await Drafts(tmp_path / "drafts").load("post", AMARA)
    assert found.found == {"link": "https://example.org"}
    for path in files(tmp_path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_each_key_is_on_the_disk_before_the_next(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    draft = await drafts.load("post", AMARA)
    for text in ("h", "ht", "htt"):
        draft.save({"link": text})
        await drafts.written()
        (file,) = tmp_path.rglob("post.*.json")
        assert file.read_text() == f'{{"link": "{text}"}}'


async def test_a_slow_disk_blocks_no_key_and_gets_the_last_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    def slow(path: Path, text: str) -> None:
        time.sleep(0.1)
        written.append(text)

    monkeypatch.setattr(disk, "write", slow)
    drafts = Drafts(tmp_path)
    draft = await drafts.load("post", AMARA)
    start = time.monotonic()
    for number in range(500):
        draft.save({"link": str(number)})
    assert time.monotonic() - start < 0.1
    await drafts.written()
    assert len(written) < 5
    assert written[-1] == '{"link": "499"}'


async def test_nobody_is_shown_the_draft_of_another_account(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    draft = await drafts.load("post", AMARA)
    draft.save({"link": "hers"})
    draft.leave()
    for account in (MEI, "", "https://other.supabase.co amara"):
        assert (await drafts.load("post", account)).found == {}
        assert await drafts.waiting(account) == []
    assert (await drafts.load("edit-1", AMARA)).found == {}
    assert await drafts.waiting(AMARA) == ["post"]
    assert "amara" not in "".join(str(path) for path in files(tmp_path))


async def test_two_windows_never_hold_the_same_draft(tmp_path: Path) -> None:
    one, two = Drafts(tmp_path), Drafts(tmp_path)
    mine = await one.load("post", AMARA)
    mine.save({"id": "1"})
    await one.written()
    other = await two.load("post", AMARA)
    assert other.found == {}, "it is open in the other window"
    other.save({"id": "2"})
    mine.drop()
    other.leave()
    await asyncio.gather(one.written(), two.written())
    assert (await one.load("post", AMARA)).found == {"id": "2"}


async def test_nothing_is_left_of_a_draft_that_is_confirmed(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    draft = await drafts.load("post", AMARA)
    draft.save({"link": "x"})
    draft.drop()
    draft.save({"link": "a key that came late"})
    await drafts.written()
    assert files(tmp_path) == []
    nothing = await drafts.load("post", AMARA)
    nothing.leave()
    await drafts.written()
    assert files(tmp_path) == []


@pytest.mark.parametrize(
    "content", ["", "[]", "{", '{"link": 3}', "\ud800".encode("utf-8", "surrogatepass")]
)
async def test_a_broken_draft_is_none(content: str | bytes, tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    draft = await drafts.load("post", AMARA)
    draft.save({"link": "x"})
    draft.leave()
    await drafts.written()
    (file,) = tmp_path.rglob("post.*.json")
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    assert (await drafts.load("post", AMARA)).found == {}


async def test_where_nothing_can_be_kept_one_types_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "drafts").write_text("a file where the folder should be")
    drafts = Drafts(tmp_path / "drafts")
    draft = await drafts.load("post", AMARA)
    draft.save({"link": "x"})
    await drafts.written()
    draft.drop()
    await drafts.sweep()
    assert await drafts.waiting(AMARA) == []


async def test_what_was_forgotten_and_what_a_kill_left_is_swept_away(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    for form in ("post", "profile"):
        draft = await drafts.load(form, AMARA)
        draft.save({"link": "x"})
        await drafts.written()
        draft._claim = None  # as the end of a program lets go of it
    (old,) = tmp_path.rglob("post.*.json")
    (kept,) = tmp_path.rglob("profile.*.json")
    long_ago = time.time() - (KEPT_DAYS + 1) * 86_400
    os.utime(old, (long_ago, long_ago))
    torn = old.with_name(".post.0.json.1.part")
    torn.write_text("half")
    os.utime(torn, (long_ago, long_ago))
    under_way = old.with_name(".post.0.json.2.part")
    under_way.write_text("another program's")
    await drafts.sweep()
    left = [path.name for path in files(tmp_path) if not path.name.endswith(".lock")]
    assert sorted(left) == sorted([kept.name, under_way.name])
