"""The shared screen as text or JSON, once: for a login banner, or a script."""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
from datetime import datetime
from typing import Any

from medtui.config import Settings
from medtui.console import complain, print_text
from medtui.core.models import PracticeSession, Profile
from medtui.core.wall_sections import Now, SharedBoard
from medtui.core.wording import kept_until
from medtui.data import DataError
from medtui.data.window import SessionWindow
from medtui.launcher import Launcher, LaunchFailed
from medtui.server import opened
from medtui.shared_screen.list import SharedColumns
from medtui.shared_screen.screen import Look
from medtui.shared_screen.wording import heading_words, missing_words, words_for
from medtui.ui.cells import first_fitting, fit


def print_once(
    settings: Settings, launcher: Launcher, look: Look, scope: SessionWindow, *, as_json: bool
) -> int:
    """Print the board to standard output; 1, and a sentence, when it cannot be read."""
    try:
        board, now = asyncio.run(_read(settings, launcher, look, scope))
    except (DataError, LaunchFailed) as error:
        return complain(str(error), 1)
    text = _json(board, look, now) if as_json else _text(board, look, now)
    print_text(text)
    return 0


async def _read(
    settings: Settings, launcher: Launcher, look: Look, scope: SessionWindow
) -> tuple[SharedBoard, datetime]:
    async with opened(settings, launcher=launcher, scope=scope) as backend:
        board = SharedBoard(look.zone, look.days)
        board.read(await backend.sessions.window(backend.clock.now(), scope))
        if missing := missing_words(scope, backend):
            complain(missing)
        return board, backend.clock.now()


def _text(board: SharedBoard, look: Look, now: datetime) -> str:
    local = now.astimezone(look.zone)
    # A script, or a program that wraps lines itself, gets everything.
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else 1_000
    sections = [
        (
            heading_words(heading, local.date()),
            [
                words_for(session, now, look.zone, look.names, board.rounds.of(session))
                for session in sessions
            ],
        )
        for heading, sessions in board.sections(now)
    ]
    columns = SharedColumns.of(width, [words for _, section in sections for words in section])
    lines = [f"{local:%H:%M}  PRACTICE BOARD  {local:%A} {local.day} {local:%B}"]
    for heading, section in sections:
        lines += ["", heading]
        for words in section:
            level = first_fitting([words.level, words.short_level], columns.level)
            seat = first_fitting([words.seat, words.short_seat], columns.seat)
            said = (words.when, words.countdown, words.who, level, words.what, seat)
            cells = zip(said, columns, strict=True)
            lines.append("  ".join(["", *(fit(cell, width) for cell, width in cells)]).rstrip())
    if not sections:
        lines += ["", "Nothing is running, and nothing is planned."]
    return "\n".join(lines)


def _json(board: SharedBoard, look: Look, now: datetime) -> str:
    def name(profile: Profile | None) -> str | None:
        return look.names.of(profile) if profile else None

    def plain(session: PracticeSession, *, has_begun: bool) -> dict[str, Any]:
        case, until = session.case, kept_until(session, now)
        return {
            "starts_at": session.starts_at.isoformat(),
            "has_begun": has_begun,
            "stage": session.stage.label,
            "stage_since": session.stage_since and session.stage_since.isoformat(),
            "type": session.type,
            "host": name(session.host),
            "host_level": session.host and session.host.level,
            "guest": name(session.guest),
            "is_open": session.is_open and until is None,
            "kept_until": until and until.isoformat(),
            "note": session.note,
            "category": case and case.category,
            "domain": case and case.domain,
        }

    return json.dumps(
        {
            "as_of": now.isoformat(),
            "sessions": [
                plain(session, has_begun=isinstance(heading, Now))
                for heading, sessions in board.sections(now)
                for session in sessions
            ],
        },
        indent=2,
    )
