"""The shapes of transcripts, in the order in which they are tried.

A reader takes the decoded file and returns a Draft, or None if it is of another shape.
It goes by the keys, never by the file's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from medtui.documents.decode import decode
from medtui.documents.errors import DocumentError
from medtui.documents.fields import record
from medtui.documents.transcript import Transcript
from medtui.documents.transcripts import (
    assemblyai,
    aws,
    azure,
    deepgram,
    gladia,
    google,
    ibm,
    json3,
    live,
    otter,
    plain,
    spaced,
    speechmatics,
    unknown,
    whisper,
)
from medtui.documents.turns import Draft, finish

Reader = Callable[[Any], Draft | None]

READERS: dict[str, Reader] = {
    "live": live.read,
    "deepgram": deepgram.read,
    "aws": aws.read,
    "speechmatics": speechmatics.read,
    "ibm": ibm.read,
    "google": google.read,
    "azure-batch": azure.read_batch,
    "azure-fast": azure.read_fast,
    "gladia": gladia.read,
    "otter": otter.read,
    "rev.ai": spaced.read_rev,
    "elevenlabs": spaced.read_elevenlabs,
    "whisper.cpp": whisper.read_cpp,
    "whisperx": whisper.read_whisperx,
    "openai": whisper.read_openai,
    "whisper": whisper.read_whisper,
    "assemblyai": assemblyai.read,
    "json3": json3.read,
    "teams": plain.read_teams,
    "plain": plain.read,
}

_WRAPPERS = ("transcript", "transcription", "data", "result", "results", "response", "output",
             "body", "payload", "json", "content", "deepgram")  # fmt: skip
_DEPTH = 3
_HOLDERS = {
    "alternatives": "results",
    "elements": "monologues",
    "nBest": "recognizedPhrases",
    "offsetMilliseconds": "phrases",
    "offsets": "transcription",
}
"""For a list without an object around it: the key it belongs under, by a key of its items."""


def transcript_of(data: Any) -> Transcript | None:
    """The transcript in a known shape, or None."""
    values = list(_unwrapped(data, _DEPTH))
    # A known service's shape inside is preferred to a plain list of rows outside.
    for known in (True, False):
        for value in values:
            if found := _read(value, known):
                return found
    return None


def _read(value: Any, known: bool) -> Transcript | None:
    for name, reader in READERS.items():
        if (name != "plain") is known:
            draft = reader(value)
            if draft is not None and (found := finish(name, draft)):
                return found
    return None


def text_in(data: Any) -> Transcript | None:
    """All text of an unknown shape as a transcript, or None."""
    draft = unknown.read(data)
    return finish("unknown", draft) if draft else None


def _unwrapped(data: Any, depth: int) -> Iterator[Any]:
    """The value, then the values inside it: of lists of one, of usual keys, of JSON in strings."""
    if isinstance(data, list):
        head = record(data[0]) if data else {}
        yield from ({name: data} for key, name in _HOLDERS.items() if key in head)
    yield data
    if depth == 0:
        return
    if isinstance(data, list) and len(data) == 1:
        yield from _unwrapped(data[0], depth - 1)
    for name in _WRAPPERS:
        inner = record(data).get(name)
        if isinstance(inner, str) and inner.lstrip()[:1] in ("{", "["):
            try:
                inner = decode(inner)
            except DocumentError:
                continue
        if isinstance(inner, (dict, list)):
            yield from _unwrapped(inner, depth - 1)
