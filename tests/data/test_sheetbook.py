"""The mark sheet on disk: the last whole state counts, whatever the file has been through."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medtui.store.sheet_journal import LARGE, InUse, SheetJournal

ME, SESSION = UUID(int=1), UUID(int=2)


def never() -> None:
    raise AssertionError("it could not be written down")


async def kept(folder: Path) -> object:
    book = SheetJournal(folder, ME, SESSION, never)
    try:
        return await book.open()
    finally:
        await book.close()


def the_file(folder: Path) -> Path:
    return folder / "sheets" / str(ME) / f"{SESSION}.jsonl"


async def write(folder: Path, *states: dict[str, object]) -> None:
    book = SheetJournal(folder, ME, SESSION, never)
    await book.open()
    for state in states:
        book.save(state)
    await book.close()


async def test_the_last_state_is_there_again(tmp_path: Path) -> None:
    assert await kept(tmp_path) is None
    await write(tmp_path, *({"n": n} for n in range(500)))
    assert await kept(tmp_path) == {"n": 499}
    assert the_file(tmp_path).stat().st_mode & 0o077 == 0


@pytest.mark.detail
@given(cut=st.integers(1, 40), rubbish=st.binary(max_size=20))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_an_end_that_was_cut_off_costs_no_more_than_itself(
    tmp_path: Path, cut: int, rubbish: bytes
) -> None:
    async def go() -> None:
        the_file(tmp_path).unlink(missing_ok=True)
        await write(tmp_path, {"n": 1}, {"n": 2, "text": "x" * 60})
        file = the_file(tmp_path)
        file.write_bytes(file.read_bytes()[:-cut] + rubbish.replace(b"\n", b""))
        assert await kept(tmp_path) in ({"n": 1}, {"n": 2, "text": "x" * 60})
        await write(tmp_path, {"n": 3})  # and what is written behind it can be read
        assert await kept(tmp_path) == {"n": 3}

    asyncio.run(go())


async def test_a_file_of_which_nothing_can_be_read_is_put_aside(tmp_path: Path) -> None:
    await write(tmp_path, {"n": 1})
    the_file(tmp_path).write_bytes(b"\x00" * 100)
    assert await kept(tmp_path) is None
    await write(tmp_path, {"n": 2})
    assert await kept(tmp_path) == {"n": 2}
    assert the_file(tmp_path).with_suffix(".broken.jsonl").read_bytes() == b"\x00" * 100


async def test_a_long_history_is_cut_down_when_it_is_opened(tmp_path: Path) -> None:
    await write(tmp_path, {"n": 0})
    states = ({"n": n, "text": "x" * 10_000} for n in range(120))
    the_file(tmp_path).write_text("".join(f"{json.dumps(state)}\n" for state in states))
    assert the_file(tmp_path).stat().st_size > LARGE
    assert await kept(tmp_path) == {"n": 119, "text": "x" * 10_000}
    assert the_file(tmp_path).stat().st_size < 11_000


async def test_a_long_sitting_fills_no_disk(tmp_path: Path) -> None:
    book = SheetJournal(tmp_path, ME, SESSION, never)
    await book.open()
    for n in range(250):
        book.save({"n": n, "text": "x" * 10_000})
    await book.close()
    assert the_file(tmp_path).stat().st_size < LARGE
    assert the_file(tmp_path).stat().st_mode & 0o077 == 0
    assert await kept(tmp_path) == {"n": 249, "text": "x" * 10_000}


async def test_a_sheet_that_cannot_be_put_aside_stays_and_is_told(tmp_path: Path) -> None:
    told: list[bool] = []
    book = SheetJournal(tmp_path, ME, SESSION, lambda: told.append(True))
    await book.open()
    book.save({"n": 1})
    the_file(tmp_path).with_suffix(".first.jsonl").mkdir()
    await book.set_aside("first")
    assert told == [True]
    book.save({"n": 2})
    await book.close()
    assert the_file(tmp_path).read_text() == '{"n": 1}\n{"n": 2}\n'


async def test_a_broken_file_that_cannot_be_put_aside_is_no_crash(tmp_path: Path) -> None:
    await write(tmp_path, {"n": 1})
    the_file(tmp_path).write_bytes(b"\x00" * 100)
    the_file(tmp_path).with_suffix(".broken.jsonl").mkdir()
    assert await kept(tmp_path) is None


async def test_two_windows_do_not_write_on_one_sheet(tmp_path: Path) -> None:
    book = SheetJournal(tmp_path, ME, SESSION, never)
    await book.open()
    other = SheetJournal(tmp_path, ME, SESSION, never)
    with pytest.raises(InUse):
        await other.open()
    await other.close()
    await book.close()
    assert await kept(tmp_path) is None


async def test_a_sheet_that_is_put_aside_stays_beside_the_new_one(tmp_path: Path) -> None:
    book = SheetJournal(tmp_path, ME, SESSION, never)
    await book.open()
    book.save({"n": 1})
    await book.set_aside("first")
    book.save({"n": 2})
    await book.close()
    assert await kept(tmp_path) == {"n": 2}
    assert the_file(tmp_path).with_suffix(".first.jsonl").read_text() == '{"n": 1}\n'


async def test_a_disk_that_refuses_is_told(tmp_path: Path) -> None:
    (tmp_path / "sheets").write_text("a file where a folder should be")
    told = asyncio.Event()
    book = SheetJournal(tmp_path, ME, SESSION, told.set)
    await book.open()
    book.save({"n": 1})
    async with asyncio.timeout(5):
        await told.wait()
    await book.close()
