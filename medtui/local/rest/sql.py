"""From a parsed query to one SQL statement, in which Postgres builds the JSON.

Identifiers are quoted, values are parameters that Postgres casts to the column's type
itself, so its own errors (unknown column, bad uuid, no privilege) are the real ones.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from medtui.local.rest.catalogue import Catalogue, ForeignKey, Function
from medtui.local.rest.errors import RestError, bad_body
from medtui.local.rest.parse import Column, Condition, Embed, Logic, Query

_COMPARISONS = {
    "eq": "=",
    "neq": "<>",
    "gt": ">",
    "gte": ">=",
    "lt": "<",
    "lte": "<=",
    "like": "like",
    "ilike": "ilike",
}

Row = dict[str, Any]


def quote(name: str) -> str:
    """An identifier, quoted for Postgres and for psycopg's placeholders."""
    if "\x00" in name:
        raise RestError(400, "PGRST100", "An identifier contains a null character")
    return '"' + name.replace('"', '""').replace("%", "%%") + '"'


@dataclass
class Statement:
    """SQL with one `%s` for each parameter, in order. It gives one row: body, rows, total."""

    sql: str
    parameters: list[Any] = field(default_factory=list)


class Builder:
    """Builds one statement; collects its parameters in the order in which they are written."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._parameters: list[Any] = []

    def read(self, table: str, query: Query, *, count: bool) -> Statement:
        """`select`, with the number of all rows behind the filter if `count`."""
        total = "null::bigint"
        if count:  # before the rows, as it stands before them in the statement
            source, where = self._source(table, table), self._where(table, table, query)
            total = f"(select count(*) from {source}{where})"
        return self._finish(self._rows(table, table, query), total)

    def insert(
        self,
        table: str,
        rows: Sequence[Row],
        query: Query | None,
        *,
        columns: Sequence[str] | None = None,
        conflict: Sequence[str] | None = None,
        merge: bool | None = None,
    ) -> Statement:
        """`insert`; `query` None for no representation; `merge` None for no upsert."""
        names = list(columns) if columns is not None else _common_keys(rows)
        target = self._source(table, table)
        if names or not rows:
            listed = ", ".join(map(quote, names))
            source = self._recordset("json_to_recordset", table, names, rows)
            insert = f"insert into {target} ({listed}) select {listed} from {source}"
            if not names:
                insert = f"insert into {target} select from {target} where false"
        else:
            insert = f"insert into {target} default values"
        if merge is not None:
            key = list(conflict or self._catalogue.primary.get(table, ()))
            keys = ", ".join(map(quote, key))
            updates = ", ".join(f"{quote(n)} = excluded.{quote(n)}" for n in names if n not in key)
            action = f"do update set {updates}" if merge and updates else "do nothing"
            insert += f" on conflict ({keys}) {action}"
        return self._written(table, insert, query)

    def update(self, table: str, row: Row, query: Query, *, represent: bool) -> Statement:
        """`update`; without values nothing is touched, as with a filter that matches nothing."""
        names = list(row)
        if not names:
            column = next(iter(self._catalogue.tables[table]))
            assignment = f"{quote(column)} = {quote(table)}.{quote(column)}"
            update = f"update {self._source(table, table)} set {assignment} where false"
        else:
            source = self._recordset("json_to_record", table, names, row)
            assignments = ", ".join(f"{quote(n)} = _body.{quote(n)}" for n in names)
            update = (
                f"update {self._source(table, table)} set {assignments}"
                f" from (select * from {source}) as _body{self._where(table, table, query)}"
            )
        return self._written(table, update, query if represent else None)

    def delete(self, table: str, query: Query, *, represent: bool) -> Statement:
        delete = f"delete from {self._source(table, table)}{self._where(table, table, query)}"
        return self._written(table, delete, query if represent else None)

    def call(self, function: Function, arguments: Row, query: Query) -> Statement:
        """A function's result: a value, an object, or an array of either."""
        name = quote(function.name)
        types = {argument: type_ for argument, type_, _ in function.arguments}
        if arguments:
            fields = ", ".join(f"{quote(n)} {types[n]}" for n in arguments)
            self._parameters.append(json.dumps(arguments))
            passed = ", ".join(f"{quote(n)} => _arguments.{quote(n)}" for n in arguments)
            source = (
                f"json_to_record(%s::json) as _arguments ({fields}),"
                f" lateral public.{name}({passed}) as {name}"
            )
        else:
            source = f"public.{name}() as {name}"
        if function.returns_row:
            rows = (
                f"select {self._projection(function.name, function.name, query)} from {source}"
                f"{self._where(function.name, function.name, query)}{_order(function.name, query)}"
                f"{self._page(query)}"
            )
            body = "json_agg(_row)"
        else:
            rows = f"select {name} as value from {source}"
            body = "json_agg(_row.value)"
        # A set is an array even when it is empty; anything else is its one value, or null.
        body = f"coalesce({body}, '[]')" if function.returns_set else f"({body} -> 0)"
        return Statement(
            f"select coalesce({body}, 'null')::text, count(*), null::bigint from ({rows}) as _row",
            self._parameters,
        )

    def _finish(self, rows: str, total: str) -> Statement:
        return Statement(
            f"select coalesce(json_agg(_row), '[]')::text, count(*), {total} from ({rows}) as _row",
            self._parameters,
        )

    def _written(self, table: str, write: str, query: Query | None) -> Statement:
        """A write, and what is to be shown of the rows that it touched."""
        if query is None:
            return Statement(
                f"with _rows as ({write} returning 1)"
                " select '[]', (select count(*) from _rows), null::bigint",
                self._parameters,
            )
        returning = ", ".join(
            f"{quote(table)}.{'*' if name == '*' else quote(name)}"
            for name in self._needed(table, query)
        )
        shown = Query(select=query.select, order=query.order)
        rows = (
            f"select {self._projection(table, '_rows', shown)} from _rows"
            f"{self._inner_embeds(table, '_rows', shown)}{_order('_rows', shown)}"
        )
        statement = self._finish(rows, "null::bigint")
        return Statement(
            f"with _rows as ({write} returning {returning}) {statement.sql}", statement.parameters
        )

    def _needed(self, table: str, query: Query) -> list[str]:
        """The columns of a written row that its representation is made of."""
        needed: dict[str, None] = {}
        for item in query.select:
            if isinstance(item, Column):
                needed[item.name] = None
            else:
                key = self._relation(table, item)
                needed[key.column if key.source == table else key.target_column] = None
        needed.update(dict.fromkeys(order.column for order in query.order))
        return ["*"] if "*" in needed or not needed else list(needed)

    def _rows(self, table: str, alias: str, query: Query) -> str:
        return (
            f"select {self._projection(table, alias, query)} from {self._source(table, alias)}"
            f"{self._where(table, alias, query)}{_order(alias, query)}{self._page(query)}"
        )

    def _source(self, table: str, alias: str) -> str:
        return f"public.{quote(table)}" + ("" if alias == table else f" as {quote(alias)}")

    def _projection(self, table: str, alias: str, query: Query) -> str:
        shown = []
        for item in query.select:
            if isinstance(item, Embed):
                if item.query.select:
                    shown.append(f"{self._embedded(table, alias, item)} as {quote(item.key)}")
            elif item.name == "*":
                shown.append(f"{quote(alias)}.*")
            else:
                column = f"{quote(alias)}.{quote(item.name)}"
                if item.cast:
                    column = f"cast({column} as {item.cast})"
                shown.append(f"{column} as {quote(item.alias or item.name)}")
        return ", ".join(shown)

    def _embedded(self, table: str, alias: str, embed: Embed) -> str:
        key = self._relation(table, embed)
        to_one = key.source == table or key.unique
        inner, join = self._join(key, table, alias)
        other = key.target if key.source == table else key.source
        projection = self._projection(other, inner, embed.query)
        where = self._where(other, inner, embed.query, join)
        rows = (
            f"select {projection} from {self._source(other, inner)}{where}"
            f"{_order(inner, embed.query)}{self._page(embed.query)}"
        )
        body = "row_to_json(_row)" if to_one else "coalesce(json_agg(_row), '[]')"
        return f"(select {body} from ({rows}) as _row)"

    def _join(self, key: ForeignKey, table: str, alias: str) -> tuple[str, str]:
        """The embedded table's alias, and what binds its rows to the outer one's."""
        if key.source == table:
            inner, ours, theirs = key.target, key.column, key.target_column
        else:
            inner, ours, theirs = key.source, key.target_column, key.column
        inner = f"{alias}.{inner}"  # by its path, so that a table may stand inside itself
        return inner, f"{quote(inner)}.{quote(theirs)} = {quote(alias)}.{quote(ours)}"

    def _relation(self, table: str, embed: Embed) -> ForeignKey:
        """The one foreign key that an embed means. PGRST200 for none, PGRST201 for several."""
        ends = {(table, embed.resource), (embed.resource, table)}
        found = [key for key in self._catalogue.keys if (key.source, key.target) in ends]
        if embed.hint:
            found = [key for key in found if embed.hint in (key.name, key.column)]
        if not found:
            using = f" using the hint '{embed.hint}'" if embed.hint else ""
            raise RestError(
                400,
                "PGRST200",
                f"Could not find a relationship between '{table}' and '{embed.resource}'"
                " in the schema cache",
                details=f"Searched for a foreign key relationship between '{table}' and "
                f"'{embed.resource}'{using} in the schema 'public', but no matches were found.",
            )
        if len(found) > 1:
            raise _ambiguous(table, embed, found)
        return found[0]

    def _where(self, table: str, alias: str, query: Query, *further: str) -> str:
        conditions = [*further, *(self._condition(alias, item) for item in query.where)]
        where = f" where {' and '.join(conditions)}" if conditions else ""
        return where + self._inner_embeds(table, alias, query, more=bool(conditions))

    def _inner_embeds(self, table: str, alias: str, query: Query, *, more: bool = False) -> str:
        """Rows without a match in an `!inner` embed are not shown."""
        exist = []
        for item in query.select:
            if isinstance(item, Embed) and item.inner:
                key = self._relation(table, item)
                inner, join = self._join(key, table, alias)
                other = key.target if key.source == table else key.source
                where = self._where(other, inner, item.query, join)
                exist.append(f"exists (select from {self._source(other, inner)}{where})")
        return (" and " if more else " where ") + " and ".join(exist) if exist else ""

    def _condition(self, alias: str, item: Condition | Logic) -> str:
        if isinstance(item, Logic):
            operands = f" {item.operator} ".join(
                self._condition(alias, operand) for operand in item.operands
            )
            return f"not ({operands})" if item.negated else f"({operands})"
        column = f"{quote(alias)}.{quote(item.column)}"
        if item.operator == "is":
            condition = f"{column} is {item.value}"
        elif item.operator == "in":
            # As a literal of an array, so that Postgres takes it for one of the column's type.
            self._parameters.append("{" + ",".join(map(_array_item, item.value)) + "}")
            condition = f"{column} = any (%s)"
        else:
            value = str(item.value)
            if item.operator in ("like", "ilike"):
                value = value.replace("*", "%")
            self._parameters.append(_no_null(value))
            condition = f"{column} {_COMPARISONS[item.operator]} %s"
        return f"not {condition}" if item.negated else condition

    def _page(self, query: Query) -> str:
        page = f" limit {query.limit}" if query.limit is not None else ""
        return page + (f" offset {query.offset}" if query.offset else "")

    def _recordset(
        self, function: str, table: str, names: Iterable[str], value: Row | Sequence[Row]
    ) -> str:
        columns = self._catalogue.tables[table]
        fields = []
        for name in names:
            if name not in columns:
                raise RestError(
                    400, "PGRST204", f"Column '{name}' of relation '{table}' does not exist"
                )
            fields.append(f"{quote(name)} {columns[name]}")
        if not fields:
            return ""
        self._parameters.append(json.dumps(value))
        return f"{function}(%s::json) as _ ({', '.join(fields)})"


def _order(alias: str, query: Query) -> str:
    if not query.order:
        return ""
    terms = []
    for order in query.order:
        term = f"{quote(alias)}.{quote(order.column)}" + (" desc" if order.descending else "")
        if order.nulls_first is not None:
            term += " nulls first" if order.nulls_first else " nulls last"
        terms.append(term)
    return f" order by {', '.join(terms)}"


def _ambiguous(table: str, embed: Embed, found: Sequence[ForeignKey]) -> RestError:
    details = []
    for key in found:
        forward = key.source == table
        cardinality = "many-to-one" if forward else "one-to-many"
        ours, theirs = (
            (key.column, key.target_column) if forward else (key.target_column, key.column)
        )
        details.append(
            {
                "cardinality": cardinality,
                "embedding": f"{table} with {embed.resource}",
                "relationship": f"{key.name} using {table}({ours}) and {embed.resource}({theirs})",
            }
        )
    choices = ", ".join(f"'{embed.resource}!{key.name}'" for key in found)
    return RestError(
        300,
        "PGRST201",
        "Could not embed because more than one relationship was found for "
        f"'{table}' and '{embed.resource}'",
        details=details,
        hint=f"Try changing '{embed.resource}' to one of the following: {choices}."
        " Find the desired relationship in the 'details' key.",
    )


def _common_keys(rows: Sequence[Row]) -> list[str]:
    keys = list(rows[0]) if rows else []
    if any(row.keys() != set(keys) for row in rows):
        raise bad_body("All object keys must match")
    return keys


def _array_item(value: str) -> str:
    return '"' + _no_null(value).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _no_null(value: str) -> str:
    if "\x00" in value:
        raise RestError(400, "22021", 'invalid byte sequence for encoding "UTF8": 0x00')
    return value
