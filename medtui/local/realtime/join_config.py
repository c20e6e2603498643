"""What a client asks for when it joins a topic."""

from __future__ import annotations

import hashlib
import json
import re
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from medtui.local.realtime.pgoutput import RowChange

_FILTER = re.compile(r"([^=]+)=(\w+)\.(.*)", re.DOTALL)


class BadFilter(Exception):
    """A binding that cannot be had."""

    def __init__(self, reason: object) -> None:
        super().__init__(f"Unable to subscribe to changes with given parameters: {reason}")


@dataclass(frozen=True)
class Binding:
    """The changes that a channel subscribes to."""

    event: str
    schema: str
    table: str
    filter: str | None = None
    selects: bool = False
    column: str | None = None
    value: str | None = None
    """Of a filter that was checked: what the log must say of the column."""

    @classmethod
    def of(cls, wanted: dict[str, Any]) -> Binding:
        """One of the `postgres_changes` of a join."""
        event = str(wanted.get("event", "*")).upper()
        schema, table, condition = (wanted.get(name) for name in ("schema", "table", "filter"))
        return cls(
            event if event in ("INSERT", "UPDATE", "DELETE") else "*",
            schema if schema and isinstance(schema, str) else "public",
            table if table and isinstance(table, str) else "*",
            condition if condition and isinstance(condition, str) else None,
            bool(wanted.get("select")),
        )

    @cached_property
    def id(self) -> int:
        """Comes back with each change: a digest, as the real one's."""
        wish = json.dumps([self.event, self.schema, self.table, self.filter])
        return int.from_bytes(hashlib.sha256(wish.encode()).digest()[:4]) >> 1

    def wants(self, change: RowChange) -> bool:
        """Whether it is for this change, by its kind, table and, if there is one, the filter."""
        relation = change.relation
        return (
            self.event in ("*", change.kind)
            and self.schema in ("*", relation.schema)
            and self.table in ("*", relation.table)
            and (self.column is None or change.values.get(self.column) == self.value)
        )

    def terms(self) -> tuple[str, str] | None:
        """Column and value of the filter, which must be equal. Raises BadFilter."""
        if self.selects:
            raise BadFilter("The local server does not support `select`")
        if self.filter is None:
            return None
        match = _FILTER.fullmatch(self.filter)
        if not match:
            raise BadFilter(f"Error parsing `filter` params: {self.filter}")
        if match[2] != "eq":
            raise BadFilter(f"The local server does not support filters by {match[2]}")
        return match[1], match[3]


PREFIX = "realtime:"


@dataclass(frozen=True)
class JoinConfig:
    """The `config` of a join. What is not of its kind is as if it were not there."""

    private: bool
    acknowledge: bool
    echo: bool
    """Whether its own broadcasts come back to it."""

    presence: bool
    """Whether it wants to know who is there."""

    presence_key: str
    """Under which it shows up; one of its own where it has named none."""

    changes: list[dict[str, Any]]

    @classmethod
    def of(cls, payload: dict[str, Any]) -> JoinConfig:
        """The wishes in the payload of a `phx_join`."""
        config = _section(payload, "config")
        broadcast, presence = _section(config, "broadcast"), _section(config, "presence")
        key, changes = presence.get("key"), config.get("postgres_changes")
        return cls(
            private=_flag(config, "private"),
            acknowledge=_flag(broadcast, "ack"),
            echo=_flag(broadcast, "self"),
            presence=_flag(presence, "enabled", unsaid=True),
            presence_key=key if key and isinstance(key, str) else str(uuid.uuid4()),
            changes=[wanted for wanted in changes if isinstance(wanted, dict)]
            if isinstance(changes, list)
            else [],
        )


def _section(mapping: dict[str, Any], name: str) -> dict[str, Any]:
    section = mapping.get(name)
    return section if isinstance(section, dict) else {}


def _flag(section: dict[str, Any], name: str, *, unsaid: bool = False) -> bool:
    """A boolean, or the word for one; the real one takes both."""
    return str(section.get(name, unsaid)).lower() == "true"
