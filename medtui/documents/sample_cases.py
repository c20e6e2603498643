"""The sample cases that come with medtui: those of `supabase/seed.sql`."""

from __future__ import annotations

import re
from importlib import resources

from medtui.core.models import CaseDraft

COUNT = 24
"""How many there are, for a question that is asked before they are read."""

_TEXT = re.compile(r"'((?:[^']|'')*)'|\$brief\$(.*?)\$brief\$", re.DOTALL)
"""An SQL text in quotes, or one in dollar quotes."""


def sample_cases() -> list[CaseDraft]:
    """All sample cases, with their ids, exactly as the SQL file loads them. Reads a file."""
    seed = (resources.files("medtui") / "supabase" / "seed.sql").read_text(encoding="utf-8")
    columns, _, values = seed.partition("insert into public.cases")[2].partition("values")
    names = re.findall(r"\w+", columns)
    rows = values.rpartition("on conflict")[0]
    texts = [quoted.replace("''", "'") or brief for quoted, brief in _TEXT.findall(rows)]
    return [
        CaseDraft.model_validate(dict(zip(names, texts[start : start + len(names)], strict=True)))
        for start in range(0, len(texts), len(names))
    ]
