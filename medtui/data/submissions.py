"""The mark sheets that one person has on the way, and how far each has come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

from medtui.core.models import FileKind
from medtui.data.events import Notify, SheetMoved
from medtui.store.outbox import DeliveryState, Outbox, Submission

Key = tuple[UUID, UUID]
"""A session and a sheet."""


class Submissions:
    """The submissions in one person's outbox, in memory too. Changes raise OSError.

    Args:
        folder: of this program's state.
        notify: told `SheetMoved` for each change.
        answer: called with a guest's sheet that has come further here.
    """

    def __init__(
        self, folder: Path, me: UUID, notify: Notify, answer: Callable[[Submission], None]
    ) -> None:
        self._outbox = Outbox(folder, me)
        self._notify = notify
        self._answer = answer
        self._known: dict[Key, Submission] = {}

    async def load(self) -> list[Submission]:
        """Read the outbox, and return what is in it. What is known already stays."""
        found = await asyncio.to_thread(self._outbox.all)
        for submission in found:
            self._known.setdefault((submission.session, submission.sheet), submission)
        return found

    def get(self, key: Key) -> Submission | None:
        """What is known of a sheet; None: nothing."""
        return self._known.get(key)

    def of(self, session_id: UUID) -> list[Submission]:
        """The sheets of a session."""
        return [each for each in self._known.values() if each.session == session_id]

    def unfinished(self) -> list[Submission]:
        """The sheets with which something is left to be tried."""
        return [each for each in self._known.values() if not each.is_over]

    async def save(self, submission: Submission) -> Submission:
        """Write it to the outbox, then notify. Returns what is kept, as `Outbox.save` does."""
        kept = await asyncio.to_thread(self._outbox.save, submission)
        self._known[kept.session, kept.sheet] = kept
        self._notify(SheetMoved(kept))
        return kept

    async def move(self, submission: Submission, **changes: Any) -> None:
        """Note how far a sheet has come, unless another revision has taken its place."""
        present = self._known.get((submission.session, submission.sheet))
        if present is None or present.revision != submission.revision:
            return
        moved = replace(present, **changes)
        if moved != present:
            kept = await self.save(moved)
            if kept.is_host and not kept.is_mine:
                self._answer(kept)

    async def mark_uploaded(self, submission: Submission) -> None:
        """Note that the bucket has it."""
        await self.move(
            submission, where=DeliveryState.UPLOADED, reason="", is_in_the_way=False, is_told=False
        )

    async def refuse(self, submission: Submission, reason: str, *, is_told: bool = False) -> None:
        """Note that it comes no further. Its author is told in which file of theirs it stays.

        `is_told`: the other side says so, and it is tried again.
        """
        if submission.is_mine and submission.kind is not FileKind.TRANSCRIPT:
            file = await asyncio.to_thread(self._outbox.set_out, submission)
            reason += f" The assessment is in {file}: medtui view reads it."
        await self.move(
            submission,
            where=DeliveryState.REFUSED,
            reason=reason,
            is_in_the_way=False,
            is_told=is_told,
        )
