"""One's own presets, from the text of a TOML file.

[viva]
name = "Viva practice"
rounds = 4                 # for medtui clock
rest = "1:00"              # between two stations

[[viva.phases]]
name = "Reading"
length = "1:30"            # or seconds: 90

[[viva.phases]]
name = "Viva"
length = "10:00"
bell = 2                   # strokes as it begins; 0 is silence
warnings = ["2:00", "1:00"]
brief = false              # the candidate has put the brief away
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from medtui.station.presets import (
    LONG_ENOUGH_TO_WARN,
    LONGEST,
    MOST_PHASES,
    MOST_ROUNDS,
    WARNINGS,
    Phase,
    Preset,
    minutes,
)

_PRESET_KEYS = ("name", "phases", "rounds", "rest")
_PHASE_KEYS = ("name", "length", "bell", "warnings", "brief")


class BadPreset(Exception):
    """A preset cannot be used; the text is a sentence that names the file and the line."""


class _Wrong(Exception):
    """What is wrong, and where: the path of keys that leads there."""

    def __init__(self, words: str, *path: str | int) -> None:
        super().__init__(words)
        self.path = path


def parse(text: str, source: str) -> tuple[Preset, ...]:
    """The presets of a file, of which `source` is the name. Raises BadPreset."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"^(.*) \(at line (\d+), column \d+\)$", str(error))
        words, line = (found[1], found[2]) if found else (str(error), str(_last_line(text)))
        raise BadPreset(f"{source}, line {line}: this is not TOML: {words}.") from None
    try:
        return tuple(_preset(id_, table) for id_, table in tables.items())
    except _Wrong as wrong:
        line = str(_line(text, wrong.path))
        raise BadPreset(f"{source}, line {line}: {wrong}.") from None


def _preset(id_: str, table: Any) -> Preset:
    if not isinstance(table, dict):
        raise _Wrong(f"“{id_}” stands outside a preset: begin with [its-name]", id_)
    _known(table, _PRESET_KEYS, id_)
    phases = table.get("phases")
    if not isinstance(phases, list) or not phases or not all(isinstance(p, dict) for p in phases):
        raise _Wrong(f"the preset “{id_}” has no phases: add [[{id_}.phases]]", id_)
    if len(phases) > MOST_PHASES:
        raise _Wrong(f"a station has at most {MOST_PHASES} phases", id_, "phases", MOST_PHASES)
    return Preset(
        id=id_,
        name=_text(table.get("name", id_), id_, "name"),
        phases=tuple(
            _phase(phase, number == len(phases) - 1, id_, "phases", number)
            for number, phase in enumerate(phases)
        ),
        rounds=_whole(table.get("rounds", 1), 1, MOST_ROUNDS, id_, "rounds"),
        rest=_seconds(table.get("rest", 0), id_, "rest", least=0),
    )


def _phase(table: dict[str, Any], is_last: bool, *path: str | int) -> Phase:
    _known(table, _PHASE_KEYS, *path)
    for key in ("name", "length"):
        if key not in table:
            raise _Wrong(f"this phase has no {key}", *path)
    seconds = _seconds(table["length"], *path, "length")
    usual = WARNINGS if is_last or seconds >= LONG_ENOUGH_TO_WARN else ()
    warnings = table.get("warnings", [warning for warning in usual if warning < seconds])
    if not isinstance(warnings, list):
        raise _Wrong('warnings should be a list, as in ["2:00", "1:00"]', *path, "warnings")
    brief = table.get("brief", True)
    if not isinstance(brief, bool):
        raise _Wrong("brief should be true or false", *path, "brief")
    told = sorted({_seconds(warning, *path, "warnings") for warning in warnings}, reverse=True)
    if told and told[0] >= seconds:
        raise _Wrong(
            f"a warning {minutes(told[0])} before the end comes before the phase begins",
            *path, "warnings",
        )  # fmt: skip
    return Phase(
        name=_text(table["name"], *path, "name"),
        seconds=seconds,
        bell=_whole(table.get("bell", 1), 0, 3, *path, "bell"),
        warnings=tuple(told),
        brief=brief,
    )


def _known(table: dict[str, Any], keys: tuple[str, ...], *path: str | int) -> None:
    for key in table:
        if key not in keys:
            raise _Wrong(f"“{key}” is not known here: use {', '.join(keys)}", *path, key)


def _text(value: Any, *path: str | int) -> str:
    if not isinstance(value, str) or not 0 < len(value.strip()) <= 40 or not value.isprintable():
        raise _Wrong(f"{path[-1]} should be a text in quotes of up to 40 letters", *path)
    return value.strip()


def _whole(value: Any, least: int, most: int, *path: str | int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _Wrong(f"{path[-1]} should be a whole number from {least} to {most}", *path)
    return value


def _seconds(value: Any, *path: str | int, least: int = 1) -> int:
    """ "8:00", or whole seconds."""
    seconds = value
    if isinstance(value, str) and (clock := re.fullmatch(r"(\d{1,3}):([0-5]\d)", value.strip())):
        seconds = int(clock[1]) * 60 + int(clock[2])
    if not isinstance(seconds, int) or isinstance(seconds, bool) or not least <= seconds <= LONGEST:
        raise _Wrong(
            f'{path[-1]} should be a time such as "8:00", or seconds,'
            f" of up to {LONGEST // 3600} hours",
            *path,
        )  # fmt: skip
    return seconds


def _line(text: str, path: tuple[str | int, ...]) -> int:
    """The line, from 1, where a key stands, or the table that it should stand in."""
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
    if best == 1 and len(path) > 1:  # written in another way: the preset is near enough
        return _line(text, path[:-1])
    if best == 1:
        for number, line in enumerate(text.splitlines(), 1):
            if re.match(rf'\s*\[*\s*["\']?{re.escape(str(path[0]))}\b', line):
                return number
    return best


def _headed(text: str) -> Iterator[tuple[int, tuple[str | int, ...], str]]:
    """Every line with its number and the path of the table that it stands in."""
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
