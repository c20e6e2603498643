"""The client under test, in a process of its own: a board, a live feed, and somebody who acts.

    python -m tests.faults.client < jobs

Each line of its input is a job; each job gets a process forked from this one, which has
imported everything already. It tells what its board shows over the job's Unix socket, one
JSON object a line, and does what it is told there.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
import signal
import sys
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from medtui.alerts.teller import Teller
from medtui.core.agenda import Board
from medtui.core.models import PracticeSession, SessionDraft, Stage
from medtui.core.notice_rules import NoticeRules
from medtui.core.notices import Notice
from medtui.data import Backend, Changed, DataError, Gone, MemoryTokens, Server, Unreachable, auth
from medtui.data.events import (
    BoardRead,
    Event,
    FeedWentLive,
    FeedWentStale,
    SessionsChanged,
    SignedOut,
)
from tests.faults.notices import TYPE

WATCH_SECONDS = 2.0
"""Tokens live for half a minute here, and are looked after accordingly."""


class Client:
    """What the app does around the data module, without a screen."""

    def __init__(self, job: dict[str, Any]) -> None:
        self._job = job
        self._rng = random.Random(job["seed"])
        self._board = Board(None, UTC, datetime.now(UTC))
        self._acting: asyncio.Task[None] | None = None
        self._may_act = False

    async def run(self) -> None:
        reader, self._control = await asyncio.open_unix_connection(self._job["control"])
        self._tell("hello", pid=os.getpid())
        server = Server(self._job["url"], self._job["key"])
        self._teller = Teller(NoticeRules(), (), UTC, _now, None, self._show)
        async with Backend.open(
            server, tokens=MemoryTokens(), notify=self._told, state=Path(self._job["state"])
        ) as self._backend:
            self._board.viewer = self._me = await self._sign_in()
            self._teller.attach(self._backend)
            self._backend.live.start()
            while order := (await reader.readline()).decode().strip():
                await self._obey(order)

    async def _sign_in(self) -> UUID:
        """Before anything is spoilt; a machine that is busy may take its time."""
        while True:
            with contextlib.suppress(Unreachable):
                user = await self._backend.auth.sign_in(self._job["email"], self._job["password"])
                return user.id

    async def _obey(self, order: str) -> None:
        match order:
            case "act":
                self._may_act = True
                self._acting = asyncio.create_task(self._act())
            case "rest":
                self._may_act = False
                if self._acting:
                    await self._acting
                self._tell("resting")
            case "who":
                with contextlib.suppress(DataError):
                    await self._backend.profiles.mine()
                user = self._backend.auth.user
                self._tell("who", user=str(user.id) if user else None)

    def _tell(self, kind: str, /, **more: Any) -> None:
        self._control.write(json.dumps({"is": kind, **more}).encode() + b"\n")

    def _show(self, notice: Notice) -> None:
        moved_to = notice.moved_to and notice.moved_to.astimezone(UTC).isoformat()
        what = {"what": notice.what.value, "session": str(notice.session_id)}
        self._tell("notice", **what, who=notice.who, moved_to=moved_to)

    def _told(self, event: Event) -> None:
        self._teller.on_event(event)
        match event:
            case BoardRead(sessions):
                self._board.read(sessions)
                self._tell_board()
            case SessionsChanged(changed, removed):
                self._board.apply(changed, removed)
                self._tell_board()
            case FeedWentLive():
                self._tell("live")
            case FeedWentStale(_, reason):
                self._tell("stale", reason=reason)
            case SignedOut(reason):
                self._tell("out", reason=reason)

    def _tell_board(self) -> None:
        self._board.tick(self._backend.clock.now())
        self._tell("board", rows=[row_of(session) for session in self._board.agenda.sessions])

    async def _act(self) -> None:
        """Act again and again, as a user of the board does."""
        while self._may_act:
            await asyncio.sleep(self._rng.uniform(0.3, 1.5))
            if not self._may_act:
                return
            what, session = self._choose()
            try:
                await self._do(what, session)
            except Changed as error:
                self._backend.live.apply(error.present)
                self._tell("done", what=what, id=str(session.id), outcome="changed")
            except Gone:
                self._backend.live.drop(session.id)
                self._tell("done", what=what, id=str(session.id), outcome="gone")
            except DataError as error:
                outcome = f"{type(error).__name__}: {error.message}"
                self._tell("done", what=what, id=str(session.id), outcome=outcome)

    def _choose(self) -> tuple[str, PracticeSession]:
        sessions = [s for s in self._board.agenda.sessions if s.type != TYPE]
        choices = {
            "book": [s for s in sessions if s.is_open and s.host_id != self._me],
            "leave": [s for s in sessions if s.guest_id == self._me],
            "cancel": [s for s in sessions if s.host_id == self._me],
        }
        possible = [what for what, some in choices.items() if some]
        if not possible or self._rng.random() < 0.3:
            return "post", self._draft()
        what = self._rng.choice(possible)
        return what, self._rng.choice(choices[what])

    def _draft(self) -> PracticeSession:
        return PracticeSession(
            id=UUID(int=self._rng.getrandbits(128), version=4),
            host_id=self._me,
            starts_at=datetime.now(UTC) + timedelta(minutes=self._rng.randint(60, 600)),
            type="mock",
            stage=Stage.PREP,
        )

    async def _do(self, what: str, session: PracticeSession) -> None:
        sessions, live = self._backend.sessions, self._backend.live
        self._tell("begun", what=what, id=str(session.id))
        write: Awaitable[PracticeSession | None]
        match what:
            case "post":
                draft = SessionDraft(
                    id=session.id,
                    starts_at=session.starts_at,
                    type=session.type,
                    room_url=f"https://example.org/{session.id.hex}",
                )
                write = sessions.create(draft)
            case "book":
                write = sessions.book(session)
            case "leave":
                write = sessions.leave(session)
            case _:
                write = sessions.cancel(session)
        written = await write
        # Told before it is shown, so that nothing is shown as done that was not.
        row = written and seen_of(written)
        self._tell("done", what=what, id=str(session.id), outcome="done", row=row)
        if written is None:
            live.drop(session.id)
        else:
            live.apply(written)


def row_of(session: PracticeSession) -> list[Any]:
    """The text of a line of the board."""
    return [
        str(session.id),
        session.starts_at.astimezone(UTC).isoformat(),
        session.type,
        str(session.host_id),
        session.host.name if session.host else None,
        str(session.guest_id) if session.guest_id else None,
        session.guest.name if session.guest else None,
        int(session.stage),
    ]


def seen_of(session: PracticeSession) -> dict[str, Any]:
    """What its user knows of a session once an act of theirs was answered."""
    return {
        "starts_at": session.starts_at.astimezone(UTC).isoformat(),
        "host_id": str(session.host_id),
        "guest_id": str(session.guest_id) if session.guest_id else None,
        "guest": session.guest.name if session.guest else None,
    }


def _now() -> datetime:
    return datetime.now(UTC)


def main() -> None:
    import httpx  # noqa: F401  # for the children, as are these
    import supabase  # noqa: F401

    auth.WATCH_SECONDS = WATCH_SECONDS
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            with contextlib.suppress(ConnectionError):
                asyncio.run(Client(json.loads(line)).run())
            os._exit(0)


if __name__ == "__main__":
    main()
