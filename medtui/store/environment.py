"""Which environment variables the programs that we start are given.

A developer's shell often names another PostgreSQL (`PGHOST`, `PGSERVICE`, `PGOPTIONS`, …) and
holds keys. Our own PostgreSQL, and every connection to it, gets neither.
"""

from __future__ import annotations

import os

NETWORK = (
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
    *("ssl_cert_file", "ssl_cert_dir", "sslkeylogfile"),
)

FOR_ALL = ("LANG", "LANGUAGE", "PATH", "TMPDIR", "TZ")


def for_children() -> dict[str, str]:
    """A copy of this process's environment without variables of PostgreSQL or Supabase."""
    return {name: value for name, value in os.environ.items() if not _is_foreign(name)}


def for_account() -> dict[str, str]:
    """What a program under another account than ours is given: nothing of root's own settings."""
    return {
        name: value
        for name, value in for_children().items()
        if name in FOR_ALL or name.startswith("LC_")
    }


def forget_postgres() -> None:
    """Remove libpq's variables from this process, as libpq reads all of them.

    A connection cannot override each with "none": an empty service, for one, is looked up.
    """
    for name in [name for name in os.environ if name.startswith("PG")]:
        del os.environ[name]


def forget_network() -> None:
    """Remove proxy and certificate variables from a program that talks to this machine alone.

    HTTP clients read them from the environment, and fail if they are malformed.
    """
    for name in [name for name in os.environ if name.lower() in NETWORK]:
        del os.environ[name]


def _is_foreign(name: str) -> bool:
    return name.startswith(("PG", "SUPABASE_"))
