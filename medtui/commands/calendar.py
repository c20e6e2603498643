"""`medtui calendar`: the user's sessions as an iCalendar file, or at an address."""

from __future__ import annotations

import argparse
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from medtui.commands.signed_in import SignedIn, run_signed_in
from medtui.console import complain, print_text


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    calendar = commands.add_parser("calendar", help="your sessions as iCalendar, for any calendar")
    calendar.add_argument(
        "--output", type=Path, metavar="FILE", help="write them here (default: standard output)"
    )
    feed = calendar.add_mutually_exclusive_group()
    feed.add_argument(
        "--feed",
        action="store_true",
        help="print a secret address that calendars subscribe to (medtui's own local server)",
    )
    feed.add_argument("--revoke", action="store_true", help="end that address")
    calendar.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if options.feed or options.revoke:
        if options.output is not None:
            return complain("An address is not written to a file: leave --output out.")
        return run_signed_in(options, _revoke if options.revoke else _feed)
    if options.output is not None:
        if options.output.is_dir():
            return complain(f"{options.output} is a folder: name a file.")
        if not options.output.absolute().parent.is_dir():
            return complain(f"There is no folder {options.output.absolute().parent}: make it.")
    return run_signed_in(options, partial(_calendar, options.output))


async def _feed(user: SignedIn) -> int:
    from medtui.data.calendar_feed import feed_address

    length = timedelta(minutes=user.settings.overlap_minutes)
    print_text(await feed_address(user.backend, length))
    return 0


async def _revoke(user: SignedIn) -> int:
    from medtui.data.calendar_feed import end_feed

    if not await end_feed(user.backend):
        return complain("There is no address to end: medtui calendar --feed makes one.", 1)
    return 0


async def _calendar(output: Path | None, user: SignedIn) -> int:
    import asyncio

    from medtui.data.calendar import calendar_file
    from medtui.store.account_value import AccountFile

    backend, settings = user.backend, user.settings
    # Also for a script's login: without it, what is cancelled would only vanish.
    shelf = AccountFile(settings.state / "calendar", backend.server.url, backend.auth)
    content = await calendar_file(backend, shelf, timedelta(minutes=settings.overlap_minutes))
    if output is None:
        sys.stdout.buffer.write(content)  # its lines end as the format asks
        sys.stdout.flush()
        return 0
    try:
        await asyncio.to_thread(_write, output, content)
    except OSError as error:
        return complain(f"{output} cannot be written: {error.strerror}.", 1)
    return 0


def _write(path: Path, content: bytes) -> None:
    """Write the file at once or not at all; one that others may read stays so. Raises OSError."""
    from medtui.store import files

    mode = path.stat().st_mode & 0o777 if path.exists() else None
    if path.exists() and not path.is_file():  # a pipe, or /dev/stdout
        path.write_bytes(content)
        return
    files.write(path, content)
    if mode is not None:
        path.chmod(mode)
