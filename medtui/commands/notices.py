"""`medtui notices`: how notices are told here, and a test of it."""

from __future__ import annotations

import argparse
import os
import sys
from typing import TYPE_CHECKING, Any

from medtui.console import complain, print_text

if TYPE_CHECKING:
    from medtui.config import Settings

TEST = "This is how medtui tells you what happens to your sessions."


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    notices = commands.add_parser("notices", help="how you are notified, and a test of it")
    notices.add_argument(
        "--test", action="store_true", help="send a test notice by each way that is on"
    )
    notices.add_argument(
        "--set-url",
        action="store_true",
        help="save an Apprise URL from standard input, for push; an empty one removes it",
    )
    notices.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    import asyncio

    from medtui.config import BadConfig, load

    try:
        settings = load()
        if options.set_url:
            return asyncio.run(_keep_url(settings))
        return asyncio.run(_tell(settings, is_test=options.test))
    except BadConfig as error:
        return complain(str(error))


async def _keep_url(settings: Settings) -> int:
    import asyncio
    import getpass

    from medtui.alerts.push import is_url, why_no_push
    from medtui.alerts.ways import KEYRING, kept_url

    if reason := why_no_push():
        return complain(reason, 1)
    if sys.stdin.isatty():  # a URL may hold a password
        url = getpass.getpass("Apprise URL (as ntfy://topic; not shown): ").strip()
    else:
        url = sys.stdin.readline().strip()
    store = kept_url(settings.state)
    if not url:
        await store.clear()
        settings.with_changes(notice_url="")
        print_text("Notices are no longer sent by push.")
        return 0
    if not await asyncio.to_thread(is_url, url):
        return complain("Apprise does not know this kind of URL: see the list in its manual.")
    await store.write(url)
    settings.with_changes(notice_url=KEYRING)
    if store.notice:
        print_text(store.notice)
    print_text("Saved. Try it: medtui notices --test")
    return 0


async def _tell(settings: Settings, *, is_test: bool) -> int:
    """Say which ways are on, and with `is_test` try each. Returns 1 if one fails."""
    import asyncio

    from medtui.alerts.ways import sinks
    from medtui.config import notice_rules
    from medtui.core.notice_rules import SINKS

    rules = notice_rules(settings)
    is_terminal = sys.stdout.isatty()
    found, missing = await sinks(
        rules, settings.notice_url, settings.state, os.environ,
        _write if is_terminal else None, bell=settings.bell,
    )  # fmt: skip
    by_name = {sink.name: sink for sink in found}
    code = 0
    for name in SINKS:
        words = missing.get(name, "on" if name in rules.sinks else "off in the settings")
        if is_test and (sink := by_name.get(name)) is not None:
            try:
                async with asyncio.timeout(30):
                    await sink.send(TEST)
                words = "sent"
            except Exception as error:  # a library's own, of any kind
                words, code = f"failed ({type(error).__name__})", 1
        print_text(f"{name:<10}{words}")
    muted = ", ".join(sorted(kind.value for kind in rules.muted))
    print_text(f"{'muted':<10}{muted or 'nothing'}")
    print_text(f"{'quiet':<10}{settings.quiet_hours or 'never'}")
    return code


def _write(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()
