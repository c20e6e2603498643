"""JSON as PostgREST writes it: compact, and not escaped beyond need."""

from __future__ import annotations

import json
from typing import Any


def dump(value: Any) -> str:
    """Compact JSON. Lone surrogates, which UTF-8 cannot carry, are replaced."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.encode(errors="replace").decode()
