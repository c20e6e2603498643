"""A case as one Markdown file: short fields in front matter, the two briefs below headings.

---
case_name_internal: OPH-01 CRAO
case_name: The shadow that came at breakfast
---
# Candidate brief
…
# Actor brief
…
"""

from __future__ import annotations

import re

from medtui.documents.cases.raw import Raw, Report, Value
from medtui.documents.cases.yaml_ import read_fields

_HEADING = re.compile(r"#[ \t]+(candidate brief|actor brief)[ \t]*#*[ \t]*", re.IGNORECASE)


def read_markdown(text: str, report: Report) -> list[Raw]:
    """The one case of a file. Without a name for the team, the file's own name is it."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not any(line.strip() for line in lines):
        report("is empty.")
        return []
    case = Raw(report.file, None, None)
    begin = next(number for number, line in enumerate(lines) if line.strip())
    end = _end_of_front_matter(lines, begin)
    if lines[begin].rstrip() != "---":
        report("should begin with front matter, between two lines of three dashes.", line=begin + 1)
        return []
    if end is None:
        report("has front matter without an end: close it with a line of three dashes.", line=1)
        return []
    read_fields("\n".join(lines[begin + 1 : end]), case, report, line=begin + 1)
    _read_briefs(lines, end + 1, case, report)
    if not {"id", "case_name_internal"} & case.values.keys():
        name = report.file.rpartition("/")[2].rpartition(".")[0]
        case.values["case_name_internal"] = Value(name)
    return [case]


def _end_of_front_matter(lines: list[str], begin: int) -> int | None:
    numbers = range(begin + 1, len(lines))
    return next((number for number in numbers if lines[number].rstrip() in ("---", "...")), None)


def _read_briefs(lines: list[str], begin: int, case: Raw, report: Report) -> None:
    field: str | None = None
    first, text = begin + 1, list[str]()

    def finish() -> None:
        if field is not None:
            case.put(field, Value("\n".join(text), first), report)
        elif any(line.strip() for line in text):
            report(
                "has text before “# Candidate brief” or “# Actor brief”: put it below one of them.",
                line=first,
            )

    for number, line in enumerate(lines[begin:], begin + 1):
        if heading := _HEADING.fullmatch(line):
            finish()
            field = heading[1].lower().replace(" ", "_")
            first, text = number, []
        else:
            text.append(line)
    finish()
