"""Advanced SubStation Alpha, through pysubs2."""

from __future__ import annotations

import re

from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, speaker_of
from medtui.documents.transcripts.names import with_names
from medtui.documents.turns import Draft, Piece

MAX_CHARS = 16_000_000


def read_ass(text: str) -> Draft | None:
    """Dialogue lines; the actor, or a name in the words, is the speaker."""
    if not re.match(
        r"\ufeff?\s*(?:;[^\n]*\n\s*)*\[(?:Script Info|V4\+? Styles|Events)\]", text[:2_000], re.I
    ):
        return None
    if len(text) > MAX_CHARS:
        raise DocumentError(
            "These subtitles are longer than any consultation: choose shorter ones."
        )
    import warnings

    import pysubs2

    try:
        with warnings.catch_warnings():  # about margins, which are not read
            warnings.simplefilter("ignore")
            subtitles = pysubs2.SSAFile.from_string(text, format_="ass")
    except (pysubs2.exceptions.Pysubs2Error, ValueError, KeyError, IndexError) as error:
        raise DocumentError(
            "These subtitles (ASS) are broken: export them again, or as SRT.", title="Broken file"
        ) from error
    found: list[Piece] = []
    aside: list[str] = []
    for event in subtitles.events:
        if event.is_comment or event.is_drawing:
            aside.append(clean(event.plaintext))
        elif said := clean(event.plaintext):
            found.append(Piece(said, speaker_of(event.name), event.start / 1000, event.end / 1000))
    if not found:
        raise DocumentError("These subtitles hold no words: export them again, or as SRT.")
    if not any(piece.speaker for piece in found):
        found = with_names(found)
    return Draft(found, is_clock=True, aside=[line for line in aside if line])
