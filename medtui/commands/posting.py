"""`medtui post`: posts sessions at the times that its words mean, in the board's date language."""

from __future__ import annotations

import argparse
import sys
from datetime import UTC, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from medtui.commands.signed_in import CommandRefused, SignedIn, add_json, print_json, run_signed_in
from medtui.console import complain, print_text

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from medtui.core.models import PracticeSession, SessionDraft

MOST = 100
"""The most sessions at once: as many as a host may have to come."""


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    post = commands.add_parser("post", help='post sessions, as in: medtui post "tomorrow 18:30"')
    post.add_argument(
        "when", nargs="+", metavar="WHEN", help='day and time in quotes: "fri 6pm", "25 Nov 18:30"'
    )
    post.add_argument("--type", default="mock", help="mock, review, clinical, communication, …")
    post.add_argument("--rooms", type=_rooms, default=1, metavar="N",
                      help="number of sessions at each time, each with its own room")  # fmt: skip
    post.add_argument("--room", metavar="LINK", help="an https link, or the name of a room")
    post.add_argument("--note", default="", metavar="TEXT",
                      help="a line that everybody can read: exam, topic, language")  # fmt: skip
    post.add_argument("--candidate", action="store_true", help="you will be the candidate")
    add_json(post)
    post.set_defaults(run=_run)


def _rooms(text: str) -> int:
    if not 1 <= (rooms := int(text)) <= MOST:
        raise argparse.ArgumentTypeError(f"from 1 to {MOST}")
    return rooms


def _run(options: argparse.Namespace) -> int:
    from medtui.core.board_rules import why_not_note, why_not_room_link
    from medtui.core.models import clean_line

    options.type = clean_line(options.type)
    if not options.type:
        return complain("--type is empty: say what type of session it is.")
    options.note = clean_line(options.note)
    if reason := why_not_note(options.note):
        return complain(f"--note: {reason}")
    if options.room is not None:
        options.room = options.room.strip()
        if reason := why_not_room_link(options.room):
            return complain(reason)
        if options.room and len(options.when) * options.rooms > 1:
            return complain("--room names the room of one session: post these one by one.")
    return run_signed_in(options, partial(_post, options))


async def _post(options: argparse.Namespace, user: SignedIn) -> int:
    from medtui.commands.session_output import called, sessions_json
    from medtui.data import DataError

    board = await user.board()  # and with it the server's time
    times = [moment_of(text, board.now, user.zone) for text in options.when]
    for at in times:
        if other := board.overlapping(at, user.settings.overlap_minutes):
            words = called(other, user.me, board.now, user.zone)
            complain(f"This overlaps with your session {words}.")
    drafts = [_draft(options, user, at) for at in times for _ in range(options.rooms)]
    posted: list[PracticeSession] = []
    try:
        for draft in drafts:
            session = await user.backend.sessions.create(draft)
            posted.append(session)
            if not options.json:
                room = f", {session.room_url}" if session.room_url else ""
                print_text(f"Posted {called(session, user.me, user.now(), user.zone)}{room}")
                sys.stdout.flush()
    except DataError as error:
        count = f" {len(posted)} of {len(drafts)} were posted." if len(drafts) > 1 else ""
        return complain(f"{error.message}{count}", 1)
    finally:  # what was posted is told, whatever came after it
        if options.json:
            print_json(sessions_json(posted, user.me, user.now()))
    return 0


def moment_of(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The moment that the words mean.

    Raises CommandRefused where they do not name one to come exactly.
    """
    from datetime import time

    from medtui.core.date_parser import DateNotUnderstood, parse_when

    try:
        when, other = (parse_when(text, now, zone, usual=time(0, minute)) for minute in (0, 1))
    except DateNotUnderstood as error:
        sentence = str(error)
        raise CommandRefused(sentence if text in sentence else f"“{text}”: {sentence}", 2) from None
    if when.readings != other.readings:  # what is usual decides: a script guesses no time
        raise CommandRefused(
            f'“{text}” has no time: write day and time in one pair of quotes, as "fri 18:30".', 2
        )
    if not when.is_clear:
        raise CommandRefused(f"“{text}” has more than one meaning. {when.advice}", 2)
    if when.at < now - timedelta(hours=1):
        raise CommandRefused(f"“{text}” is more than an hour ago: choose a time to come.", 2)
    return when.at.astimezone(UTC)


def _draft(options: argparse.Namespace, user: SignedIn, at: datetime) -> SessionDraft:
    from uuid import uuid4

    from medtui.core.board_rules import room_link
    from medtui.core.models import SessionDraft

    session_id = uuid4()
    room = options.room
    if room is None:
        room = room_link(user.settings.room_template, session_id)
    return SessionDraft(
        id=session_id,
        starts_at=at,
        type=options.type,
        room_url=room or None,
        note=options.note or None,
        host_is_candidate=options.candidate,
    )
