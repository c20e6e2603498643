"""From a path to the texts that stand there: which files, how large, in which encoding."""

from __future__ import annotations

import codecs
import json
from collections.abc import Collection, Iterator
from pathlib import Path

from medtui.documents.cases.raw import Report

MAX_BYTES = 20_000_000
"""Of all files together: some thousand cases, and about what a server takes in one request."""

_MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
]


class Unusable(Exception):
    """There is nothing here that could be read as cases; the text is a sentence that says why."""


def load(path: Path, *, known: Collection[str]) -> Iterator[tuple[str, bytes]]:
    """The name and content of a file, or of each Markdown file in a folder. Raises Unusable.

    Args:
        path: a file whose name ends as one of `known`, or a folder.
        known: the endings that have a reader.
    """
    if path.is_dir():
        files = sorted(
            file
            for file in path.rglob("*")
            if file.suffix.lower() in (".md", ".markdown")
            and file.name.lower() != "readme.md"
            and not any(part.startswith(".") for part in file.relative_to(path).parts)
            and file.is_file()
        )
        if not files:
            raise Unusable(f"{path} holds no Markdown file: there is one for each case.")
        names = [file.relative_to(path).as_posix() for file in files]
    else:
        if not path.exists():
            raise Unusable(f"There is no {path}.")
        if path.suffix.lower() not in known or not path.is_file():
            raise Unusable(
                f"{path} is not a kind of file that medtui reads: "
                "use YAML, JSON, CSV (a spreadsheet can be saved as that), or Markdown."
            )
        files, names = [path], [path.name]
    try:
        size = sum(file.stat().st_size for file in files)
        if size > MAX_BYTES:
            raise Unusable(
                f"{path} has {size // 1_000_000} MB, and medtui takes {MAX_BYTES // 1_000_000} MB "
                "at a time: divide it."
            )
        for file, name in zip(files, names, strict=True):
            yield name, file.read_bytes()
    except OSError as error:
        raise Unusable(f"{error.filename or path} cannot be read: {error.strerror}.") from error


def decode(content: bytes, report: Report) -> str | None:
    """A file's text; None, and reported, where it has none.

    UTF-8, or UTF-16 where a mark or its empty bytes say so. Nothing is guessed: a wrong guess would
    show as odd letters in a brief, months later.
    """
    marked = (encoding for mark, encoding in _MARKS if content.startswith(mark))
    encoding = next(marked, json.detect_encoding(content[:4]))
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1 if encoding.startswith("utf-8") else None
        report(
            "is not UTF-8 here: save the file as UTF-8 (in Excel: “CSV UTF-8”) and try again.",
            line=line,
        )
        return None
