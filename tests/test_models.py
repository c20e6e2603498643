"""Rows of strangers, old servers and new ones become harmless models."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from medtui.core.models import (
    PracticeSession,
    Profile,
    Stage,
    clean_block,
    clean_line,
    is_openable_link,
    safe_link,
)
from medtui.core.text import MOST_MARKS


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


@pytest.mark.detail
@given(st.text())
def test_a_line_has_no_control_characters_and_no_breaks(text: str) -> None:
    cleaned = clean_line(text)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in cleaned if char != "\t")
    assert "\n" not in cleaned
    assert not any(char in cleaned for char in "\u202a\u202b\u202c\u202d\u202e\u2066\u2069\u200b")
    cleaned.encode()  # no lone surrogates


@pytest.mark.detail
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
        ("https://zoom.us:8443/j/1?pwd=a@b#c", True),
        ("https://[2001:db8::1]:8443/room", True),
        ("https://z\u043e\u043em.us", True),
        ("https://zoom.us@evil.example/j/1", False),
        ("https://zoom.us:443@evil.example/j/1", False),
        ("https://zoom.us%2fj@evil.example", False),
        ("https://zoom.us\\@evil.example", False),
        ("https://evil.example\\.zoom.us/", False),
        ("https://zoom.us\t@evil.example", False),
        ("https://zoom.us\u202e@evil.example", False),
        ("https://zoom.us\u00a0.evil.example", False),
        ("https://zoom.us/\x00", False),
        ("https://zoom%2eus/j/1", False),
        ("https://[::1].evil.example/", False),
        ("https://zoom.us:99999/", False),
        ("https://zoom.us:\u0664/", False),
        ("https:evil.example", False),
        ("https:/evil.example", False),
        ("https:///evil.example", False),
        ("//evil.example", False),
        ("room-7", False),
        ("", False),
        (None, False),
    ],
)
def test_only_http_links_may_be_opened(link: str | None, openable: bool) -> None:
    assert is_openable_link(link) is openable


@pytest.mark.parametrize(
    ("link", "host"),
    [
        ("https://Meet.Jit.si/Room", "meet.jit.si"),
        ("https://z\u043e\u043em.us/j/1", "xn--zm-fmca.us"),  # two letters are Cyrillic
        ("https://\uff5aoom\uff0eus/j/1", "zoom.us"),
        ("https://stra\u00dfe.example", "xn--strae-oqa.example"),
        ("https://[2001:DB8::1]/", "[2001:db8::1]"),
    ],
)
def test_a_link_opens_where_it_says_that_it_leads(link: str, host: str) -> None:
    safe = safe_link(link)
    assert safe is not None
    assert safe[1] == host
    assert safe[0].startswith(f"https://{host}")


@pytest.mark.parametrize(
    "unseen",
    [
        *("\u3164", "\u2800", "\u115f", "\u1160", "\uffa0", "\u200b", "\u00a0", "\u00ad", "\ufeff"),
        *(
            "\u200d",
            "\u180e",
            "\u034f",
            "\u2003",
            "\u3000",
            "\u202e",
            "\ufe0f",
            "\u0301",
            "\U000e0041",
        ),
        "\u3164 \u2800\u200b",
        "".join(chr(0xE0000 + ord(char)) for char in "Amara"),
    ],
    ids=ascii,
)
def test_a_name_that_cannot_be_seen_is_a_word(unseen: str) -> None:
    assert profile(unseen, unseen).name == "Unnamed"
    assert profile(unseen, "Okafor").name == "Okafor"
    assert profile(f"Am{unseen}", "Okafor").name.startswith("Am")


@pytest.mark.parametrize("between", ["", "\u200d", "\u200c"])
@pytest.mark.parametrize("mark", ["\u0301", "\u0489", "\u0e48", "\u064b", "\u20dd"], ids=ascii)
def test_marks_do_not_pile_up(mark: str, between: str) -> None:
    name = profile(f"A{(mark + between) * 98}mara", "O").first_name
    assert name.count(mark) == MOST_MARKS
    assert name.endswith("mara")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "Nguy\u1ec5n",
            "Nguye\u0302\u0303n",
            "\u0634\u064e\u0645\u0652\u0633",
            "\u0e1b\u0e37\u0e49\u0e2d",
        ),
        *(
            "\u0915\u094d\u0937\u0924\u094d\u0930\u093f\u092f",
            "\u6771\u4eac",
            "\uae40\ubbfc\uc900",
            "O\u2019Neil",
        ),
        *("\U0001f469\U0001f3fd\u200d\u2695\ufe0f Ana", "\u05d1\u05bc\u05b0\u05e8\u05b5\u05d0"),
    ],
    ids=ascii,
)
def test_names_of_all_scripts_stay_as_they_are(name: str) -> None:
    assert profile(name, "Okafor").first_name == name


def profile(first: str, last: str) -> Profile:
    return Profile(user_id=uuid4(), first_name=first, last_name=last, training_level="st1")
