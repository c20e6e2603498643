"""Small files of mixed conventions: nothing in them vanishes, and no guess goes unsaid."""

from __future__ import annotations

import json

import pytest

from medtui.documents import Assessment, Transcript, read
from medtui.documents.assessment import Result
from tests.documents.conventions import CASES


@pytest.mark.parametrize("name", CASES)
def test_a_talk_is_read_and_what_else_is_there_is_said(name: str) -> None:
    case = CASES[name]
    found = read(case.content)
    assert isinstance(found, Transcript)
    assert [[turn.speaker, turn.start, turn.text] for turn in found.turns] == case.turns
    told = json.dumps([*found.notes, found.unclaimed], ensure_ascii=False).replace("\\", "")
    assert [words for words in case.said if words not in told] == []
    if not case.said:
        assert (found.notes, found.unclaimed) == ((), {})


def test_a_mark_sheet_in_yaml() -> None:
    text = "domains:\n  - name: Rapport\n    score: 3\n    max: 4\n  - name: Plan\n    score: 2\n"
    found = read(text.encode())
    assert isinstance(found, Assessment)
    assert [(part.name, part.score, part.max) for part in found.domains] == [
        ("Rapport", 3, 4),
        ("Plan", 2, None),
    ]


def test_a_checklist_in_yaml_below_other_lines() -> None:
    text = (
        "station: Red eye\ncriteria:\n- text: Washes hands\n  done: yes\n- text: Asks\n  done: no\n"
    )
    found = read(text.encode())
    assert isinstance(found, Assessment)
    assert [(item.text, item.result) for item in found.criteria] == [
        ("Washes hands", Result.YES),
        ("Asks", Result.NO),
    ]
    assert found.unclaimed == {"station": "Red eye"}


@pytest.mark.parametrize(
    "text",
    [
        "- Ann: Hello.\n  Mood: calm\n- Bo: Good morning.\n",
        "- speaker: &a Ann\n  text: *a\n",
        "- speaker: Ann\n  text: [[[[1]]]]\n",
    ],
)
def test_what_only_looks_like_yaml_is_read_as_text(text: str) -> None:
    found = read(text.encode())
    words = " ".join(turn.text for turn in found.turns) if isinstance(found, Transcript) else ""
    assert words


def test_marks_with_fractions_commas_and_cells_beyond_the_header() -> None:
    sheet = "\ufeffItem;Mark;Max\r\nIdentity;0;1;forgot it\r\nSafety net;½;1\r\nPlan;2½;3\r\n"
    found = read(sheet.encode())
    assert isinstance(found, Assessment)
    assert [part.score for part in found.domains] == [0, 0.5, 2.5]
    assert "forgot it" in json.dumps(found.as_json())
    found = read(b"Rapport: 4,5/5\nPlan: 3,25/5\nTotal: 7,75/10 (77,5 %)\n")
    assert isinstance(found, Assessment)
    assert (found.overall.score, found.overall.max, found.overall.percent) == (7.75, 10, 77.5)
