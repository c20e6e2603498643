"""Every sentence that a user can read: `python -m tests.sentences` prints them, with their places.

They are the texts in our code that are neither docstrings nor for a machine: what screens show,
help and command line included. Values in them are shown as `{…}`. SQL's refusals are among them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "medtui"

_MACHINES = re.compile(
    r"^(select|insert|update|delete|create|alter|drop|grant|revoke|with|begin|set|copy) "
    r"|^[\w.-]+$|::|^https?://|^[#.$&>]|\\|^--|^<|^\(\?",
    re.IGNORECASE,
)
_QUIET = ("local/rest", "local/storage", "local/realtime", "local/auth", "supabase/")
"""Parts whose texts are for other programs."""


class Sentence(NamedTuple):
    """A text, and where it is in the code."""

    file: str
    line: int
    text: str


def sentences(package: Path = PACKAGE) -> Iterator[Sentence]:
    """All of them, file by file."""
    for file in sorted(package.rglob("*.py")):
        name = file.relative_to(package.parent).as_posix()
        if not any(part in name for part in _QUIET):
            yield from _in_python(file, name)
    for file in sorted(package.glob("supabase/migrations/*.sql")):
        name = file.relative_to(package.parent).as_posix()
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1):
            for found in re.findall(r"refuse\('((?:[^']|'')+)'", line):
                yield Sentence(name, number, found.replace("''", "'"))


def _in_python(file: Path, name: str) -> Iterator[Sentence]:
    tree = ast.parse(file.read_text("utf-8"))
    silent = set(_docstrings(tree)) | set(_logged(tree))
    for node in ast.walk(tree):
        if id(node) in silent:
            continue
        for child in ast.iter_child_nodes(node):
            if isinstance(node, ast.JoinedStr | ast.FormattedValue):
                silent.add(id(child))  # a part of a text, not one of its own
        if isinstance(node, ast.JoinedStr):
            text = "".join(
                part.value if isinstance(part, ast.Constant) else "{…}" for part in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            text = node.value
        else:
            continue
        words = " ".join(text.split())
        if re.search(r"[^\W\d_]{2,} +[^\W\d_]|[^\W\d_]{3,}[.:…!?]", words) and not (
            _MACHINES.search(words)
        ):
            yield Sentence(name, node.lineno, words)


def _docstrings(tree: ast.AST) -> Iterator[int]:
    """Strings that stand alone: they say something to those who read the code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield id(node.value)


def _logged(tree: ast.AST) -> Iterator[int]:
    """What is written to the log, and what is raised for programmers."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = ast.unparse(node.func)
        if name.startswith(("log.", "logger.", "re.")) or name in ("TypeError", "RuntimeError"):
            yield from (id(part) for part in ast.walk(node))


def main() -> None:
    for sentence in sentences():
        print(f"{sentence.file}:{sentence.line}  {sentence.text}")


if __name__ == "__main__":
    main()
