"""`[keys]` in the settings: what counts, and what is said of the rest."""

from __future__ import annotations

from typing import Any

import pytest

from medtui.core.keymap import EVERYWHERE, KnownAction, flattened, read, sentence

KNOWN = {
    "app.help": KnownAction(["question_mark"], {EVERYWHERE}),
    "app.save": KnownAction(["ctrl+s"], {"ProfileScreen"}),
    "board.book": KnownAction(["b"], {"board", "BoardScreen"}),
    "board.edit": KnownAction(["e"], {"board", "BoardScreen"}),
    "board.leave": KnownAction(["l"], {"board", "BoardScreen"}),
    "board.post": KnownAction(["n"], {"board", "BoardScreen"}),
    "details.back": KnownAction(["escape", "enter"], {"details"}),
    "details.room": KnownAction(["enter"], {"details"}),
    "move.down": KnownAction(["down", "j"], {EVERYWHERE}),
    "review.search": KnownAction(["slash"], {"review"}),
}


def named(key: str) -> str | None:
    return None if key == "nokey" else {"?": "question_mark", "/": "slash"}.get(key, key)


@pytest.mark.parametrize(
    ("wanted", "given", "faults"),
    [
        ({"board.book": "B"}, {"board.book": ["B"]}, []),
        ({"board": {"book": "B f6"}}, {"board.book": ["B", "f6"]}, []),
        ({"board.book": ["B", "/"]}, {"board.book": ["B", "slash"]}, []),
        ({"board.book": "l", "board.leave": "b"}, {"board.book": ["l"], "board.leave": ["b"]}, []),
        ({"review.search": "b"}, {"review.search": ["b"]}, []),
        ({"board.book": "ctrl+s"}, {"board.book": ["ctrl+s"]}, []),
        ({"details.room": "enter r"}, {"details.room": ["enter", "r"]}, []),
        ({"board.book": "l"}, {}, ["board.book wants l, which board.leave has"]),
        ({"board.book": "j"}, {}, ["board.book wants j, which move.down has"]),
        ({"board.book": "?"}, {}, ["board.book wants question_mark, which app.help has"]),
        (
            {"board.book": "X", "board.edit": "X"},
            {"board.book": ["X"]},
            ["board.edit wants X, which board.book has"],
        ),
        (  # what loses its key has its own again, and with it all that wanted that one
            {"board.leave": "e", "board.book": "l", "board.edit": "X", "board.post": "X"},
            {"board.leave": ["e"], "board.book": ["l"], "board.edit": ["X"]},
            ["board.post wants X, which board.edit has"],
        ),
        (
            {"board.leave": "e", "board.book": "l", "board.edit": "j"},
            {},
            [
                "board.book wants l, which board.leave has",
                "board.edit wants j, which move.down has",
                "board.leave wants e, which board.edit has",
            ],
        ),
        ({"board.bok": "B"}, {}, ["there is no action board.bok (did you mean board.book?)"]),
        ({"board.book": "nokey"}, {}, ["board.book has nokey, which is no key"]),
        (
            {"board.book": 3, "board.edit": " "},
            {},
            ["board.book has no key", "board.edit has no key"],
        ),
    ],
)
def test_keys_count_or_are_named(
    wanted: dict[str, Any], given: dict[str, list[str]], faults: list[str]
) -> None:
    found, told = read(flattened(wanted), KNOWN, named)
    assert (found, sorted(told)) == (given, sorted(faults))


def test_all_faults_are_one_sentence() -> None:
    assert sentence("config.toml", []) == ""
    assert sentence("config.toml", ["a has no key", "b has no key"]) == (
        "[keys] in config.toml: a has no key; b has no key. All other keys count."
    )
