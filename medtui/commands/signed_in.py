"""What the commands of a signed-in user share: server and login, sessions by code, questions."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING, Any, TypeVar

from medtui.console import complain, print_error, print_text

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
    from datetime import datetime, tzinfo
    from uuid import UUID

    from medtui.config import Settings
    from medtui.core.agenda import Board
    from medtui.core.models import PracticeSession
    from medtui.data import Backend

T = TypeVar("T")


class CommandRefused(Exception):
    """A command does not do what was asked; the text is a sentence. `code`: the exit code."""

    def __init__(self, sentence: str, code: int = 1) -> None:
        super().__init__(sentence)
        self.code = code


class SignedIn:
    """An open server with the user who is signed in there. `zone`: in which times are shown."""

    # No dataclass: importing that would slow the start of every command down.

    def __init__(self, backend: Backend, me: UUID, settings: Settings, zone: tzinfo) -> None:
        self.backend = backend
        self.me = me
        self.settings = settings
        self.zone = zone

    def now(self) -> datetime:
        """The server's time."""
        return self.backend.clock.now()

    async def board(self) -> Board:
        """The board as it is now."""
        from medtui.core.agenda import Board

        board = Board(self.me, self.zone, self.now())
        board.read(await self.backend.sessions.window(self.now()))
        board.tick(self.now())  # the answer has told the server's time
        return board

    async def find(self, codes: Iterable[str]) -> list[PracticeSession]:
        """The sessions that these codes name, each once. Raises CommandRefused."""
        from medtui.core.session_code import ids_of

        found: dict[UUID, PracticeSession] = {}
        for code in codes:
            if (ids := ids_of(code)) is None:
                raise CommandRefused(not_a_code(code), 2)
            sessions = await self.backend.sessions.between(*ids)
            if not sessions:
                raise CommandRefused(f"There is no session {code}: it may have been cancelled.")
            if len(sessions) > 1:
                raise CommandRefused(
                    f"More than one session begins with {code}: write more of its id."
                )
            found[sessions[0].id] = sessions[0]
        return list(found.values())


def run_signed_in(options: argparse.Namespace, work: Callable[[SignedIn], Awaitable[int]]) -> int:
    """Run `work` at the configured server, for the user who is signed in. Returns the exit code.

    They are signed in by MEDTUI_EMAIL, else by the login that this machine keeps.
    """
    import asyncio

    return asyncio.run(_run(options, work))


async def _run(options: argparse.Namespace, work: Callable[[SignedIn], Awaitable[int]]) -> int:
    from medtui.account.script_login import login
    from medtui.config import BadConfig, load
    from medtui.config import zone as zone_of
    from medtui.core import key_names
    from medtui.core.keymap import as_written
    from medtui.data import DataError, NotSignedIn, StoredTokens
    from medtui.launcher import LaunchFailed
    from medtui.server import opened

    try:
        settings = load({"server": options.url, "key": options.key})
        given = login(options.credentials)
    except BadConfig as error:
        return complain(str(error))
    key_names.use(as_written(settings.keys))
    zone, warning = zone_of(settings)
    for sentence in (warning, given.warning if given else ""):
        if sentence:
            complain(sentence)
    # A script's login is its own: the one that this machine keeps stays as it is.
    kept = None if given else settings.state
    try:
        async with opened(
            settings,
            given,
            tokens=(lambda url: StoredTokens(url, settings.state)) if kept else None,
            state=kept,
        ) as backend:
            if backend.auth.user is None:
                raise NotSignedIn(
                    "You are not signed in: run medtui and sign in, or set MEDTUI_EMAIL and"
                    " MEDTUI_PASSWORD_FILE."
                )
            return await work(SignedIn(backend, backend.auth.user.id, settings, zone))
    except BadConfig as error:
        return complain(str(error))
    except CommandRefused as error:
        return complain(str(error), error.code)
    except (DataError, LaunchFailed) as error:
        return complain(str(error), 1)


async def for_each(
    sessions: Sequence[PracticeSession],
    act: Callable[[PracticeSession], Awaitable[T]],
) -> AsyncIterator[T | None]:
    """What `act` returns for each session; None where it was refused, which is said.

    What would be refused for each ends it: a wrong call raises CommandRefused, and a server
    that is away, or a login that has ended, its DataError.
    """
    from medtui.core.session_code import code_of
    from medtui.data.errors import Changed, DataError, Gone, Invalid, NotAllowed

    for session in sessions:
        try:
            yield await act(session)
        except (CommandRefused, DataError) as error:
            is_its_own = isinstance(error, Changed | Gone | Invalid | NotAllowed)
            if not is_its_own and not (isinstance(error, CommandRefused) and error.code == 1):
                raise
            complain(f"{code_of(session.id)}: {error}")
            yield None


def add_codes(parser: argparse.ArgumentParser, nargs: str | int = "+") -> None:
    """Add the argument `codes`, which names sessions."""
    parser.add_argument(
        "codes", nargs=nargs, type=_code, metavar="CODE", help="a session's code or id"
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    """Add the option `--json`."""
    parser.add_argument("--json", action="store_true", help="as one line of JSON")


def _code(text: str) -> str:
    """The type of an argument that names a session."""
    from medtui.core.session_code import ids_of

    if ids_of(text) is None:
        raise argparse.ArgumentTypeError(not_a_code(text))
    return text


def not_a_code(text: str) -> str:
    """The sentence for a word that names no session."""
    return f"“{text}” is not a session's code: medtui sessions lists them, as 7f3a1c2e"


def print_json(value: Any) -> None:
    """Print a value as one line of JSON."""
    import json

    print_text(json.dumps(value))


async def confirm(question: str, *, is_asked: bool) -> None:
    """Ask for a yes at the terminal, unless it `is_asked` for already. Raises CommandRefused."""
    import asyncio

    if is_asked:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise CommandRefused(
            "There is no terminal to ask at: add --yes to do it without a question.", 2
        )
    sys.stderr.write(f"{question} [y/N] ")  # standard output is the command's own
    sys.stderr.flush()
    loop, is_typed = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(sys.stdin, is_typed.set)  # so that ctrl+c ends it
    try:
        await is_typed.wait()
        answer = sys.stdin.readline()
    finally:
        loop.remove_reader(sys.stdin)
    if not answer.endswith("\n"):
        print_error("")
    if answer.strip().lower() not in ("y", "yes"):
        raise CommandRefused("Nothing was done.")
