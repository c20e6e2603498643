"""`w` on a transcript without speakers, as one mixed track becomes: it says who says which turn."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from medtui.core.spoken import HeardWord, Utterance
from medtui.core.spoken_json import Origin, transcript_json
from tests.review.reader import viewing

SAID = ("Good morning.", "My eye hurts.", "Since when?", "Since Monday.", "I see.")


@pytest.fixture
def mixed(tmp_path: Path) -> Path:
    """What `medtui listen` writes of one mixed track."""
    track = []
    for number, text in enumerate(SAID):
        at = number * 4.0
        words = [HeardWord(word, at + n, at + n + 0.5, 0.9) for n, word in enumerate(text.split())]
        track.append(Utterance(at, at + 3.0, -20.0, tuple(words)))
    origin = Origin("medtui listen", "faster-whisper tiny.en", datetime(2026, 3, 2, tzinfo=UTC))
    path = tmp_path / "mix.json"
    path.write_bytes(transcript_json([track], 20.0, origin, are_apart=False))
    return path


@pytest.mark.detail
async def test_the_turns_of_a_mixed_track_are_named_corrected_and_remembered(
    mixed: Path, tmp_path: Path
) -> None:
    async with viewing(mixed, state=tmp_path) as reader:
        await reader.until_text("Good morning.", "Since when?")
        await reader.press("w")
        await reader.until_screen("SaidByScreen")
        await reader.until_text("does not tell its speakers apart", "My eye hurts.")
        await reader.type("You")
        await reader.press("enter")
        await reader.type("MB")
        await reader.press("enter")
        await reader.until_text(
            "You  Good morning", "MB   My eye", "You  Since when", "MB   Since M"
        )
        await reader.press("G", "w")
        await reader.until_screen("SaidByScreen")
        assert "the next turn" not in reader.text
        await reader.press("ctrl+a", "ctrl+k")
        await reader.type("MB")
        await reader.press("enter")
        await reader.until_text("MB   I see", "You  Since when")
        await reader.press("f")
        await reader.until_text("only You")
        assert "Since Monday" not in reader.text
    async with viewing(mixed, state=tmp_path) as reader:
        await reader.until_text("You  Good morning", "MB   My eye", "MB   I see")


@pytest.mark.detail
async def test_a_marked_passage_is_one_persons_and_what_was_typed_is_not_lost(
    mixed: Path, tmp_path: Path
) -> None:
    async with viewing(mixed, state=tmp_path) as reader:
        await reader.until_text("Good morning.")
        await reader.press("v", "j", "w")
        await reader.until_screen("SaidByScreen")
        await reader.until_text("Who says these 2 turns", "Since when?")
        await reader.type("Patient")
        await reader.press("escape")
        await reader.until_text("continues with what you typed")
        await reader.press("w")
        await reader.until_screen("SaidByScreen")
        await reader.press("ctrl+s")
        await reader.until_text("Patient  Good morning", "Patient  My eye", "?        Since when")
