"""A Supabase on this machine: PostgreSQL, and a gateway that speaks Supabase's interfaces."""

from __future__ import annotations


class LocalError(Exception):
    """The local server cannot run. Its text is one sentence: what is wrong, and what to do."""
