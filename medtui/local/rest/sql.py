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
from medtui.local.rest.errors import RestError
from medtui.local.rest.query import Column, Condition, Embed, Logic, Query

_OPERATORS = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "like",
    "ilike": "ilike",
}


def quote(name: str) -> str:
    return '"' + no_null(name).replace('"', '""') + '"'


def no_null(text: str) -> str:
    """The text, which Postgres would refuse with a null character in it."""
    if "\x00" in text:
        raise RestError(400, "22021", 'invalid byte sequence for encoding "UTF8": 0x00')
    return text


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

    def rows(
        self,
        table: str,
        source: str,
        name: str,
        query: Query,
        *,
        further: Sequence[str] = (),
        depth: int = 1,
    ) -> str:
        """Rows of `source`, which goes by `name` and has the keys of `table`."""
        joins = [self._join(table, name, embed, depth) for embed in query.embeds]
        shown = [*(_column(name, column) for column in query.columns), *(one for _, one in joins)]
        limits = [limit for limit in (query.limit, self.most) if limit is not None]
        page = f" limit {min(limits)}" if limits else ""
        page += f" offset {query.offset}" if query.offset else ""
        return (
            f"select {', '.join(shown)} from {source}{''.join(join for join, _ in joins)}"
            f"{self.where(name, query, further)}{_order(name, query)}{page}"
        )

    def _every(self, table: str, source: str, query: Query) -> str:
        """The rows behind the filters, for counting: without what no filter needs."""
        joins = [self._join(table, source, embed, 1)[0] for embed in query.embeds if embed.inner]
        return f"select 1 from {source}{''.join(joins)}{self.where(source, query)}"

    def where(self, name: str, query: Query, further: Sequence[str] = ()) -> str:
        asked: list[Condition | Logic] = [*query.logic, *query.filters]
        conditions = [*(self._condition(name, item) for item in asked), *further]
        return f" where {' and '.join(conditions)}" if conditions else ""

    def _join(self, table: str, name: str, embed: Embed, depth: int) -> tuple[str, str]:
        """The join of an embedded resource, and what is shown of it."""
        along = relation(self.catalogue, table, embed)
        inner = quote(f"{along.target}_{depth}")
        pairs = [
            f"{inner}.{quote(theirs)} = {name}.{quote(ours)}" for ours, theirs in along.columns
        ]
        source = f"public.{quote(along.target)} as {inner}"
        rows = self.rows(
            along.target, source, inner, embed.query, further=pairs, depth=depth + 1
        )  # fmt: skip
        alias = quote(f"{table}_{embed.key}_{depth}")
        if along.to_one:
            shown, on = f"row_to_json({alias}.*)::jsonb", "true"
        else:
            rows = f"select json_agg({alias}.*)::jsonb as _rows from ({rows}) as {alias}"
            shown = f"coalesce({alias}._rows, '[]')"
            on = f"{alias}._rows is not null" if embed.inner else "true"
        kind = "inner" if embed.inner else "left"
        join = f" {kind} join lateral ({rows}) as {alias} on {on}"
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
            condition = f"{column} {_OPERATORS[item.operator]} {self.parameter(no_null(value))}"
        return f"not {condition}" if item.negated else condition


def body(rows: str, *, single: bool) -> str:
    """The aggregated JSON of rows: an array, or the first of them."""
    if single:
        return f"coalesce(json_agg({rows}) -> 0, 'null')::text"
    return f"coalesce(json_agg({rows}), '[]')::text"


def _column(name: str, column: Column) -> str:
    if column.name == "*":
        return f"{name}.*"
    shown = f"{name}.{quote(column.name)}"
    return shown if column.alias is None else f"{shown} as {quote(column.alias)}"


def _order(name: str, query: Query) -> str:
    terms = []
    for order in query.order:
        term = f"{name}.{quote(order.column)} {order.direction}".rstrip()
        terms.append(f"{term} nulls {order.nulls}" if order.nulls else term)
    return f" order by {', '.join(terms)}" if terms else ""


def _array_item(value: str) -> str:
    return '"' + no_null(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
