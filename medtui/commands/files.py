"""`medtui files`: which files sessions have, and copies of them."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medtui.commands.signed_in import (
    CommandRefused,
    SignedIn,
    add_codes,
    add_json,
    print_json,
    run_signed_in,
)
from medtui.console import complain, print_text

if TYPE_CHECKING:
    from medtui.core.models import PracticeSession, SessionFile

AT_ONCE = 4
"""Folders that are listed at the same time."""


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    files = commands.add_parser("files", help="the transcripts and assessments of your sessions")
    add_codes(files, nargs="*")
    files.add_argument(
        "--save", type=Path, metavar="FOLDER", help="copy them here; files that are there stay"
    )
    add_json(files)
    files.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    if options.save is not None and not options.save.is_dir():
        return complain(f"{options.save} is not a folder: make it first.")
    return run_signed_in(options, partial(_files, options))


async def _files(options: argparse.Namespace, user: SignedIn) -> int:
    from medtui.commands.session_output import columns
    from medtui.core.session_code import code_of

    code, told, rows = 0, [], []
    for session, files in await _listed(options, user):
        entry = _entry(user, session)
        for file in files:
            path = None
            if options.save is not None:
                path = options.save / _name(user, session, file)
                code = await _save(user, session, file, path) or code
            entry["files"].append(_file_json(file) | ({"path": str(path)} if path else {}))
            size = f"{file.size:,} bytes" if file.size is not None else ""
            day = f"{session.starts_at.astimezone(user.zone):%Y-%m-%d %H:%M}"
            rows.append(
                [code_of(session.id), day, file.kind.value, size, str(path) if path else ""]
            )
        told.append(entry)
    if options.json:
        print_json({"as_of": user.now().isoformat(), "sessions": told})
    elif rows:
        print_text(columns(rows))
    elif sys.stdout.isatty():
        print_text("There are no files.")
    return code


async def _listed(
    options: argparse.Namespace, user: SignedIn
) -> list[tuple[PracticeSession, list[SessionFile]]]:
    """The sessions that are named, else all with files, newest first, and their files."""
    import asyncio

    from medtui.core.board_rules import why_not_review

    assessments, sessions = user.backend.assessments, user.backend.sessions
    if options.codes:
        found = await user.find(options.codes)
        for session in found:
            if reason := why_not_review(session, user.me):
                raise CommandRefused(reason)
    else:
        found = [*(await sessions.some(await assessments.sessions())).values()]
        found = [session for session in found if session.involves(user.me)]
        found.sort(key=lambda session: session.starts_at, reverse=True)
    places = asyncio.Semaphore(AT_ONCE)

    async def listed(session: PracticeSession) -> list[SessionFile]:
        async with places:
            return await assessments.files(session.id)

    return list(zip(found, await asyncio.gather(*map(listed, found)), strict=True))


def _entry(user: SignedIn, session: PracticeSession) -> dict[str, Any]:
    from medtui.commands.session_output import person_json
    from medtui.core.session_code import code_of

    partner_id = session.guest_id if session.host_id == user.me else session.host_id
    return {
        "id": str(session.id),
        "code": code_of(session.id),
        "starts_at": session.starts_at.isoformat(),
        "type": session.type,
        "partner": partner_id and person_json(partner_id, session.partner_of(user.me)),
        "files": [],
    }


def _file_json(file: SessionFile) -> dict[str, Any]:
    return {
        "kind": file.kind.value,
        "size": file.size,
        "uploaded_at": file.uploaded_at.isoformat(),
    }


def _name(user: SignedIn, session: PracticeSession, file: SessionFile) -> str:
    """ "2026-11-12-7f3a1c2e-transcript.json"."""
    from medtui.core.session_code import code_of

    day = session.starts_at.astimezone(user.zone).date()
    return f"{day}-{code_of(session.id)}-{file.kind.filename}"


async def _save(user: SignedIn, session: PracticeSession, file: SessionFile, path: Path) -> int:
    """Copy a file, unless the same is there. Returns the exit code; a failure is said."""
    import asyncio

    content = await user.backend.assessments.read(session.id, file.kind)
    try:
        await asyncio.to_thread(_write, path, content)
    except FileExistsError:
        return complain(f"{path} already exists with other contents: move it first.", 1)
    except OSError as error:
        return complain(f"{path} cannot be written: {error.strerror}.", 1)
    return 0


def _write(path: Path, content: bytes) -> None:
    """Write a new file; one with the same contents stays. Raises FileExistsError, OSError."""
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        if path.read_bytes() != content:
            raise
