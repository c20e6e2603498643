"""The statements that change rows, and those that call functions; what they show of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from medtui.local.rest.catalogue import Catalogue, Function, relation
from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.inputs import Call, Payload
from medtui.local.rest.query import Query
from medtui.local.rest.sql import Select, Statement, body, quote


@dataclass
class Write:
    """One statement on one table. RestError for what cannot be shown, or is not spoken here."""

    _catalogue: Catalogue
    _table: str
    _query: Query
    _call: Call

    def __post_init__(self) -> None:
        if self._query.order or self._query.limit is not None or self._query.offset:
            raise not_supported("order, limit and offset of a write")
        self._target = f"public.{quote(self._table)}"
        self._select = Select(self._catalogue)

    def insert(self, payload: Payload) -> Statement:
        if self._query.filters or self._query.logic:
            raise not_supported("filters of an insert")
        names = self._names(payload)
        listed = ", ".join(map(quote, names))
        into = f"{self._target} ({listed})" if names else self._target
        insert = f"insert into {into} select {listed} {self._values(payload, names)}"
        if self._call.resolution:
            if not self._query.on_conflict:
                raise not_supported("upserts without on_conflict")
            action = "do nothing"
            if self._call.resolution == "merge-duplicates" and names:
                updates = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in names)
                action = f"do update set {updates}"
            insert += f" on conflict ({', '.join(map(quote, self._query.on_conflict))}) {action}"
        return self._shown(insert)

    def update(self, payload: Payload) -> Statement:
        names = self._names(payload)
        if not names:
            raise not_supported("updates of nothing")
        assignments = ", ".join(f"{quote(name)} = _values.{quote(name)}" for name in names)
        source = self._values(payload, names)
        where = self._select.where(self._target, self._query)
        return self._shown(f"update {self._target} set {assignments} {source}{where}")

    def delete(self) -> Statement:
        where = self._select.where(self._target, self._query)
        return self._shown(f"delete from {self._target}{where}")

    def _names(self, payload: Payload) -> list[str]:
        """The columns that are written. RestError (PGRST204) when one is not there."""
        written = self._query.written
        names = sorted(payload.keys if written is None else set(written))
        for name in names:
            if name not in self._catalogue.tables[self._table]:
                message = f"Column '{name}' of relation '{self._table}' does not exist"
                raise RestError(400, "PGRST204", message)
        return names

    def _values(self, payload: Payload, names: Sequence[str]) -> str:
        """The body's rows, by Postgres' own reading of its JSON."""
        if not names:
            return f"from generate_series(1, {payload.count}) as _values"
        given = f"{self._select.parameter(payload.text)}::json"
        types = self._catalogue.tables[self._table]
        fields = ", ".join(f"{quote(name)} {types[name]}" for name in names)
        record = "json_to_recordset" if payload.is_array else "json_to_record"
        return f"from {record}({given}) as _values ({fields})"

    def _shown(self, write: str) -> Statement:
        """The write, and what is to be shown of the rows that it touched."""
        name, query = quote(self._table), replace(self._query, filters=[])
        # Also made where it is not shown: what is not there is refused.
        select = self._select if self._call.represent else Select(self._catalogue)
        rows = select.rows(self._table, f"_rows as {name}", name, query)
        returned, shown = ", ".join(self._needed()), body("_row.*", single=self._call.single)
        if not self._call.represent:
            returned, rows, shown = "1", "select * from _rows", "''"
        return Statement(
            f"with _rows as ({write} returning {returned}) select {shown}, count(*), null"
            f" from ({rows}) as _row",
            self._select.parameters,
        )

    def _needed(self) -> list[str]:
        """The columns of a written row that are shown, or that its embeds need."""
        names = {column for column, _ in self._query.columns}
        for embed in self._query.embeds:
            along = relation(self._catalogue, self._table, embed)
            names |= {ours for ours, _ in along.columns}
        if "*" in names:
            return [f"{self._target}.*"]
        return [f"{self._target}.{quote(name)}" for name in sorted(names)]


def find(catalogue: Catalogue, name: str, given: Payload) -> Function:
    """The one function of that name that takes these arguments. RestError (PGRST202)."""
    found = [f for f in catalogue.functions if f.name == name and f.takes(given.keys)]
    if len(found) > 1:
        raise not_supported("functions that differ in their arguments' types alone")
    if found:
        return found[0]
    listed = f"({', '.join(sorted(given.keys))})" if given.keys else " without parameters"
    message = f"Could not find the function public.{name}{listed} in the schema cache"
    raise RestError(404, "PGRST202", message)


def invoke(function: Function, given: Payload, *, single: bool, most: int) -> Statement:
    """A function's result: a value, an object, or an array of at most `most` of either."""
    name, types = f"public.{quote(function.name)}", function.types
    passed = ", ".join(f"{quote(n)} => _values.{quote(n)}" for n in sorted(given.keys))
    source = ""
    if given.keys:
        fields = ", ".join(f"{quote(n)} {types[n]}" for n in sorted(given.keys))
        source = f"json_to_record($1::json) as _values ({fields}), lateral "
    rows = f"select to_json(_call) as value from {source}{name}({passed}) as _call limit {most}"
    shown = body("_row.value", single=single or not function.returns_set)
    number = "count(*)" if function.returns_set else "1"
    return Statement(
        f"select {shown}, {number}, null from ({rows}) as _row", [given.text] if given.keys else []
    )
