"""The words of a case that a speech model would hardly guess: names of drugs, diseases and people.

A model knows a common word as one piece, and spells a rare one in several.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from medtui.core.models import Brief

FEWEST_PIECES = 2
SHORTEST = 5
"""Letters of a word, at least: shorter ones are heard as they are."""

MOST_WORDS = 40
LONGEST_WORD = 40
LARGEST = 200_000
"""Characters of a case that are looked at."""

_WORD = re.compile(r"(?<![\w'’])[^\W\d_]+(?:-[^\W\d_]+)*(?![\w'’])")


def case_text(brief: Brief) -> str:
    """All that is known of a case, as one text."""
    parts = (brief.case_name, brief.condition, brief.candidate_brief, brief.actor_brief)
    return "\n".join(part for part in parts if part)


def case_words(text: str, pieces: Callable[[str], int]) -> tuple[str, ...]:
    """The rare words of a case, the rarest first, each once.

    `pieces`: of how many pieces a model makes a word.
    """
    forms: dict[str, list[str]] = {}
    for found in _WORD.finditer(text[:LARGEST]):
        word = found.group()
        if SHORTEST <= len(word) <= LONGEST_WORD and word.replace("-", "").isalpha():
            forms.setdefault(word.lower(), []).append(word)
    rare: list[tuple[int, int, str]] = []
    for lower, said in forms.items():
        # A word that begins a sentence is the same word.
        count = min(pieces(f" {lower}"), pieces(f" {lower.capitalize()}"))
        if count >= FEWEST_PIECES:
            rare.append((count, len(said), lower if lower in said else said[0]))
    rare.sort(key=lambda each: (-each[0], -each[1]))
    return tuple(word for _, _, word in rare[:MOST_WORDS])


def case_prompt(words: Sequence[str]) -> str:
    """What a model is told before it listens; "" without words.

    The words alone: a sentence around them is heard in noise, and helps no more.
    """
    return f"{', '.join(words)}." if words else ""
