"""What users read is plain English: words that were given up do not come back."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.sentences import ROOT, Sentence, sentences

UNWANTED = (Path(__file__).parent / "unwanted_words.txt").read_text("utf-8").splitlines()
"""Wordings that people misread, or had to read twice."""

STILL_OLD = (
    "medtui/account/", "medtui/history/", "medtui/local/", "medtui/marking/", "medtui/review/",
    "medtui/room/", "medtui/core/room_rules.py", "medtui/data/auth_errors.py",
)  # fmt: skip
"""Where some of them are left: each of these is to go from this list."""

ALL = list(sentences())


def is_old(sentence: Sentence) -> bool:
    return any(words.casefold() in sentence.text.casefold() for words in UNWANTED)


def test_no_sentence_has_words_that_were_given_up() -> None:
    assert len(ALL) > 1000
    assert [s for s in ALL if is_old(s) and not s.file.startswith(STILL_OLD)] == []


@pytest.mark.parametrize("part", STILL_OLD)
def test_where_old_words_are_left_there_are_some(part: str) -> None:
    assert any(is_old(s) for s in ALL if s.file.startswith(part)), "take it from STILL_OLD"


def test_the_readme_has_none_either() -> None:
    text = " ".join((ROOT / "README.md").read_text("utf-8").split()).casefold()
    assert [words for words in UNWANTED if words.casefold() in text] == []


def test_a_group_is_no_practice() -> None:
    """Doctors read "a practice" as a surgery: people form a group, on a server."""
    found = [s for s in ALL if "practice of" in s.text or "a practice" in s.text.casefold()]
    allowed = ("practice session", "practice makes")
    assert [
        s
        for s in found
        if not s.file.startswith(STILL_OLD) and not any(a in s.text for a in allowed)
    ] == []


def test_all_sentences_can_be_printed() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "tests.sentences"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert len(printed) == len(ALL)
    assert any("This session has no room link." in line for line in printed)
