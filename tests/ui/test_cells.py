"""Texts are wrapped by cells: no line is too wide, and no word is lost."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from medtui.ui.cells import wrap

anything = st.text(alphabet="ab c\n é美👩 سل", max_size=80)


@pytest.mark.detail
@given(anything, st.integers(2, 30))
def test_no_line_is_wider_than_there_is_room(text: str, width: int) -> None:
    lines = [text[start:end] for start, end in wrap(text, width)]
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@pytest.mark.detail
@given(anything, st.integers(2, 30))
def test_lines_follow_each_other(text: str, width: int) -> None:
    spans = wrap(text, width)
    assert spans[0][0] == 0
    assert spans[-1][1] == len(text)
    for (_, end), (start, _) in pairwise(spans):
        assert text[end:start] in ("", " ", "\n")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("one two three", ["one two", "three"]),
        ("one  two", ["one  two"]),
        ("unbreakable", ["unbreaka", "ble"]),
        ("a unbreakable", ["a", "unbreaka", "ble"]),
        ("one\ntwo", ["one", "two"]),
        ("昨日から左目が", ["昨日から", "左目が"]),
        ("é unbréakable x", ["é", "unbréaka", "ble x"]),
    ],
)
def test_lines_of_eight_cells(text: str, lines: list[str]) -> None:
    assert [text[start:end] for start, end in wrap(text, 8)] == lines


def test_plain_letters_and_others_wrap_alike() -> None:
    text = "Some words, and averyverylongone among them, to be put into lines of some width."
    for width in range(3, 40):
        plain = [text[start:end] for start, end in wrap(text, width)]
        accented = text.replace("e", "é")
        assert [
            accented[start:end].replace("é", "e") for start, end in wrap(accented, width)
        ] == plain


def test_a_long_text_wraps_quickly() -> None:
    start = time.process_time()
    wrap("word " * 100_000, 80)
    wrap("wörd " * 20_000, 80)
    wrap("ö" * 200_000, 80)
    assert time.process_time() - start < 2
