"""The table of what is read is true; every family arrives at its turns; others are refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import medtui.documents
from medtui.documents import DocumentError, Transcript, families, read, transcripts

HERE = Path(__file__).parent
SAMPLES = HERE / "samples"
README = Path(medtui.documents.__file__).with_name("README.md")
LINES = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in README.read_text().splitlines()
    if line.startswith("| ") and not line.startswith("| ---")
]
ROWS = {
    cells[0].strip("`"): re.findall(r"`([^`]+)`", cells[-1])
    for cells in LINES
    if cells[0].startswith("`")
}
READ = [cells for cells in LINES if cells[0] in ("DOCX", "RTF")]
REFUSED = [cells for cells in LINES if len(cells) == 4 and cells[0] != "title"]
CAPTIONS = {"vtt", "srt", "sbv"}
ASSESSMENTS = {
    "platform",
    "assessment",
    "checklist",
    "mark sheet",
    "fhir",
    "rubric",
    "text",
    "prose",
}


def test_the_table_names_every_shape_that_there_is() -> None:
    assert set(ROWS) == {*transcripts.READERS, *families.READERS, *CAPTIONS, *ASSESSMENTS}


@pytest.mark.parametrize("shape", ROWS)
def test_the_samples_of_a_shape_are_read_as_that_shape(shape: str) -> None:
    assert ROWS[shape]
    for sample in ROWS[shape]:
        assert read((SAMPLES / sample).read_bytes()).source == shape, sample


def test_every_other_sample_is_in_a_table() -> None:
    told = {cells[-1].strip("`") for cells in (*READ, *REFUSED)}
    assert {f"others/{path.name}" for path in (HERE / "others").iterdir()} <= told
    assert len(READ) == 2
    assert all((HERE / name).is_file() for name in told)


@pytest.mark.parametrize("name", ["cha", "ass", "eaf", "ttml", "srv3", "html", "yaml"])
def test_a_family_arrives_at_its_turns(name: str) -> None:
    found = read((SAMPLES / "families" / f"talk.{name}").read_bytes())
    assert isinstance(found, Transcript)
    turns = [turn for turn in found.turns if turn.speaker]
    assert [turn.speaker for turn in turns] == ["Lowe", "Brandt"]
    assert [turn.text.casefold() for turn in turns] == ["any pain today?", "none at all."]
    if name != "html":
        assert [(turn.start, turn.end) for turn in turns] == [(1.0, 2.5), (3.0, 4.2)]


def test_who_spoke_when_is_shown_without_words() -> None:
    found = read((SAMPLES / "families" / "talk.rttm").read_bytes())
    assert isinstance(found, Transcript)
    assert [(turn.speaker, turn.start) for turn in found.turns] == [("doctor", 1), ("patient", 3)]
    assert any("without words" in note for note in found.notes)


@pytest.mark.parametrize("row", READ, ids=lambda row: row[0])
def test_a_word_processors_document_is_read(row: list[str]) -> None:
    pytest.importorskip("docx")
    pytest.importorskip("striprtf")
    found = read((HERE / row[-1].strip("`")).read_bytes())
    assert isinstance(found, Transcript)
    assert [(turn.speaker, turn.text) for turn in found.turns] == [
        ("Lowe", "Any pain today?"),
        ("Brandt", "None at all."),
    ]


@pytest.mark.parametrize("row", REFUSED, ids=lambda row: row[1])
def test_others_are_refused_by_name_with_what_to_do(row: list[str]) -> None:
    title, _, words, sample = row
    with pytest.raises(DocumentError) as refused:
        read((HERE / sample.strip("`")).read_bytes())
    assert refused.value.title == title
    assert words in refused.value.message
    assert refused.value.message.endswith(".")
