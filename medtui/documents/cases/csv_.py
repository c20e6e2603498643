"""Cases as a table: the first row names the fields, each further row is a case."""

from __future__ import annotations

import csv
import io
import re

from medtui.documents.cases.raw import Raw, Report, Value, tidy
from medtui.documents.cases.rules import FIELDS, unknown

SEPARATORS = ",;\t"
"""Spreadsheets use what their country uses."""
_TOLD = re.compile(r'\s*"?sep=(\\t|[^"\r\n])"?(?:\1|[,;\t ])*(?:\r?\n|\r|\Z)\ufeff?', re.IGNORECASE)
"""The line with which some spreadsheets tell each other the separator."""


def read_csv(text: str, report: Report) -> list[Raw]:
    """The cases of a file. A field in quotes may go over several lines."""
    rows = _Rows(text)
    try:
        header = rows.next()
        if header is None:
            return []
        names = [tidy(name) for name in header]
        _check(names, rows.line, report)
        found: list[Raw] = []
        while (cells := rows.next()) is not None:
            case = Raw(report.file, len(found) + 1, rows.line)
            found.append(case)
            if len(cells) != len(names):
                case.is_whole = False
                report(
                    f"has {len(cells)} fields, but the first row names {len(names)}: "
                    "a text with a separator in it needs quotes.",
                    row=case.row,
                    line=case.line,
                )
            case.values = {
                name: Value(cell, case.line)
                for name, cell in zip(names, cells, strict=False)
                if name in FIELDS
            }
    except csv.Error as error:
        reason = str(error)
        if "field larger" in reason:
            reason = "a field is longer than any case's text, so a quote may be missing"
        report(f"is no valid CSV from here on: {reason}.", line=rows.line)
    return found


def _check(names: list[str], line: int, report: Report) -> None:
    for name in dict.fromkeys(names):
        if name not in FIELDS:
            report(unknown(name), line=line)
        elif names.count(name) > 1:
            report("appears twice in the first row: keep one.", line=line, field=name)


class _Rows:
    """The rows that hold something, and the line on which the present one begins."""

    def __init__(self, text: str) -> None:
        self.line = 1
        told = _TOLD.match(text)
        rows = text[told.end() :] if told else text
        self._lines_before = text.count("\n", 0, told.end()) if told else 0
        first = rows.lstrip("\r\n").partition("\n")[0].replace('"', "")

        def named(separator: str) -> int:
            return sum(tidy(name) in FIELDS for name in first.split(separator))

        said = [told[1].replace(r"\t", "\t")] if told else []
        separator = max([*said, *SEPARATORS], key=named)
        self._reader = csv.reader(io.StringIO(rows, newline=""), delimiter=separator, strict=True)

    def next(self) -> list[str] | None:
        """The next row; None after the last. Raises csv.Error."""
        while True:
            self.line = self._lines_before + self._reader.line_num + 1
            cells = next(self._reader, None)
            if cells is None or any(cell.strip() for cell in cells):
                return cells
