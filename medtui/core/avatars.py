"""A person in two cells: the emoji of their profile, or their initials in a colour of their own.

A picture is never fetched: where a profile has a link to one, the initials stand for it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass

from rich.cells import cell_len

from medtui.core.models import Profile, safe_link

CELLS = 2

TINTS = ("#1a4f7a", "#6a3289", "#7d3012", "#275a27", "#7a264f", "#40494f", "#5a4a00", "#1a5858")
"""Backgrounds for white initials: the contrast of each with white is 7 at least."""

INK = "#ffffff"

LONGEST = 16
"""Characters of the longest emoji: a family of four with skin tones has fewer."""

_JOINING = {"\u200d", "\ufe0f", "\u20e3"}


@dataclass(frozen=True, slots=True)
class Avatar:
    """`text` in at most `CELLS` cells. `tint` is the colour behind initials, None for an emoji."""

    text: str
    tint: str | None = None

    @property
    def padded(self) -> str:
        return self.text + " " * (CELLS - cell_len(self.text))


def avatar_of(profile: Profile | None) -> Avatar | None:
    """The avatar of a person; None if there is no person."""
    if profile is None:
        return None
    if _is_emoji(profile.avatar or ""):
        return Avatar(profile.avatar or "")
    return Avatar(initials(profile), TINTS[profile.user_id.int % len(TINTS)])


def picture_link(profile: Profile) -> tuple[str, str] | None:
    """The https link of a profile's picture, and its host; None if it has none."""
    safe = safe_link(profile.avatar)
    return safe if safe and safe[0].startswith("https://") else None


def initials(profile: Profile) -> str:
    """ "AO"; one letter where two are too wide, and "?" without any letter."""
    found = ""
    for name in (profile.first_name, profile.last_name):
        letters = (char for char in unicodedata.normalize("NFC", name) if char.isalnum())
        letter = next(letters, "").upper()[:1]
        if cell_len(found + letter) <= CELLS:
            found += letter
    return found or "?"


def _is_emoji(text: str) -> bool:
    """Whether a text is one emoji, of two cells at most, and nothing else."""
    if not text or len(text) > LONGEST or text[0] in _JOINING or text[-1] == "\u200d":
        return False
    signs = [char for char in text if char not in _JOINING]
    keycap = text.endswith("\u20e3") and len(signs) == 1 and signs[0] in "0123456789#*"
    if not keycap and any(unicodedata.category(char) not in ("So", "Sk") for char in signs):
        return False
    return 1 <= cell_len(text) <= CELLS
