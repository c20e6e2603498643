"""An object of which readers take the keys that they know; the rest is kept."""

from __future__ import annotations

import re
from typing import Any

from medtui.documents.fields import Record, number, record

_KIND = {"domain", "criterion", "criteria", "category", "section", "dimension", "skill", "item",
         "competency", "question", "task", "aspect", "area", "rubric", "assessment"}  # fmt: skip
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def plain(name: str) -> str:
    """A key as it is compared: "Overall score", "overall_score" and "overallScore" are one."""
    return "".join(char for char in name.casefold() if char.isalnum())


def without_kind(name: str) -> str:
    """A key as it is compared, without what the item is: "maxDomainScore" is "maxscore"."""
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
        """The keys that nobody has taken, as the file writes them."""
        return [name for name in self._data if name not in self._taken]

    def __contains__(self, name: str) -> bool:
        return plain(name) in self._names

    def look(self, *names: str) -> Any:
        """The first of these that has a value, without taking it."""
        for name in names:
            own = self._names.get(plain(name))
            if own is not None and own not in self._taken and self._has_value(own):
                return self._data[own]
        return None

    def take(self, *names: str) -> Any:
        """The first of these that has a value, taken."""
        for name in names:
            own = self._names.get(plain(name))
            if own is not None and own not in self._taken:
                if self._has_value(own):
                    self._taken.add(own)
                    return self._data[own]
                if self._data[own] is None:
                    self._taken.add(own)  # null says nothing, and need not be shown
        return None

    def take_number(self, *names: str) -> float | None:
        """The first of these that is a number, taken. What is none stays, to be shown."""
        for name in names:
            if (found := number(self.look(name))) is not None:
                self.take(name)
                return found
        return None

    def take_all(self, *names: str) -> list[Any]:
        """Every one of these that has a value, taken."""
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
        """Have something that was left of a taken value shown under a name."""
        self._parts[name] = part

    def rest(self) -> Record:
        """What no reader took, here and in the parts."""
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
