"""A model is downloaded once, from a hub on this machine: what was told first, and each failure."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from medtui.listening import model_download
from medtui.listening.errors import ListenError
from medtui.listening.model_download import fetch
from medtui.listening.speech_models import CHECKED, SpeechModel, named
from tests.helpers.model_hub import COMMIT, ModelHub, model_hub
from tests.helpers.terminal import Terminal
from tests.listening import recordings
from tests.test_end_to_end import environment

FILES = {
    "README.md": b"not wanted",
    "config.json": b"{}",
    "tokenizer.json": b'{"a": 1}',
    "vocabulary.txt": b"a\nb\n",
    "model.bin": np.random.default_rng(1).bytes(25_000_000),
}
TINY = named("tiny.en") or SpeechModel("", "", 0)
HALF = 15_000_000
"""The client writes 10 MB at a time."""


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[ModelHub]:
    monkeypatch.setattr(model_download, "LOOK_SECONDS", 0.05)
    with model_hub(dict(FILES)) as served:
        monkeypatch.setenv("HF_ENDPOINT", served.url)
        monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "home/hub"))
        yield served


def ranges(hub: ModelHub) -> list[str]:
    """From where on the large file was asked for."""
    return [
        wish for how, path, wish in hub.asked if how == "GET" and path == "/cdn/model.bin"
    ]  # fmt: skip


async def refused(model: SpeechModel = TINY) -> str:
    with pytest.raises(ListenError) as caught:
        await fetch(model)
    words = str(caught.value)
    assert words.endswith(".")
    assert "\n" not in words
    return words


@pytest.mark.detail
async def test_interrupted_it_goes_on_where_it_was(hub: ModelHub) -> None:
    hub.holds["model.bin"] = HALF
    seen: list[float] = []
    work = asyncio.ensure_future(fetch(TINY, seen.append))
    async with asyncio.timeout(60):
        while not any(each >= 10 for each in seen):
            await asyncio.sleep(0.02)
    assert max(seen) < 20
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    hub.goes_on.set()
    folder = await fetch(TINY)
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert not (folder / "README.md").exists()
    _, again = ranges(hub)
    assert int(again.removeprefix("bytes=").removesuffix("-")) >= 10_000_000
    before = len(hub.asked)
    assert await fetch(TINY) == folder
    assert ranges(hub)[2:] == [], "once is enough"
    assert len(hub.asked) <= before + 1


@pytest.mark.detail
async def test_what_is_cut_on_the_way_is_made_whole(hub: ModelHub) -> None:
    hub.cut["model.bin"] = HALF
    folder = await fetch(TINY)
    assert (folder / "model.bin").read_bytes() == FILES["model.bin"]
    assert int(ranges(hub)[1].removeprefix("bytes=").removesuffix("-")) >= 10_000_000


@pytest.mark.detail
@pytest.mark.parametrize("name", ["model.bin", "tokenizer.json"])
async def test_what_is_not_what_was_published_is_never_used(name: str, hub: ModelHub) -> None:
    hub.spoilt.add(name)
    assert "is not what was published, and was removed: download it again." in await refused()
    assert model_download.folder_of("tiny.en") is None
    hub.spoilt.clear()
    folder = await fetch(TINY)
    assert (folder / name).read_bytes() == FILES[name]
    # Also where the program was killed before it had looked.
    mark = folder.parents[1] / CHECKED
    assert mark.read_text() == COMMIT
    mark.unlink()
    (folder / name).resolve().write_bytes(FILES[name][:-1])
    assert model_download.folder_of("tiny.en") is None


@pytest.mark.detail
async def test_each_failure_is_one_sentence(hub: ModelHub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert "HF_HUB_OFFLINE forbids downloads" in await refused()
    monkeypatch.delenv("HF_HUB_OFFLINE")
    unknown = named("large-v3") or TINY
    hub.fails = 503
    assert f"{hub.url} has answered with an error (503)" in await refused(unknown)
    monkeypatch.setenv("HF_ENDPOINT", "http://user:secret@127.0.0.1:9")
    words = await refused()
    assert words.startswith("http://127.0.0.1:9 cannot be reached: check the network")
    assert "secret" not in words


LIMITED = """\
import resource, runpy, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))
sys.argv = ["medtui", *sys.argv[1:]]
runpy.run_module("medtui", run_name="__main__")
"""


@pytest.mark.detail
async def test_the_command_says_size_and_source_first_and_ends_in_a_sentence(
    hub: ModelHub, tmp_path: Path
) -> None:
    sound = recordings.write(tmp_path / "talk.wav", np.zeros((1, 16_000)))
    env = environment(
        tmp_path, HF_ENDPOINT=hub.url, HF_HOME=str(tmp_path / "home"), PYTHONPATH=str(Path.cwd())
    )
    listen = ["listen", str(sound), "--model", "tiny.en", "--output", str(tmp_path / "a.json")]
    hub.holds["model.bin"] = HALF
    command = [sys.executable, "-m", "medtui", *listen]
    async with Terminal(command, env=env, columns=200, rows=12) as terminal:
        await terminal.until("78 MB from", f"{hub.url}/Systran/faster-whisper-tiny.en", "[y/N]")
        assert hub.asked == [], "nothing is asked of the hub before the user agrees"
        terminal.press("y\n")
        await terminal.until("tiny.en: 10 of 78 MB.", seconds=60)
        hub.goes_on.set()
        await terminal.until("No words were heard in it", seconds=60)
    env["HF_HOME"] = str(tmp_path / "full")
    command = [sys.executable, "-c", LIMITED, *listen, "--yes"]
    async with Terminal(command, env=env, columns=200, rows=12) as terminal:
        await terminal.until(
            "There is too little room on the disk for the model tiny.en (78 MB)", seconds=60
        )
