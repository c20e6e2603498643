"""The user's own presets, from a TOML file: how long a station is, and what is marked.

[viva]
name = "Viva practice"
rounds = 4                 # for medtui clock
rest = "1:00"              # between two stations
grades = ["Fail", "Pass"]  # of the whole, the worst first

[[viva.phases]]
name = "Reading"
length = "1:30"            # or seconds: 90

[[viva.phases]]
name = "Viva"
length = "10:00"
bell = 2                   # strokes as it begins; 0 is silence
warnings = ["2:00", "1:00"]
brief = false              # the candidate has put the brief away

[[viva.domains]]
name = "Structure"
max = 5                    # the highest mark
least = 1                  # the lowest; 0 unless it says otherwise
weight = 1.5               # what a mark counts in the total
step = 1                   # of + and -
labels = ["Poor", "Weak", "Fair", "Good", "Excellent"]
"""

from __future__ import annotations

from typing import Any

from medtui.core.presets import (
    LONG_ENOUGH_TO_WARN,
    MOST_PHASES,
    MOST_ROUNDS,
    WARNINGS,
    Phase,
    Preset,
    minutes,
)
from medtui.core.rubrics import HIGHEST, MOST_DOMAINS, MOST_GRADES, Rubric, RubricDomain
from medtui.core.user_presets_toml import BadPreset as BadPreset
from medtui.core.user_presets_toml import (
    PresetMistake,
    bad,
    factor,
    known,
    seconds,
    tables_of,
    text,
    texts,
    whole,
)

_PRESET_KEYS = ("name", "phases", "rounds", "rest", "domains", "grades")
_PHASE_KEYS = ("name", "length", "bell", "warnings", "brief")
_DOMAIN_KEYS = ("name", "max", "least", "weight", "step", "labels")

_Found = tuple[list[Preset], list[Rubric]]


def parse(content: str, source: str) -> tuple[Preset, ...]:
    """The presets in a file's text. `source`: the file's name, for messages. Raises BadPreset."""
    return tuple(_parse(content, source)[0])


def parse_rubrics(content: str, source: str) -> tuple[Rubric, ...]:
    """The rubrics in a file's text. `source`: the file's name. Raises BadPreset."""
    return tuple(_parse(content, source)[1])


def _parse(content: str, source: str) -> _Found:
    presets: list[Preset] = []
    rubrics: list[Rubric] = []
    try:
        for id_, table in tables_of(content, source).items():
            if not isinstance(table, dict):
                raise PresetMistake(f"“{id_}” is outside a preset: begin with [its-name]", id_)
            if not id_.isprintable():
                raise PresetMistake("a preset's name should have no control characters", id_)
            known(table, _PRESET_KEYS, id_)
            if "phases" in table or "domains" not in table:
                presets.append(_preset(id_, table))
            if "domains" in table:
                rubrics.append(_rubric(id_, table))
            elif "grades" in table:
                raise PresetMistake("grades need domains", id_, "grades")
    except PresetMistake as wrong:
        raise bad(wrong, content, source) from None
    return presets, rubrics


def _preset(id_: str, table: dict[str, Any]) -> Preset:
    phases = _parts(table, "phases", f"the preset “{id_}” has no phases: add [[{id_}.phases]]", id_)
    if len(phases) > MOST_PHASES:
        raise PresetMistake(
            f"a station has at most {MOST_PHASES} phases", id_, "phases", MOST_PHASES
        )
    return Preset(
        id=id_,
        name=text(table.get("name", id_), id_, "name"),
        phases=tuple(
            _phase(phase, number == len(phases) - 1, id_, "phases", number)
            for number, phase in enumerate(phases)
        ),
        rounds=whole(table.get("rounds", 1), 1, MOST_ROUNDS, id_, "rounds"),
        rest=seconds(table.get("rest", 0), id_, "rest", least=0),
    )


def _parts(table: dict[str, Any], key: str, none: str, id_: str) -> list[dict[str, Any]]:
    parts = table.get(key)
    if not isinstance(parts, list) or not parts or not all(isinstance(p, dict) for p in parts):
        raise PresetMistake(none, id_, *([key] if key == "domains" else []))
    return parts


def _phase(table: dict[str, Any], is_last: bool, *path: str | int) -> Phase:
    known(table, _PHASE_KEYS, *path)
    for key in ("name", "length"):
        if key not in table:
            raise PresetMistake(f"this phase has no {key}", *path)
    length = seconds(table["length"], *path, "length")
    usual = WARNINGS if is_last or length >= LONG_ENOUGH_TO_WARN else ()
    warnings = table.get("warnings", [warning for warning in usual if warning < length])
    if not isinstance(warnings, list):
        raise PresetMistake('warnings should be a list, as in ["2:00", "1:00"]', *path, "warnings")
    brief = table.get("brief", True)
    if not isinstance(brief, bool):
        raise PresetMistake("brief should be true or false", *path, "brief")
    told = sorted({seconds(warning, *path, "warnings") for warning in warnings}, reverse=True)
    if told and told[0] >= length:
        raise PresetMistake(
            f"a warning {minutes(told[0])} before the end comes before the phase begins",
            *path, "warnings",
        )  # fmt: skip
    return Phase(
        name=text(table["name"], *path, "name"),
        seconds=length,
        bell=whole(table.get("bell", 1), 0, 3, *path, "bell"),
        warnings=tuple(told),
        brief=brief,
    )


def _rubric(id_: str, table: dict[str, Any]) -> Rubric:
    none = f"the domains of “{id_}” should be tables: add [[{id_}.domains]]"
    parts = _parts(table, "domains", none, id_)
    if len(parts) > MOST_DOMAINS:
        raise PresetMistake(
            f"a rubric has at most {MOST_DOMAINS} domains", id_, "domains", MOST_DOMAINS
        )
    domains = tuple(_domain(part, id_, "domains", number) for number, part in enumerate(parts))
    for number, domain in enumerate(domains):
        if domain.name in [other.name for other in domains[:number]]:
            raise PresetMistake(f"two domains are called “{domain.name}”", id_, "domains", number)
    return Rubric(
        id=id_,
        name=text(table.get("name", id_), id_, "name"),
        domains=domains,
        grades=texts(table.get("grades", []), MOST_GRADES, id_, "grades"),
    )


def _domain(table: dict[str, Any], *path: str | int) -> RubricDomain:
    known(table, _DOMAIN_KEYS, *path)
    for key in ("name", "max"):
        if key not in table:
            raise PresetMistake(f"this domain has no {key}", *path)
    most = whole(table["max"], 1, HIGHEST, *path, "max")
    least = whole(table.get("least", 0), 0, most - 1, *path, "least")
    labels = texts(table.get("labels", []), HIGHEST + 1, *path, "labels")
    if labels and len(labels) != most - least + 1:
        raise PresetMistake(
            f"there should be a label for each mark from {least} to {most}", *path, "labels"
        )
    return RubricDomain(
        name=text(table["name"], *path, "name", most=80),
        max=most,
        least=least,
        weight=factor(table.get("weight", 1), *path, "weight"),
        step=whole(table.get("step", 1), 1, most, *path, "step"),
        labels=labels,
    )
