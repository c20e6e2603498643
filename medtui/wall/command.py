"""From the options of `medtui board` to what they ask for."""

from __future__ import annotations

import argparse
import asyncio
import sys
from functools import partial
from zoneinfo import ZoneInfo

from medtui.config import BadConfig, load, local_zone
from medtui.launch import Launcher, Login
from medtui.shared_board import Names


def run(options: argparse.Namespace) -> int:
    """Run what was asked for. 1 when it failed, 2 when it was asked wrongly."""
    from medtui.data.scope import shared
    from medtui.screens.shared_board import Look

    try:
        zone = ZoneInfo(options.zone) if options.zone else local_zone()
    except (ValueError, LookupError, OSError):
        return _complain(f"there is no time zone {options.zone!r}: try one as Europe/London", 2)
    look = Look(zone, Names(options.names), options.days, options.page_seconds, options.invite)
    scope = shared(options.days, options.type)
    settings = partial(load, {"server": options.url, "key": options.key})
    if options.web:
        return _serve(options)
    launcher = Launcher(viewer=lambda: Login("", ""))
    if not (options.once or options.json):
        from medtui.wall.app import SharedBoardApp

        app = SharedBoardApp(settings, launcher, look, scope, theme=options.theme)
        return app.run() or app.return_code or 0
    try:
        found = settings()
    except BadConfig as error:
        return _complain(str(error), 2)
    if not found.server:
        return _complain("no server is configured: run medtui once, or set SUPABASE_URL.", 2)
    from medtui.wall.once import print_once

    return print_once(found, launcher, look, scope, as_json=options.json)


def _serve(options: argparse.Namespace) -> int:
    try:
        from medtui.wall.web import BoardServer
    except ModuleNotFoundError:
        return _complain("--web needs one more package: pip install 'medtui[web]'.", 1)
    given = {
        "--zone": options.zone, "--type": options.type, "--names": options.names,
        "--days": options.days, "--page-seconds": options.page_seconds,
        "--theme": options.theme, "--invite": options.invite or None,
    }  # fmt: skip
    server = [f"--{name}={value}" for name in ("url", "key") if (value := getattr(options, name))]
    line = [f"{name}={value}" for name, value in given.items() if value is not None]
    return asyncio.run(BoardServer([*server, "board", *line], options.host, options.port).run())


def _complain(sentence: str, code: int) -> int:
    sys.stderr.write(f"medtui: {sentence}\n")
    return code
