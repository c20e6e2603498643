"""A recording that is brought to a session: it becomes a transcript on this machine first."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from medtui.core.key_names import ENTER, key_of
from medtui.core.spoken_json import Origin, transcript_json
from medtui.core.text import clean_line
from medtui.documents.bringing import Brought
from medtui.documents.errors import DocumentError
from medtui.documents.words import length
from medtui.listening import model_download, speech_models
from medtui.listening.errors import ListenError
from medtui.listening.extra import why_not_listen
from medtui.listening.listener import HeardTalk, listen
from medtui.listening.sniff import is_recording


async def _no_case() -> str:
    return ""


@dataclass(frozen=True, slots=True)
class Recordings:
    """How recordings are brought.

    `model`: the name or folder in the settings. `state`: the folder of this program's state.
    `host`: who brings them, and says that both have agreed. `case`: reads the text of the case,
    "" before its debrief.
    """

    model: str
    state: Path
    host: str
    case: Callable[[], Awaitable[str]] = _no_case

    async def is_one(self, path: Path) -> bool:
        """Whether a file is a recording."""
        return await asyncio.to_thread(is_recording, path)

    async def missing(self) -> str:
        """What has to be downloaded first, as a sentence; "" if nothing. Raises DocumentError."""
        if reason := why_not_listen():
            raise DocumentError(f"This is a recording. {reason}")
        try:
            folder = await asyncio.to_thread(speech_models.folder_of, self.model)
        except ListenError as error:
            raise DocumentError(str(error)) from error
        model = speech_models.named(self.model)
        if folder is not None or model is None:
            return ""
        return (
            f"This is a recording. The model {model.name} is not on this computer yet: {ENTER}"
            f" downloads it once, {model.megabytes:,} MB from {model.address}."
        )

    async def fetch(self, show: Callable[[str], None]) -> None:
        """Download the model. `show`: called with how far it is. Raises DocumentError."""
        model = speech_models.named(self.model)
        try:
            if model is not None:
                of = f"of {model.megabytes:,} MB. {key_of('bring.back')} stops it."
                await model_download.fetch(model, lambda here: show(f"{here:,.0f} {of}"))
        except ListenError as error:
            raise DocumentError(str(error)) from error

    async def bring(self, path: Path, show: Callable[[str], None]) -> Brought:
        """The transcript of a recording; cancelling it stops. Raises DocumentError.

        `show`: called with how far it is, in words.
        """

        def progress(at: float, of: float | None) -> None:
            total = f" of {of:.0f} s" if of else ""
            show(
                f"Listening: {at:.0f} s{total} of the consultation. {key_of('bring.back')} ends; "
                "it goes on "
                "there."
            )

        show("Listening on this computer: nothing of the sound is sent.")
        try:
            folder = await asyncio.to_thread(speech_models.folder_of, self.model)
            if folder is None:
                raise ListenError(await self.missing())
            heard = await listen([path], folder, self.state, progress, case=await self.case())
            return await asyncio.to_thread(self._brought, path, heard)
        except ListenError as error:
            raise DocumentError(str(error)) from error

    def _brought(self, path: Path, heard: HeardTalk) -> Brought:
        if heard.is_silent:
            raise ListenError("No words were heard in it: is it the recording of the consultation?")
        model = clean_line(Path(self.model).name)
        origin = Origin(
            source="medtui review",
            model=f"faster-whisper {model}",
            made_at=datetime.now(UTC),
            consent=(f"both, as {self.host} says",),
            note="" if heard.are_apart else "One track: the turns have no names.",
        )
        content = transcript_json(heard.tracks, heard.seconds, origin, are_apart=heard.are_apart)
        heard.journal.unlink(missing_ok=True)
        name = clean_line(path.name)
        what = f"A transcript of {name}, {length(heard.seconds)}, heard by {model}"
        how = "Send it only if both of you agreed to the recording: the file will say so."
        return Brought("transcript", content, what, how)
