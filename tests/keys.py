"""All actions with their ids and keys, as in .github/docs/settings.md: `python -m tests.keys`.

`python -m tests.keys --write` puts it there.
"""

from __future__ import annotations

import sys
from pathlib import Path

from textual.keys import format_key

from medtui.ui.key_table import WITH_KEYS, all_actions

PAGE = Path(__file__).parent.parent / ".github/docs/settings.md"
BEGIN, END = "<!-- keys -->\n", "<!-- /keys -->\n"


def table() -> str:
    """The table in Markdown: a line for each action."""
    lines = ["| id | keys | what it does |", "| --- | --- | --- |"]
    for id_, action in all_actions(WITH_KEYS).items():
        keys = " ".join(f"`{_shown(key)}`" for key in action.keys)
        lines.append(f"| `{id_}` | {keys} | {action.words} |")
    return "\n".join(lines) + "\n"


def _shown(key: str) -> str:
    """A key as one writes it in the settings."""
    *modifiers, base = key.split("+")
    shown = (
        base if base in ("minus", "escape", "enter", "backspace", "delete") else format_key(base)
    )
    shown = base if len(shown) > 1 or shown in ",|`" or not shown.isascii() else shown
    return "+".join((*modifiers, shown))


def written(text: str) -> str:
    """The page with the table as it is now."""
    head, _, rest = text.partition(BEGIN)
    return f"{head}{BEGIN}{table()}{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    if "--write" in sys.argv:
        PAGE.write_text(written(PAGE.read_text("utf-8")), "utf-8")
    else:
        print(table(), end="")
