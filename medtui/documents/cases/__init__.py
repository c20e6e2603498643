"""Cases in files as people write them: YAML, JSON, CSV, or a folder of Markdown.

Each format has a reader that gives `Raw` cases, fields with the lines where they stand; one set
of rules (`rules.py`) makes drafts of them. Reading goes on after a mistake: all of them are
found, and one of them is enough for nothing to be read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from medtui.core.models import CaseDraft
from medtui.documents.cases.csv_ import read_csv
from medtui.documents.cases.files import Unusable, decode, load
from medtui.documents.cases.json_ import read_json
from medtui.documents.cases.markdown import read_markdown
from medtui.documents.cases.raw import BadCases, Problem, Raw, Report
from medtui.documents.cases.rules import drafts
from medtui.documents.cases.yaml_ import read_yaml

__all__ = ["BadCases", "Problem", "Unusable", "read_cases"]

_READERS: dict[str, Callable[[str, Report], list[Raw]]] = {
    ".yaml": read_yaml,
    ".yml": read_yaml,
    ".json": read_json,
    ".csv": read_csv,
    ".md": read_markdown,
    ".markdown": read_markdown,
}


def read_cases(path: Path) -> list[CaseDraft]:
    """The cases in a file, or in all Markdown files of a folder, in their order.

    Raises Unusable when there is nothing that could be read, and BadCases with all that is wrong
    when it could be, but must not be taken as it is.
    """
    problems: list[Problem] = []
    found: list[Raw] = []
    for name, content in load(path, known=_READERS):
        report = Report(name, problems)
        text = decode(content, report)
        if text is not None:
            found += _READERS[Path(name).suffix.lower()](text, report)
    if not found and not problems:
        raise Unusable(f"{path} holds no case.")
    read = drafts(found, problems)
    if problems:
        raise BadCases(sorted(problems, key=lambda p: (p.file, p.line or 0)))
    return read
