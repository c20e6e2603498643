"""What a channel wants to hear of the log, and the filters it may have."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import psycopg
from psycopg import sql

from medtui.local.realtime.pgoutput import WalRelation

OPERATORS = {"eq": "=", "neq": "<>", "lt": "<", "lte": "<=", "gt": ">", "gte": ">=", "in": "= any"}
MAX_IN = 100
PLEASE = "Unable to subscribe to changes with given parameters. {} connect parameters: [{}]"


class BadFilter(Exception):
    """A binding that cannot be had; the text says why, in Realtime's words."""


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
    def terms(self) -> tuple[str, str, str] | None:
        """Column, operator and value of the filter. Raises BadFilter."""
        if self.selects:
            raise BadFilter("Column selection is not supported by the local server.")
        if self.filter is None:
            return None
        column, equals, rest = self.filter.partition("=")
        operator, dot, value = rest.partition(".")
        if not equals:
            raise BadFilter(f"Error parsing `filter` params: {json.dumps([self.filter])}")
        if not dot or operator not in OPERATORS:
            parts = [operator, value] if dot else [operator]
            raise BadFilter(f"Error parsing `filter` params: {json.dumps(parts)}")
        if operator == "in":
            if not (value.startswith("(") and value.endswith(")") and len(value) > 1):
                raise BadFilter(
                    "Error parsing `filter` params: "
                    "`in` filter value must be wrapped by parentheses"
                )
            if value.count(",") >= MAX_IN:
                raise self.unusable(f"too many values for `in` filter. Maximum {MAX_IN}")
            value = f"{{{value[1:-1]}}}"
        return column, operator, value

    def condition(self) -> sql.Composable | None:
        """The filter on a row named `new`. Raises BadFilter."""
        if self.terms is None:
            return None
        column, operator, value = self.terms
        # `any` of an array's literal: Postgres reads the items as values of the column's type.
        return sql.SQL("new.{} {} ({})").format(
            sql.Identifier(column), sql.SQL(OPERATORS[operator]), sql.Literal(value)
        )

    def unpublished(self) -> BadFilter:
        """There is no such table in the publication."""
        return BadFilter(
            PLEASE.format("Please check Realtime is enabled for the given", self._described)
        )

    def unusable(self, error: str | psycopg.Error) -> BadFilter:
        """Postgres cannot evaluate the filter, or the role may not."""
        if isinstance(error, psycopg.Error):
            name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
            said = f"ERROR {error.sqlstate} ({name}) {error.diag.message_primary or error}"
        else:
            said = f"ERROR P0001 (raise_exception) {error}"
        please = PLEASE.format("An exception happened so please check your", self._described)
        return BadFilter(f"{please}. Exception: {said}")

    @property
    def _described(self) -> str:
        filters = "[]"
        if self.terms is not None:
            filters = f"[{{{', '.join(map(json.dumps, self.terms))}, false}}]"
        return (
            f"event: {self.event}, schema: {self.schema}, table: {self.table},"
            f" filters: {filters}, select: nil"
        )
