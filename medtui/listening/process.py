"""The process that listens: reads recordings, and writes what it hears.

Its first line of input is a request; when its input ends, as when medtui was killed, it ends.
It writes lines of JSON: how far it is, and at last what was heard, or why not. Finished parts are
in a journal, so that it goes on where another was killed.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from medtui.core.spoken import Utterance
from medtui.listening.errors import ListenError
from medtui.store.listening_journal import ListeningJournal

if TYPE_CHECKING:
    from medtui.listening.audio import Samples

VERSION = 1
"""Raised when recordings are transcribed differently: journals of other versions are ignored."""

PART_SECONDS = 60
"""Seconds of the talk that are finished at once."""

TAIL_SECONDS = 1.0
"""An utterance that ends so near the end of a part may go on in the next."""

NICE = 10


def main() -> int:
    """Answer the request on standard input. Returns the exit code."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)  # libraries that print must not be read as answers
    with contextlib.suppress(OSError, AttributeError):
        os.nice(NICE)
    request = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()

    def tell(**answer: Any) -> None:
        answers.write(json.dumps(answer, separators=(",", ":")).encode() + b"\n")

    try:
        tell(heard=_listen(request, lambda at, of: tell(at=at, of=of)))
    except ListenError as error:
        tell(refused=str(error))
    except ImportError as error:
        tell(refused=f"Listening needs more packages ({error.name}): pip install 'medtui[listen]'.")
    except MemoryError:
        tell(refused="There is too little memory to listen: close other programs, or use tiny.en.")
    except OSError as error:
        reason = error.strerror or type(error).__name__
        tell(refused=f"Listening ended, as the disk refuses it ({reason}): make room on it.")
    except BrokenPipeError:
        return 1
    return 0


def _end_with_input() -> None:
    with contextlib.suppress(OSError, ValueError):
        while os.read(0, 4096):
            pass
    os._exit(1)


def _listen(request: dict[str, Any], tell: Any) -> dict[str, Any]:
    """What is heard in the request's files. Raises ListenError, OSError."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    from medtui.listening import audio, recogniser

    paths = [Path(path) for path in request["files"]]
    folder = Path(request["model"])
    journal = ListeningJournal(Path(request["state"]), _key(paths, folder, request))
    sounds = [audio.Sound(path) for path in paths]
    is_split = len(paths) == 1 and not request["is_mix"] and audio.are_two_people(paths[0])
    are_apart = is_split or len(paths) > 1 or request["is_one_person"]
    length = max((sound.seconds or 0.0 for sound in sounds), default=0.0) or None
    count = 2 if is_split else len(paths)

    done = [part for part in journal.parts() if len(part.get("from", ())) == count]
    heard: list[list[Utterance]] = [[] for _ in range(count)]
    for part in done:
        for track, said in zip(heard, _utterances().validate_python(part["heard"]), strict=True):
            track += said
    tell(done[-1]["until"] if done else 0.0, length)

    model: recogniser.Recogniser | None = None
    pause = recogniser.PAUSE_MS if are_apart else recogniser.MIX_PAUSE_MS
    begins = [int(at) for at in done[-1]["from"]] if done else [0] * count
    at = PART_SECONDS * len(done)
    until = float(done[-1]["until"]) if done else 0.0
    for until, tracks, is_last in _parts(sounds, begins, at, is_split=is_split):
        found: list[list[Utterance]] = []
        for number, samples in enumerate(tracks):
            spans = recogniser.voices(samples, pause)
            following = begins[number] + len(samples)
            tail = len(samples) - int(TAIL_SECONDS * audio.RATE)
            if not is_last and spans and spans[-1].end > tail:
                last = spans.pop()
                if last.end - last.start < recogniser.LONGEST_SPAN * audio.RATE * 0.9:
                    pad = int(recogniser.PAD * audio.RATE)
                    following = begins[number] + max(0, last.start - pad)
                else:
                    spans.append(last)
                    following = begins[number] + last.end
            if spans and model is None:
                how = request["language"], request["case"]
                model = recogniser.Recogniser(folder, _threads(), *how)
            offset = begins[number] / audio.RATE
            found.append(model.heard(samples, spans, offset) if spans and model else [])
            begins[number] = following
            tell(min(until, max(0.0, until - PART_SECONDS * (1 - (number + 1) / count))), length)
        journal.add(
            {"until": until, "from": begins, "heard": _utterances().dump_python(found, mode="json")}
        )
        for track, said in zip(heard, found, strict=True):
            track += said
        tell(until, length or until)
    return {
        "tracks": _utterances().dump_python(heard, mode="json"),
        "seconds": until,
        "are_apart": are_apart,
        "journal": str(journal.file),
    }


def _parts(
    sounds: Sequence[Any], begins: Sequence[int], at: float, *, is_split: bool
) -> Iterator[tuple[float, list[Samples], bool]]:
    """The talk in parts: until which second, the samples of each track, whether it is the last.

    `begins`: the sample with which each track's next part begins; changed by the caller. `at`: the
    second from which on parts are wanted.
    """
    import numpy as np

    from medtui.listening.audio import RATE

    streams = [sound.blocks() for sound in sounds]
    kept = [np.zeros((2 if is_split else 1, 0), np.float32) for _ in sounds]
    starts = [0] * len(sounds)
    """The sample number with which each of `kept` begins."""
    ended = [False] * len(sounds)
    first = [min(begins) if is_split else begins[number] for number in range(len(sounds))]
    while True:
        until = int((at + PART_SECONDS) * RATE)
        for number, stream in enumerate(streams):
            parts = [kept[number]]
            have = starts[number] + kept[number].shape[1]
            while have < until and not ended[number]:
                block = next(stream, None)
                if block is None:
                    ended[number] = True
                    break
                block = block if is_split else block.mean(axis=0, keepdims=True)
                parts.append(block)
                have += block.shape[1]
                if have <= first[number]:  # an earlier run has finished it
                    starts[number], parts = have, [block[:, :0]]
            kept[number] = np.concatenate(parts, axis=1)
        is_last = all(
            ended[number] and starts[number] + kept[number].shape[1] <= until
            for number in range(len(sounds))
        )
        end = max(starts[n] + kept[n].shape[1] for n in range(len(sounds))) if is_last else until
        tracks = []
        for number in range(len(begins)):
            source, row = (0, number) if is_split else (number, 0)
            low, high = begins[number] - starts[source], until - starts[source]
            tracks.append(np.ascontiguousarray(kept[source][row, max(0, low) : max(0, high)]))
        yield end / RATE, tracks, is_last
        if is_last:
            return
        at += PART_SECONDS
        for number in range(len(sounds)):
            needed = min(begins) if is_split else begins[number]
            cut = max(0, needed - starts[number])
            kept[number] = kept[number][:, cut:]
            starts[number] += min(cut, kept[number].shape[1] + cut)


def _key(paths: Sequence[Path], model: Path, request: dict[str, Any]) -> str:
    """A digest of the recordings, the model, and how they are listened to. Raises ListenError."""
    digest = hashlib.sha256()
    for path in paths:
        try:
            with path.open("rb") as file:
                digest.update(hashlib.file_digest(file, "sha256").digest())
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise ListenError(
                f"{path.name} cannot be read ({reason}): name a recording."
            ) from error
    how = (VERSION, request["is_mix"], request["language"], (model / "model.bin").stat().st_size)
    digest.update(repr((str(model), *how)).encode())
    digest.update(request["case"].encode(errors="replace"))
    return digest.hexdigest()[:32]


def _threads() -> int:
    if hasattr(os, "sched_getaffinity"):
        return max(1, min(8, len(os.sched_getaffinity(0))))
    return max(1, min(8, os.cpu_count() or 1))


@cache
def _utterances() -> TypeAdapter[list[list[Utterance]]]:
    return TypeAdapter(list[list[Utterance]])


if __name__ == "__main__":
    sys.exit(main())
