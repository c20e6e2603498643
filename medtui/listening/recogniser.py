"""Finds the voices in samples, and understands their words.

Voices are found by Silero's model, words by Whisper's, both of `faster-whisper`. What is said with
pauses between is given to Whisper together, as it always takes 30 seconds at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from medtui.core.case_words import case_prompt, case_words
from medtui.core.spoken import LONGEST_WORD, HeardWord, Utterance, without_loops
from medtui.listening.audio import RATE, decibels
from medtui.listening.errors import ListenError

if TYPE_CHECKING:
    from medtui.listening.audio import Samples

PAUSE_MS = 450
"""A pause of so many milliseconds ends an utterance."""

MIX_PAUSE_MS = 250
"""The same where both are on one track: people answer sooner than they pause."""

LONGEST_SPAN, LONGEST_PACK = 24.0, 28.0
"""Seconds of an utterance, and of what is recognised together: Whisper takes 30."""

PAD, BETWEEN = 0.2, 0.4
"""Seconds of sound around an utterance, and of silence between two that are packed together."""

SHORTEST_MS = 120
"""What is shorter, in milliseconds, is a click."""


TEMPERATURES = (0.0, 0.2, 0.4, 0.6, 0.8)
"""What is not understood, or understood as the same words again and again, is tried once more."""

TOKENS_A_SECOND = 8
"""Quicker than people speak: else a model may invent words without end."""


SURE = -0.4
"""The average log-probability of a segment's words from which on they are taken as they are heard
with a case's words in mind. Else they are heard without, too: noise may become these words."""


@dataclass(frozen=True, slots=True)
class Span:
    """Where a voice is heard: sample numbers within a block."""

    start: int
    end: int


def voices(samples: Samples, pause_ms: int = PAUSE_MS) -> list[Span]:
    """The utterances in a block of one track, with pauses of so many milliseconds between."""
    from faster_whisper.vad import VadOptions, get_speech_timestamps

    if len(samples) == 0:
        return []
    options = VadOptions(
        min_silence_duration_ms=pause_ms,
        min_speech_duration_ms=SHORTEST_MS,
        max_speech_duration_s=LONGEST_SPAN,
        speech_pad_ms=0,
    )
    found = get_speech_timestamps(samples, options)
    return [Span(each["start"], min(each["end"], len(samples))) for each in found]


@dataclass(frozen=True, slots=True)
class _Passage:
    """Words, and the log-probability of the average one, and of the average in the worst segment.

    Without words both are 0: silence is what a model is least likely to invent.
    """

    words: list[HeardWord]
    mean: float
    worst: float

    def is_surer(self, other: _Passage) -> bool:
        return self.mean > other.mean and self.worst > other.worst


class Recogniser:
    """A Whisper model. Raises ListenError when it cannot be loaded.

    Args:
        folder: of the model, with all its files: nothing is asked of the network.
        threads: how many processors it may use.
        language: as "en"; "": the model tells by itself.
        case: the text of the case that was played; "": none, or none that may be known yet.
    """

    def __init__(self, folder: Path, threads: int, language: str = "", case: str = "") -> None:
        import ctranslate2
        from faster_whisper import WhisperModel

        ctranslate2.set_random_seed(1)  # the same recording becomes the same words

        try:
            self._model = WhisperModel(
                str(folder),
                device="cpu",
                compute_type="int8",
                cpu_threads=threads,
                local_files_only=True,
            )
        except (RuntimeError, ValueError, OSError) as error:
            raise ListenError(
                f"The model in {folder} cannot be loaded: is it one for faster-whisper, and whole?"
            ) from error
        self._language = language or (None if self._model.model.is_multilingual else "en")
        self._prompt = case_prompt(case_words(case, self._pieces)) if case else ""

    def _pieces(self, word: str) -> int:
        return len(self._model.hf_tokenizer.encode(word, add_special_tokens=False).ids)

    def heard(self, samples: Samples, spans: Sequence[Span], offset: float) -> list[Utterance]:
        """What is said in these spans of a block, which begins at `offset` seconds of the talk."""
        return [said for pack in _packs(spans) for said in self._recognised(samples, pack, offset)]

    def _recognised(
        self, samples: Samples, pack: Sequence[Span], offset: float
    ) -> Iterator[Utterance]:
        parts: list[Samples] = []
        places: list[tuple[float, float, Span]] = []
        """For each span: where it begins and ends in the pack, in seconds."""
        length = 0
        for span in pack:
            start = max(0, span.start - int(PAD * RATE))
            end = min(len(samples), span.end + int(PAD * RATE))
            before = (span.start - start + length) / RATE
            places.append((before, before + (span.end - span.start) / RATE, span))
            silence = np.zeros(int(BETWEEN * RATE), np.float32)
            parts += [samples[start:end], silence]
            length += end - start + len(silence)
        words = self._words(np.concatenate(parts))
        for at, (begins, ends, span) in enumerate(places):
            first = (places[at - 1][1] + begins) / 2 if at else -1.0
            last = (ends + places[at + 1][0]) / 2 if at + 1 < len(places) else length / RATE + 1
            own = [word for word in words if first <= (word.start + word.end) / 2 < last]
            if not own:
                continue
            starts = offset + span.start / RATE
            moved = tuple(_within(word, starts - begins, starts, starts + ends - begins)
                          for word in own)  # fmt: skip
            level = round(float(decibels(samples[span.start : span.end])), 1)
            yield Utterance(
                round(starts, 3), round(starts + ends - begins, 3), max(-120.0, level), moved
            )

    def _words(self, samples: Samples) -> list[HeardWord]:
        if not self._prompt:
            return self._passage(samples, None).words
        told = self._passage(samples, self._prompt)
        if told.words and told.worst >= SURE:
            return told.words
        plain = self._passage(samples, None)
        return told.words if told.words and told.is_surer(plain) else plain.words

    def _passage(self, samples: Samples, prompt: str | None) -> _Passage:
        found, _ = self._model.transcribe(
            samples,
            language=self._language,
            initial_prompt=prompt,
            beam_size=5,
            temperature=TEMPERATURES,
            max_new_tokens=min(220, int(len(samples) / RATE * TOKENS_A_SECOND) + 10),
            word_timestamps=True,
            condition_on_previous_text=False,
            vad_filter=False,
        )
        segments = list(found)
        words = [
            HeardWord(
                text[:LONGEST_WORD], word.start, word.end, min(1.0, max(0.0, word.probability))
            )
            for segment in segments
            for word in segment.words or ()
            if (text := _tidy(word.word))
        ]
        if not words:
            return _Passage([], 0.0, 0.0)
        count = sum(len(segment.tokens) for segment in segments) or 1
        mean = sum(segment.avg_logprob * len(segment.tokens) for segment in segments) / count
        worst = min(segment.avg_logprob for segment in segments)
        return _Passage(without_loops(words), mean, worst)


def _packs(spans: Sequence[Span]) -> Iterator[list[Span]]:
    """The spans in groups that are recognised together."""
    pack: list[Span] = []
    length = 0.0
    for span in spans:
        own = (span.end - span.start) / RATE + 2 * PAD + BETWEEN
        if pack and length + own > LONGEST_PACK:
            yield pack
            pack, length = [], 0.0
        pack.append(span)
        length += own
    if pack:
        yield pack


def _within(word: HeardWord, by: float, earliest: float, latest: float) -> HeardWord:
    """The word moved by so many seconds, and within the utterance."""
    start = min(max(word.start + by, earliest), latest)
    end = min(max(word.end + by, start), latest)
    return HeardWord(word.text, round(start, 3), round(end, 3), round(word.confidence, 4))


def _tidy(word: Any) -> str:
    return "".join(letter for letter in str(word).strip() if letter.isprintable())
