"""Cancelling a session that has files: they go first, one is asked, and nothing goes by halves."""

from __future__ import annotations

from typing import Any

from tests.stack import Stack


async def rows(stack: Stack) -> tuple[int, int]:
    """How many sessions there are, and how many files."""
    [row] = await stack.sql(
        "select (select count(*) from practice_sessions) as sessions,"
        " (select count(*) from storage.objects) as files"
    )
    return row["sessions"], row["files"]


async def until_asked(here: Any, words: str) -> None:
    """Wait for a question, however its lines are broken."""
    await here.until_screen("ConfirmScreen")
    await here.until(lambda: words in " ".join(here.text.split()))


async def test_the_question_names_the_files_and_they_go_with_the_session(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person()
    session_id = await stack.session(me, guest=await stack.person("Mei", "Tanaka"))
    await stack.file(session_id, "transcript.json", "assessment.json")
    here = await seat()
    await here.board(me)
    await here.until_text("Mei Tanaka")
    await here.press("x")
    await until_asked(
        here, "Mei Tanaka has booked it. Its transcript and assessment are deleted with it."
    )
    await here.press("n")
    await here.until_screen("BoardScreen")
    assert await rows(stack) == (1, 2)
    await here.press("x")
    await until_asked(here, "Its transcript and assessment")
    await here.press("y")
    await here.until_text("The session is cancelled", "No sessions yet")
    assert await rows(stack) == (0, 0)
    assert list(stack.files.iterdir()) == []


async def test_when_the_files_cannot_be_removed_the_session_stays_and_one_is_told(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person()
    await stack.file(await stack.session(me), "transcript.json")
    await stack.sql('drop policy "Hosts delete assessments" on storage.objects')
    here = await seat()
    await here.board(me)
    await here.until_text("○ open")
    await here.press("x")
    await until_asked(here, "for good? Its transcript is deleted with it.")
    await here.press("y")
    await here.until_text("Not allowed", "not cancelled", "○ open")
    assert await rows(stack) == (1, 1)


async def test_a_file_that_comes_while_one_is_asked_keeps_the_session(
    stack: Stack, seat: Any
) -> None:
    me = await stack.person()
    session_id = await stack.session(me)
    here = await seat()
    await here.board(me)
    await here.until_text("○ open")
    await here.press("x")
    await until_asked(here, "for good?")
    assert "deleted" not in here.text
    await stack.file(session_id, "assessment.json")
    await here.press("y")
    await here.until_text("Nothing was done", "○ open")
    assert await rows(stack) == (1, 1)
    await here.press("x")
    await until_asked(here, "for good? Its assessment is deleted with it.")
    await here.press("y")
    await here.until_text("The session is cancelled")
    assert await rows(stack) == (0, 0)


async def test_without_the_server_there_is_no_question(stack: Stack, seat: Any) -> None:
    me = await stack.person()
    await stack.file(await stack.session(me), "transcript.json")
    here = await seat()
    await here.board(me)
    await here.until_text("○ open")
    await stack.stop_gateway()
    await here.press("x", "x")
    await here.until_text("cannot be reached")
    assert here.screen == "BoardScreen"
    await stack.start_gateway()
    await here.press("x")
    await until_asked(here, "for good? Its transcript is deleted with it.")
    assert await rows(stack) == (1, 1)
