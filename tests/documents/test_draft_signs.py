"""A draft by a model stays one: no edit, and nothing around it, makes an assessment of its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.core.history import MarkSummary
from medtui.core.key_names import with_keys
from medtui.core.rubrics import RubricDomain
from medtui.documents import read
from medtui.documents.assessment import Assessment, Marker
from medtui.documents.bringing import brought
from medtui.documents.draft_export import draft_json, draft_markdown
from medtui.documents.draft_signs import NO_ASSESSMENT, draft_in
from medtui.documents.errors import DocumentError
from medtui.documents.model_draft import DraftedDomain, ModelDraft, as_json
from medtui.documents.submitted import why_no_mark_sheet
from medtui.documents.transcript import Transcript, Turn

SAMPLES = Path(__file__).parent / "samples"
TALK = Transcript("test", (Turn("My left eye has been red.", "Patient", 3.0, 5.0),))
DRAFT = ModelDraft(
    "small",
    "127.0.0.1:11434",
    "1",
    "Platform",
    200,
    "0" * 32,
    "2026-11-30T18:00:00+00:00",
    (
        DraftedDomain(
            RubricDomain("Empathy", 100),
            (60.0, 65.0, None),
            ("My left eye has been red.",),
            ("you are dying, I fear",),
            reason="Kind and clear.",
            strengths=("Says her name.",),
        ),
        DraftedDomain(RubricDomain("Plan", 100), (None, None, None)),
    ),
)
TOLD = draft_json(DRAFT, TALK)
TEXT = draft_markdown(DRAFT, TALK)


def without(*names: str, inner: tuple[str, ...] = ()) -> dict[str, Any]:
    """The exported JSON without some keys, and its domains without others."""
    told = {name: value for name, value in TOLD.items() if name not in names}
    return told | {
        "domains": [
            {name: value for name, value in domain.items() if name not in inner}
            for domain in TOLD["domains"]
        ]
    }


VALUES: dict[str, Any] = {
    "as exported": TOLD,
    "another model's name": TOLD | {"model": "The platform", "endpoint": "platform.example"},
    "called an assessment": TOLD | {"kind": "assessment", "source": "platform"},
    "called a person's": TOLD | {"source": "Dr Okafor", "marked_by": "human", "kind": "sheet"},
    "other domains": TOLD | {
        "domains": [domain | {"name": "Rapport"} for domain in TOLD["domains"]]
    },
    "without what it says of itself": without("kind", "source", "model", "prompt", "notes"),
    "without its answers": without("notes", inner=("answers", "struck_out", "rationale")),
    "with its notes alone": without(
        "kind", "source", "model", "prompt", inner=("answers", "struck_out", "rationale")
    ),
    "with its words alone": without(
        "kind", "source", "model", "prompt", "notes", inner=("answers", "struck_out")
    ),
    "within another": {"data": {"assessment": TOLD}, "version": 3},
    "in a list": [TOLD],
    "beside a talk": {"transcript": TALK.as_json(), "assessment": TOLD},
    "as text within": {"content": f"Here it is:\n```json\n{json.dumps(TOLD)}\n```"},
    "as a chat's answer": {"choices": [{"message": {"content": json.dumps(TOLD)}}]},
    "as it is kept": as_json(DRAFT),
    "Markdown within": {"feedback": TEXT},
}  # fmt: skip
TEXTS: dict[str, str] = {
    "Markdown": TEXT,
    "without its title": TEXT.split("\n", 1)[1],
    "without its note": TEXT.replace("Formative: a model's draft", "Marks"),
    "with another title and note": TEXT.split("\n", 1)[1].replace("Formative", "Marks"),
    "as plain text": TEXT.replace("#", "").replace("*", "").replace("_", ""),
    "after other words": f"My notes of the station.\n\n{TEXT}",
}


@pytest.mark.parametrize("name", VALUES)
def test_json_with_a_draft_in_it_is_a_draft(name: str, tmp_path: Path) -> None:
    check(json.dumps(VALUES[name]).encode(), tmp_path / "a.json")


@pytest.mark.parametrize("name", TEXTS)
def test_text_with_a_draft_in_it_is_a_draft(name: str, tmp_path: Path) -> None:
    check(TEXTS[name].encode(), tmp_path / "a.md")


def check(data: bytes, path: Path) -> None:
    path.write_bytes(data)
    for expected in (None, "assessment"):
        with pytest.raises(DocumentError) as refused:
            brought(path, expected)  # type: ignore[arg-type]
        assert refused.value.message == with_keys(NO_ASSESSMENT)
    document = read(data, "assessment")
    if isinstance(document, Assessment):
        assert document.is_draft
        assert document.marker is Marker.AI
        assert "draft by a model" in document.notes[0]
        assert document.as_json()["source"] == "draft"
    assert why_no_mark_sheet(data, UUID(int=1), UUID(int=2)) is not None


def test_a_draft_says_what_it_is() -> None:
    assert (TOLD["kind"], TOLD["source"], TOLD["marked_by"]) == ("draft", "draft", "ai")
    assert (TOLD["model"], TOLD["prompt"]) == ("small", "1")
    assert TEXT.startswith("## Draft by small at 127.0.0.1:11434 (prompt 1)")
    document = read(json.dumps(TOLD).encode())
    assert isinstance(document, Assessment)
    assert "(small, prompt 1)" in document.notes[0]


def files(kind: str) -> list[Path]:
    return sorted(path for path in (SAMPLES / kind).iterdir() if path.is_file())


@pytest.mark.parametrize("path", files("assessments"), ids=lambda path: path.name)
def test_no_other_assessment_is_one(path: Path) -> None:
    document = read(path.read_bytes(), "assessment")
    assert not (isinstance(document, Assessment) and document.is_draft)


def test_a_person_may_call_a_sheet_a_draft(tmp_path: Path) -> None:
    sheet = {"source": "draft", "kind": "draft", "marked_by": "human", "domains": [
        {"name": "Empathy", "score": 3, "max": 4, "rationale": "She gave 3 answers: all kind."}
    ]}  # fmt: skip
    document = read(json.dumps(sheet).encode())
    assert isinstance(document, Assessment)
    assert not document.is_draft
    assert MarkSummary.of(document).marker is Marker.HUMAN


def test_a_file_of_many_values_is_looked_through_no_longer_than_allowed() -> None:
    values = [{"a": number} for number in range(40_000)]
    assert draft_in([TOLD, *values]) is not None
    assert draft_in([*values, TOLD]) is None
    nested: Any = TOLD
    for _ in range(90):
        nested = {"data": nested}
    assert draft_in(nested) is not None
