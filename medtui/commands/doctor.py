"""`medtui doctor`: checks everything that medtui needs, a line for each, with advice."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medtui import console
from medtui.core.text import clean_line

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from medtui.config import Settings
    from medtui.data.doctor import Finding

SMALLEST = 80, 24
INDENT = 19
UNSEEN = "not looked at"
MARKS = {"ok": "ok  ", "note": "note", "failed": "FAIL", "skipped": "-   "}


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the command's options. Sets `run`, which returns the exit code."""
    parser.add_argument("--json", action="store_true", help="as one JSON object")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run all checks and print them. Returns 0 if none failed, else 1."""
    import asyncio

    return asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> int:
    flags = {"server": options.url, "key": options.key}
    if options.json:
        found = [finding async for finding in examine(flags)]
        _print(_as_json(found))
    else:
        found = await _told(flags)
    return 1 if _failures(found) else 0


async def _told(flags: Mapping[str, str | None]) -> list[Finding]:
    """Run the checks, and print each line at once; the skipped ones in one line."""
    found: list[Finding] = []
    unseen: list[str] = []
    _print(f"medtui {_versions()}\n")
    async for finding in examine(flags):
        found.append(finding)
        if finding.state == "skipped":
            unseen.append(finding.name)
            continue
        _print(_wrapped(f"{MARKS[finding.state]}  {finding.name:<12} ", finding.what))
        if finding.advice:
            _print(_wrapped(" " * INDENT, finding.advice))
    if unseen:
        _print(
            _wrapped(f"{MARKS['skipped']}  {'the rest':<12} ", f"{UNSEEN}: {', '.join(unseen)}.")
        )
    failures = _failures(found)
    problems = "1 problem" if failures == 1 else f"{failures} problems"
    _print(f"\n{problems} found." if failures else "\nNo problems found.")
    return found


def _wrapped(before: str, text: str) -> str:
    """A text wrapped in its column; a path is not cut in two."""
    text = clean_line(text)
    if not sys.stdout.isatty():
        return before + text
    return textwrap.fill(
        text,
        max(shutil.get_terminal_size().columns, 2 * INDENT),
        initial_indent=before,
        subsequent_indent=" " * INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _failures(found: list[Finding]) -> int:
    return sum(finding.state == "failed" for finding in found)


async def examine(flags: Mapping[str, str | None]) -> AsyncIterator[Finding]:
    """The findings, one by one: the settings, the server, this machine."""
    import asyncio

    from medtui.config import BadConfig, load, state
    from medtui.config import zone as zone_of
    from medtui.data.doctor import failed, kept, note
    from medtui.store.zones import local_zone

    _, warning = local_zone()
    try:
        settings = load(flags)
    except BadConfig as error:
        yield failed("settings", str(error), "Fix the file, then run medtui doctor again.")
        async for finding in _no_server():
            yield finding
    else:
        _, wrong = zone_of(settings)
        warning = warning or wrong
        yield _settings(settings, flags)
        async for finding in _server(settings):
            yield finding
    folder = state()
    yield await asyncio.to_thread(kept, folder)
    yield terminal(os.environ, sys.stdout)
    if warning:
        yield note("time zone", warning)
    yield _log(folder)


def _settings(settings: Settings, flags: Mapping[str, str | None]) -> Finding:
    from medtui.config import LOCAL
    from medtui.data.doctor import note, ok

    if not settings.server:
        what = f"No server is chosen yet; {settings.file} will say which."
        return note("settings", what, "Start medtui and choose one, or set SUPABASE_URL.")
    if settings.server == LOCAL:
        return ok("settings", f"The server of this computer, from {settings.file}.")
    source = str(settings.file)
    if flags.get("server"):
        source = "--url"
    elif os.environ.get("SUPABASE_URL"):
        source = "SUPABASE_URL"
    return ok("settings", f"The server {_bare(settings.server)}, from {source}.")


async def _server(settings: Settings) -> AsyncIterator[Finding]:
    from medtui.data import StoredTokens
    from medtui.data.doctor import SERVER_LINES, examine, failed, skipped
    from medtui.launcher import LaunchFailed
    from medtui.server import ready

    if not settings.server:
        async for finding in _no_server():
            yield finding
        return
    try:
        async with ready(settings) as server:
            tokens = StoredTokens(server.url, settings.state)
            async for finding in examine(server.url, server.key, tokens):
                yield finding
    except LaunchFailed as error:
        yield failed("address", str(error), "The local server's own log says more.")
        for name in SERVER_LINES[1:]:
            yield skipped(name, "Skipped: depends on a failed check.")


async def _no_server() -> AsyncIterator[Finding]:
    from medtui.data.doctor import SERVER_LINES, skipped

    for name in SERVER_LINES:
        yield skipped(name, "There is no server to check.")


def terminal(env: Mapping[str, str], stream: Any) -> Finding:
    """The line `terminal`: its kind, size, colours and letters."""
    from medtui.data.doctor import failed, note, ok, skipped

    if not stream.isatty():
        return skipped("terminal", "The output is not a terminal.")
    kind = env.get("TERM", "")
    if kind in ("", "dumb", "unknown"):
        return failed(
            "terminal",
            f"TERM is “{kind}”, on which nothing can be drawn.",
            "Set TERM to what the terminal is, such as xterm-256color.",
        )
    encoding = str(getattr(stream, "encoding", "")).lower().replace("-", "")
    if encoding != "utf8":
        return failed(
            "terminal",
            f"It takes {encoding or 'an unknown encoding'}, which lacks most letters and lines.",
            "Set LANG to a UTF-8 one, such as C.UTF-8.",
        )
    columns, rows = shutil.get_terminal_size()
    colours = "no colours (NO_COLOR)" if env.get("NO_COLOR") else _colours(env)
    what = f"{kind}, {columns} x {rows}, {colours}{', over ssh' * ('SSH_CONNECTION' in env)}."
    if columns < SMALLEST[0] or rows < SMALLEST[1]:
        least = "{} x {}".format(*SMALLEST)
        return note("terminal", what, f"Make it {least} or larger, so that nothing is cut off.")
    return ok("terminal", what)


def _colours(env: Mapping[str, str]) -> str:
    if env.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return "16 million colours"
    return "256 colours" if "256" in env.get("TERM", "") else "few colours"


def _log(folder: Path) -> Finding:
    from medtui.data.doctor import failed, ok

    file = folder / "medtui.log"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        is_new = not file.exists()
        with file.open("ab"):
            pass
        if is_new:
            file.unlink()
    except OSError as error:
        return failed(
            "log",
            f"{file} cannot be written: {error.strerror}.",
            "Make yourself its owner, and its folder's; until then errors are not logged.",
        )
    return ok("log", str(file))


def _bare(url: str) -> str:
    """A URL without user name and password."""
    scheme, separator, rest = url.partition("://")
    return f"{scheme}{separator}{rest.rpartition('@')[2]}" if separator else url.rpartition("@")[2]


def _versions() -> str:
    import platform

    from medtui import __version__

    return f"{__version__}, Python {platform.python_version()}, {platform.platform(terse=True)}"


def _as_json(found: list[Finding]) -> str:
    import json
    from dataclasses import asdict

    from medtui import __version__

    lines = [asdict(finding) for finding in found]
    is_well = not any(finding.state == "failed" for finding in found)
    [log] = [finding.what for finding in found if finding.name == "log"]
    return json.dumps(
        {"version": __version__, "ok": is_well, "log": log, "checks": lines}, indent=2
    )


def _print(text: str) -> None:
    console.print_text(text)
    sys.stdout.flush()
