"""Lists of rows as YAML, which some tools write instead of JSON."""

from __future__ import annotations

import re
from typing import Any

from medtui.documents.assessments import names
from medtui.documents.fields import has_records, plain
from medtui.documents.transcripts.rows import CANONICAL

MAX_CHARS = 1_000_000
_BEGINS = re.compile(
    r"\ufeff?(?:\s*(?:---[^\n]*|\#[^\n]*)?\n)*(?:[^\W\d][\w ]*:[^\n]*\n){0,20}"
    r"[ \t]*- +([^\W\d][\w ]*):(?:[ \t][^\n]*)?\n[ \t]+([^\W\d][\w ]*):(?:[ \t][^\n]*)?(?:\n|\Z)"
)
_ODD = re.compile(r"(?:^|[\s:-])[&*]\w|(?:- ){4}|^[ \t]{41}|[\[{]{3}", re.M)
"""Aliases, which can grow without limit, and nesting, which takes the parser long."""
_KNOWN = CANONICAL.keys() | {
    plain(name) for name in (*names.NAME, *names.TEXT, *names.SCORE, *names.MAX, *names.RESULT)
}


def rows_in(text: str) -> Any:
    """The values of YAML that is a list of rows under usual keys; None for any other text."""
    match = _BEGINS.match(text[:4_000])
    if match is None or len(text) > MAX_CHARS or _ODD.search(text):
        return None
    if not {plain(match[1]), plain(match[2])} <= _KNOWN:
        return None
    import yaml

    try:
        found = yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))  # noqa: S506
    except (yaml.YAMLError, ValueError, RecursionError):
        return None
    parts = found.values() if isinstance(found, dict) else [found]
    return found if any(map(has_records, parts)) else None
