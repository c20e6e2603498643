"""Talks as CSV and TSV: a header, and a row for each turn."""

from __future__ import annotations

import csv
import io
from typing import Any

from medtui.documents.fields import clean, plain
from medtui.documents.transcripts import rows as lists
from medtui.documents.transcripts import segments
from medtui.documents.transcripts.segments import carries_units, pieces
from medtui.documents.turns import MAX_TURNS, Draft

MAX_CHARS = 32_000_000

_TEXT = {plain(name) for name in segments.TEXT} | {"words", "phrase", "comment"}
_OTHER = {
    plain(name)
    for name in (*segments.SPEAKER, *segments.START, *segments.END, "startms", "in", "out")
}


def read(text: str) -> Draft | None:
    """Rows under a header that names the words, and the speaker or a time."""
    if text[:2_000].lstrip("\ufeff \r\n").startswith("|"):
        text = _unframed(text)
    head = text[:2_000].lstrip("\ufeff \r\n").split("\n", 1)[0].strip()
    parted = max("\t,;|", key=head.count)
    columns = [plain(name) for name in head.replace('"', "").split(parted)]
    columns = [plain(lists.CANONICAL.get(name, name)) for name in columns]
    if len(columns) < 2 or not _TEXT & set(columns) or not _OTHER & set(columns):
        return None
    if len(text) > MAX_CHARS:
        return None
    reader = csv.DictReader(
        io.StringIO(text.lstrip("\ufeff \r\n")), delimiter=parted, restkey="more",
        quoting=csv.QUOTE_NONE if parted == "\t" and '"' not in head else csv.QUOTE_MINIMAL,
    )  # fmt: skip
    found: list[dict[str, Any]] = []
    try:
        for row in reader:
            found.append({str(name).strip(): value for name, value in row.items() if value})
            if len(found) > MAX_TURNS:
                break
    except csv.Error:
        return None
    kept = lists.canonical(found)
    said = [row for row in kept if lists.says(row)]
    if not said or len(said) * 2 < len(kept):
        return None
    draft = Draft(pieces(said), is_clock=carries_units(said))
    known = {*segments.TEXT, *segments.SPEAKER, *segments.START, *segments.END, *segments.DURATION}
    draft.aside = [
        clean(f"{name}: {value}")
        for row in kept
        for name, value in row.items()
        if name not in known and value
    ][:2_000]
    return draft


def _unframed(text: str) -> str:
    """A table of Markdown without the bars around its rows and the line below its header."""
    lines = [line.strip().strip("|") for line in text.splitlines()]
    return "\n".join(
        "|".join(cell.strip() for cell in line.split("|")) for line in lines if line.strip("|-: ")
    )
