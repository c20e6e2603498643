"""`medtui board`: its options, and from them to what they ask for."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from medtui.console import complain, why_no_screen
from medtui.ui import garbage

if TYPE_CHECKING:
    from collections.abc import Callable

    from medtui.config import Settings
    from medtui.data.window import SessionWindow
    from medtui.launcher import Launcher
    from medtui.shared_screen.screen import Look


def add_options(parser: argparse.ArgumentParser) -> None:
    """What can be asked of the shared screen."""
    add = parser.add_argument
    add("--zone", help="time zone, such as Europe/London")
    add("--days", type=_days, help="number of days, from today (default: all)")
    add("--today", action="store_const", const=1, dest="days", help="only today")
    add("--type", help="only sessions of this type")
    add("--names", choices=("full", "initials", "none"),
        help="how much of people's names is shown (default: as in the settings)")  # fmt: skip
    add("--notes", action="store_true", help="show what hosts have noted with their sessions")
    add("--page-seconds", type=_seconds, default=12.0, metavar="S",
        help="seconds per page (default: 12)")  # fmt: skip
    add("--theme", help="medtui-dark, medtui-light, medtui-contrast, or one of Textual's")
    add("--invite", default="", metavar="LINE", help="show how to join, as text and QR")
    add("--once", action="store_true", help="print it and exit")
    add("--json", action="store_true", help="print it as JSON and exit")
    add("--web", action="store_true", help="serve it to browsers")
    add("--host", default="127.0.0.1", metavar="ADDR",
        help="where --web listens (default: %(default)s)")  # fmt: skip
    add("--port", type=_port, default=8000, help="default: %(default)s")
    add("--public-host", default="", metavar="NAME",
        help="the name of a proxy through which browsers reach --web")  # fmt: skip
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run what was asked for. 1 when it failed, 2 when it was asked wrongly."""
    from functools import partial

    from medtui.config import BadConfig, Settings, load, shared_names, state
    from medtui.config import zone as zone_of
    from medtui.core import key_names
    from medtui.core.api_keys import is_secret
    from medtui.core.keymap import as_written
    from medtui.store.zones import NoZone, zone_named

    try:
        at_start = load({"server": options.url, "key": options.key})
    except BadConfig:  # which is told where the server is looked for
        at_start = Settings(file=Path())
    key_names.use(as_written(at_start.keys))
    try:
        zone, warning = (zone_named(options.zone), "") if options.zone else zone_of(at_start)
    except NoZone as error:
        guess = error.guess or "one as Europe/London"
        return complain(f"there is no time zone {options.zone!r}: try {guess}.")
    if warning and (options.web or options.once or options.json):
        complain(warning)
    if options.web:
        # Before it goes on a command line, which others on this machine can read.
        try:
            is_refused = is_secret(load({"key": options.key}).key)
        except BadConfig as error:
            return complain(str(error))
        if is_refused:
            return complain("this is the secret key: use the public one.")
    from medtui.core.wall_sections import Names
    from medtui.data.window import shared
    from medtui.launcher import Launcher, Login
    from medtui.shared_screen.screen import Look
    from medtui.store.log import logged

    try:
        names = Names(options.names) if options.names else shared_names(at_start)
    except BadConfig as error:
        return complain(str(error))
    look = Look(zone, names, options.days, options.page_seconds, options.invite)
    scope = shared(options.days, options.type, notes=options.notes)
    settings = partial(load, {"server": options.url, "key": options.key})
    launcher = Launcher(viewer=lambda: Login("", ""))
    if options.web:
        return _serve(options, settings, launcher, look, scope)
    if not (options.once or options.json):
        if reason := why_no_screen():
            return complain(reason)
        garbage.pause()
        from medtui.shared_screen.app import SharedBoardApp

        with logged(state()):
            app = SharedBoardApp(
                settings, launcher, look, scope, theme=options.theme, warning=warning
            )
            return app.run() or app.return_code or 0
    try:
        found = settings()
    except BadConfig as error:
        return complain(str(error))
    if not found.server:
        return complain("no server is configured: run medtui once, or set SUPABASE_URL.")
    from medtui.shared_screen.once import print_once

    return print_once(found, launcher, look, scope, as_json=options.json)


def _serve(
    options: argparse.Namespace,
    settings: Callable[[], Settings],
    launcher: Launcher,
    look: Look,
    scope: SessionWindow,
) -> int:
    import asyncio

    try:
        from medtui.shared_screen.text_board import TextBoard
        from medtui.shared_screen.web import BoardServer
    except ModuleNotFoundError:
        return complain("--web needs one more package: pip install 'medtui[web]'.", 1)
    given = {
        "--zone": options.zone, "--type": options.type, "--names": options.names,
        "--days": options.days, "--page-seconds": options.page_seconds,
        "--theme": options.theme, "--invite": options.invite or None,
    }  # fmt: skip
    server = [f"--{name}={value}" for name in ("url", "key") if (value := getattr(options, name))]
    line = [f"{name}={value}" for name, value in given.items() if value is not None]
    command = [*server, "board", *line, *(["--notes"] if options.notes else [])]
    text = TextBoard(settings, launcher, look, scope)
    address = options.host, options.port, options.public_host

    async def serve() -> int:  # the feed of the plain page belongs to this event loop
        return await BoardServer(command, *address, text=text).run()

    return asyncio.run(serve())


def _days(text: str) -> int:
    if (days := int(text)) < 1:
        raise argparse.ArgumentTypeError("it must be 1 or more")
    return days


def _seconds(text: str) -> float:
    if not 1 <= (seconds := float(text)) <= 3600:
        raise argparse.ArgumentTypeError("from 1 to 3600 seconds")
    return seconds


def _port(text: str) -> int:
    if not 0 <= (port := int(text)) <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port: use 0 to 65535")
    return port
