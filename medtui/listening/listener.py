"""Starts the process that listens, follows it, and ends it."""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pydantic import TypeAdapter

from medtui.core.case_words import LARGEST
from medtui.core.spoken import Utterance
from medtui.listening.errors import ListenError
from medtui.store.environment import for_children

LONGEST_LINE = 64 * 1024 * 1024
"""Bytes of the process's longest answer: the words of hours."""


@dataclass(frozen=True, slots=True)
class HeardTalk:
    """What was heard in a recording. `are_apart`: each track is one person.

    `journal`: the file of its finished parts, to be removed once the transcript is kept.
    """

    tracks: tuple[tuple[Utterance, ...], ...]
    seconds: float
    are_apart: bool
    journal: Path

    @property
    def is_silent(self) -> bool:
        return not any(self.tracks)


Progress = Callable[[float, float | None], None]
"""Called with the seconds of the talk that are done, and with its length; None: not known yet."""


async def listen(
    paths: Sequence[Path],
    model: Path,
    state: Path,
    progress: Progress,
    *,
    is_mix: bool = False,
    is_one_person: bool = False,
    language: str = "",
    case: str = "",
) -> HeardTalk:
    """What is said in one or two recordings; cancelling it ends the process. Raises ListenError.

    Args:
        model: the model's folder.
        state: the folder of this program's state, where finished parts are kept.
        is_mix: two channels are not two people.
        is_one_person: one track is the voice of one person.
        language: as "en"; "": the model tells.
        case: the text of the case, whose rare words are listened for; "" before the debrief.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "medtui.listening.process"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=for_children(),
        limit=LONGEST_LINE,
        start_new_session=True,  # ctrl+c ends it by way of us, and never twice
    )
    assert process.stdin is not None  # noqa: S101
    assert process.stdout is not None  # noqa: S101
    request = {
        "files": [str(path.absolute()) for path in paths],
        "model": str(model),
        "state": str(state),
        "is_mix": is_mix,
        "is_one_person": is_one_person,
        "language": language,
        "case": case[:LARGEST],
    }
    try:
        with contextlib.suppress(ConnectionError):  # it ended: there is no answer
            process.stdin.write(json.dumps(request).encode() + b"\n")
            await process.stdin.drain()
        while line := await process.stdout.readline():
            answer = json.loads(line)
            if "refused" in answer:
                raise ListenError(answer["refused"])
            if "heard" in answer:
                return await asyncio.to_thread(_heard, answer["heard"])
            progress(answer["at"], answer["of"])
    except (ValueError, KeyError, OSError) as error:
        raise ListenError(ENDED) from error
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()
    raise ListenError(ENDED)


ENDED = (
    "Listening ended before it was done, as when there is too little memory: do it again, and it"
    " goes on where it was."
)


def _heard(answer: dict[str, object]) -> HeardTalk:
    return _adapter().validate_python(answer)


@cache
def _adapter() -> TypeAdapter[HeardTalk]:
    return TypeAdapter(HeardTalk)
