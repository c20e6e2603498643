"""`medtui watch`: what happens to the user's sessions, without a screen."""

from __future__ import annotations

import argparse
import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medtui.commands.signed_in import print_json
from medtui.console import complain, print_error, print_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime, tzinfo

    from medtui.config import Settings
    from medtui.core.notices import Notice
    from medtui.data import Backend
    from medtui.data.events import Event
    from medtui.data.tokens import TokenStore
    from medtui.launcher import Login


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    watch = commands.add_parser("watch", help="report what happens to your sessions, until ctrl+c")
    watch.add_argument("--jsonl", action="store_true", help="each event as a line of JSON")
    watch.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    import asyncio

    from medtui.config import BadConfig
    from medtui.store.log import logged

    try:
        watch = watch_for(options, as_json=options.jsonl)
    except BadConfig as error:
        return complain(str(error))
    with logged(watch.settings.state):
        return asyncio.run(watch.run())


def watch_for(options: argparse.Namespace, *, as_json: bool = False) -> Watch:
    """The watch for the command line's server and login. Raises BadConfig."""
    from medtui.account.script_login import login
    from medtui.config import load, notice_rules
    from medtui.config import zone as zone_of

    settings = load({"server": options.url, "key": options.key})
    notice_rules(settings)
    given = login(options.credentials)
    zone, warning = zone_of(settings)
    for sentence in (warning, given.warning if given else ""):
        if sentence:
            complain(sentence)
    return Watch(settings, given, zone, as_json=as_json)


class Watch:
    """Prints notices and tells them by the sinks, until a signal, or the login has ended."""

    def __init__(
        self, settings: Settings, login: Login | None, zone: tzinfo, *, as_json: bool
    ) -> None:
        import asyncio

        self.settings = settings
        self._login = login
        self._zone = zone
        self._as_json = as_json
        self.is_over = asyncio.Event()
        """Set to end it."""
        self._code = 0
        self._said = ""
        self._backend: Backend | None = None
        self._on_event: Callable[[Event], None] = lambda event: None

    async def run(self) -> int:
        """Run until the end, or in the main thread until a signal. Returns the exit code."""
        import asyncio
        import signal
        import threading

        from medtui.config import BadConfig
        from medtui.data import DataError, Unreachable
        from medtui.data.backoff import Pauses
        from medtui.launcher import LaunchFailed

        loop = asyncio.get_running_loop()
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGTERM, signal.SIGHUP):
                loop.add_signal_handler(number, self.is_over.set)
        pauses = Pauses(1.0, 60.0)
        while not self.is_over.is_set():
            try:
                await self._watch()
            except Unreachable as error:  # only a sign-in by password: the feed waits by itself
                complain(f"{error.message} Trying again…")
                await pauses.sleep()
            except BadConfig as error:
                return complain(str(error))
            except (DataError, LaunchFailed) as error:
                return complain(str(error), 1)
        return self._code

    async def _watch(self) -> None:
        from medtui.alerts.teller import Teller
        from medtui.alerts.ways import sinks
        from medtui.config import notice_rules
        from medtui.data import NotSignedIn
        from medtui.server import opened

        settings = self.settings
        rules, state = notice_rules(settings), settings.state
        ways, _ = await sinks(
            rules, settings.notice_url, state, os.environ, _terminal(), bell=settings.bell
        )
        kept = None if self._login else state
        async with opened(
            settings,
            self._login,
            tokens=partial(_stored, state) if kept else None,
            state=kept,
            notify=lambda event: self._on_event(event),
        ) as backend:
            if backend.auth.user is None:
                raise NotSignedIn(
                    "You are not signed in: run medtui and sign in, or set MEDTUI_EMAIL and"
                    " MEDTUI_PASSWORD_FILE."
                )
            self._backend = backend
            lock = state / "teller"
            teller = Teller(rules, ways, self._zone, backend.clock.now, lock, self._show)
            teller.attach(backend)
            self._on_event = partial(self._take, teller)
            backend.live.start()
            try:
                await self.is_over.wait()
            finally:
                await teller.close()

    def _take(self, teller: Any, event: Event) -> None:
        from medtui.data.events import FeedWentLive, FeedWentStale, SignedOut

        teller.on_event(event)
        match event:
            case SignedOut(reason):
                self._code = complain(reason, 1)
                self.is_over.set()
            case FeedWentLive():
                self._print({"event": "live"})
                self._say("Live: what happens to your sessions is told here.")
            case FeedWentStale(_, reason):
                self._print({"event": "stale", "reason": reason})
                why = f": {reason.rstrip('.')}" if reason else ""
                self._say(f"Not live{why}. What happens meanwhile is told later.")

    def _say(self, sentence: str) -> None:
        """Print the state of the feed, once, where a person reads the lines at a terminal."""
        is_new, self._said = sentence != self._said, sentence
        if is_new and not self._as_json and sys.stderr is not None and sys.stderr.isatty():
            print_error(sentence)

    def _show(self, notice: Notice) -> None:
        from medtui.core.notices import words

        self._print(notice_json(notice, words(notice, self._zone)))

    def _print(self, event: dict[str, Any]) -> None:
        """Print an event; as text, only notices."""
        assert self._backend is not None  # noqa: S101  # it is the one that tells
        now: datetime = self._backend.clock.now()
        try:
            if self._as_json:
                print_json({"at": now.isoformat(), **event})
            elif event["event"] == "notice":
                print_text(f"{now.astimezone(self._zone):%H:%M}  {event['text']}")
            sys.stdout.flush()
        except OSError:  # the reader of the pipe has gone
            self._code = 1
            self.is_over.set()


def notice_json(notice: Notice, text: str) -> dict[str, Any]:
    """A notice as JSON, whose schema is in the README. `text`: in words."""
    from medtui.core.session_code import code_of

    return {
        "event": "notice",
        "kind": notice.what.value,
        "session": str(notice.session_id),
        "code": code_of(notice.session_id),
        "who": notice.who or None,
        "starts_at": notice.starts_at.isoformat(),
        "moved_to": notice.moved_to and notice.moved_to.isoformat(),
        "files": sorted(kind.value for kind in notice.files),
        "minutes": notice.minutes,
        "until": notice.until and notice.until.isoformat(),
        "text": text,
    }


def _stored(state: Path, url: str) -> TokenStore:
    from medtui.data import StoredTokens

    return StoredTokens(url, state)


def _terminal() -> Callable[[str], object] | None:
    """Writes to the terminal that standard error is; None: it is none."""
    if sys.stderr is None or not sys.stderr.isatty():
        return None

    def write(text: str) -> None:
        sys.stderr.write(text)
        sys.stderr.flush()

    return write
