"""Writes a talk of five hours: 60,000 words with their times, as the platform's recorder does."""

from __future__ import annotations

import json
import random
from pathlib import Path

WORDS = 60_000
SPEECH = [
    "hello", "doctor", "patient", "pain", "eye", "red", "vision", "loss", "sorry", "tablet",
    "nurse", "today", "come", "back", "explain", "check", "name", "date", "birth", "what", "why",
    "when", "how", "the", "a", "I", "you", "we", "is", "are", "was", "will", "can", "could",
    "please", "thank", "yes", "no", "since", "last", "week", "night", "morning", "drop",
    "left", "right",
]  # fmt: skip


def write_long_talk(path: Path) -> str:
    """Write it, 15 MB or more; the time of its last turn, as the review shows it."""
    chance = random.Random(5)
    words: list[dict[str, object]] = []
    utterances: list[dict[str, object]] = []
    time, speaker, start = 1.0, 0, 1.0
    while len(words) < WORDS:
        count, start, mine = chance.randint(5, 45), time, []
        for number in range(count):
            word = chance.choice(SPEECH)
            mark = "." if number == count - 1 else "," if chance.random() < 0.1 else ""
            length = chance.uniform(0.1, 0.4)
            mine.append(
                {
                    "word": word,
                    "start": round(time, 3),
                    "end": round(time + length, 3),
                    "confidence": round(chance.uniform(0.4, 1), 6),
                    "speaker": speaker,
                    "speaker_confidence": round(chance.uniform(0.4, 1), 6),
                    "punctuated_word": (word.capitalize() if number == 0 else word) + mark,
                }
            )
            time += length + 0.05
        utterances.append(
            {
                "start": round(start, 3),
                "end": round(time, 3),
                "confidence": 0.93,
                "channel": 0,
                "transcript": " ".join(str(word["punctuated_word"]) for word in mine),
                "words": mine,
                "speaker": speaker,
            }
        )
        words += mine
        speaker = 1 - speaker
        time += chance.uniform(0.2, 1.2)
    text = " ".join(str(utterance["transcript"]) for utterance in utterances)
    channel = {"alternatives": [{"transcript": text, "confidence": 0.98, "words": words}]}
    results = {"channels": [channel], "utterances": utterances}
    path.write_text(json.dumps({"metadata": {"duration": time}, "results": results}))
    return f"{int(start // 3600)}:{int(start % 3600 // 60):02}:{int(start % 60):02}"
