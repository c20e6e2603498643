"""The rows of the settings screen: each is a setting, and takes what that setting may be."""

from __future__ import annotations

from dataclasses import fields

import pytest

from medtui.config import Settings
from medtui.core.notice_rules import KINDS, SINKS
from medtui.core.setting_rows import GROUPS, Form, SettingRow, is_on, shown, switched, why_not

ROWS = [row for rows in GROUPS.values() for row in rows]

ELSEWHERE = {"file", "server", "key", "servers", "keys"}
"""Settings without a row: servers have a screen of their own, keys are in the file alone."""


def row_of(name: str, member: str = "") -> SettingRow:
    [row] = [row for row in ROWS if (row.name, row.member) == (name, member)]
    return row


def test_every_setting_has_a_row() -> None:
    assert {row.name for row in ROWS} == {field.name for field in fields(Settings)} - ELSEWHERE
    assert [row.member for row in ROWS if row.name == "notices"] == [*SINKS]
    assert sorted(row.member for row in ROWS if row.name == "mute") == sorted(KINDS)


@pytest.mark.parametrize(
    ("name", "member", "before", "after"),
    [
        ("bell", "", True, False),
        ("notices", "desktop", "app, terminal, desktop, push", "app, terminal, push"),
        ("notices", "desktop", "push app", "app, desktop, push"),
        ("mute", "soon", "", "soon"),
        ("mute", "soon", "booked, soon", "booked"),
    ],
)
def test_a_switch_is_turned_there_and_back(
    name: str, member: str, before: object, after: object
) -> None:
    row = row_of(name, member)
    assert switched(row, before) == after
    assert is_on(row, before) != is_on(row, after)
    assert is_on(row, switched(row, after)) == is_on(row, before)
    assert {shown(row, before), shown(row, after)} == {"on", "off"}


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("overlap_minutes", ["0", "45", "1440"], ["", "-1", "1441", "an hour", "4.5"]),
        ("hours", ["18:00-22:00", "7-9"], ["", "evening", "25:00-26:00"]),
        ("quiet_hours", ["", "22:00-07:00"], ["22-7", "night"]),
        (
            "room_template",
            ["", "https://meet.jit.si/x-{id}", "room-{id}"],
            ["https://meet.jit.si/ours", "http://x.org/{id}", "my {id}", "https://a@b/{id}"],
        ),
    ],
)
def test_a_text_is_taken_or_refused_with_a_sentence(
    name: str, right: list[str], wrong: list[str]
) -> None:
    row = row_of(name)
    assert [why_not(row, text) for text in right] == [None] * len(right)
    for text in wrong:
        assert (why_not(row, text) or "").endswith(".")


def test_an_address_that_may_hold_a_password_is_not_shown() -> None:
    row = row_of("notice_url")
    assert shown(row, "mailto://me:secret@example.org") == "mailto://…"
    assert (shown(row, ""), shown(row, "keyring")) == ("none", "in the keyring")
    assert row.form is Form.ELSEWHERE
