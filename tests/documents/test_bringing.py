"""Files that are brought: what they are, and that what is sent says the same."""

from __future__ import annotations

import asyncio
import json
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.documents import read
from medtui.documents.assessment import Assessment
from medtui.documents.bringing import bring, brought
from medtui.documents.errors import DocumentError
from medtui.documents.transcript import Transcript

SAMPLES = Path(__file__).parent / "samples"
KINDS = {".json", ".jsonl", ".vtt", ".srt", ".txt", ".sbv", ".tsv", ".TextGrid"}
FILES = sorted(
    path
    for path in SAMPLES.rglob("*.*")
    if path.suffix in KINDS and path.name[0] != "_" and path.name != "failed.json"
)


def same(one: object, other: object) -> bool:
    if isinstance(one, Transcript) and isinstance(other, Transcript):
        return one.turns == other.turns
    assert isinstance(one, Assessment)
    assert isinstance(other, Assessment)
    return (one.overall, one.domains, one.criteria, one.feedback) == (
        other.overall,
        other.domains,
        other.criteria,
        other.feedback,
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_what_is_sent_says_the_same_and_is_json_that_all_can_read(path: Path) -> None:
    data = path.read_bytes()
    found = brought(path)
    assert same(read(data), read(found.content, found.kind))
    assert isinstance(json.loads(found.content.decode("utf-8")), (dict, list, str))
    if not found.how:
        assert found.content == data, "plain JSON is sent as it is, byte for byte"


@pytest.mark.parametrize("name", ["zoom.vtt", "teams.vtt", "talk.srt", "talk.txt"])
def test_what_is_not_json_stands_in_what_is_sent_whole(name: str) -> None:
    path = SAMPLES / "transcripts" / name
    found = brought(path)
    assert found.how
    assert json.dumps(path.read_text()).encode() in found.content


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_json_in_another_encoding_is_sent_in_utf_8(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "t.json"
    turns = [{"speaker": "A", "text": "Naïve – déjà vu?"}, {"speaker": "B", "text": "Yes."}]
    path.write_bytes(json.dumps({"segments": turns}, ensure_ascii=False).encode(encoding))
    found = brought(path)
    assert "unusual" in found.how
    assert json.loads(found.content) == {"segments": turns}


CUE = st.tuples(
    st.sampled_from(["", "Dr Lowe: ", "<v Mrs Ellis>"]),
    st.text("abc é,.?-", min_size=1, max_size=30).filter(str.strip),
    st.integers(0, 900),
)


@given(st.lists(CUE, min_size=1, max_size=12))
def test_captions_of_any_kind_say_the_same_afterwards(
    tmp_path_factory: pytest.TempPathFactory, cues: list[tuple[str, str, int]]
) -> None:
    lines, at = ["WEBVTT", ""], 0
    for voice, words, pause in cues:
        at += pause
        clock = f"{at // 60:02}:{at % 60:02}.000 --> {(at + 4) // 60:02}:{(at + 4) % 60:02}.500"
        lines += [f"00:{clock.replace('--> ', '--> 00:')}", voice + words, ""]
    path = tmp_path_factory.mktemp("cues") / "t.vtt"
    path.write_text("\n".join(lines))
    try:
        before = read(path.read_bytes())
    except DocumentError:
        return
    found = brought(path)
    assert same(before, read(found.content, found.kind))


async def test_what_is_large_is_checked_by_another_process_and_can_be_left(tmp_path: Path) -> None:
    path = tmp_path / "large.json"
    turns = [{"speaker": "A", "text": "word " * 40, "start": n, "end": n + 1} for n in range(9000)]
    path.write_text(json.dumps({"segments": turns}))
    found = await bring(path)
    assert found.content == path.read_bytes()
    assert found.what.startswith("A transcript of ")
    path.write_text(json.dumps({"segments": turns})[:-20])
    with pytest.raises(DocumentError, match="is incomplete"):
        await bring(path)
    began = time.monotonic()
    task = asyncio.create_task(bring(path))
    await asyncio.sleep(0.05)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert time.monotonic() - began < 1


def test_a_word_document_is_sent_as_json_with_its_words(tmp_path: Path) -> None:
    docx = pytest.importorskip("docx")
    document = docx.Document()
    for line in ("Doctor: Any pain?", "Patient: None."):
        document.add_paragraph(line)
    path = tmp_path / "talk.docx"
    document.save(path)
    found = brought(path)
    assert "Any pain?" in found.content.decode()
    assert same(read(path.read_bytes()), read(found.content, found.kind))
