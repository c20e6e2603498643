"""The servers that were used here, as `[[servers]]` in the settings' file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tomlkit import TOMLDocument


@dataclass(frozen=True, slots=True)
class KnownServer:
    """A server that was used here. `name` is what the user calls it; empty: it has no name."""

    url: str
    """A URL, or `local`."""
    key: str = ""
    name: str = ""


def read(tables: Any) -> tuple[KnownServer, ...]:
    """The servers in the file's tables; malformed ones are left out."""
    found = []
    for table in tables:
        if not isinstance(table, dict):
            continue
        url, key, name = (table.get(field, "") for field in ("url", "key", "name"))
        if url and all(isinstance(text, str) for text in (url, key, name)):
            found.append(KnownServer(str(url), str(key), str(name)))
    return tuple(found)


def choose(document: TOMLDocument, *, url: str, key: str, name: str) -> None:
    """Make a server the one in use, and add it to the list, as well as the one used before."""
    before = KnownServer(str(document.get("server", "")), str(document.get("key", "")))
    if before.url and before.url != url:
        note(document, before, {})
    note(document, KnownServer(url, key), {"key": key} | ({"name": name} if name else {}))
    document.update({"server": url, "key": key})


def note(document: TOMLDocument, server: KnownServer, values: Mapping[str, str]) -> None:
    """Add a server to the list, or set these values in its table; its other values stay."""
    import tomlkit

    if "servers" not in document:
        document["servers"] = tomlkit.aot()
    tables: Any = document["servers"]
    for table in tables:
        if isinstance(table, dict) and table.get("url") == server.url:
            table.update(values)
            return
    is_array = isinstance(tables, tomlkit.items.Array)
    table = tomlkit.inline_table() if is_array else tomlkit.table()
    table.update({"url": server.url, "key": server.key} | dict(values))
    tables.append(table)
