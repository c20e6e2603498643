"""`medtui post`: posts sessions at the times that its words mean, in the board's date language."""

from __future__ import annotations

import argparse
from datetime import UTC, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from medtui.commands.signed_in import CommandRefused, SignedIn, add_json, print_json, run_signed_in
from medtui.console import complain, print_text
from medtui.core.series import USUAL_GAP

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from medtui.core.models import SessionDraft
    from medtui.core.series import SessionSeries


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    post = commands.add_parser("post", help='post sessions, as in: medtui post "tomorrow 18:30"')
    post.add_argument(
        "when", nargs="+", metavar="WHEN", help='day and time in quotes: "fri 6pm", "25 Nov 18:30"'
    )
    post.add_argument("--type", default="mock", help="mock, review, clinical, communication, …")
    post.add_argument("--rooms", type=int, default=1, metavar="N",
                      help="number of sessions at each time, each with its own room")  # fmt: skip
    post.add_argument("--times", type=int, default=1, metavar="N",
                      help="number of sessions one after another, from each time on")  # fmt: skip
    post.add_argument("--every", type=int, default=USUAL_GAP, metavar="MINUTES",
                      help="from one of these to the next (default: %(default)s)")  # fmt: skip
    post.add_argument("--weekly", type=int, default=1, metavar="WEEKS",
                      help="number of weeks, at the same time of day")  # fmt: skip
    post.add_argument("--room", metavar="LINK", help="an https link, or the name of a room")
    post.add_argument("--note", default="", metavar="TEXT",
                      help="a line that everybody can read: exam, topic, language")  # fmt: skip
    post.add_argument("--candidate", action="store_true", help="you will be the candidate")
    add_json(post)
    post.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from medtui.core.board_rules import why_not_note, why_not_room_link
    from medtui.core.models import clean_line
    from medtui.core.series import SessionSeries, why_not_series

    options.series = SessionSeries(options.weekly, options.times, options.every, options.rooms)
    if reason := why_not_series(options.series, len(options.when)):
        return complain(reason)
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
        if options.room and len(options.when) * options.series.count > 1:
            return complain("--room names the room of one session: post these one by one.")
    return run_signed_in(options, partial(_post, options))


async def _post(options: argparse.Namespace, user: SignedIn) -> int:
    from medtui.commands.session_output import called, sessions_json
    from medtui.core.series import series_words
    from medtui.data import Changed, DataError, Unreachable

    board = await user.board()  # and with it the server's time
    series: SessionSeries = options.series
    firsts = [moment_of(text, board.now, user.zone) for text in options.when]
    times = [at for first in firsts for week in series.starts(first, user.zone) for at in week]
    if series.count > series.rooms and not options.json:
        for first in firsts:
            complain(series_words(series, first, user.zone))
    for at in times:
        if other := board.overlapping(at, user.settings.overlap_minutes):
            words = called(other, user.me, board.now, user.zone)
            complain(f"This overlaps with your session {words}.")
    drafts = [_draft(options, user, at) for at in times for _ in range(series.rooms)]
    try:
        posted = await user.backend.series.post(drafts)
    except DataError as error:
        if options.json:  # of what was done: nothing
            print_json(sessions_json([], user.me, user.now()))
        is_known = len(drafts) > 1 and not isinstance(error, Changed | Unreachable)
        none = " None was posted." if is_known else ""
        return complain(f"{error.message}{none}", 1)
    if options.json:
        print_json(sessions_json(posted, user.me, user.now()))
        return 0
    for session in posted:
        room = f", {session.room_url}" if session.room_url else ""
        print_text(f"Posted {called(session, user.me, user.now(), user.zone)}{room}")
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
