"""What a channel wants to hear of the log, and the filters it may have."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg import sql

from medtui.local.realtime.pgoutput import WalRelation

_FILTER = re.compile(r"([^=]+)=(\w+)\.(.*)", re.DOTALL)


class BadFilter(Exception):
    """A binding that cannot be had."""

    def __init__(self, reason: object) -> None:
        super().__init__(f"Unable to subscribe to changes with given parameters: {reason}")


@dataclass(frozen=True)
class Binding:
    """The changes that a channel subscribes to; equal for two channels with the same wish."""

    event: str
    schema: str
    table: str
    filter: str | None = None
    selects: bool = False

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

    def wants(self, kind: str, relation: WalRelation) -> bool:
        """Whether it is for this kind of change of this table; its filter is another matter."""
        return (
            self.event in ("*", kind)
            and self.schema in ("*", relation.schema)
            and self.table in ("*", relation.table)
        )

    @cached_property
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

    def condition(self) -> sql.Composable | None:
        """The filter on a row named `new`. Raises BadFilter."""
        if self.terms is None:
            return None
        column, value = self.terms
        return sql.SQL("new.{} = {}").format(sql.Identifier(column), sql.Literal(value))
