"""One person's words of a recorded station, as their own machine has heard them.

They go from the guest to the host as a mark sheet does, and the host's medtui makes one transcript
of both. Times are seconds since the station began, by the clock that both share.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Annotated
from uuid import UUID

from annotated_types import Interval, Len
from pydantic import AwareDatetime, TypeAdapter

from medtui.core.models import Line
from medtui.core.spoken import LONGEST_SECONDS, HeardWord, Utterance
from medtui.core.spoken_json import Origin, transcript_json
from medtui.core.text import clean_line

LARGEST = 8_000_000
"""Bytes of one person's words at most, unpacked."""

MOST_UTTERANCES = 5_000

MOST_APART = timedelta(hours=1)
"""Two who say that their station began further apart do not mean the same one."""

ROOM = "medtui room"
ONE_SIDE = "Only {name} was recorded: what the other one said is missing."


@dataclass(frozen=True, slots=True)
class Voice:
    """What one person said in one session. `heard_at`: when it was transcribed."""

    session_id: UUID
    speaker: UUID
    began_at: AwareDatetime
    seconds: Annotated[float, Interval(ge=0, le=LONGEST_SECONDS)]
    model: Annotated[Line, Len(0, 80)]
    heard_at: AwareDatetime
    utterances: Annotated[tuple[Utterance, ...], Len(0, MOST_UTTERANCES)]

    def packed(self) -> bytes:
        """The words for a message: short, and plain letters."""
        return base64.b64encode(zlib.compress(_adapter().dump_json(self), 9))


def unpacked(content: bytes) -> Voice:
    """The words in a message. Raises ValueError, as strangers can send anything."""
    unpack = zlib.decompressobj()
    try:
        told = unpack.decompress(base64.b64decode(content, validate=True), LARGEST)
    except zlib.error as error:
        raise ValueError("not packed words") from error
    if not unpack.eof:
        raise ValueError("longer than a station")
    return _adapter().validate_json(told)


def why_no_voice(content: bytes, session_id: UUID, sender: UUID) -> str | None:
    """Why these bytes are not the words of `sender` in this session; None if they are."""
    try:
        voice = unpacked(content)
    except ValueError:
        return "These are no words of a recording."
    if voice.session_id != session_id:
        return "These words are of another session."
    if voice.speaker != sender:
        return "These are the words of another person."
    return None


def digest(content: bytes) -> str:
    """By which the words of one person are known in a transcript."""
    return hashlib.sha256(content).hexdigest()[:32]


def joined(
    voices: Sequence[tuple[bytes, Voice]], people: dict[UUID, str], candidate: UUID | None
) -> bytes:
    """The transcript of one voice or two, the host's first; the same whenever it is made.

    `people`: the names of host and guest, by id. Raises ValueError if nothing was said.
    """
    first = voices[0][1]
    if not any(voice.utterances for _, voice in voices):
        raise ValueError("nothing was said")
    tracks = [_cleaned(voice.utterances) for _, voice in voices]
    shifted = [
        [said.moved(_later(voice, first)) for said in track]
        for track, (_, voice) in zip(tracks, voices, strict=True)
    ]
    names = tuple(people.get(voice.speaker, "") for _, voice in voices)
    origin = Origin(
        source=ROOM,
        model=" and ".join(sorted({voice.model for _, voice in voices})),
        made_at=max(voice.heard_at for _, voice in voices),
        speakers=names,
        consent=tuple(people.values()),
        note="" if len(voices) > 1 else ONE_SIDE.format(name=names[0] or "one of the two"),
        began_at=first.began_at,
        session_id=first.session_id,
        candidate_id=candidate,
        parts=tuple(digest(content) for content, _ in voices),
    )
    return transcript_json(shifted, max(voice.seconds for _, voice in voices), origin)


def _later(voice: Voice, first: Voice) -> float:
    """By how many seconds a voice's station began after the first one's."""
    later = voice.began_at - first.began_at
    return later.total_seconds() if abs(later) <= MOST_APART else 0.0


def _cleaned(utterances: Sequence[Utterance]) -> list[Utterance]:
    """What a stranger's machine says was heard, without anything but words."""
    found = []
    for said in utterances:
        words = tuple(
            HeardWord(text, word.start, word.end, word.confidence)
            for word in said.words
            if (text := clean_line(word.text).strip())
        )
        if words:
            found.append(Utterance(said.start, said.end, said.level, words))
    return found


@cache
def _adapter() -> TypeAdapter[Voice]:
    return TypeAdapter(Voice)
