"""The commands. Each imports what it needs when it runs, so that none waits for another's."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from medtui import __version__, console
from medtui.commands import completion, signed_in
from medtui.console import complain
from medtui.core.text import clean_line
from medtui.ui import garbage

if TYPE_CHECKING:
    from medtui.documents import Document, Kind


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `medtui`. Exit codes: 0, 1 if it failed, 2 for a wrong call."""
    console.prepare()
    try:
        words = sys.argv[1:] if arguments is None else arguments
        parser = _parser() if words or completion.is_asked() else _bare_parser()
        completion.complete(parser)
        options = parser.parse_args(words)
        options.credentials = {
            name: os.environ.pop(name)  # for this process alone: those that it starts have no need
            for name in ("MEDTUI_EMAIL", "MEDTUI_PASSWORD", "MEDTUI_PASSWORD_FILE")
            if name in os.environ
        }
        code = options.run(options)
    except KeyboardInterrupt:
        code = 130
    except BrokenPipeError:  # the reader of our output, such as `head`, has closed the pipe
        code = 1
    except Exception as error:  # an unexpected error: a fault of ours, reported without a traceback
        from medtui.ui.crash import report

        code = report(error)
    finally:
        _flush()
    sys.exit(code)


def _flush() -> None:
    """Flush standard output; drop the rest if the terminal, or the pipe's reader, has gone.

    The interpreter would try again at its end, fail, and change the exit code to 120.
    """
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _bare_parser() -> argparse.ArgumentParser:
    """The parser without the commands, which the app alone need not wait for."""
    parser = console.CommandParser(
        prog="medtui", description="Arrange exam practice with each other, from a terminal."
    )
    parser.add_argument("--version", action="version", version=f"medtui {__version__}")
    parser.add_argument("--url", help="the Supabase project's URL")
    parser.add_argument("--key", help="the project's public key (anon or publishable)")
    parser.set_defaults(run=_app)
    return parser


def _parser() -> argparse.ArgumentParser:
    from medtui.commands import (
        calendar,
        case_import,
        doctor,
        draft,
        files,
        listen,
        notices,
        past,
        posting,
        sessions,
        shell,
        watch,
    )
    from medtui.local.commands import add_commands
    from medtui.shared_screen.command import add_options

    parser = _bare_parser()
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    demo = commands.add_parser("demo", help="try medtui with sample data, deleted when you quit")
    demo.add_argument("--as", dest="name", metavar="NAME", help="sample person to sign in as")
    demo.set_defaults(run=_demo)

    clock = commands.add_parser("clock", help="the station clock alone, for a whole room")
    clock.add_argument(
        "--preset",
        default="",
        metavar="P",
        help="exam timing, such as plab2 or sca, or a preset of your own",
    )
    clock.add_argument("--rounds", type=_rounds, metavar="N", help="number of stations in a row")
    clock.set_defaults(run=_clock)

    board = commands.add_parser("board", help="the shared screen: no login, hands-free")
    add_options(board)
    view = commands.add_parser("view", help="read a transcript and an assessment from disk")
    view.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON, VTT, SRT or text")
    view.add_argument("--json", action="store_true", help="print them normalised, one a line")
    view.add_argument("--as", dest="kind", choices=("transcript", "assessment"),
                      help="what the file is, where its contents do not tell")  # fmt: skip
    view.set_defaults(run=_view)

    opening = commands.add_parser("open", help="go to the session of an invitation, on the board")
    signed_in.add_codes(opening, nargs=1)
    opening.set_defaults(run=_open)

    for group in (
        sessions,
        posting,
        past,
        files,
        listen,
        draft,
        calendar,
        watch,
        notices,
        completion,
    ):
        group.add_commands(commands)
    shell.add_commands(commands, _parser)

    local = commands.add_parser("local", help="a Supabase on this computer")
    local_commands = local.add_subparsers(title="commands", metavar="COMMAND", required=True)
    add_commands(local_commands, sample="medtui.demo")

    cases = commands.add_parser("cases", help="import cases")
    cases_commands = cases.add_subparsers(title="commands", metavar="COMMAND", required=True)
    case_import.add_commands(cases_commands)

    examination = commands.add_parser(
        "doctor", help="check everything medtui needs, and say how to fix each failure"
    )
    doctor.add_options(examination)

    join = commands.add_parser("join", help="join the server in an invitation")
    join.add_argument(
        "line", nargs="+", metavar="LINE", help="what medtui local run --invite printed"
    )
    join.add_argument("--name", default="", help="what to call this server (default: its host)")
    join.set_defaults(run=_join)
    return parser


def _view(options: argparse.Namespace) -> int:
    if len(options.files) > 2:
        return complain("view takes a transcript and an assessment: name at most two files.")
    if options.kind and len(options.files) > 1:
        return complain("--as says what one file is: name only that file.")
    from medtui.documents import DocumentError
    from medtui.documents.decode import check

    code = 0
    for path in options.files:
        try:
            check(path)
        except DocumentError as error:
            code = complain(f"{path}: {error.message}")
    if code:
        return code
    if options.json:
        return _print_documents(options.files, options.kind)
    if console.why_no_screen():
        return _print_review(options.files, options.kind)
    return _review(options.files, options.kind)


def _review(paths: Sequence[Path], kind: Kind | None) -> int:
    from medtui.documents.reading import Reading

    # Begun before the screen is made: what is long is read by a process of its own.
    readings = [(path, Reading(path, kind)) for path in paths]
    from medtui.config import BadConfig, load
    from medtui.launcher import Launcher, Login

    try:
        settings = load()
    except BadConfig as error:
        return complain(str(error))
    garbage.pause()
    from medtui.app import MedtuiApp
    from medtui.review.file_review import FileReviewScreen

    app = MedtuiApp(
        settings,
        Launcher(viewer=lambda: Login("", "")),
        first=lambda: FileReviewScreen(readings, settings.state, settings),
    )
    return app.run() or app.return_code or 0


def _read_documents(paths: Sequence[Path], kind: Kind | None) -> tuple[list[Document], int]:
    """The readable documents, and the exit code: 1 if one cannot be read, which is reported."""
    from medtui.documents import DocumentError, load, read
    from medtui.documents.words import is_left_over

    found, code = [], 0
    for path in paths:
        try:
            document = read(load(path), kind)
        except DocumentError as error:
            code = complain(f"{path}: {error.message}", 1)
            continue
        for note in document.notes:
            if not is_left_over(note):  # what is left over is printed with the rest
                complain(f"{path}: {note}")
        found.append(document)
    return found, code


def _print_documents(paths: Sequence[Path], kind: Kind | None) -> int:
    """Print each document as a line of JSON; an assessment's quotes are looked for in the talk."""
    import json

    from medtui.documents import Transcript
    from medtui.documents.evidence import located

    documents, code = _read_documents(paths, kind)
    talk = next((found for found in documents if isinstance(found, Transcript)), None)
    for document in documents:
        if isinstance(document, Transcript):
            told = document.as_json()
        else:
            told = located(document, talk or document.talk)
        console.print_text(json.dumps(told))
        sys.stdout.flush()
    return code


def _print_review(paths: Sequence[Path], kind: Kind | None) -> int:
    """Print the review as text, for use without a terminal."""
    from medtui.documents import Transcript
    from medtui.documents.export import as_markdown

    documents, code = _read_documents(paths, kind)
    if not documents:
        return code
    transcripts = [found for found in documents if isinstance(found, Transcript)]
    assessments = [found for found in documents if not isinstance(found, Transcript)]
    transcripts += [found.talk for found in assessments if found.talk is not None]
    if len(transcripts) > 1 or len(assessments) > 1:
        both = "transcripts" if len(transcripts) > 1 else "assessments"
        return complain(f"Both files are {both}: view takes a transcript and an assessment.")
    title = " and ".join(clean_line(path.name) for path in paths)
    transcript, assessment = next(iter(transcripts), None), next(iter(assessments), None)
    console.print_text(as_markdown(title, transcript, assessment, {}).rstrip())
    return code


def _app(options: argparse.Namespace) -> int:
    return _run({"server": options.url, "key": options.key}, credentials=options.credentials)


def _open(options: argparse.Namespace) -> int:
    flags = {"server": options.url, "key": options.key}
    return _run(flags, credentials=options.credentials, code=options.codes[0])


def _join(options: argparse.Namespace) -> int:
    import asyncio

    from medtui.config import BadConfig, invited, load

    try:
        server, key = invited(" ".join(options.line))
        if reason := console.why_no_screen():
            return complain(reason)
        settings = load()
        from medtui.data import DataError, check_server

        try:
            asyncio.run(check_server(server, key))  # the server before stays if this one is none
        except DataError as error:
            return complain(error.message, 1)
        settings.with_server(server, key, options.name)
    except BadConfig as error:
        return complain(str(error))
    flags: dict[str, str | None] = {"server": server, "key": key}
    return _run(flags, credentials=options.credentials, is_invited=True)


def _demo(options: argparse.Namespace) -> int:
    import tempfile

    from medtui.demo.people import find
    from medtui.local import LocalError
    from medtui.ui.ending import at_last

    try:
        find(options.name)
    except LocalError as error:
        return complain(str(error))
    if reason := console.why_no_screen():
        return complain(reason)
    # Settings of its own: nothing of the demo is mixed with what the user has, or left behind.
    try:
        temporary = tempfile.TemporaryDirectory(prefix="medtui-demo-")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        return complain(f"The demo has no folder to run in ({reason}): set TMPDIR to one.", 1)
    with temporary as folder, at_last(temporary.cleanup):
        os.environ["MEDTUI_CONFIG"] = str(Path(folder) / "config.toml")
        for name in ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_PUBLISHABLE_KEY"):
            os.environ.pop(name, None)
        return _run({}, demo=True, viewer=options.name)


def _rounds(text: str) -> int:
    rounds = int(text)
    if not 1 <= rounds <= 60:
        raise argparse.ArgumentTypeError(f"{rounds} is not possible: --rounds must be 1 to 60")
    return rounds


def _clock(options: argparse.Namespace) -> int:
    from medtui.config import BadConfig, load, preset

    try:
        settings = load()
        chosen = preset(settings, options.preset)
    except BadConfig as error:
        return complain(str(error))

    if reason := console.why_no_screen():
        return complain(reason)
    garbage.pause()
    from medtui.room.clock_app import ClockApp
    from medtui.store.log import logged

    with logged(settings.state):
        app = ClockApp(chosen, rounds=options.rounds, settings=settings)
        return app.run() or app.return_code or 0


def _run(
    flags: dict[str, str | None],
    *,
    demo: bool = False,
    viewer: str | None = None,
    credentials: dict[str, str] | None = None,
    code: str = "",
    is_invited: bool = False,
) -> int:
    from medtui.config import BadConfig, load
    from medtui.launcher import Launcher, Login

    try:
        settings = load(flags)
        unattended = None
        if credentials:
            from medtui.account import script_login as given

            unattended = given.login(credentials)
    except BadConfig as error:
        return complain(str(error))

    if reason := console.why_no_screen():
        return complain(reason)

    def login() -> Login:
        from medtui.demo.people import PASSWORD, find

        return Login(find(viewer).email, PASSWORD)

    garbage.pause()
    from medtui.app import MedtuiApp
    from medtui.store.log import logged

    # The demo leaves nothing behind.
    with nullcontext() if demo else logged(settings.state):
        launcher = Launcher(viewer=login, folder=_data_folder)
        app = MedtuiApp(settings, launcher, demo=demo, login=unattended, code=code)
        app.servers.is_invited = is_invited
        return app.run() or app.return_code or 0


def _data_folder() -> Path:
    from medtui.local.folder import default_folder

    return default_folder()
