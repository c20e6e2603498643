"""Checks a mark sheet that the other side has handed in, before the host uploads it."""

from __future__ import annotations

from uuid import UUID

from medtui.documents.assessment import Assessment, Marker
from medtui.documents.errors import DocumentError
from medtui.documents.reader import read


def why_no_mark_sheet(data: bytes, session_id: UUID, sender: UUID) -> str | None:
    """Why these bytes are no assessment of this session by `sender`; None if they are one.

    A sheet that names neither, of an earlier version, is one.
    """
    if not data.lstrip().startswith(b"{"):
        return "This is no assessment."
    try:
        document = read(data, "assessment")
    except DocumentError as error:
        return error.message
    if not isinstance(document, Assessment) or document.is_empty:
        return "This is no assessment."
    if document.marker not in (Marker.HUMAN, Marker.EXAMINER, Marker.SELF):
        return "This assessment does not say that a person has made it."
    owner = document.owner
    if owner.session_id not in (None, session_id):
        return "This assessment is of another session."
    if owner.assessed_by not in (None, sender):
        return "This assessment says that another person has made it."
    return None
