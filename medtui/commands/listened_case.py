"""`medtui listen --case`: the text of the case, whose rare words are listened for.

A case is a file of the user's, or that of a session of theirs, read once its debrief has begun.
"""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from medtui.commands.signed_in import CommandRefused, SignedIn, run_signed_in
from medtui.console import complain
from medtui.core.key_names import key_of

if TYPE_CHECKING:
    from medtui.core.models import PracticeSession

LARGEST_FILE = 1_000_000
"""Bytes of a case's file."""


def read_case(options: argparse.Namespace) -> str | int:
    """The case's text, "" if none is named; an exit code if it cannot be read, which is said."""
    named: str = options.case
    if not named:
        return ""
    if Path(named).exists():
        return _file(Path(named))
    found: list[str] = []
    if code := run_signed_in(options, partial(_session, named, found)):
        return code
    return found[0]


def _file(path: Path) -> str | int:
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
    except OSError as error:
        return complain(f"{path} cannot be read ({error.strerror}): name a file with the case.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text or len(content) > LARGEST_FILE:
        return complain(f"{path} is no text of a case: name a text, Markdown, YAML or JSON file.")
    return text


async def _session(code: str, found: list[str], user: SignedIn) -> int:
    """Add the text of a session's case to `found`. Raises CommandRefused, DataError."""
    from medtui.core.models import Stage
    from medtui.core.session_code import ids_of

    if ids_of(code) is None:
        raise CommandRefused(f"{code} is neither a file nor the code of a session.", 2)
    session: PracticeSession
    [session] = await user.find([code])
    if not session.involves(user.me):
        raise CommandRefused("Only the two participants can read a session's case.")
    if session.stage is not Stage.WRAP_UP:
        raise CommandRefused(
            "This case is read once its debrief has begun: finish the station first "
            f"({key_of('room.finish')} in the room), or leave --case out."
        )
    found.append(await user.backend.cases.debriefed(session))
    if not found[0]:
        raise CommandRefused("This session has no case that can be read: leave --case out.")
    return 0
