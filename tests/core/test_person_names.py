"""Names of people are replaced by roles before a talk is sent: in any case, order and script."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.person_names import RoleNames
from medtui.core.speaker_roles import is_name, speaker_roles

PEOPLE = {"Amara Okafor": "CANDIDATE", "Zoë O'Connor-Łukasz": "ACTOR"}


@pytest.mark.parametrize(
    ("said", "sent"),
    [
        ("Hello, I'm Dr Amara Okafor.", "Hello, I'm Dr [CANDIDATE]."),
        ("AMARA! Is okafor here? Okafor, Amara", "[CANDIDATE]! Is [CANDIDATE] here? [CANDIDATE]"),
        ("Okafor's list, amara_okafor@x.org", "[CANDIDATE]'s list, [CANDIDATE]@x.org"),
        ("Amaranth and Okaforson", "Amaranth and Okaforson"),
        ("zoe, ZOE\u0308, Zoë", "[ACTOR], [ACTOR], [ACTOR]"),
        ("Mrs Lukasz, O'Connor, Miss OConnor-Lukasz", "Mrs [ACTOR], [ACTOR], Miss [ACTOR]"),
        ("A\u200bmara", "[CANDIDATE]"),
    ],
)
def test_both_names_and_their_parts(said: str, sent: str) -> None:
    assert RoleNames(PEOPLE).without(said) == sent


@pytest.mark.parametrize(
    ("name", "said", "sent"),
    [
        ("王明", "王明医生您好，王医生。国家明天", "[X]医生您好，[X]医生。国家明天"),
        ("田中 美咲", "田中さん、美咲ちゃん", "[X]さん、[X]ちゃん"),
        ("김 민수", "김민수는 왔다. 민수야, 김치", "[X]는 왔다. [X]야, 김치"),
        ("أحمد حسن", "وأحمد قال: حسن", "و[X] قال: [X]"),
        ("राम शर्मा", "रामायण, राम ने", "रामायण, [X] ने"),
        ("Иван Петров", "ИВАН ПЕТРОВ, петров, Иванова", "[X], [X], Иванова"),
        ("Ελένη Παπαδοπούλου", "ΕΛΕΝΗ, η Παπαδοπουλου", "[X], η [X]"),
        ("สมชาย ใจดี", "คุณสมชายครับ", "คุณ[X]ครับ"),
        ("İpek Işık", "ipek ışık, IŞIK", "[X], [X]"),
        ("Ana van der Berg", "van der Berg, a van, the Berg", "[X], a van, the [X]"),
    ],
)
def test_names_of_other_scripts(name: str, said: str, sent: str) -> None:
    assert RoleNames({name: "X"}).without(said) == sent


def test_a_part_that_two_people_have_is_a_person() -> None:
    names = RoleNames({"Ali Khan": "CANDIDATE", "Sara Khan": "ACTOR"})
    assert names.without("Khan! Ali Khan! Sara!") == "[PERSON]! [CANDIDATE]! [ACTOR]!"


NAMES = st.text("abcdeéłßøñ", min_size=4, max_size=8)


@given(NAMES, NAMES, st.lists(st.sampled_from(["the", "pain", "Hello.", "1990", "—"]), max_size=5))
def test_no_name_is_left_as_a_word_whatever_its_case(
    first: str, last: str, words: list[str]
) -> None:
    names = RoleNames({f"{first} {last}": "CANDIDATE"})
    for form in (first, last, first.upper(), last.title(), f"{last}, {first}", f"{first}-{last}"):
        text = unicodedata.normalize("NFD", " ".join([*words, form, *words]))
        kept = names.without(text)
        assert "[CANDIDATE]" in kept
        assert form not in kept.replace("[CANDIDATE]", "").split()


@given(st.text(max_size=200))
def test_any_text_passes_and_one_without_the_names_stays_as_it_is(text: str) -> None:
    kept = RoleNames({"Qwertzuiop Asdfghjkl": "X"}).without(text)
    assert kept == unicodedata.normalize("NFC", text)


def test_labels_become_roles_and_labels_that_are_names_go_from_the_words() -> None:
    labels = ("Speaker 0", "Dr Lowe", "Patient", "A")
    roles, names = speaker_roles(labels, {"Speaker 0": "Amara Okafor"}, PEOPLE)
    assert roles == {
        "Speaker 0": "CANDIDATE",
        "Dr Lowe": "SPEAKER 2",
        "Patient": "PATIENT",
        "A": "SPEAKER 4",
    }
    said = "Speaker 0 said: a patient met Doctor Lowe."
    assert names.without(said) == "Speaker 0 said: a patient met Doctor [SPEAKER 2]."


@pytest.mark.parametrize("label", ["Speaker 1", "spk_0", "A", "1", "Guest", "Host"])
def test_a_number_is_no_name(label: str) -> None:
    assert not is_name(label)
