"""Avatars: an emoji as it is, else initials that can be read; nothing that harms a line."""

from __future__ import annotations

from uuid import UUID

import pytest
from rich.cells import cell_len

from medtui.core.avatars import CELLS, INK, TINTS, Avatar, avatar_of, picture_link
from medtui.core.models import Profile
from tests.helpers.contrast import contrast


def person(avatar: str | None, first: str = "Amara", last: str = "Okafor", id_: int = 1) -> Profile:
    row = {"user_id": UUID(int=id_), "first_name": first, "last_name": last}
    return Profile.model_validate(row | {"training_level": "st1", "avatar": avatar})


@pytest.mark.parametrize("emoji", ["🦊", "👩🏽‍⚕️", "❤️", "🇬🇧", "1️⃣", "👨‍👩‍👧‍👦"])
def test_an_emoji_is_shown_as_it_is(emoji: str) -> None:
    assert avatar_of(person(emoji)) == Avatar(emoji)


@pytest.mark.parametrize(
    "hostile",
    [
        None, "", "AO", "🦊🐻", "https://example.org/me.png", "[bold]x[/]", "🦊[red]", "🦊" * 1000,
        "\u200b", "\u200d", "🦊\u200d", "\u202eabc", "e" + "\u0301" * 40, "🦊" + "\u0301" * 40,
        "\x1b[31m", "مرحبا", "\ufe0f", "\u20e3", "🦊\n🐻",
    ],
)  # fmt: skip
def test_all_else_is_initials(hostile: str | None) -> None:
    shown = avatar_of(person(hostile))
    assert shown is not None
    assert shown == Avatar("AO", shown.tint)
    assert shown.tint in TINTS


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        ("Zoë", "Šimić", "ZŠ"), ("芽衣", "田中", "芽"), ("Cher", "", "C"), ("", "", "?"),
        ("[bold]", "\u0301x", "BX"), ("e\u0301mile", "zola", "ÉZ"), ("(Dr) Ann", "Lee", "DL"),
    ],
)  # fmt: skip
def test_initials_are_letters_and_two_cells_at_most(first: str, last: str, shown: str) -> None:
    avatar = avatar_of(person(None, first, last))
    assert avatar is not None
    assert avatar.text == shown
    assert cell_len(avatar.padded) == CELLS


def test_colours_can_be_read_and_belong_to_a_person() -> None:
    assert min(contrast(INK, tint) for tint in TINTS) >= 7
    once, again = avatar_of(person(None, id_=7)), avatar_of(person("x", "Ann", "Lee", id_=7))
    assert once is not None
    assert again is not None
    assert once.tint == again.tint
    assert len({avatar_of(person(None, id_=n)) for n in range(8)}) == len(TINTS)


def test_nobody_has_no_avatar_and_a_picture_is_a_link_of_https_alone() -> None:
    assert avatar_of(None) is None
    link = "https://example.org/me.png"
    assert picture_link(person(link)) == (link, "example.org")
    assert picture_link(person("http://example.org/me.png")) is None
    assert picture_link(person("javascript:alert(1)")) is None
