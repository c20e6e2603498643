"""Which words of a case a model is told: those that it spells in pieces, and not many."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from medtui.core.case_words import LONGEST_WORD, MOST_WORDS, case_prompt, case_text, case_words
from medtui.core.models import Brief

PIECES = {"amlodipine": 4, "apixaban": 3, "castellano": 3, "breathlessness": 2, "qt": 3}


def pieces(word: str) -> int:
    assert word.startswith(" "), "as within a sentence: the first word of a text is cut otherwise"
    return PIECES.get(word.strip().lower(), 1)


def test_rare_words_come_first_each_once_and_common_ones_never() -> None:
    text = (
        "Mrs Castellano takes **amlodipine**, and (apixaban). Amlodipine! Breathlessness on stairs."
        " Apixaban, she says; QT: long. The apixaban's price. Don't ask about the results."
    )
    found = case_words(text, pieces)
    assert found == ("amlodipine", "apixaban", "Castellano", "Breathlessness")
    assert case_prompt(found) == "amlodipine, apixaban, Castellano, Breathlessness."
    assert case_prompt(case_words("They talk about the results.", pieces)) == ""


def test_all_of_a_case_is_looked_at() -> None:
    brief = Brief(id=None, case_name="One", candidate_brief="Two", actor_brief="Three")
    assert case_text(brief) == "One\nTwo\nThree"
    assert case_text(Brief(id=None)) == ""


@given(st.text(max_size=400))
def test_any_text_is_a_few_words_without_anything_else(text: str) -> None:
    found = case_words(text, lambda word: 3)
    assert len(found) <= MOST_WORDS
    for word in found:
        assert len(word) <= LONGEST_WORD
        assert word.replace("-", "").isalpha()
