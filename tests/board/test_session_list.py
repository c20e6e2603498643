"""The board's list: its columns, its cursor, its marks, and what it draws again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.geometry import Offset, Region
from textual.pilot import Pilot

from medtui.app import MedtuiApp
from medtui.board import session_list
from medtui.board.session_list import FIXED_WIDTH, SessionColumns, SessionList
from medtui.core.agenda import Board
from medtui.core.models import CaseSummary, PracticeSession, Stage
from medtui.ui.cells import fit
from medtui.ui.style import stylesheet
from medtui.ui.terminal_cursor import place_of
from tests.core.test_agenda import ME, NOW, board, person, session

LONDON = ZoneInfo("Europe/London")


class ListApp(App[None]):
    """Nothing but the list."""

    CSS_PATH = stylesheet()

    def __init__(self, shown: Board) -> None:
        super().__init__()
        self.board = shown
        self.drawn: list[Region] = []

    get_theme_variable_defaults = MedtuiApp.get_theme_variable_defaults

    def compose(self) -> ComposeResult:
        yield SessionList(self.board.agenda, ME, LONDON, NOW)

    @property
    def list(self) -> SessionList:
        return self.query_one(SessionList)

    @property
    def lines(self) -> list[str]:
        return [self.list.render_line(y).text.rstrip() for y in range(self.list.size.height)]


@asynccontextmanager
async def showing(
    *sessions: PracticeSession, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[ListApp, Pilot[None]]]:
    app = ListApp(board(*sessions))
    async with app.run_test(size=size) as pilot:
        app.list.update(NOW)
        await pilot.pause()
        yield app, pilot


@given(st.integers(40, 300))
def test_columns_fill_the_width_and_never_more(width: int) -> None:
    columns = SessionColumns.of(width)
    used = FIXED_WIDTH + sum(columns) + 2 * (sum(1 for cells in columns if cells) - 1)
    assert used <= width
    assert columns.host >= 12
    assert columns.seat >= 11
    if width >= 80:
        assert columns.host >= 15
        assert columns.level >= 13
        assert columns.seat >= 12


@pytest.mark.detail
@given(st.text(alphabet="aé 美咲👩‍⚕️🇬🇧"), st.integers(1, 30))
def test_texts_are_cut_to_cells_with_an_ellipsis(text: str, width: int) -> None:
    cut = fit(text, width)
    assert cell_len(cut) == width
    assert ("…" in cut) is (cell_len(text.strip("\u200d")) > width)


@pytest.mark.detail(after=2)
@pytest.mark.parametrize("width", [80, 100, 160, 200])
async def test_columns_line_up_whatever_the_names(width: int) -> None:
    names = [
        ("Amara", "Okafor"),
        ("芽衣", "田中"),
        ("Zoë 👩🏽‍⚕️", "Šimić"),
        ("Maximiliana" * 5, "X"),
    ]
    sessions = [session(30 + n, host=person(*name)) for n, name in enumerate(names)]
    async with showing(*sessions, size=(width, 24)) as (app, _):
        seats = {cell_len(line[: line.index("○")]) for line in app.lines if "○" in line}
        levels = {cell_len(line[: line.index("ST1")]) for line in app.lines if "ST1" in line}
        assert len(seats) == len(levels) == 1
        assert sum("○ open" in line for line in app.lines) == len(sessions)


async def test_a_row_says_what_a_session_is() -> None:
    case = CaseSummary(id=session().id, category="Red eye", domain="consent")
    guest = person("Jo", "Bauer")
    booked = session(26, case=case, guest=guest, guest_id=guest.user_id)
    since = NOW - timedelta(minutes=4)
    running = session(-19, stage=Stage.INTERVIEW, stage_since=since, host_id=ME)
    async with showing(booked, running, size=(160, 24)) as (app, _):
        heading, first, second = app.lines[:3]
        assert heading == "  TODAY  Tuesday 24 November"
        assert first.split("  ")[0] == " ›17:45"
        for words in ("interview", "You", "▶ 4 min in"):
            assert words in first
        for words in ("18:30  in 26 min", "Amara Okafor", "ST1", "● Jo Bauer"):
            assert words in second
        assert "Mock · Red eye · consent" in second


async def test_the_cursor_skips_headings_and_stops_at_the_ends() -> None:
    today, tomorrow = session(30), session(24 * 60)
    async with showing(today, tomorrow) as (app, pilot):
        assert app.list.session == today
        for keys, wanted in [
            ("k", today), ("j", tomorrow), ("down", tomorrow), ("up", today), ("G", tomorrow),
            ("g", today), ("end", tomorrow), ("home", today), ("ctrl+d", tomorrow),
            ("ctrl+u", today), ("pagedown", tomorrow), ("pageup", today),
        ]:  # fmt: skip
            await pilot.press(keys)
            assert app.list.session == wanted, keys


@pytest.mark.detail
async def test_the_cursor_stays_on_its_session() -> None:
    sessions = [session(30 + n) for n in range(5)]
    async with showing(*sessions) as (app, pilot):
        await pilot.press("j", "j")
        chosen = app.list.session
        assert chosen == sessions[2]
        app.board.apply([session(1), session(2)])
        moved = sessions[2].model_copy(update={"starts_at": NOW + timedelta(days=3)})
        app.board.apply([moved])
        app.list.update(NOW)
        await pilot.pause()
        assert app.list.session == moved
        assert app.lines[8].startswith(" ›18:04")


@pytest.mark.detail
async def test_a_neighbour_gets_the_cursor_of_a_session_that_goes() -> None:
    first, second, third = (session(30 + n) for n in range(3))
    async with showing(first, second, third) as (app, pilot):
        await pilot.press("j")
        for gone, next_ in [(second, third), (third, first), (first, None)]:
            app.board.apply([], [gone.id])
            app.list.update(NOW)
            assert app.list.session == next_


@pytest.mark.detail
async def test_what_one_reads_stays_in_place_when_sessions_come_above() -> None:
    async with showing(*(session(100 + n) for n in range(60))) as (app, pilot):
        await pilot.press("G")
        before = app.list.region.y + app.list.cursor_row - app.list.scroll_offset.y
        app.board.apply([session(5 + n) for n in range(7)])
        app.list.update(NOW)
        await pilot.pause()
        assert app.list.region.y + app.list.cursor_row - app.list.scroll_offset.y == before


async def test_a_click_moves_the_cursor_and_a_second_one_opens() -> None:
    opened = []

    class Clicked(ListApp):
        def on_session_list_selected(self, event: SessionList.Selected) -> None:
            opened.append(event.session)

    first, second = session(30), session(40)
    app = Clicked(board(first, second))
    async with app.run_test() as pilot:
        app.list.update(NOW)
        await pilot.pause()
        await pilot.click(SessionList, offset=(10, 2))
        assert app.list.session == second
        assert opened == []
        await pilot.click(SessionList, offset=(10, 0))  # a heading
        assert app.list.session == second
        await pilot.click(SessionList, offset=(10, 2))
        await pilot.press("enter")
        assert opened == [second, second]


async def test_one_change_draws_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    sessions = [session(30 + n) for n in range(10)]
    async with showing(*sessions) as (app, pilot):
        drawn: list[Region] = []
        refresh = app.list.refresh

        def record(*regions: Region, **options: bool) -> SessionList:
            drawn.extend(regions or [app.list.region])
            refresh(*regions, **options)
            return app.list

        monkeypatch.setattr(app.list, "refresh", record)
        changed = sessions[3].model_copy(update={"type": "viva"})
        app.list.update(NOW, app.board.apply([changed]))
        assert [(region.y, region.height) for region in drawn] == [(4, 1)]

        await pilot.pause()
        drawn.clear()
        app.list.update(NOW + timedelta(seconds=1))
        assert drawn == []


async def test_a_changed_row_is_marked_and_then_not(monkeypatch: pytest.MonkeyPatch) -> None:
    only = session(30)
    async with showing(only) as (app, _):
        app.list.update(NOW, app.board.apply([only.model_copy(update={"type": "viva"})]))
        assert app.lines[1].startswith("▌›18:34")
        monkeypatch.setattr(session_list, "MARK_SECONDS", 0)
        app.list.update(NOW, [only.id])
        assert app.lines[1].startswith(" ›18:34")


async def test_a_write_under_way_is_shown() -> None:
    only = session(30)
    async with showing(only) as (app, _):
        app.list.set_busy(only.id, True)
        assert app.lines[1].startswith("…›")
        app.list.set_busy(only.id, False)
        assert app.lines[1].startswith(" ›")


async def test_the_terminals_own_cursor_is_where_ours_is() -> None:
    async with showing(session(30), session(40)) as (app, pilot):
        await pilot.press("j")
        await pilot.pause()
        assert place_of(app.list) == app.list.region.offset + Offset(0, 2)


@pytest.mark.detail
async def test_a_scrollbar_hides_neither_the_end_of_a_row_nor_the_last_one() -> None:
    guest = person("Zoë", "Järvinen-Šimić-Longname")
    taken = {"guest": guest, "guest_id": guest.user_id}
    async with showing(*(session(100 + n, **taken) for n in range(3))) as (app, pilot):
        app.board.apply([session(200 + n, **taken) for n in range(60)])
        app.list.update(NOW)
        await pilot.pause()
        assert app.list.scrollable_content_region.height == app.list.size.height
        strips = app.screen._compositor.render_strips(app.size)
        shown = [strip.text for strip in strips if "Järvin" in strip.text]
        assert len(shown) == 23
        assert all("…" in text for text in shown)
