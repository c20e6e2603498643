"""The board's manners: details, narrow and wide, keys pressed twice, sessions that vanish."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from textual.binding import Binding
from textual.dom import DOMNode

from medtui.board.details_dialog import DetailsScreen
from medtui.board.screen import BoardScreen
from medtui.board.session_form import SessionForm
from medtui.board.session_list import SessionList
from medtui.data.events import FeedWentLive, FeedWentStale, SessionsChanged
from medtui.ui.dialogs.confirm import ConfirmScreen
from medtui.ui.dialogs.link import LinkScreen
from tests.helpers.stack import Stack


@pytest.mark.detail
async def test_a_wide_terminal_shows_the_details_beside_the_list(stack: Stack, seat: Any) -> None:
    host = await stack.person("Amara", "Okafor")
    for minutes, kind in ((30, "mock"), (60, "viva")):
        await stack.session(host, starts_in=timedelta(minutes=minutes), type=kind)
    here = await seat(size=(160, 48), person=await stack.person())
    await here.until_text("● LIVE")
    # "today", or "tomorrow" where midnight is less than an hour away.
    await here.until_text("Mock, to", "The seat is free.", "b  book it")
    await here.press("j")
    await here.until_text("viva, to")
    await stack.sql("update practice_sessions set type = 'osce' where type = 'viva'")
    await here.until_text("osce, to")


@pytest.mark.detail
async def test_open_details_follow_their_session_and_close_when_it_goes(
    stack: Stack, seat: Any
) -> None:
    session_id = await stack.session(await stack.person("Amara", "Okafor"))
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.press("enter")
    await here.until_screen("DetailsScreen")
    guest = await stack.person("Mei", "Tanaka", "foundation")
    await stack.sql("update practice_sessions set guest_id = %s", guest.id)
    await here.until_text("Guest: MT Mei Tanaka, Foundation")
    await stack.sql("delete from practice_sessions where id = %s", session_id)
    await here.until_screen("BoardScreen")
    await here.until_text("Amara Okafor cancelled the mock of")


@pytest.mark.detail
async def test_a_key_in_the_details_acts_on_their_session(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    await stack.session(await stack.person())
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.press("enter")
    await here.until_screen("DetailsScreen")
    await here.press("b")
    await here.until_text("Booked: ", "● you")


@pytest.mark.detail
async def test_a_key_pressed_twice_acts_once(stack: Stack, seat: Any) -> None:
    await stack.session(await stack.person())
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    board = here.app.screen

    def twice(action: Callable[[], object]) -> None:
        with here.app._context():  # the second before the first has done anything
            action()
            action()

    twice(lambda: board.action_act("post"))
    await here.until_screen("SessionForm")
    await here.press("escape")
    await here.until_screen("BoardScreen")
    twice(lambda: board.action_act("book"))
    await here.until_text("Booked: ")
    assert len(here.app._notifications) == 1


@pytest.mark.detail
async def test_a_session_that_vanishes_under_the_key_is_not_taken_for_another(
    stack: Stack, seat: Any
) -> None:
    host = await stack.person()
    first = await stack.session(host, type="first")
    await stack.session(host, starts_in=timedelta(hours=2), type="second")
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("first", "second")
    here.app.publish(SessionsChanged(removed=(first,)))
    await here.press("b")
    await here.until_text("That session was just removed")
    rows = await stack.sql("select guest_id from practice_sessions")
    assert [row["guest_id"] for row in rows] == [None, None]


@pytest.mark.detail
async def test_a_session_of_mine_that_the_view_hides_is_shown_when_posted(
    stack: Stack, seat: Any
) -> None:
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.press("v", "slash")
    await here.type("somebody")
    await here.press("enter")
    await here.until_text("No free seats")
    await here.press("n")
    await here.until_screen("SessionForm")
    await here.press("ctrl+s")
    await here.until_text("›", "You", "Mock", "○ open")
    assert "somebody" not in here.text


@pytest.mark.detail
async def test_an_empty_view_says_what_to_do(stack: Stack, seat: Any) -> None:
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("No sessions yet. Press n to post the first.")
    for words in ("No free seats", "You have no sessions", "No sessions yet"):
        await here.press("v")
        await here.until_text(words)
    for key in ("b", "l", "e", "x", "o", "y"):
        await here.press(key)
    await here.until_text("There is no session here.")


@pytest.mark.detail
async def test_the_link_is_copied_through_the_terminal_and_says_so(stack: Stack, seat: Any) -> None:
    await stack.session(await stack.person(), room_url="room-7")
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.press("y")
    await here.until_text("OSC 52")
    assert here.app.clipboard == "room-7"


async def test_a_link_opens_in_a_browser_that_is_here(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    await stack.session(await stack.person(), room_url="https://example.org/7")
    here = await seat()
    opened: list[str] = []
    monkeypatch.setattr(here.app, "open_url", opened.append)
    await here.board(await stack.person())
    await here.until_text("○ open")
    await here.press("o")
    await here.until_text("This link leads to example.org.")
    assert opened == []
    await here.press("y")
    assert opened == ["https://example.org/7"]
    await here.press("o")  # the host is known now
    assert opened == ["https://example.org/7"] * 2


@pytest.mark.detail
@pytest.mark.short(2)
@pytest.mark.parametrize(
    ("link", "words"),
    [
        ("https://zoom.us@evil.example/j/1", "does not say plainly where it leads"),
        ("https:evil.example", "does not say plainly where it leads"),
        ("https://evil.example\\@zoom.us", "does not say plainly where it leads"),
        ("https://z\u043e\u043em.us/j/1", "This link leads to xn--zm-fmca.us."),
    ],
    ids=["user", "colon", "backslash", "cyrillic"],
)
async def test_a_strangers_link_that_deceives_is_not_opened_unseen(
    link: str, words: str, stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    await stack.without_checks()
    await stack.session(await stack.person(), room_url=link)
    here = await seat()
    opened: list[str] = []
    monkeypatch.setattr(here.app, "open_url", opened.append)
    await here.board(await stack.person())
    await here.until_text("○ open")
    await here.press("o")
    await here.until(lambda: words in " ".join(here.text.split()))
    await here.press("n")
    assert opened == []


@pytest.mark.detail
async def test_ones_own_link_opens_at_once(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSH_CONNECTION", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    me = await stack.person()
    await stack.session(me, room_url="https://example.org/7")
    here = await seat()
    opened: list[str] = []
    monkeypatch.setattr(here.app, "open_url", opened.append)
    await here.board(me)
    await here.until_text("○ open")
    await here.press("o")
    assert opened == ["https://example.org/7"]


async def test_without_a_browser_the_link_can_be_read_and_scanned_at_80x24(
    stack: Stack, seat: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    link = "https://meet.jit.si/medtui-252336fb5ece44588397b1dafbcea4cd"
    await stack.session(await stack.person(), room_url=link)
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.press("o")
    await here.until_screen("LinkScreen")
    code = here.app.screen.query_one(".qr")
    assert link in here.text
    assert code.region.height > 15
    assert here.app.screen.region.contains_region(code.region)
    await here.press("escape")
    await here.until_screen("BoardScreen")


@pytest.mark.detail
async def test_a_stale_board_is_dimmed_and_says_since_when(stack: Stack, seat: Any) -> None:
    await stack.session(await stack.person())
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    rows = here.app.screen.query_one(SessionList)
    assert not rows.is_stale
    here.app.publish(FeedWentStale(here.app.now(), "the server does not answer"))
    await here.until_text("STALE since", "the server does not")
    assert rows.is_stale
    here.app.publish(FeedWentLive())
    await here.until_text("● LIVE")
    assert not rows.is_stale


@pytest.mark.parametrize(
    "place", [BoardScreen, SessionList, DetailsScreen, LinkScreen, ConfirmScreen, SessionForm]
)
def test_every_key_has_a_name_and_a_tooltip(place: type[DOMNode]) -> None:
    bindings = [binding for binding in place.BINDINGS if isinstance(binding, Binding)]
    assert len(bindings) == len(place.BINDINGS)
    assert len({binding.id for binding in bindings}) == len(bindings)
    assert all(binding.id and binding.tooltip for binding in bindings)


@pytest.mark.detail
async def test_q_ends_it(stack: Stack, seat: Any) -> None:
    here = await seat(person=await stack.person())
    await here.until_text("● LIVE")
    await here.press("q")
    await here.until(lambda: not here.app.is_running)


@pytest.mark.detail
async def test_the_status_line_uses_a_new_width_at_once(stack: Stack, seat: Any) -> None:
    here = await seat(size=(80, 24), person=await stack.person())
    await here.until_text("● LIVE")
    assert "Europe/London" not in here.text
    await here.resize(160, 48)
    assert "Europe/London" in here.text.splitlines()[0]
