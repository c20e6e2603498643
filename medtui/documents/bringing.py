"""A file that a user picks from disk, checked before it is sent: what is it, can it be read.

The bucket keeps JSON. A file that is plain JSON is sent as it is, byte for byte. What is not
(VTT, SRT, text, JSON in another encoding) is sent as JSON that says the same; captions' and
prose's own text is in it, whole.
"""

from __future__ import annotations

import asyncio
import json
import pickle
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from medtui.core.key_names import with_keys
from medtui.documents.assessment import Assessment
from medtui.documents.decode import load, text_of_bytes
from medtui.documents.draft_signs import NO_ASSESSMENT, draft_in
from medtui.documents.errors import DocumentError
from medtui.documents.families import text_of_office
from medtui.documents.json_text import value_of
from medtui.documents.kinds import Document, Kind
from medtui.documents.reader import is_talk, read
from medtui.documents.reading import SECONDS, SMALL
from medtui.documents.transcript import Transcript
from medtui.documents.transcripts import captions
from medtui.documents.turns import Piece
from medtui.documents.words import length, overall_words


@dataclass(frozen=True, slots=True)
class Brought:
    """A file that can be sent. `what`: what it is; `how`: what had to be done, or empty.

    `other`: what it may be instead, or holds besides; None where it is one thing for certain.
    """

    kind: Kind
    content: bytes
    what: str
    how: str = ""
    other: Kind | None = None


async def bring(path: Path, expected: Kind | None = None) -> Brought:
    """Read and check a file. Raises DocumentError; what is large is read by another process."""
    if await asyncio.to_thread(_size, path) <= SMALL:
        return await asyncio.to_thread(brought, path, expected)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", __name__, str(path), *([expected] if expected else [])),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with asyncio.timeout(SECONDS):
            answer, _ = await process.communicate()
        # Safe to unpickle: written by our own process.
        found: Brought | str = await asyncio.to_thread(pickle.loads, answer)
    except (TimeoutError, EOFError, pickle.UnpicklingError) as error:
        raise DocumentError(
            "This file could not be read in time, or takes too much memory: choose a smaller one."
        ) from error
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if isinstance(found, str):
        raise DocumentError(found)
    return found


def brought(path: Path, expected: Kind | None = None) -> Brought:
    """As `bring`, in this thread. Raises DocumentError."""
    data = load(path)
    document = read(data, expected)
    if _is_draft(document, data):
        raise DocumentError(with_keys(NO_ASSESSMENT), title="A draft")
    kind: Kind = "transcript" if isinstance(document, Transcript) else "assessment"
    other = _other(document, kind) if expected is None else None
    if _is_plain_json(data):
        return Brought(kind, data, _what(document), other=other)
    content, how = _as_json(_text(data), document, kind)
    return Brought(kind, content, _what(document), how, other)


def _is_draft(document: Document, data: bytes) -> bool:
    if isinstance(document, Assessment):
        return document.is_draft
    return not is_talk(document) and draft_in(value_of(_text(data))) is not None


def _other(document: Document, kind: Kind) -> Kind | None:
    holds_both = isinstance(document, Assessment) and document.talk is not None
    if not document.is_doubtful and not holds_both:
        return None
    return "assessment" if kind == "transcript" else "transcript"


def _text(data: bytes) -> str:
    office = text_of_office(data)
    return text_of_bytes(data) if office is None else office


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0  # reading it raises the error


def _is_plain_json(data: bytes) -> bool:
    """Whether every client can read it: an object or a list, in UTF-8."""
    try:
        return isinstance(json.loads(data.decode("utf-8")), (dict, list))
    except ValueError:
        return False


def _as_json(text: str, document: Document, kind: Kind) -> tuple[bytes, str]:
    if captions.is_captions(text):
        is_vtt = text.lstrip("\ufeff \n\r").startswith("WEBVTT")
        name = "VTT" if is_vtt else "SRT" if "-->" in text[:600] else "SBV"
        how = f"{name}: will be uploaded as JSON, with its text in it."
        return _dumped(_segments(text, name.lower())), how
    value = value_of(text)
    if isinstance(value, (dict, list)) and text.lstrip("\ufeff \t\r\n")[:1] in ("{", "[", '"'):
        return _dumped(value), "JSON of an unusual kind: will be uploaded as plain JSON."
    how = "Text: will be uploaded as JSON, with the text in it."
    for told in _told(text, kind):
        content = _dumped(told)
        if _is_same(document, read(content, kind)):
            return content, how
    if isinstance(document, Transcript):
        pieces = [Piece(turn.text, turn.speaker, turn.start, turn.end) for turn in document.turns]
        return _dumped(_as_segments(pieces, text, document.source)), how
    return _dumped(text), how


def _segments(text: str, name: str) -> dict[str, Any]:
    """Captions in the shape of OpenAI's diarized transcripts, cue by cue."""
    _, draft = captions.read(text)
    return _as_segments(draft.pieces, text, name)


def _as_segments(pieces: list[Piece], text: str, name: str) -> dict[str, Any]:
    segments = [
        {
            "type": "transcript.text.segment",
            "id": f"seg_{number}",
            "start": piece.start,
            "end": piece.end,
            "speaker": piece.speaker,
            "text": piece.text,
        }
        for number, piece in enumerate(pieces)
        if piece.text
    ]
    ends = [piece.end or piece.start or 0.0 for piece in pieces]
    return {
        "task": "transcribe",
        "duration": max(ends, default=0.0),
        "text": " ".join(str(segment["text"]) for segment in segments),
        "segments": segments,
        "original": {"format": name, "text": text},
    }


def _told(text: str, kind: Kind) -> Iterator[Any]:
    """Objects with the text under a key that readers know, the preferred one first."""
    if kind == "transcript":
        yield {"transcript": text}
    else:
        yield {"feedback": text}
        yield {"content": text}


def _is_same(document: Document, other: Document) -> bool:
    if isinstance(document, Transcript) and isinstance(other, Transcript):
        return document.turns == other.turns
    if isinstance(document, Assessment) and isinstance(other, Assessment):
        return (document.overall, document.domains, document.criteria, document.feedback) == (
            other.overall, other.domains, other.criteria, other.feedback
        )  # fmt: skip
    return False


def _dumped(value: Any) -> bytes:
    return json.dumps(value).encode()  # escaped, as there may be lone surrogates


def _what(document: Document) -> str:
    if isinstance(document, Transcript):
        count = len(document.turns)
        words = f"A transcript of {count:,} turn{'' if count == 1 else 's'}"
        return words + (f", {length(document.duration)}" if document.duration else "")
    count = len(document.domains)
    marks = overall_words(document.overall)
    domains = f"{count} domain{'' if count == 1 else 's'}" if count else ""
    return ", ".join(part for part in ("An assessment", marks, domains) if part)


def main(arguments: list[str]) -> int:
    """The process: checks one file and writes what it has found to its standard output."""
    found: Brought | str
    try:
        kind: Any = arguments[1] if len(arguments) > 1 else None
        found = brought(Path(arguments[0]), kind)
    except DocumentError as error:
        found = error.message
    except MemoryError:
        found = "This file takes more memory to read than there is."
    pickle.dump(found, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    return 0


if __name__ == "__main__":
    from medtui.documents import bringing

    sys.exit(bringing.main(sys.argv[1:]))  # as of this name, by which it is unpickled
