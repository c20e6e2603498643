"""Checks a mark sheet that the other side has handed in, before the host uploads it."""

from __future__ import annotations

from medtui.documents.assessment import Assessment, Marker
from medtui.documents.errors import DocumentError
from medtui.documents.reader import read


def why_no_mark_sheet(data: bytes) -> str | None:
    """Why these bytes are no assessment by a person, as a sentence; None if they are one."""
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
    return None
