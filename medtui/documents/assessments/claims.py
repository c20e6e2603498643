"""Takes known keys out of an object and keeps the rest."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from medtui.documents.fields import Record, number, plain, record

_KIND = {"domain", "criterion", "criteria", "category", "section", "dimension", "skill", "item",
         "competency", "question", "task", "aspect", "area", "rubric", "assessment"}  # fmt: skip
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


@lru_cache(4_096)
def without_kind(name: str) -> str:
    """A key for comparison, without the kind of item: "maxDomainScore" gives "maxscore"."""
    parts = [part.casefold() for part in _PART.findall(name)]
    return "".join(part for part in parts if part not in _KIND)


class Claims:
    """Takes values out of an object, by any of several names, and knows what is left.

    sheet = Claims(data)
    score = sheet.take("score", "mark")
    feedback = sheet.open("feedback")       # Claims of its own, whose rest is part of ours
    """

    def __init__(self, data: Any) -> None:
        self._data: Record = record(data)
        self._names: dict[str, str] = {}
        for name in self._data:
            self._names.setdefault(plain(name), name)
        for name in self._data:
            if short := without_kind(name):
                self._names.setdefault(short, name)
        self._taken: set[str] = set()
        self._parts: dict[str, Any] = {}

    @property
    def names(self) -> list[str]:
        """The keys that are not taken, as the file writes them."""
        return [name for name in self._data if name not in self._taken]

    def __contains__(self, name: str) -> bool:
        return plain(name) in self._names

    def look(self, *names: str) -> Any:
        """The value of the first of these keys that has one, not taken; None without one."""
        for name in names:
            own = self._names.get(plain(name))
            if own is not None and own not in self._taken and self._has_value(own):
                return self._data[own]
        return None

    def take(self, *names: str) -> Any:
        """The value of the first of these keys that has one, taken; None without one."""
        for name in names:
            own = self._names.get(plain(name))
            if own is not None and own not in self._taken:
                if self._has_value(own):
                    self._taken.add(own)
                    return self._data[own]
                if self._data[own] is None:
                    self._taken.add(own)  # null holds nothing to show
        return None

    def take_number(self, *names: str) -> float | None:
        """The first of these values that is a number, taken; other values stay in the rest."""
        for name in names:
            if (found := number(self.look(name))) is not None:
                self.take(name)
                return found
        return None

    def take_all(self, *names: str) -> list[Any]:
        """The values of all these keys that have one, taken."""
        found = []
        for name in names:
            if (value := self.take(name)) is not None:
                found.append(value)
        return found

    def open(self, *names: str) -> Claims:
        """Claims on the object under the first of these names; empty ones where there is none."""
        for name in names:
            own = self._names.get(plain(name))
            if own is not None and own not in self._taken and isinstance(self._data[own], dict):
                self._taken.add(own)
                part = Claims(self._data[own])
                self._parts[own] = part
                return part
        return Claims({})

    def keep(self, name: str, part: Any) -> None:
        """Add what was left of a taken value to the rest, under this name."""
        self._parts[name] = part

    def rest(self) -> Record:
        """The keys and values that are not taken, also of the opened parts."""
        left = {
            name: value
            for name, value in self._data.items()
            if name not in self._taken and self._has_value(name)
        }
        for name, part in self._parts.items():
            inner = part.rest() if isinstance(part, Claims) else part
            if inner:
                left[name] = inner
        return left

    def _has_value(self, own: str) -> bool:
        value = self._data[own]
        return value is not None and value != "" and value != [] and value != {}
