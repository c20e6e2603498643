"""What the readers of all formats give, and how they say what is wrong."""

from __future__ import annotations

from dataclasses import dataclass, field

from medtui.core.models import clean_line


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to fix: its place, as far as that is known, and what it is."""

    file: str
    reason: str
    row: int | None = None
    line: int | None = None
    field: str | None = None

    def __str__(self) -> str:
        where = [self.file]
        if self.row is not None:
            where.append(f"case {self.row}")
        if self.line is not None:
            where.append(f"line {self.line}")
        if self.field is not None:
            where.append(self.field)
        return f"{', '.join(where)}: {self.reason}"


class BadCases(Exception):
    """The cases must not be taken as they are; `problems` says why, in reading order."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__(f"{len(problems)} things are wrong")
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Report:
    """Takes the problems of one file."""

    file: str
    problems: list[Problem]

    def __call__(
        self,
        reason: str,
        *,
        row: int | None = None,
        line: int | None = None,
        field: str | None = None,
    ) -> None:
        self.problems.append(Problem(self.file, reason, row, line, field))


@dataclass(frozen=True, slots=True)
class Value:
    """A field's text; None if it is empty."""

    text: str | None
    line: int | None = None


@dataclass(slots=True)
class Raw:
    """A case as it stands in a file: by what its fields are called there.

    `row` counts the cases of a file from 1; None where a file holds one. `spoiled` are fields
    whose values are no texts, which was reported; `is_whole` is False where others may follow
    that could not be read.
    """

    file: str
    row: int | None
    line: int | None
    values: dict[str, Value] = field(default_factory=dict)
    spoiled: set[str] = field(default_factory=set)
    is_whole: bool = True

    def put(self, name: str, value: Value, report: Report) -> None:
        """Set a field, which may stand once."""
        name = tidy(name)
        if name in self.values:
            report("appears twice: keep one.", row=self.row, line=value.line, field=quoted(name))
        else:
            self.values[name] = value

    def spoil(self, name: str, reason: str, report: Report, *, line: int | None) -> None:
        """Report that a field's value cannot be used."""
        self.spoiled.add(tidy(name))
        report(reason, row=self.row, line=line, field=quoted(name))


def tidy(name: str) -> str:
    """A field's name as we spell it: "Case name" and "case-name" are `case_name`."""
    return "_".join(name.strip().lower().replace("-", " ").split())


def quoted(text: str, limit: int = 40) -> str:
    """A few words of a file, fit for a terminal."""
    text = clean_line(text)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"
