"""`medtui shell`: the commands as plain lines with a prompt, and nothing that redraws.

For braille displays, screen readers, and terminals on which nothing can be drawn. Each line is a
command of the command line, run in this process; `live` adds what `medtui watch` tells.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from medtui.console import complain, print_text

if TYPE_CHECKING:
    import asyncio
    import threading
    from collections.abc import Callable

    from medtui.commands.watch import Watch

PROMPT = "medtui> "

SECONDS = 5.0
"""Seconds that the live feed has to end."""

VERBS = (
    *("sessions", "post", "book", "leave", "cancel", "history", "progress", "files", "calendar"),
    *("notices", "view"),
)
"""The commands of the command line that the shell has; the others draw, or run for ever."""

HELP = """\
sessions --open       the free seats, with a code for each
book CODE             take a seat
book CODE --wait      wait for a seat that is taken
leave CODE            give up the seat, or wait no longer
post "fri 18:30"      post a session
cancel CODE           cancel one of yours
history, progress     your past, and your marks
live on, live off     also report what happens, as it happens
help                  these lines; a command with -h has more
quit                  the end, as ctrl+d is"""


def add_commands(commands: Any, parser: Callable[[], argparse.ArgumentParser]) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code.

    `parser`: makes the parser of the command line, by which lines are understood.
    """
    shell = commands.add_parser("shell", help="these commands as plain lines, for screen readers")
    shell.add_argument("--live", action="store_true", help="also report what happens")
    shell.set_defaults(run=partial(run, parser))


def run(parser: Callable[[], argparse.ArgumentParser], options: argparse.Namespace) -> int:
    """Read and run lines until the end. Returns the last command's exit code in a pipe, else 0."""
    is_terminal = sys.stdin is not None and sys.stdin.isatty()
    if is_terminal:
        _edit_lines()
        print_text("Type help for the commands, quit to end.")
    live = Live(options)
    code = 0
    try:
        if options.live:
            live.begin()
        while (line := _read(is_terminal)) is not None:
            if not line.strip():
                continue
            try:
                done = _run_line(line, parser, options, live)
            except KeyboardInterrupt:
                print_text("Stopped.")
                done = 130
            if done is None:
                break
            code = done
    finally:
        live.end()
    return 0 if is_terminal else code


def _edit_lines() -> None:
    """Let the arrows edit and recall lines, where this Python can."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # `input` uses it


def _read(is_terminal: bool) -> str | None:
    """The next line; None at the end of the input."""
    while True:
        try:
            sys.stdout.flush()
            if is_terminal:
                return input(PROMPT)
            line = sys.stdin.readline()
            return line or None
        except EOFError:
            print_text("")
            return None
        except KeyboardInterrupt:  # drops the line, as in other shells
            print_text("")


def _run_line(
    line: str,
    parser: Callable[[], argparse.ArgumentParser],
    options: argparse.Namespace,
    live: Live,
) -> int | None:
    """Run one line. Returns its exit code; None: it asks for the end."""
    import shlex

    try:
        words = shlex.split(line, comments=True)
    except ValueError:
        return complain("a quotation mark is missing at the end.")
    if words[:1] == ["medtui"]:  # pasted from a chat
        words = words[1:]
    match words:
        case []:
            return 0
        case ["quit" | "exit"]:
            return None
        case ["help"]:
            print_text(HELP)
            return 0
        case ["live", "on"]:
            return live.begin()
        case ["live", "off"]:
            return live.end()
        case [verb, *_] if verb in VERBS:
            return _run_verb(parser().parse_args, words, options)
    return complain(f"{words[0]} is not a command: type help.")


def _run_verb(
    parse: Callable[[list[str]], argparse.Namespace],
    words: list[str],
    options: argparse.Namespace,
) -> int:
    try:
        chosen = parse(words)
    except SystemExit as end:  # of -h, or a wrong call, which was explained
        return int(end.code or 0)
    chosen.credentials = dict(options.credentials)
    if chosen.url is None:
        chosen.url, chosen.key = options.url, options.key
    code: int = chosen.run(chosen)
    return code


class Live:
    """`medtui watch` beside the prompt, in a thread of its own."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._watch: Watch | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def begin(self) -> int:
        """Tell what happens from now on. Returns the exit code."""
        import threading

        from medtui.commands.watch import watch_for
        from medtui.config import BadConfig

        if self._thread is not None and self._thread.is_alive():
            return 0
        try:
            self._watch = watch_for(self._options)
        except BadConfig as error:
            return complain(str(error))
        self._thread = threading.Thread(target=self._run, args=(self._watch,), daemon=True)
        self._thread.start()
        return 0

    def end(self) -> int:
        """Tell no more. Returns the exit code."""
        watch, loop, thread = self._watch, self._loop, self._thread
        if watch is not None and thread is not None and thread.is_alive():
            if loop is not None and not loop.is_closed():
                loop.call_soon_threadsafe(watch.is_over.set)
            thread.join(SECONDS)
        self._watch = self._thread = None
        return 0

    def _run(self, watch: Watch) -> None:
        import asyncio

        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            runner.run(watch.run())
