"""Codes of sessions: short, and understood however they are typed."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.session_code import code_of, ids_of

ONE = UUID("7f3a1c2e-9d04-4d51-8a66-0123456789ab")


def test_a_code_is_the_beginning_of_an_id() -> None:
    assert code_of(ONE) == "7f3a1c2e"


@pytest.mark.parametrize("text", ["7f3a1c2e", " 7F3A ", "7f3a1c2e-9d", str(ONE), ONE.hex])
def test_what_is_typed_is_a_span_of_ids(text: str) -> None:
    ids = ids_of(text)
    assert ids is not None
    assert ids[0] <= ONE <= ids[1]


@given(st.uuids())
def test_another_id_is_not_in_the_span_of_a_code(other: UUID) -> None:
    ids = ids_of(code_of(ONE))
    assert ids is not None
    first, last = ids
    assert (first <= other <= last) == (code_of(other) == code_of(ONE))


def test_a_whole_id_names_itself_alone() -> None:
    id_ = uuid4()
    assert ids_of(str(id_)) == (id_, id_)


@pytest.mark.parametrize("text", ["", "7f3", "zzzz", "7f3a 1c2e", "--7f", f"{ONE}0", "７f3a1c2e"])
def test_any_other_text_is_no_code(text: str) -> None:
    assert ids_of(text) is None
