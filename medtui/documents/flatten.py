"""The values of an object as lines of text."""

from __future__ import annotations

from typing import Any

from medtui.documents.fields import clean

SHOWN = 2_000
"""The most lines; one more says that there are others."""
LONGEST = 5_000


def flattened(value: Any) -> list[str]:
    """One line for each value: "name › inner: value"."""
    found: list[str] = []
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        where, part = waiting.pop()
        if len(found) >= SHOWN:
            found.append("… and more, which is not shown.")
            break
        if isinstance(part, dict):
            inner = [(f"{where} › {name}" if where else name, item) for name, item in part.items()]
            waiting += reversed(inner)
        elif isinstance(part, list):
            waiting += [(where, item) for item in reversed(part)]
        elif part is not None and part != "":
            text = ("yes" if part else "no") if isinstance(part, bool) else str(part)
            found.append(clean(f"{where[:200]}: {text[:LONGEST]}" if where else text[:LONGEST]))
    return found
