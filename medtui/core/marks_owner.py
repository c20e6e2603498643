"""Whose marks an assessment holds, who gave them, and how both are said."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from medtui.core.models import PracticeSession, Profile
from medtui.documents.assessment import Assessment, Marker, Owner
from medtui.documents.words import DRAFTED, MARKED_BY


def owner_of(owner: Owner, session: PracticeSession, came_at: datetime | None) -> UUID | None:
    """Whose marks a session's file holds; None if that cannot be known.

    The file says it. One that names no candidate is of the row's, unless the roles of the row
    were changed after it came. `came_at`: when it was uploaded; None: not known.
    """
    if owner.candidate_id is not None:
        return owner.candidate_id
    turned = session.turned_at
    if turned is not None and (came_at is None or came_at <= turned):
        return None
    return session.candidate_id


def assessor_of(owner: Owner, session: PracticeSession) -> Profile | None:
    """Who marked, if the file names the session's host or guest."""
    people = (session.host, session.guest)
    return next((who for who in people if who and who.user_id == owner.assessed_by), None)


def marked_by(marker: Marker, assessor: Profile | None, me: UUID) -> str:
    """ "AI, formative", "by Ben Adeyemi", "by you, as an examiner"; "" if that is not known."""
    if assessor is None or marker in (Marker.AI, Marker.SELF):
        return MARKED_BY[marker]
    name = "you" if assessor.user_id == me else assessor.name
    return f"by {name}" + (", as an examiner" if marker is Marker.EXAMINER else "")


def owner_words(owner: UUID | None, session: PracticeSession, me: UUID) -> str:
    """A sentence on whose marks these are, where they are not the row's candidate's; else ""."""
    if owner is not None and owner == session.candidate_id:
        return ""
    if owner is None:
        return (
            "The roles were changed after these marks came, and the file names no candidate: they "
            "count for neither of you."
        )
    if owner == me:
        return "These marks are yours: the roles were changed after they came."
    people = {who.user_id: who.name for who in (session.host, session.guest) if who}
    name = people.get(owner, "another person")
    return f"These are the marks of {name}: they count for no one else."


def about(assessment: Assessment, session: PracticeSession, came_at: datetime | None, me: UUID
) -> tuple[str, str]:  # fmt: skip
    """Who gave these marks, and the sentence on whose they are; either may be ""."""
    owner = owner_of(assessment.owner, session, came_at)
    if assessment.is_draft:
        return DRAFTED, ""
    by = marked_by(assessment.marker, assessor_of(assessment.owner, session), me)
    return by, owner_words(owner, session, me)
