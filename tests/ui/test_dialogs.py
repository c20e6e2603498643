"""The keys of the whole program work over every dialog."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from textual.screen import ModalScreen, Screen
from textual.widgets import Select

import medtui
from medtui.board.actions import CancelQuestion
from medtui.board.cancel_dialog import CancelScreen
from medtui.board.details_dialog import DetailsScreen
from medtui.board.filter_dialog import FilterScreen
from medtui.board.host_card import HostCard
from medtui.board.invitation import InvitationScreen
from medtui.board.session_form import SessionForm
from medtui.core.filters import SOON_CHOICE, USUAL_HOURS
from medtui.core.models import PracticeSession
from medtui.documents.transcript import Transcript, Turn
from medtui.review.also_dialog import AlsoScreen
from medtui.review.delete_dialog import DeleteScreen
from medtui.review.draft_dialog import DraftingScreen
from medtui.review.file_actions import DeleteQuestion
from medtui.review.pick_file_dialog import BringScreen
from medtui.review.recordings import Recordings
from medtui.review.said_by_dialog import SaidByScreen
from medtui.review.speakers_dialog import WhoScreen
from medtui.review.upload_dialog import SendingScreen
from medtui.room.brief_form import BriefForm
from medtui.room.case_picker import CasePicker
from medtui.room.host_actions import CaseChoice
from medtui.ui.dialogs.ask import AskScreen
from medtui.ui.dialogs.choose import ChooseScreen
from medtui.ui.dialogs.confirm import ConfirmScreen
from medtui.ui.dialogs.help import HelpScreen
from medtui.ui.dialogs.link import LinkScreen
from medtui.ui.dialogs.notices import NoticesScreen
from medtui.ui.dialogs.save import SaveScreen
from medtui.ui.dialogs.theme import ThemeScreen
from medtui.ui.toasts import ToldList
from tests.helpers.seats import Seat
from tests.helpers.stack import Stack


async def sending(_: Callable[[Any], None]) -> None:
    await asyncio.Event().wait()


def details(board: Any) -> DetailsScreen:
    return DetailsScreen(board.list.session, board.me, board.zone, board.now, like=board.details)


def chosen(board: Any) -> PracticeSession:
    session = board.list.session
    assert isinstance(session, PracticeSession)
    return session


UNNAMED = Transcript("", (Turn("Good morning."),))

DIALOGS: dict[type[Screen[Any]], Callable[[Any], Screen[Any]]] = {
    AlsoScreen: lambda _: AlsoScreen(Transcript("", ())),
    AskScreen: lambda _: AskScreen("What?", check=lambda _: None),
    BriefForm: lambda board: BriefForm(board.context, chosen(board)),
    BringScreen: lambda _: BringScreen(
        lambda _: "", Path("/"), Recordings("base.en", Path("/"), "Amara")
    ),
    CancelScreen: lambda board: CancelScreen(
        board.context, CancelQuestion(chosen(board), "Cancel it?")
    ),
    CasePicker: lambda board: CasePicker(board.context, CaseChoice(uuid4(), None, board.me, {})),
    ChooseScreen: lambda _: ChooseScreen("Which?", [("one", 1), ("two", 2)]),
    ConfirmScreen: lambda _: ConfirmScreen("Really?", yes="Do it"),
    DeleteScreen: lambda _: DeleteScreen(DeleteQuestion("Delete it?")),
    DetailsScreen: details,
    DraftingScreen: lambda _: DraftingScreen("small on this computer", sending),
    FilterScreen: lambda board: FilterScreen([SOON_CHOICE], frozenset(), USUAL_HOURS),
    HelpScreen: HelpScreen,
    HostCard: lambda board: HostCard(board.context, chosen(board).host, []),
    InvitationScreen: lambda board: InvitationScreen(chosen(board), board.zone),
    LinkScreen: lambda _: LinkScreen("https://example.org", "example.org"),
    NoticesScreen: lambda board: NoticesScreen(ToldList(), board.zone),
    SaidByScreen: lambda _: SaidByScreen(UNNAMED, [0], []),
    SaveScreen: lambda _: SaveScreen(Path("/nowhere"), lambda: "", "Save it"),
    SendingScreen: lambda _: SendingScreen("the transcript", 10, sending),
    SessionForm: lambda board: SessionForm(board.context, board.overlap),
    ThemeScreen: lambda board: ThemeScreen([board.app.theme], board.app.theme),
    WhoScreen: lambda _: WhoScreen(Transcript("", ()), {}, []),
}
"""How each dialog is opened over a board."""


def dialogs() -> Iterator[type[Screen[Any]]]:
    for info in pkgutil.walk_packages(medtui.__path__, "medtui."):
        if not info.name.endswith("__main__"):
            importlib.import_module(info.name)
    waiting: list[type[Any]] = [ModalScreen]
    while waiting:
        for kind in waiting.pop().__subclasses__():
            waiting.append(kind)
            is_whole = kind.compose is not Screen.compose  # and no base of others
            if is_whole and kind.__module__.startswith("medtui."):
                yield kind


async def reach(here: Seat, quits: list[None]) -> None:
    """Whether the three keys do what they do elsewhere, and leave what is open as it is."""
    before = list(here.app.screen_stack)
    if here.screen != "HelpScreen":
        await here.press("f1")
        await here.until_screen("HelpScreen")
        await here.press("f1")
        await here.until(lambda: list(here.app.screen_stack) == before)
    await here.press("ctrl+p")
    await here.until_screen("CommandPalette")
    await here.press("escape")
    await here.until(lambda: list(here.app.screen_stack) == before)
    await here.press("ctrl+q")
    await here.until(lambda: quits)
    quits.clear()


@pytest.mark.detail
async def test_help_palette_and_quitting_are_there_over_every_dialog(
    stack: Stack, seat: Any, monkeypatch: Any
) -> None:
    assert set(DIALOGS) == set(dialogs())
    amara = await stack.person("Amara", "Okafor")
    await stack.session(amara)
    here = await seat(person=amara)
    await here.until_text("● LIVE")
    quits: list[None] = []
    with monkeypatch.context() as context:
        context.setattr(here.app, "exit", lambda *_: quits.append(None))
        board = here.app.screen
        for make in DIALOGS.values():
            with here.app._context():
                here.app.push_screen(dialog := make(board))
            await here.until(lambda dialog=dialog: here.app.screen is dialog)
            await reach(here, quits)
            if isinstance(dialog, SessionForm):  # a list that hangs over the form
                dialog.query_one("#kind", Select).expanded = True
                await reach(here, quits)
            if isinstance(
                dialog, SendingScreen | DraftingScreen
            ):  # leaves by itself once it has stopped
                await here.press("escape")
            else:
                with here.app._context():
                    here.app.pop_screen()
            await here.until(lambda: here.app.screen is board)
        await here.press("ctrl+p")
        await here.until_screen("CommandPalette")
        await here.press("f1")
        await here.until_screen("HelpScreen")
        await here.press("f1", "ctrl+q")
        await here.until(lambda: quits)
