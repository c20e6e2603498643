"""The shared screen as plain HTML: a table that a screen reader and a phone can read.

All that other people wrote is escaped. Its words are those of the shared screen.
"""

from __future__ import annotations

from datetime import datetime
from html import escape

from medtui.core.models import PracticeSession
from medtui.core.wall_sections import SharedBoard
from medtui.shared_screen.screen import Look
from medtui.shared_screen.wording import heading_words, words_for

REFRESH_SECONDS = 30
"""Without scripts, the browser asks for the page again after so long."""

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}

COLUMNS = ("Time", "Starts", "Who", "Level", "Session", "Seat")


def page_html(board: str) -> str:
    """The whole page around what `board_html` gives."""
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Practice board</title>
<link rel="stylesheet" href="/text/board.css">
<noscript><meta http-equiv="refresh" content="{REFRESH_SECONDS}"></noscript>
<script src="/text/board.js" defer></script>
</head>
<body>
<h1>Practice board</h1>
<p id="news" role="status" aria-live="polite"></p>
<main id="board">
{board}</main>
</body>
</html>
"""


def board_html(
    board: SharedBoard,
    look: Look,
    now: datetime,
    state: tuple[str, str],
    *,
    is_read: bool,
    missing: str = "",
) -> str:
    """The state of the feed, and the sessions.

    Args:
        state: a sign and words.
        missing: a sentence on what the server does not have; empty: nothing.
    """
    local = now.astimezone(look.zone)
    free = board.open_count(now)
    seats = "1 seat free" if free == 1 else f"{free} seats free"
    day = f"{local:%A} {local.day} {local:%B}"
    zone = escape(str(look.zone))
    parts = [
        f'<p id="state">{_signed(*state)}. <span id="seats">{seats if is_read else ""}</span></p>\n'
    ]
    if missing:
        parts.append(f"<p>{escape(missing)}</p>\n")
    sections = board.sections(now)
    if not is_read:
        parts.append("<p>The board is not read yet.</p>\n")
    elif not sections:
        parts.append("<p>Nothing is running, and nothing is planned.</p>\n")
    else:
        heads = "".join(f'<th scope="col">{name}</th>' for name in COLUMNS)
        parts.append(
            f'<table>\n<caption>{day}, <time id="clock">{local:%H:%M}</time> ({zone})</caption>\n'
            f"<thead><tr>{heads}</tr></thead>\n"
        )
        for heading, sessions in sections:
            words = escape(heading_words(heading, local.date()))
            parts.append(
                f'<tbody>\n<tr><th scope="colgroup" colspan="{len(COLUMNS)}">{words}</th></tr>\n'
            )
            parts += [_row(board, look, session, now) for session in sessions]
            parts.append("</tbody>\n")
        parts.append("</table>\n")
    return "".join(parts)


def _row(board: SharedBoard, look: Look, session: PracticeSession, now: datetime) -> str:
    words = words_for(session, now, look.zone, look.names, board.rounds.of(session))
    seat = _signed(*words.seat.split(" ", 1)) if " " in words.seat else escape(words.seat)
    cells = (
        ("due", escape(words.countdown)),
        ("who", escape(words.who)),
        ("level", escape(words.level)),
        ("what", escape(words.what)),
        ("seat", seat),
    )
    rest = "".join(f'<td class="{name}">{text}</td>' for name, text in cells)
    return f'<tr><th scope="row">{words.when}</th>{rest}</tr>\n'


def _signed(sign: str, words: str) -> str:
    """Words behind a sign, which is not read out."""
    return f'<span aria-hidden="true">{escape(sign)} </span>{escape(words)}'
