"""Cancelling a session that has files: they belong to both, so it stays until they are gone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.board.test_notices import said
from tests.helpers.stack import Stack


async def rows(stack: Stack) -> tuple[int, int]:
    """How many sessions there are, and how many files."""
    [row] = await stack.sql(
        "select (select count(*) from practice_sessions) as sessions,"
        " (select count(*) from storage.objects) as files"
    )
    return row["sessions"], row["files"]


@pytest.mark.detail
async def test_a_session_with_files_is_cancelled_once_these_are_deleted(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person()
    session_id = await stack.session(me, guest=await stack.person("Mei", "Tanaka"))
    await stack.file(session_id, "transcript.json")
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("Mei Tanaka")
    await here.press("x")
    await here.until_text("Mei Tanaka would lose its", "press R, then d")
    assert here.screen == "BoardScreen"
    assert await rows(stack) == (1, 1)
    await here.press("R")
    await here.until_screen("SessionReviewScreen")
    await here.until(lambda: here.app.screen.files)
    await here.press("d")
    await here.until(lambda: "Mei Tanaka loses it, too" in said(here))
    await here.press("y")
    await here.until_text("The transcript is deleted")
    await here.press("escape", "x")
    await here.until(lambda: "for good? Mei Tanaka has booked it." in said(here))
    await here.press("y")
    await here.until_text("Cancelled: ", "No sessions yet")
    assert await rows(stack) == (0, 0)


@pytest.mark.detail
async def test_a_file_that_comes_while_one_is_asked_keeps_the_session(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person()
    session_id = await stack.session(me)
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await here.press("x")
    await here.until_screen("CancelScreen")
    await stack.file(session_id, "assessment.json")
    await here.press("y")
    await here.until_text("not cancelled: it has files", "○ open")
    assert await rows(stack) == (1, 1)


@pytest.mark.detail
async def test_without_the_server_there_is_no_question(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    await stack.session(me)
    here = await seat(person=me)
    await here.until_text("● LIVE")
    await here.until_text("○ open")
    await stack.stop_gateway()
    await here.press("x", "x")
    await here.until_text("cannot be reached")
    assert here.screen == "BoardScreen"
    await stack.start_gateway()
    await here.press("x")
    await here.until_screen("CancelScreen")
    assert await rows(stack) == (1, 0)
