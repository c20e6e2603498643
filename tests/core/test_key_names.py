"""Sentences name no key themselves but ask `key_of`, which knows the settings' own keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from medtui.core import key_names
from medtui.core.key_names import USUAL, key_of, with_keys
from tests.sentences import sentences

_LETTER = r"(?<![\w'’.…“/-])[b-zB-HJ-Z](?![\w'’./-])"
_NAMED = r"(?:enter|return|tab|space|backspace)"
_SIGN = r"[!?/,+\-\[\]]"
LITERAL_KEYS = (
    re.compile(rf"(?<!\d )(?<!… ){_LETTER}"),
    re.compile(r"(?<![\w-])(?:esc|escape|ctrl\+\w|f\d\d?)(?![\w-])"),
    re.compile(rf"\b(?:[Pp]ress|then) (?:{_NAMED}|{_SIGN}|a)(?![\w-])|\bunder {_SIGN}"),
    re.compile(rf"(?:^|[.:;,(·] ?){_NAMED}(?::| (?:again|to|[a-z]+s)\b)"),
    re.compile(rf"\((?:{_NAMED}|{_SIGN}|a)\)|^{_SIGN} to\b"),
    re.compile(r"(?<![\w-])a(?::|\)| (?:replaces|adds)\b)"),
)
"""What looks as if it named a key: a letter that is no word, a key's name where it is pressed."""

NO_ACTIONS = {
    "medtui/commands/listen.py": "esc ends.",  # a command without a screen
    "medtui/commands/shell.py": "quit the end, as ctrl+d is",
    "medtui/commands/watch.py": "until ctrl+c",
    "medtui/local/run.py": "Stop: ctrl+c.",
    "medtui/shared_screen/web.py": "until ctrl+c.",
}
"""The terminal's own keys, and what is no key: the letters of an exam's skills."""


def literal_keys() -> Iterator[str]:
    """Each sentence that names a key itself, with its place."""
    for sentence in sentences():
        text = re.sub(r"\{[^}]*\}|%\(\w+\)s", "…", sentence.text)
        is_skill = sentence.file == "medtui/core/rubrics.py" and re.match("[A-G] ", text)
        if is_skill or text.endswith(NO_ACTIONS.get(sentence.file, "\n")):
            continue
        if any(pattern.search(text) for pattern in LITERAL_KEYS):
            yield f"{sentence.file}:{sentence.line}  {text}"


def test_no_sentence_names_a_key_itself() -> None:
    assert list(literal_keys()) == []


@pytest.mark.parametrize(
    "text",
    [
        "No sessions yet. Press n to post the first.", "x cancels it.", "enter: save · esc: back",
        "Your past ones are under !.", "a replaces it.", "in the review (R, then a)", "/ to search",
        "Discard it with ctrl+r.", "space starts it.", "Booked.  z: undo",
    ],
)  # fmt: skip
def test_a_key_in_a_sentence_is_found(text: str) -> None:
    assert any(pattern.search(text) for pattern in LITERAL_KEYS)


def test_every_key_that_a_text_asks_for_is_known() -> None:
    asked = {
        id_
        for sentence in sentences()
        for id_ in re.findall(r"\{([a-z_]+\.[a-z_0-9]+)\}", sentence.text)
    }
    assert "board.post" in asked
    assert asked <= USUAL.keys()


def test_own_keys_are_named_and_the_usual_ones_of_the_rest() -> None:
    key_names.use({"board.post": "P"})
    try:
        assert (key_of("board.post"), key_of("board.view")) == ("P", "v")
        assert with_keys("{board.post} posts in {id}") == "P posts in {id}"
    finally:
        key_names.use({})
    assert key_of("board.post") == "n"
