"""What of the environment the programs that we start are given, and what they are not.

A developer's shell often speaks of another PostgreSQL (`PGHOST`, `PGSERVICE`, `PGOPTIONS`, …) and
holds keys. Both stay away from the PostgreSQL of our own, and from every connection to it.
"""

from __future__ import annotations

import os

PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def for_children() -> dict[str, str]:
    """This process's environment without what is about another PostgreSQL, or a Supabase."""
    return {name: value for name, value in os.environ.items() if not _is_foreign(name)}


def forget_postgres() -> None:
    """Take what is about another PostgreSQL out of this process, as libpq reads all of it.

    A connection cannot say "none" to each: an empty service, for one, is looked for.
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def forget_proxies() -> None:
    """For a program that talks to this machine alone, by clients that do not know that."""
    for name in [name for name in os.environ if name.lower() in PROXIES]:
        del os.environ[name]


def _is_foreign(name: str) -> bool:
    return name.startswith(("PG", "SUPABASE_"))
