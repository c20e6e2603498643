"""Rows of strangers, old servers and new ones become harmless models."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.models import (
    PracticeSession,
    Profile,
    Stage,
    clean_block,
    clean_line,
    is_openable_link,
)


def row(**columns: object) -> dict[str, object]:
    return {
        "id": str(uuid4()),
        "host_id": str(uuid4()),
        "datetime_utc": "2026-11-24T18:30:00+00:00",
        **columns,
    }


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-24T18:30:00+00:00",
        "2026-11-24T19:30:00+01:00",
        "2026-11-24T18:30:00",
        "2026-11-24 18:30:00+00",
        "2026-11-24T18:30:00Z",
    ],
)
def test_a_time_is_read_with_or_without_an_offset_and_is_utc_without(text: str) -> None:
    session = PracticeSession.model_validate(row(datetime_utc=text))
    assert session.starts_at == datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
    assert session.starts_at.utcoffset() is not None


@pytest.mark.parametrize(
    ("version", "stage"),
    [
        (-7, Stage.PREP),
        (0, Stage.PREP),
        (None, Stage.PREP),
        (1, Stage.PREP),
        (2, Stage.INTERVIEW),
        (3, Stage.WRAP_UP),
        (4711, Stage.WRAP_UP),
    ],
)
def test_a_stage_out_of_range_is_the_nearest_one(version: int | None, stage: Stage) -> None:
    assert PracticeSession.model_validate(row(version=version)).stage is stage


def test_columns_that_we_do_not_know_are_ignored() -> None:
    assert PracticeSession.model_validate(row(private=True, extra={"a": 1})).guest is None


@given(st.text())
def test_a_line_has_no_control_characters_and_no_breaks(text: str) -> None:
    cleaned = clean_line(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in cleaned if char != "\t")
    assert "\n" not in cleaned
    assert not any(char in cleaned for char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2069\u200b")
    cleaned.encode()  # no lone surrogates


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean_line(clean_line(text)) == clean_line(text)
    assert clean_block(clean_block(text)) == clean_block(text)


def test_emoji_and_joiners_in_names_survive() -> None:
    profile = Profile(
        user_id=uuid4(), first_name="👩🏽‍⚕️ Ana", last_name="García\x1b[31m", training_level="x"
    )
    assert profile.name == "👩🏽‍⚕️ Ana García[31m"


@pytest.mark.parametrize(
    ("link", "openable"),
    [
        ("https://meet.jit.si/medtui-1", True),
        ("http://example.org/room", True),
        ("HTTPS://EXAMPLE.ORG", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("https://", False),
        ("https://exa mple.org", False),
        ("https://[broken", False),
        ("room-7", False),
        ("", False),
        (None, False),
    ],
)
def test_only_http_links_may_be_opened(link: str | None, openable: bool) -> None:
    assert is_openable_link(link) is openable
