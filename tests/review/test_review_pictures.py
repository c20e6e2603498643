"""The review at two sizes, in the dark and in the light.

    pytest tests/review/test_review_pictures.py --snapshot-update

writes the pictures again.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.helpers.seats import Seat
from tests.review.reader import CHECKLIST, PLATFORM, TALK, viewing

SIZES = [(80, 24), (160, 48)]
Compare = Callable[[Seat, str], None]


def at(size: tuple[int, int], name: str) -> str:
    return f"{name}-{size[0]}x{size[1]}"


@pytest.mark.parametrize("size", SIZES)
async def test_the_review(size: tuple[int, int], tmp_path: Path, picture: Compare) -> None:
    async with viewing(TALK, PLATFORM, state=tmp_path, size=size) as reader:
        await reader.until_text("questions", "29.08 / 49.8")
        await reader.until(lambda: reader.marks._found)
        picture(reader, at(size, "review"))
        await reader.press("slash", *"you")
        picture(reader, at(size, "review-search"))
        await reader.press("escape", "w")
        await reader.until_screen("WhoScreen")
        picture(reader, at(size, "review-who"))


@pytest.mark.parametrize("size", SIZES)
async def test_the_assessment_in_the_light(
    size: tuple[int, int], tmp_path: Path, picture: Compare
) -> None:
    files = (TALK, CHECKLIST)
    async with viewing(*files, state=tmp_path, size=size, theme="medtui-light") as reader:
        await reader.until_text("questions", "3 / 8")
        await reader.until(lambda: reader.marks._found)
        await reader.press("tab", "G", "k", "k", "k")
        picture(reader, at(size, "review-light"))


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_broken(size: tuple[int, int], tmp_path: Path, picture: Compare) -> None:
    broken = tmp_path / "transcript.json"
    broken.write_text('{"results": {"utterances": [\n  {"start": 0.8, "end"')
    async with viewing(broken, PLATFORM, state=tmp_path, size=size) as reader:
        await reader.until_text("breaks off")
        picture(reader, at(size, "review-broken"))
