"""`medtui sessions`, `book`, `leave`, `cancel`: the board and its seats, for scripts."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from medtui.commands.signed_in import (
    CommandRefused,
    SignedIn,
    add_codes,
    add_json,
    confirm,
    for_each,
    print_json,
    run_signed_in,
)
from medtui.commands.waiting import Outcome, instead_of_booking, instead_of_leaving
from medtui.console import print_text

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from medtui.core.agenda import Board
    from medtui.core.models import PracticeSession


def add_commands(commands: Any) -> None:
    """Add the commands to a parser's group. They set `run`, which returns the exit code."""
    show = commands.add_parser("sessions", help="the board as text or JSON: codes, times, seats")
    which = show.add_mutually_exclusive_group()
    which.add_argument("--open", action="store_true", help="only those with a free seat")
    which.add_argument("--mine", action="store_true", help="only your own")
    show.add_argument("--days", type=_days, metavar="N", help="number of days, from today")
    show.add_argument(
        "--filter", default="", metavar="WORDS", help="words to look for, as in the board's filter"
    )
    add_json(show)
    show.set_defaults(run=lambda options: run_signed_in(options, partial(_show, options)))

    book = commands.add_parser("book", help="take the free seat of sessions, or wait for it")
    add_codes(book)
    book.add_argument(
        "--overlap",
        action="store_true",
        help="book even if it overlaps with another of your sessions",
    )
    book.add_argument("--wait", action="store_true", help="wait for a seat that is not free")
    add_json(book)
    book.set_defaults(run=lambda options: run_signed_in(options, partial(_book, options)))

    for name, help_, work in (
        ("leave", "give up your seat in sessions, or wait no longer", _leave),
        ("cancel", "cancel sessions that you host", _cancel),
    ):
        command = commands.add_parser(name, help=help_)
        add_codes(command)
        command.add_argument("--yes", action="store_true", help="do not ask first")
        add_json(command)
        command.set_defaults(
            run=lambda options, work=work: run_signed_in(options, partial(work, options))
        )


def _days(text: str) -> int:
    if (days := int(text)) < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return days


async def _show(options: argparse.Namespace, user: SignedIn) -> int:
    from medtui.commands.session_output import sessions_json, sessions_text
    from medtui.core.agenda import View

    board = await user.board()
    lines = await user.backend.waiting.read()
    view = View.OPEN if options.open else View.MINE if options.mine else View.ALL
    board.look_at(view=view, query=options.filter)
    found = list(board.agenda.sessions)
    if options.days:
        last = board.now.astimezone(user.zone).date() + timedelta(days=options.days - 1)
        found = [s for s in found if s.starts_at.astimezone(user.zone).date() <= last]
    if options.json:
        print_json(sessions_json(found, user.me, board.now, lines))
    elif found:
        print_text(sessions_text(found, user.me, board.now, user.zone, lines))
    elif sys.stdout.isatty():
        print_text("There are no such sessions." if board.query or options.open or options.mine
                   or options.days else "There are no sessions to come.")  # fmt: skip
    return 0


async def _book(options: argparse.Namespace, user: SignedIn) -> int:
    sessions = await user.find(options.codes)
    book = partial(_book_one, options, user, await user.board())
    return await _all(options, user, sessions, book)


async def _book_one(
    options: argparse.Namespace, user: SignedIn, board: Board, session: PracticeSession
) -> Outcome:
    from medtui.core.board_rules import why_not_book
    from medtui.core.session_code import code_of
    from medtui.core.wording import moment
    from medtui.data import NotAllowed, Taken

    if reason := why_not_book(session, user.me, user.now()):
        return await instead_of_booking(user, session, reason, waits=options.wait)
    minutes = user.settings.overlap_minutes
    other = board.overlapping(session.starts_at, minutes, but=session.id)
    if other is not None and not options.overlap:
        when = moment(other.starts_at, user.now(), user.zone)
        raise CommandRefused(
            f"You have another session, {code_of(other.id)}, {when}: add --overlap to book this"
            " one, too."
        )
    try:
        booked = await user.backend.sessions.book(session)
    except (Taken, NotAllowed) as error:  # another user was faster, or it is kept by now
        if not options.wait:
            raise
        present = await user.backend.sessions.one(session.id)
        return await instead_of_booking(user, present, error.message, waits=True)
    board.apply([booked])
    return Outcome(booked, "Booked")


async def _leave(options: argparse.Namespace, user: SignedIn) -> int:
    await user.backend.news.open()
    sessions = await user.find(options.codes)
    await user.backend.waiting.read()
    return await _all(options, user, sessions, partial(_leave_one, options, user))


async def _leave_one(
    options: argparse.Namespace, user: SignedIn, session: PracticeSession
) -> Outcome:
    from medtui.commands.session_output import called
    from medtui.core.board_rules import why_not_leave
    from medtui.core.session_code import code_of

    if session.host_id == user.me:
        code = code_of(session.id)
        raise CommandRefused(f"You host this session: medtui cancel {code} cancels it.")
    if outcome := await instead_of_leaving(user, session, is_asked=options.yes):
        return outcome
    if reason := why_not_leave(session, user.me, is_complete=user.backend.is_complete):
        raise CommandRefused(reason)
    words = called(session, user.me, user.now(), user.zone)
    await confirm(f"Leave {words}? Others can book the seat then.", is_asked=options.yes)
    return Outcome(await user.backend.sessions.leave(session), "Left")


async def _cancel(options: argparse.Namespace, user: SignedIn) -> int:
    await user.backend.news.open()
    sessions = await user.find(options.codes)
    return await _all(options, user, sessions, partial(_cancel_one, options, user))


async def _cancel_one(
    options: argparse.Namespace, user: SignedIn, session: PracticeSession
) -> Outcome:
    from medtui.commands.session_output import called
    from medtui.core.agenda import name_of
    from medtui.core.board_rules import why_not_cancel

    backend = user.backend
    was_held = backend.news.was_held(session.id)
    if reason := why_not_cancel(session, user.me, was_held=was_held):
        raise CommandRefused(reason)
    await backend.sessions.check_files(session)
    booked = f" {name_of(session.guest)} has booked it." if session.guest_id else ""
    words = called(session, user.me, user.now(), user.zone)
    await confirm(f"Cancel {words} for good?{booked}", is_asked=options.yes)
    await backend.sessions.cancel(session)
    return Outcome(session, "Cancelled")


async def _all(
    options: argparse.Namespace,
    user: SignedIn,
    sessions: list[PracticeSession],
    act: Callable[[PracticeSession], Awaitable[Outcome]],
) -> int:
    """Do the same to each session, and print those to which it was done. Returns the exit code."""
    from medtui.commands.session_output import called, sessions_json

    done: list[Outcome] = []
    try:
        async for outcome in for_each(sessions, act):
            if outcome is None:
                continue
            done.append(outcome)
            if not options.json:
                words = called(outcome.session, user.me, user.now(), user.zone)
                print_text(f"{outcome.done} {words}{outcome.place}.")
                sys.stdout.flush()
    finally:  # what was done is told, also when the server goes away
        if options.json:
            lines = {each.session.id: each.line for each in done if each.line}
            print_json(sessions_json([each.session for each in done], user.me, user.now(), lines))
    return 0 if len(done) == len(sessions) else 1
