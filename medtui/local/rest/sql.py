"""From a parsed query to one SELECT, in which Postgres builds the JSON.

Identifiers are quoted, values are parameters that Postgres casts to the column's type
itself, so its own errors (unknown column, bad uuid, no privilege) are the real ones.
Resources are embedded as the real one does it, by a lateral join each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from medtui.local.rest.catalogue import Catalogue, relation
from medtui.local.rest.query import OPERATORS, Condition, Embed, Logic, Query


def quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@dataclass
class Statement:
    """SQL whose parameters are `$1`, `$2` … It gives one row: see `QueryResult`."""

    sql: str
    parameters: Sequence[Any] = ()


@dataclass(frozen=True)
class QueryResult:
    """A statement's row: the body, the rows in it, and what the request asked to know beside."""

    body: str
    rows: int
    total: int | None = None
    """Of a page: all the rows behind the filter, if they were to be counted."""


@dataclass
class Select:
    """Collects the parameters of one statement, and writes SELECTs for it.

    `most` rows may anything have, embedded resources included.
    """

    catalogue: Catalogue
    most: int | None = None
    parameters: list[Any] = field(default_factory=list)
    embeds: int = 0

    def parameter(self, value: Any) -> str:
        self.parameters.append(value)
        return f"${len(self.parameters)}"

    def read(self, table: str, query: Query, *, count: bool, single: bool) -> Statement:
        source = f"public.{quote(table)}"
        rows = self.rows(table, source, source, query)
        total = "null"
        if count:
            total = f"(select count(*) from ({self._every(table, source, query)}) as _all)"
        return Statement(
            f"select {body('_row.*', single=single)}, count(*), {total} from ({rows}) as _row",
            self.parameters,
        )

    def rows(self, table: str, source: str, name: str, query: Query, on: Sequence[str] = ()) -> str:
        """Rows of `source`, which goes by `name`, has the keys of `table`, and is joined `on`."""
        joins = [self._join(table, name, embed) for embed in query.embeds]
        shown = [*(_column(name, *column) for column in query.columns), *(one for _, one in joins)]
        order = ", ".join(f"{name}.{quote(column)} {how}" for column, how in query.order)
        limits = [limit for limit in (query.limit, self.most) if limit is not None]
        page = f" order by {order}" if order else ""
        page += f" limit {min(limits)}" if limits else ""
        page += f" offset {query.offset}" if query.offset else ""
        return (
            f"select {', '.join(shown)} from {source}{''.join(join for join, _ in joins)}"
            f"{self.where(name, query, on)}{page}"
        )

    def _every(self, table: str, source: str, query: Query) -> str:
        """The rows behind the filters, for counting: without what no filter needs."""
        joins = [self._join(table, source, embed)[0] for embed in query.embeds if embed.inner]
        return f"select 1 from {source}{''.join(joins)}{self.where(source, query)}"

    def where(self, name: str, query: Query, on: Sequence[str] = ()) -> str:
        asked: list[Condition | Logic] = [*query.logic, *query.filters]
        conditions = [*(self._condition(name, item) for item in asked), *on]
        return f" where {' and '.join(conditions)}" if conditions else ""

    def _join(self, table: str, name: str, embed: Embed) -> tuple[str, str]:
        """The join of an embedded resource, and what is shown of it."""
        along = relation(self.catalogue, table, embed)
        self.embeds += 1
        inner, alias = quote(f"{along.target}_{self.embeds}"), quote(f"_embed_{self.embeds}")
        on = [f"{inner}.{quote(theirs)} = {name}.{quote(ours)}" for ours, theirs in along.columns]
        source = f"public.{quote(along.target)} as {inner}"
        rows = self.rows(along.target, source, inner, embed.query, on)
        if along.to_one:
            shown, needed = f"row_to_json({alias}.*)::jsonb", "true"
        else:
            rows = f"select json_agg({alias}.*)::jsonb as _rows from ({rows}) as {alias}"
            shown = f"coalesce({alias}._rows, '[]')"
            needed = f"{alias}._rows is not null" if embed.inner else "true"
        kind = "inner" if embed.inner else "left"
        join = f" {kind} join lateral ({rows}) as {alias} on {needed}"
        return join, f"{shown} as {quote(embed.key)}"

    def _condition(self, name: str, item: Condition | Logic) -> str:
        if isinstance(item, Logic):
            operands = f" {item.operator} ".join(
                self._condition(name, operand) for operand in item.operands
            )
            return f"not ({operands})" if item.negated else f"({operands})"
        column = f"{name}.{quote(item.column)}"
        value = item.value
        if item.operator == "is":
            condition = f"{column} is {value}"
        elif isinstance(value, tuple):
            # As a literal of an array, so that Postgres takes it for one of the column's type.
            items = "" if value == ("",) else ",".join(map(_array_item, value))
            condition = f"{column} = any ({self.parameter(f'{{{items}}}')})"
        else:
            if item.operator in ("like", "ilike"):
                value = value.replace("*", "%")
            condition = f"{column} {OPERATORS[item.operator]} {self.parameter(value)}"
        return f"not {condition}" if item.negated else condition


def body(rows: str, *, single: bool) -> str:
    """The aggregated JSON of rows: an array, or the first of them."""
    if single:
        return f"coalesce(json_agg({rows}) -> 0, 'null')::text"
    return f"coalesce(json_agg({rows}), '[]')::text"


def _column(name: str, column: str, alias: str | None) -> str:
    shown = f"{name}.*" if column == "*" else f"{name}.{quote(column)}"
    return shown if alias is None else f"{shown} as {quote(alias)}"


def _array_item(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
