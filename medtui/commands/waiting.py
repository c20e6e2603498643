"""`medtui book --wait`, and `leave` for those who wait: seats that are taken or kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from medtui.commands.signed_in import CommandRefused, SignedIn, confirm

if TYPE_CHECKING:
    from medtui.core.models import PracticeSession
    from medtui.core.waiting import WaitingLine


class Outcome(NamedTuple):
    """What was done to a session: `done` begins its sentence, as in "Booked".

    `session`: as it is now. `line`: the one in which the user waits for it by now, if any.
    """

    session: PracticeSession
    done: str
    line: WaitingLine | None = None

    @property
    def place(self) -> str:
        """ ", 2nd in line"; empty where the user does not wait, or their place is not known."""
        from medtui.core.waiting import ordinal

        return f", {ordinal(self.line.place)} in line" if self.line and self.line.place else ""


async def instead_of_booking(
    user: SignedIn, session: PracticeSession, why_not: str, *, waits: bool
) -> Outcome:
    """Wait for a seat if the user `waits`, who may do so already. Raises CommandRefused if not."""
    from medtui.core.waiting import why_not_wait
    from medtui.data import DataError

    waiting = user.backend.waiting
    if why_not_wait(session, user.me, user.now()):
        raise CommandRefused(why_not)
    if not waits and user.backend.has_waiting:
        raise CommandRefused(f"{why_not.rstrip('.')}: add --wait to wait for the seat.")
    if not waits:
        raise CommandRefused(why_not)
    present = await waiting.wait(session)
    try:
        line = (await waiting.read()).get(session.id)
    except DataError:  # the user waits all the same
        line = None
    return Outcome(present, "Waiting for", line)


async def instead_of_leaving(
    user: SignedIn, session: PracticeSession, *, is_asked: bool
) -> Outcome | None:
    """Wait no longer, or pass on a seat. Returns None where there is nothing of the kind.

    `is_asked`: as for `confirm`. Raises CommandRefused if the answer is no.
    """
    from medtui.commands.session_output import called
    from medtui.core.waiting import is_offered, is_waiting

    waiting = user.backend.waiting
    words = called(session, user.me, user.now(), user.zone)
    if is_offered(session, user.me, user.now()):
        question = f"Pass on the seat of {words}? Others can have it then."
        done = "Passed on"
    elif is_waiting(session, waiting.lines):
        question, done = f"Stop waiting for {words}?", "No longer waiting for"
    else:
        return None
    await confirm(question, is_asked=is_asked)
    return Outcome(await waiting.stop(session), done)
