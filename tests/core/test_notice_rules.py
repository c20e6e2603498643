"""What is told, and how, as the settings say."""

from __future__ import annotations

from datetime import time

import pytest

from medtui.core.notice_rules import SINKS, BadRules, NoticeRules, rules
from medtui.core.notices import What

NOON, NIGHT = time(12), time(23, 30)


def test_all_is_told_at_any_time_where_nothing_is_set() -> None:
    assert rules("app, terminal, desktop, push", "", "") == NoticeRules()
    assert NoticeRules().sinks_for(What.MOVED, NIGHT) == set(SINKS)


def test_a_sink_and_a_kind_are_switched_off() -> None:
    some = rules("app push", "booked,  Soon", "")
    assert some.sinks_for(What.MOVED, NOON) == {"app", "push"}
    assert some.sinks_for(What.BOOKED, NOON) == some.sinks_for(What.SOON, NOON) == set()
    assert rules("", "", "").sinks_for(What.MOVED, NOON) == set()


@pytest.mark.parametrize(
    ("span", "quiet", "loud"),
    [
        ("22:00-07:00", ["22:00", "23:59", "00:00", "06:59"], ["07:00", "21:59", "12:00"]),
        ("9:30 – 17:00", ["09:30", "16:59"], ["09:29", "17:00", "00:00"]),
        ("12:00-12:00", [], ["12:00", "11:59"]),
    ],
)
def test_in_quiet_hours_the_app_alone_tells(span: str, quiet: list[str], loud: list[str]) -> None:
    told = rules("app terminal", "", span)
    for text in quiet:
        assert told.sinks_for(What.MOVED, time.fromisoformat(text)) == {"app"}
    for text in loud:
        assert told.sinks_for(What.MOVED, time.fromisoformat(text)) == {"app", "terminal"}


@pytest.mark.parametrize(
    ("texts", "why"),
    [
        (("app, e-mail", "", ""), "notices has e-mail, which is none of app, terminal"),
        (("app", "bookings", ""), "mute has bookings, which is none of cancelled, moved"),
        (("app", "", "night"), "quiet_hours is night, but should look like 22:00-07:00"),
        (("app", "", "25:00-07:00"), "quiet_hours is 25:00-07:00"),
    ],
)
def test_what_is_not_understood_is_a_sentence(texts: tuple[str, str, str], why: str) -> None:
    with pytest.raises(BadRules, match=why):
        rules(*texts)
