"""Makes the recordings in `samples/` with espeak-ng: `python -m tests.listening.make_samples`.

Four of the demo's consultations, one after another, eight minutes in all: the doctor's microphone
and the patient's, and `talk.json` with who says what, when.
"""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import numpy as np

from medtui.demo.talks import talk
from tests.listening.recordings import RATE, SAMPLES, write

SPOKEN_RATE = 22_050
SECONDS = 480
VOICES = (("en-us", 45), ("en-gb+f3", 60))
"""The doctor's voice and the patient's, with their pitch."""


def speak(text: str, voice: str, pitch: int) -> np.ndarray:
    spoken = subprocess.run(
        ["espeak-ng", "-v", voice, "-s", "150", "-p", str(pitch), "--stdout", text],
        capture_output=True,
        check=True,
    ).stdout
    samples = np.frombuffer(spoken[44:], dtype="<i2").astype(np.float32) / 32768
    length = int(len(samples) * RATE / SPOKEN_RATE)
    at = np.arange(length) * SPOKEN_RATE / RATE
    samples = np.interp(at, np.arange(len(samples)), samples).astype(np.float32)
    loud = np.flatnonzero(np.abs(samples) > 0.005)
    return samples[loud[0] : loud[-1] + 1]


def main() -> None:
    chance = random.Random(5)
    said = [turn for case in (1, 2, 3, 4) for turn in talk(case, "Patel", is_learnt=True).turns]
    tracks = [
        np.random.default_rng(number).normal(0, 0.0004, SECONDS * RATE).astype(np.float32)
        for number in range(2)
    ]
    told, at = [], 0.8
    for turn in said:
        if len(turn.text) < 4:
            continue
        who = 0 if turn.is_doctor else 1
        samples = speak(turn.text, *VOICES[who])
        ends = at + len(samples) / RATE
        if ends > SECONDS - 1:
            break
        first = int(at * RATE)
        tracks[who][first : first + len(samples)] += samples
        told.append(
            {"speaker": who, "start": round(at, 3), "end": round(ends, 3), "text": turn.text}
        )
        at = ends + chance.choice((0.15, 0.35, 0.6, 0.9))
    for name, track in zip(("doctor", "patient"), tracks, strict=True):
        write(SAMPLES / f"{name}.ogg", track[np.newaxis], "libopus", 12_000)
    (SAMPLES / "talk.json").write_text(json.dumps(told, indent=0))


if __name__ == "__main__":
    Path(SAMPLES).mkdir(exist_ok=True)
    main()
