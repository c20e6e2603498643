"""What the keys of the board ask of its screen."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from medtui.core.models import PracticeSession, Profile
from medtui.ui.protocol import Ui


class BoardUi(Ui, Protocol):
    """What the board's actions ask of its screen."""

    def chosen(self) -> PracticeSession | None:
        """The session that a key means; None, and said why, if it cannot mean one."""

    def overlap(self, starts_at: datetime, but: UUID) -> PracticeSession | None:
        """Another session of the user's that overlaps with one at this time."""

    def set_busy(self, session_id: UUID, is_busy: bool) -> None:
        """Show that a session is being written, or no longer."""

    def show_session(self, session_id: UUID) -> None:
        """Show a session as the feed has it, before its event has come to the screen."""

    def go_to(self, session_id: UUID) -> None:
        """Put the cursor on a session, and show all where it would be hidden."""

    def tell_done(self, words: str, *, can_undo: bool = False) -> None:
        """Say what was done, and how to undo it while that is possible."""

    def end_offer(self) -> None:
        """Stop saying that something can be undone."""

    def people(self) -> Iterable[Profile]:
        """The people on the board."""

    def expect_gone(self, session_id: UUID) -> None:
        """Note that the user cancels this session: keys work on when its row is removed."""
