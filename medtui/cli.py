"""The commands. Each imports what it needs when it runs, so that none waits for another's."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from medtui import __version__


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run `medtui`. Exit codes: 0, 1 when it failed, 2 when it was asked wrongly."""
    options = _parser().parse_args(arguments)
    sys.exit(options.run(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="medtui", description="Arrange exam practice with each other, from a terminal."
    )
    parser.add_argument("--version", action="version", version=f"medtui {__version__}")
    parser.add_argument("--url", help="the Supabase project's URL")
    parser.add_argument("--key", help="the project's public key (anon or publishable)")
    parser.set_defaults(run=_app)
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")

    demo = commands.add_parser("demo", help="try medtui on a throwaway practice with sample data")
    demo.add_argument("--as", dest="name", metavar="NAME", help="which sample person to be")
    demo.set_defaults(run=_demo)

    view = commands.add_parser("view", help="read a transcript and an assessment from disk")
    view.add_argument("files", nargs="+", type=Path, metavar="FILE", help="JSON, VTT, SRT or text")
    view.add_argument("--json", action="store_true", help="print them normalised, one a line")
    view.set_defaults(run=_view)

    local = commands.add_parser("local", help="a Supabase on this machine")
    local_commands = local.add_subparsers(title="commands", metavar="COMMAND", required=True)
    run = local_commands.add_parser("run", help="run it in the foreground; prints its keys as JSON")
    run.add_argument("--data", type=Path, metavar="DIR", help="where its data lives")
    run.add_argument("--port", type=_port, help="0: any free port (default: the same as last time)")
    run.add_argument("--host", default="127.0.0.1", metavar="ADDR", help="default: %(default)s")
    content = run.add_mutually_exclusive_group()
    content.add_argument("--sample", action="store_true", help="with sample people and sessions")
    content.add_argument("--empty", action="store_true", help="with nothing in it (the default)")
    run.add_argument("--schema", type=Path, metavar="DIR", help="apply these migrations instead")
    # For medtui itself: ends with the last who holds it; leaves nothing behind.
    run.add_argument("--held", action="store_true", help=argparse.SUPPRESS)
    run.add_argument("--throwaway", action="store_true", help=argparse.SUPPRESS)
    run.set_defaults(run=_local_run)
    return parser


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port: take 0 to 65535")
    return port


def _local_run(options: argparse.Namespace) -> int:
    from medtui.local.run import RunOptions, main

    return main(
        RunOptions(
            data=options.data,
            port=options.port,
            host=options.host,
            sample=options.sample,
            schema=options.schema,
            throwaway=options.throwaway,
            held=options.held,
        )
    )


def _view(options: argparse.Namespace) -> int:
    if len(options.files) > 2:
        return _complain("view takes a transcript and an assessment: name at most two files.")
    if not options.json:
        return _complain("only --json is there yet.")
    import json

    from medtui.documents import DocumentError, load, read

    failed = 0
    for path in options.files:
        try:
            document = read(load(path))
        except DocumentError as error:
            failed = 1
            sys.stderr.write(f"medtui: {path}: {error.message}\n")
            continue
        for note in document.notes:
            sys.stderr.write(f"medtui: {path}: {note}\n")
        print(json.dumps(document.as_json()))  # noqa: T201
    return failed


def _app(options: argparse.Namespace) -> int:
    return _run({"server": options.url, "key": options.key})


def _demo(options: argparse.Namespace) -> int:
    import os
    import tempfile

    from medtui.local import LocalError
    from medtui.local.sample.people import find

    try:
        find(options.name)
    except LocalError as error:
        return _complain(str(error))
    # Settings of its own: nothing of the demo is mixed with what the user has, or left behind.
    with tempfile.TemporaryDirectory(prefix="medtui-demo-") as folder:
        os.environ["MEDTUI_CONFIG"] = str(Path(folder) / "config.toml")
        for name in ("SUPABASE_URL", "SUPABASE_ANON_KEY", "SUPABASE_PUBLISHABLE_KEY"):
            os.environ.pop(name, None)
        return _run({}, demo=True, viewer=options.name)


def _run(flags: dict[str, str | None], *, demo: bool = False, viewer: str | None = None) -> int:
    from medtui.config import BadConfig, load
    from medtui.launch import Launcher, Login

    try:
        settings = load(flags)
    except BadConfig as error:
        return _complain(str(error))

    def login() -> Login:
        from medtui.local.sample.people import PASSWORD, find

        return Login(find(viewer).email, PASSWORD)

    from medtui.app import MedtuiApp

    app = MedtuiApp(settings, Launcher(viewer=login), demo=demo)
    return app.run() or app.return_code or 0


def _complain(sentence: str) -> int:
    sys.stderr.write(f"medtui: {sentence}\n")
    return 2
