"""Any keys in one read end as the same keys typed slowly: sheet, forms and board, at random.

    MEDTUI_SEEDS=7,8 pytest -n 0 tests/ui/test_typing_at_random.py

plays two sequences of each again.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from textual.screen import Screen
from textual.widgets import Input

from medtui.account.login import LoginScreen
from medtui.account.profile import ProfileScreen
from medtui.board.session_form import SessionForm
from medtui.core.agenda import View
from medtui.core.mark_sheet_json import as_json
from medtui.marking.screen import MarkSheetScreen
from medtui.ui.vim_select import VimSelect
from tests.helpers.seats import NOW, Seat
from tests.helpers.stack import Person, Stack

DEEDS = {"act", "details", "choose", "save", "profile", "login"}
"""Groups of the workers that do what a key asks for."""

MOVES = ("tab", "tab", "shift+tab", "home", "end", "left", "backspace", "ctrl+u")
SHEET = (*"0123456789jjkkgGsifenuhyb+-. ", "tab", "shift+tab", "enter", "enter", "escape", "up")
FIELDS = (*"abjk7 ", *MOVES, "enter", "down", "ctrl+a")
SIGN_IN = (*FIELDS, "ctrl+t", "ctrl+v")
POST = (*"fri 19:0jk", *MOVES, "space", "down", "f1", "escape")
BOARD = (*"jjkkgGbblxyyvn/m", "enter", "enter", "escape", "escape", "down", "f1")

NUMBERS = [int(seed) for seed in os.environ.get("MEDTUI_SEEDS", "1,2,3").split(",")]
SEEDS = [*NUMBERS, *(pytest.param(seed, marks=pytest.mark.long) for seed in range(100, 130))]


def sequence(seed: int, keys: tuple[str, ...]) -> list[str]:
    dice = random.Random(seed)
    return dice.choices(keys, k=dice.randint(4, 14))


async def play(here: Seat, keys: list[str], *, slowly: bool) -> None:
    """Type, and wait until all that it has led to is done."""
    for part in [[key] for key in keys] if slowly else [keys]:
        await here.burst(*part)
        await here.until(lambda: not deeds(here))
    await here.pause()


def deeds(here: Seat) -> list[Any]:
    workers = [w for w in here.app.workers if w.group in DEEDS and not w.is_finished]
    return [worker for worker in workers if worker not in here.app.keyboard._asking]


def state(here: Seat) -> dict[str, Any]:
    """What is on the screen, as far as keys can change it."""
    screen = here.app.screen
    fields = {str(field.id or field.parent.id): field for field in screen.query(Input)}
    fields.pop("link", None)  # it has the id of the session that would be posted
    focused = screen.focused
    return {
        "screens": [type(screen).__name__ for screen in here.app.screen_stack],
        "texts": {name: (field.value, field.selection) for name, field in fields.items()},
        "choices": [(one.id, one.value, one.expanded) for one in screen.query(VimSelect)],
        "focus": focused and (type(focused).__name__, focused.id or focused.parent.id),
    }


async def close(here: Seat, board: Screen[Any]) -> None:
    """Back to the board, without what was typed."""
    with here.app._context():
        while here.app.screen is not board:
            if isinstance(form := here.app.screen, (ProfileScreen, SessionForm)):
                form.action_start_afresh()
                await here.pause()
                form.action_leave()
            else:
                await here.app.pop_screen()
            await here.pause()


async def at_board(seat: Any, person: Person) -> Seat:
    here: Seat = await seat(size=(100, 30), clock=lambda: NOW, person=person)
    await here.until_text("● LIVE")
    return here


@pytest.mark.detail
@pytest.mark.short(1)
@pytest.mark.parametrize("seed", SEEDS)
async def test_forms(seed: int, stack: Stack, seat: Any) -> None:
    here = await at_board(seat, await stack.person("Amara", "Okafor"))
    board: Any = here.app.screen
    forms: list[tuple[tuple[str, ...], Callable[[], Screen[Any]]]] = [
        (SIGN_IN, lambda: LoginScreen(here.app)),
        (FIELDS, lambda: ProfileScreen(here.app, here.app.login.profile)),
        (POST, lambda: SessionForm(board.context, board.overlap)),
    ]
    for alphabet, make in forms:
        keys, ends = sequence(seed, alphabet), []
        for slowly in (False, True):
            with here.app._context():
                await here.app.push_screen(form := make())
            if isinstance(form, LoginScreen):  # its last buttons come a moment later
                await here.until(lambda form=form: form.query("#more"))
            await here.pause()
            await play(here, keys, slowly=slowly)
            ends.append(state(here))
            await close(here, board)
        assert ends[0] == ends[1], keys


@pytest.mark.short(1)
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.detail
async def test_the_mark_sheet(seed: int, stack: Stack, seat: Any) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    columns = {"candidate_id": mei.id, "version": 2, "stage_since": NOW}
    at = {"datetime_utc": NOW, "case_id": await stack.case()}
    sessions = [await stack.session(amara, guest=mei, **columns, **at) for _ in range(2)]
    here = await at_board(seat, amara)
    board, keys, ends = here.app.screen, sequence(seed, SHEET), []
    for session, slowly in zip(sessions, (False, True), strict=True):
        row = await here.app.backend.sessions.one(session)
        with here.app._context():
            sheet = MarkSheetScreen(here.app, row)
            await here.app.push_screen(sheet)
        await here.until(lambda sheet=sheet: sheet._is_open)
        await play(here, keys, slowly=slowly)
        marks = as_json(sheet.sheet) | {"id": "", "session": ""}
        place = sheet.table.place if sheet in here.app.screen_stack else None
        ends.append((state(here), place, marks))
        await close(here, board)
    assert ends[0] == ends[1], keys


@pytest.mark.detail
@pytest.mark.short(1)
@pytest.mark.parametrize("seed", SEEDS)
async def test_the_board(seed: int, stack: Stack, seat: Any) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    here = await at_board(seat, amara)
    board: Any = here.app.screen
    keys, ends = sequence(seed, BOARD), []
    for slowly in (False, True):
        await stack.sql("delete from practice_sessions")
        await here.until(lambda: not list(board._board.agenda.sessions))
        for number in range(6):
            host = amara if number in (1, 4) else mei
            at = NOW + timedelta(hours=2 + 3 * number)
            await stack.session(host, id=UUID(int=number + 1), datetime_utc=at)
        await here.until(lambda: len(list(board._board.agenda.sessions)) == 6)
        board._startled = 0.0
        await here.press("g")
        await play(here, keys, slowly=slowly)
        # Without the ids, as one that was posted has any.
        query = "select host_id, guest_id, datetime_utc from practice_sessions order by 3, 1"
        here_is = board.list.session and board.list.session.starts_at
        looked = (here_is, board._board.view, board._board.query)
        ends.append((state(here), looked, await stack.sql(query)))
        await close(here, board)
        board._board.look_at(view=View.ALL)
        await here.press("escape")
    assert ends[0] == ends[1], keys
