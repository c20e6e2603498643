"""Transcripts as services write them: words with times and confidence, made from a talk.

The same seed always gives the same transcript.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from medtui.demo.talks import Said

PREFACES = (
    (),
    (),
    (
        Said(False, "Can you hear me all right?"),
        Said(True, "Yes, and I can see you. Have you got the brief?"),
        Said(False, "I have it. I'll start the timer now."),
    ),
    (
        Said(True, "Sorry, I was on mute. Can you hear me?"),
        Said(False, "Loud and clear. Reading time is over, the clock is running. Off you go."),
    ),
)
"""The turns before a station begins."""


@dataclass(frozen=True)
class TimedWord:
    """A word with its times and confidence."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True)
class Heard:
    """A turn with its words."""

    speaker: int
    words: tuple[TimedWord, ...]

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end

    @property
    def confidence(self) -> float:
        return round(sum(word.confidence for word in self.words) / len(self.words), 4)


def heard(turns: tuple[Said, ...], seed: str) -> list[Heard]:
    """The turns with their times in seconds; the first to speak is speaker 0."""
    dice = random.Random(seed)
    turns = dice.choice(PREFACES) + turns
    rates = {True: dice.uniform(1.7, 2.2), False: dice.uniform(1.5, 2.0)}
    first = turns[0].is_doctor
    now, found = dice.uniform(0.6, 2.5), []
    for turn in turns:
        now += dice.choice((0.4, 0.8, 1.3, 2.1, 3.4))
        words = []
        for text in turn.text.split():
            if text == "…":  # a pause
                now += dice.uniform(4.0, 9.0)
                continue
            lasts = (0.45 + len(text) * 0.11) / rates[turn.is_doctor]
            sure = dice.uniform(0.93, 0.999)
            if dice.random() < (0.16 if len(text) > 10 else 0.012):
                sure = dice.uniform(0.31, 0.58)
            words.append(
                TimedWord(text, round(now, 2), round(now + lasts * 0.9, 2), round(sure, 4))
            )
            now += lasts + (0.25 if text[-1] in ".?!,:;" else 0)
        if words:
            found.append(Heard(0 if turn.is_doctor is first else 1, tuple(words)))
    return found


def transcript(turns: tuple[Said, ...], seed: str, shape: str, at: datetime) -> bytes:
    """A file's content, in one of SHAPES; `at` is when it was recorded."""
    return json.dumps(SHAPES[shape](heard(turns, seed), at), ensure_ascii=False).encode()


def _deepgram(turns: list[Heard], at: datetime) -> Any:
    def words(turn: Heard) -> list[dict[str, Any]]:
        return [
            {
                "word": word.text.lower().strip(".,?!:;"),
                "start": word.start,
                "end": word.end,
                "confidence": word.confidence,
                "speaker": turn.speaker,
                "speaker_confidence": 0.71,
                "punctuated_word": word.text,
            }
            for word in turn.words
        ]

    utterances = [
        {
            "start": turn.start,
            "end": turn.end,
            "confidence": turn.confidence,
            "channel": 0,
            "transcript": turn.text,
            "words": words(turn),
            "speaker": turn.speaker,
        }
        for turn in turns
    ]
    alternative = {"transcript": " ".join(turn.text for turn in turns), "confidence": 0.98}
    return {
        "metadata": {
            "created": at.isoformat(),
            "duration": round(turns[-1].end + 1.5, 2),
            "channels": 1,
        },
        "results": {"channels": [{"alternatives": [alternative]}], "utterances": utterances},
    }


def _assemblyai(turns: list[Heard], at: datetime) -> Any:
    def ms(seconds: float) -> int:
        return round(seconds * 1000)

    return {
        "status": "completed",
        "language_code": "en_uk",
        "audio_duration": round(turns[-1].end + 1.5),
        "utterances": [
            {
                "speaker": "AB"[turn.speaker],
                "text": turn.text,
                "start": ms(turn.start),
                "end": ms(turn.end),
                "confidence": turn.confidence,
                "words": [
                    {
                        "text": word.text,
                        "start": ms(word.start),
                        "end": ms(word.end),
                        "confidence": word.confidence,
                        "speaker": "AB"[turn.speaker],
                    }
                    for word in turn.words
                ],
            }
            for turn in turns
        ],
    }


def _whisperx(turns: list[Heard], at: datetime) -> Any:
    return {
        "segments": [
            {
                "start": turn.start,
                "end": turn.end,
                "text": f" {turn.text}",
                "speaker": f"SPEAKER_{turn.speaker:02}",
                "words": [
                    {
                        "word": word.text,
                        "start": word.start,
                        "end": word.end,
                        "score": word.confidence,
                        "speaker": f"SPEAKER_{turn.speaker:02}",
                    }
                    for word in turn.words
                ],
            }
            for turn in turns
        ],
        "language": "en",
    }


def _lines(turns: list[Heard], at: datetime) -> Any:
    """As plain text, typed by hand."""
    names = ("Speaker 1", "Speaker 2")
    return {"transcript": "\n".join(f"{names[turn.speaker]}: {turn.text}" for turn in turns)}


SHAPES: dict[str, Callable[[list[Heard], datetime], Any]] = {
    "deepgram": _deepgram,
    "assemblyai": _assemblyai,
    "whisperx": _whisperx,
    "lines": _lines,
}
