"""Whether this machine has what listening and recording need, without importing it."""

from __future__ import annotations

from importlib.util import find_spec

INSTALL = "pip install 'medtui[listen]'"


def why_not_listen() -> str | None:
    """Why recordings cannot become transcripts here, as a sentence; None if they can."""
    if all(find_spec(name) for name in ("faster_whisper", "av")):
        return None
    return f"Turning a recording into a transcript needs more packages: {INSTALL}."


def why_not_record() -> str | None:
    """Why this machine cannot record its microphone, as a sentence; None if it can, or may."""
    if find_spec("sounddevice") is None:
        return f"Recording needs more packages: {INSTALL}."
    return why_not_listen()
