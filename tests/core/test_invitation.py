"""An invitation fits into any chat, and is found again in what was pasted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from medtui.core.invitation import code_in, invitation, place
from tests.core.test_agenda import person, session

ID = UUID("7f3a1c2e-9d04-4d51-8a66-0123456789ab")
START = datetime(2026, 12, 24, 18, 30, tzinfo=UTC)


def test_it_says_what_with_whom_when_where_and_how() -> None:
    mock = session(id=ID, starts_at=START, host=person("Amara", "Okafor"))
    assert invitation(mock, ZoneInfo("Europe/London")) == (
        "Mock with Amara Okafor, Thu 24 Dec 18:30 (London). To book it: medtui open 7f3a1c2e"
    )
    noted = mock.model_copy(update={"note": "SCA, in Spanish"})
    assert "(London): “SCA, in Spanish”. To book it: medtui" in invitation(
        noted, ZoneInfo("Europe/London")
    )
    assert "Thu 24 Dec 13:30 (New York)" in invitation(mock, ZoneInfo("America/New_York"))


@pytest.mark.parametrize(
    ("zone", "name"),
    [
        (UTC, "UTC"),
        (ZoneInfo("Etc/GMT+3"), "-03"),
        (timezone(timedelta(hours=2)), "UTC+02:00"),
        (ZoneInfo("America/Argentina/Buenos_Aires"), "Buenos Aires"),
    ],
)
def test_any_zone_has_a_name(zone: timezone, name: str) -> None:
    assert place(START.astimezone(zone)) == name


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("medtui open 7f3a1c2e", "7f3a1c2e"),
        ("Come! Mock with A, Thu (London).\nTo book it: medtui\nopen 7F3A1C2E.", "7F3A1C2E"),
        (" 7f3a1c2e\n", "7f3a1c2e"),
        (str(ID), str(ID)),
        ("7f3a", None),
        ("medtui open", None),
        ("medtui open ----", None),
        ("deadline at nine", None),
        ("defaced1 and more", None),
        ("", None),
    ],
)
def test_a_code_is_found_in_what_was_pasted(text: str, code: str | None) -> None:
    assert code_in(text) == code
