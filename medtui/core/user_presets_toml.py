"""Reads a TOML file that a user wrote; each mistake is reported with file and line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from medtui.core.presets import LONGEST
from medtui.core.text import clean_line


class BadPreset(Exception):
    """A preset cannot be used; the text is a sentence that names the file and the line."""


class PresetMistake(Exception):
    """A mistake, and its place: the path of keys that leads there."""

    def __init__(self, words: str, *path: str | int) -> None:
        super().__init__(words)
        self.path = path


def tables_of(text: str, source: str) -> dict[str, Any]:
    """The tables in a file's text. `source`: the file's name. Raises BadPreset."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(.*) \(at line (\d+), column \d+\)$", str(error))
        words, line = (found[1], found[2]) if found else (str(error), str(_last_line(text)))
        raise BadPreset(f"{source}, line {line}: this is not TOML: {words}.") from None
    except (ValueError, RecursionError):  # the parser raises these beside its own error
        raise BadPreset(f"{source}: a number in it is too long, or a list too deep.") from None


def bad(wrong: PresetMistake, text: str, source: str) -> BadPreset:
    """The mistake as a sentence that names the file and the line."""
    words = clean_line(str(wrong))  # it may quote keys that a stranger wrote
    return BadPreset(f"{source}, line {_line(text, wrong.path)}: {words}.")


def known(table: dict[str, Any], keys: tuple[str, ...], *path: str | int) -> None:
    for key in table:
        if key not in keys:
            raise PresetMistake(f"“{key}” is not known here: use {', '.join(keys)}", *path, key)


def text(value: Any, *path: str | int, most: int = 40) -> str:
    """A text of one line. Raises PresetMistake."""
    if not isinstance(value, str) or not 0 < len(value.strip()) <= most or not value.isprintable():
        raise PresetMistake(f"{path[-1]} should be a text in quotes of up to {most} letters", *path)
    return value.strip()


def texts(value: Any, most: int, *path: str | int) -> tuple[str, ...]:
    """A list of texts. Raises PresetMistake."""
    if not isinstance(value, list) or len(value) > most:
        raise PresetMistake(f"{path[-1]} should be a list of up to {most} texts", *path)
    return tuple(text(item, *path) for item in value)


def factor(value: Any, *path: str | int) -> float:
    """A factor. Raises PresetMistake."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 100:
        raise PresetMistake(f"{path[-1]} should be a number above 0, up to 100", *path)
    return float(value)


def whole(value: Any, least: int, most: int, *path: str | int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise PresetMistake(f"{path[-1]} should be a whole number from {least} to {most}", *path)
    return value


def seconds(value: Any, *path: str | int, least: int = 1) -> int:
    """Seconds from "8:00", or from a whole number. Raises PresetMistake."""
    found = value
    if isinstance(value, str) and (clock := re.fullmatch(r"(\d{1,3}):([0-5]\d)", value.strip())):
        found = int(clock[1]) * 60 + int(clock[2])
    if not isinstance(found, int) or isinstance(found, bool) or not least <= found <= LONGEST:
        raise PresetMistake(
            f'{path[-1]} should be a time such as "8:00", or seconds,'
            f" of up to {LONGEST // 3600} hours",
            *path,
        )  # fmt: skip
    return found


def _line(text: str, path: tuple[str | int, ...]) -> int:
    """The line, from 1, of a key, or of the table that it should be in."""
    best = 1
    wanted, key = path, None
    if isinstance(path[-1], str) and len(path) != 1:
        wanted, key = path[:-1], path[-1]
    inside = False
    for number, at, line in _headed(text):
        if at == wanted and not inside:
            inside, best = True, number
        elif at != wanted:
            inside = False
        if at == wanted and key and re.match(rf'\s*["\']?{re.escape(str(key))}["\']?\s*=', line):
            return number
    if best == 1 and len(path) > 1:  # written in another way: the preset's line has to do
        return _line(text, path[:-1])
    if best == 1:
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(rf'\s*\[*\s*["\']?{re.escape(str(path[0]))}\b', line):
                return number
    return best


def _headed(text: str) -> Iterator[tuple[int, tuple[str | int, ...], str]]:
    """Every line, with its number and the path of its table."""
    at: tuple[str | int, ...] = ()
    counts: dict[tuple[str | int, ...], int] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*(\[{1,2})\s*([^\]]+?)\s*\]{1,2}\s*(#.*)?$", line):
            at = tuple(part.strip().strip("\"'") for part in header[2].split("."))
            if header[1] == "[[":
                counts[at] = counts.get(at, -1) + 1
                at = (*at, counts[at])
        yield number, at, line


def _last_line(text: str) -> int:
    return max(1, len(text.splitlines()))
