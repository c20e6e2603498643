"""The table of what is read is true; every family arrives at its turns; others are refused."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

import medtui.documents
from medtui.documents import DocumentError, Transcript, families, read, transcripts

SAMPLES = Path(__file__).parent / "samples"
README = Path(medtui.documents.__file__).with_name("README.md")
ROWS = {
    match[1]: match[2]
    for match in re.finditer(r"^\| `([^`]+)` \|.*\| `([^`]+)` \|$", README.read_text(), re.M)
}
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
def test_the_sample_of_a_shape_is_read_as_that_shape(shape: str) -> None:
    assert read((SAMPLES / ROWS[shape]).read_bytes()).source == shape


@pytest.mark.parametrize("name", ["cha", "ass", "eaf", "ttml", "srv3", "html"])
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


def test_a_word_document_and_an_rtf_document_are_read() -> None:
    docx = pytest.importorskip("docx")
    pytest.importorskip("striprtf")
    document = docx.Document()
    for line in ("Lowe: Any pain today?", "Brandt: None at all."):
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    rtf = rb"{\rtf1\ansi Lowe: Any pain today?\par Brandt: None at all.\par}"
    for data in (file.getvalue(), rtf):
        found = read(data)
        assert isinstance(found, Transcript)
        assert [(turn.speaker, turn.text) for turn in found.turns] == [
            ("Lowe", "Any pain today?"),
            ("Brandt", "None at all."),
        ]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:1\nsize 2\n", "Git LFS"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "AccessDenied"),
        (b"<?xml version='1.0'?><odd><p>Hello there.</p></odd>", "export the transcript as VTT"),
        (b'{"status": "processing", "text": null}', "not finished"),
        (b'{"errors": [{"message": "No credit"}]}', "No credit"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "old Word or Excel"),
        (b"PK\x03\x04 broken", "ZIP archive"),
    ],
)
def test_others_are_refused_by_name_with_what_to_do(data: bytes, words: str) -> None:
    with pytest.raises(DocumentError) as refused:
        read(data)
    assert words in refused.value.message
    assert refused.value.message.endswith(".")
