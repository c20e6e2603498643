"""What users read is plain English: words that were given up do not come back."""

from __future__ import annotations

import functools
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sentences import ROOT, Sentence, sentences

UNWANTED = (Path(__file__).parent / "unwanted_words.txt").read_text("utf-8").splitlines()
"""Wordings that people misread, or had to read twice."""

GIVEN_UP = re.compile(
    r"\b(whoever|nobody|somebody|anew|afresh|mend|mended|in trouble|all the same|look again"
    r"|stands? in|whoever runs|machine|a talk|the talk|any talk|End medtui|is said)\b"
    r"|\b(alone|by itself)\.$",
    re.IGNORECASE,
)
"""Words with a plainer one: a computer is no machine, and what was said is a consultation."""


@functools.cache
def all_sentences() -> list[Sentence]:
    """Every sentence of the package: only read where a test asks, as that takes seconds."""
    return list(sentences())


def is_old(sentence: Sentence) -> bool:
    return any(words.casefold() in sentence.text.casefold() for words in UNWANTED)


def test_no_sentence_has_words_that_were_given_up() -> None:
    assert len(all_sentences()) > 1000
    assert [s for s in all_sentences() if is_old(s)] == []


def test_each_thing_has_one_plain_word() -> None:
    assert [s for s in all_sentences() if GIVEN_UP.search(s.text)] == []


@pytest.mark.parametrize("name", ["README.md", ".github/docs/using.md", ".github/docs/settings.md"])
def test_what_is_read_about_medtui_has_none_either(name: str) -> None:
    text = " ".join((ROOT / name).read_text("utf-8").split()).casefold()
    assert [words for words in UNWANTED if words.casefold() in text] == []
    assert not re.search(r"\b(whoever|nobody|somebody|anew|afresh|this machine)\b", text)


def test_the_readme_begins_with_what_it_is_for_whom_and_how_to_try_it() -> None:
    first = (ROOT / "README.md").read_text("utf-8").splitlines()[:24]
    for words in ("Doctors and medical students", "![The board]", "It is for", "## Try it", "demo"):
        assert any(words in line for line in first), words


def test_a_group_is_no_practice() -> None:
    """Doctors read "a practice" as a surgery: people form a group, on a server."""
    practice = re.compile(r"practice of|\b(a|no|the) practice\b", re.I)
    found = [s for s in all_sentences() if practice.search(s.text)]
    allowed = ("practice session", "practice makes")
    assert [s for s in found if not any(a in s.text for a in allowed)] == []


def test_all_sentences_can_be_printed() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "tests.sentences"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert len(printed) == len(all_sentences())
    assert any("This session has no room link." in line for line in printed)
