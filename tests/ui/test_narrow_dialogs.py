"""In narrow dialogs nothing is cut: what goes on in a further line begins under the words."""

from __future__ import annotations

from medtui.ui.dialogs.choose import numbered
from medtui.ui.dialogs.help import key_lines


def test_a_choice_goes_on_under_its_words() -> None:
    words = "the transcript of today 16:04 (10 KB)"
    assert numbered(2, words).plain == f"2  {words}"
    assert numbered(2, words, 37).plain == "2  the transcript of today 16:04 (10\n   KB)"


def test_the_help_of_a_key_goes_on_under_its_words() -> None:
    rows = [("pgup ^u", "Page up"), ("enter", "Go into your session, or book")]
    assert key_lines(rows, 30).plain.split("\n") == [
        "pgup ^u  Page up",
        "enter    Go into your session,",
        "         or book",
    ]
