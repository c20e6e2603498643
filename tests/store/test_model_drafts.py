"""Drafts by a model on this machine: kept for their transcript, private, and gone with the rest."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from medtui.core.rubrics import RUBRICS
from medtui.documents.model_draft import DraftedDomain, ModelDraft, from_json, talk_digest
from medtui.documents.transcript import Transcript, Turn
from medtui.store import account_files, old_files
from medtui.store.model_drafts import KeptDraft, recall_marks

ME, SESSION = UUID(int=1), UUID(int=2)
TALK = Transcript("t", (Turn("How are you today?", "A"), Turn("My eye is red.", "B")))
EMPATHY, PLAN = RUBRICS[0].domains[:2]
DRAFT = ModelDraft(
    "small", "localhost", "1", "Platform", 49.8, talk_digest(TALK), "2026-11-30T12:00:00+00:00",
    (
        DraftedDomain(EMPATHY, (60.0, None, 70.0), ("How are you today?",), ("I never said it",)),
        DraftedDomain(PLAN, (None, None, None), struck=("nor that",)),
    ),
)  # fmt: skip


def test_a_draft_is_recalled_for_its_own_transcript_alone(tmp_path: Path) -> None:
    kept = KeptDraft.of_session(tmp_path, ME, SESSION)
    assert kept.recall_of(TALK) is None
    kept.save(DRAFT)
    assert kept.recall_of(TALK) == DRAFT
    assert kept.recall_of(replace(TALK, turns=TALK.turns[:1])) is None
    assert KeptDraft.of_session(tmp_path, ME, UUID(int=3)).recall_of(TALK) is None
    for file in tmp_path.rglob("*.json"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_its_marks_stay_without_a_word_of_what_was_said(tmp_path: Path) -> None:
    KeptDraft.of_session(tmp_path, ME, SESSION).save(DRAFT)
    old = time.time() - 31 * 86_400
    for file in tmp_path.rglob("*.json"):
        os.utime(file, (old, old))
    old_files.sweep(tmp_path)
    [left] = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert recall_marks(tmp_path, ME) == {SESSION: {EMPATHY.name: 65.0}}
    assert "How are you" not in left.read_text()
    assert recall_marks(tmp_path, UUID(int=9)) == {}
    assert account_files.delete(tmp_path, ME, [SESSION])
    assert recall_marks(tmp_path, ME) == {}


def test_a_draft_of_a_file_goes_after_thirty_days(tmp_path: Path) -> None:
    kept = KeptDraft.of_file(tmp_path, Path("talk.json"))
    kept.save(DRAFT)
    assert kept.recall_of(TALK) == DRAFT
    old_files.sweep(tmp_path, time.time() + 31 * 86_400)
    assert kept.recall_of(TALK) is None


@pytest.mark.parametrize("text", ["", "[]", "{", '{"domains": {"a": "x", "b": 1e999}}', "null"])
def test_broken_files_are_no_drafts(text: str, tmp_path: Path) -> None:
    kept = KeptDraft.of_session(tmp_path, ME, SESSION)
    kept.save(DRAFT)
    for file in tmp_path.rglob("*.json"):
        file.write_text(text)
    assert kept.recall_of(TALK) is None
    assert not any(recall_marks(tmp_path, ME).values())
    assert from_json({"domains": [[]]}) is None


def test_what_a_draft_says_of_itself() -> None:
    assert DRAFT.title == "Draft by small at localhost (prompt 1)"
    assert DRAFT.notes == [
        "Formative: a model's draft, no mark by a person, and in no progress.",
        "2 of 3 quotes were not said: struck out.",
        "1 domain has too little evidence, and no mark.",
    ]
    first, second = DRAFT.assessment.domains
    assert (first.score, second.score, second.insufficient_evidence) == (65, None, True)
    assert first.rationale == "3 answers: 60, 70; one does not count."
    assert DRAFT.overall.percent == 65
