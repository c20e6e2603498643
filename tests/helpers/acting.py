"""The app and a screen for one user, as a feature's actions see them, without Textual."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from medtui.config import Settings
from medtui.core.models import PracticeSession
from medtui.data import Backend, DataError, MemoryTokens, Server
from medtui.data.answer import write_session
from medtui.ui.protocol import Dialog
from tests.helpers.stack import Person, Stack


class Context:
    """What actions take from the app. `shown`: the errors that the user was shown."""

    def __init__(self, backend: Backend, me: UUID, folder: Path = Path()) -> None:
        self.backend, self.me, self.zone = backend, me, UTC
        self.settings = Settings(file=folder / "config.toml")
        self.shown: list[str] = []

    def now(self) -> datetime:
        return datetime.now(UTC)

    async def write(self, seen: PracticeSession | None, work: Awaitable[Any]) -> Any:
        return await write_session(self.backend.live, seen, work, self.now(), self.zone)

    def notify_error(self, error: DataError) -> None:
        self.shown.append(error.message)


class Screen:
    """Answers each question with `answer`; notes what was asked and shown."""

    is_active = True

    def __init__(self, context: Context) -> None:
        self.context = context
        self.answer: Any = True
        self.asked: list[str] = []
        self.opened: list[Dialog[Any]] = []
        self.shown = context.shown

    def refuse(self, reason: str | None) -> bool:
        self.shown += [reason] if reason else []
        return reason is not None

    def notify(self, message: str, *, markup: bool = True) -> None:
        self.shown.append(message)

    async def ask(self, question: str, yes: str) -> bool:
        self.asked.append(question)
        return bool(self.answer)

    async def choose(self, question: str, choices: Sequence[Any], current: int = 0) -> Any:
        self.asked.append(question)
        return self.answer

    async def open(self, dialog: Dialog[Any]) -> Any:
        self.opened.append(dialog)
        return self.answer


@asynccontextmanager
async def signed_in(stack: Stack, person: Person) -> AsyncIterator[Context]:
    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as backend:
        await backend.auth.sign_in(person.email, person.password)
        yield Context(backend, person.id)
