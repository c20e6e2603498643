"""The statements that change rows, and what they show of those that they touched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from medtui.local.rest.catalogue import Catalogue
from medtui.local.rest.errors import no_such_column, not_supported
from medtui.local.rest.payload import Payload
from medtui.local.rest.preferences import Preferences
from medtui.local.rest.query import Embed, Parameters, Query
from medtui.local.rest.relations import relation
from medtui.local.rest.sql import Select, Statement, body, quote

# Counts the rows that an upsert found: those are updated, the others are new.
_FOUND = "nullif(current_setting('medtui.found', true), '')"
_COUNT = f"set_config('medtui.found', (coalesce({_FOUND}, '0')::int + 1)::text, true) is not null"


class Write:
    """One statement on one table."""

    def __init__(
        self, catalogue: Catalogue, table: str, parameters: Parameters, wishes: Preferences
    ) -> None:
        self._catalogue = catalogue
        self._table = table
        self._target = f"public.{quote(table)}"
        self._asked = parameters
        self._wishes = wishes
        self._select = Select(catalogue)
        self._primary = catalogue.primary.get(table, ())
        self._check()
        query = parameters.query
        keyed = "resolution" in wishes.preferences or wishes.returned == "headers-only"
        if table in catalogue.views and (keyed or not (query.columns or query.embeds)):
            raise not_supported("what takes the key of a view")

    def _check(self) -> None:
        """What cannot be shown is refused even where nothing is shown."""
        Select(self._catalogue).rows(self._table, "", "", self._asked.query)

    @property
    def resolves(self) -> bool:
        """Whether there is a key by which duplicates are found."""
        return bool(self._primary or self._asked.on_conflict)

    def refuse_pages(self) -> None:
        """Of an update or a deletion: the real one has rules of its own for these."""
        if self._asked.paged:
            raise not_supported("limits on updates and deletions")
        if any(_has_logic(embed.query) for embed in self._asked.query.embeds):
            raise not_supported("logic on what a write embeds")

    def insert(self, payload: Payload) -> Statement:
        names = self._names(payload)
        source = self._values(payload, names)
        listed = ", ".join(map(quote, names))
        into = f"{self._target} ({listed})" if names else self._target
        insert = f"insert into {into} select {listed} {source}"
        merge = False
        if self._wishes.preferences.get("resolution") and self.resolves:
            key = self._asked.on_conflict or self._primary
            merge = self._wishes.preferences.get("resolution") == "merge-duplicates" and bool(names)
            action = "do nothing"
            if merge:
                updates = ", ".join(f"{quote(name)} = excluded.{quote(name)}" for name in names)
                action = f"do update set {updates} where {_COUNT}"
            insert += f" on conflict ({', '.join(map(quote, key))}) {action}"
        return self._shown(insert, "insert", merge=merge)

    def update(self, payload: Payload) -> Statement:
        names = self._names(payload)
        if not names:
            # Nothing to set is nothing touched, as with a filter that matches nothing.
            shown = self._needed() or ["null"]
            return self._shown(f"select {', '.join(shown)} from {self._target} where false", "")
        assignments = ", ".join(f"{quote(name)} = _values.{quote(name)}" for name in names)
        source = self._values(payload, names)
        where = self._select.where(self._target, self._asked.query)
        return self._shown(f"update {self._target} set {assignments} {source}{where}", "update")

    def delete(self) -> Statement:
        where = self._select.where(self._target, self._asked.query)
        return self._shown(f"delete from {self._target}{where}", "delete")

    def _names(self, payload: Payload) -> list[str]:
        """The columns that are written. RestError (PGRST204) when one is not there."""
        asked = self._asked.columns
        names = sorted(set(asked) if asked is not None else payload.keys())
        for name in names:
            if name not in self._catalogue.tables[self._table]:
                raise no_such_column(self._table, name)
        return names

    def _values(self, payload: Payload, names: Sequence[str]) -> str:
        """The body's rows, by Postgres' own reading of its JSON."""
        kind, of = "json", "_payload.body"
        origin = ""
        if self._wishes.preferences.get("missing") == "default":
            kind = "jsonb"
            found = ((name, self._catalogue.defaults.get((self._table, name))) for name in names)
            defaults = ", ".join(f"{_literal(n)}, {default}" for n, default in found if default)
            merged = f"jsonb_build_object({defaults}) || "
            origin = f", lateral (select {merged}_payload.body as body) as _whole"
            if payload.is_array:
                origin = (
                    f", lateral (select jsonb_agg({merged}item) as body"
                    " from jsonb_array_elements(_payload.body) as item) as _whole"
                )
            of = "_whole.body"
        given = f"from (select {self._select.parameter(payload.text)}::{kind} as body) as _payload"
        if not names:
            each = f"{kind}_array_elements({of})" if payload.is_array else "(values (1))"
            return f"{given}{origin}, lateral (select from {each} as _) as _values"
        listed = ", ".join(map(quote, names))
        types = self._catalogue.tables[self._table]
        fields = ", ".join(f"{quote(name)} {types[name]}" for name in names)
        record = f"{kind}_to_recordset" if payload.is_array else f"{kind}_to_record"
        return (
            f"{given}{origin}, lateral (select {listed} from {record}({of}) as _ ({fields}))"
            " as _values"
        )

    def _shown(self, write: str, verb: str, *, merge: bool = False) -> Statement:
        """The write, and what is to be shown of the rows that it touched."""
        needed = self._needed()
        if verb:
            write += f" returning {', '.join(needed) or '1'}"
        inserted = "0"
        if merge:
            inserted = f"(select count(*) from _rows) - coalesce({_FOUND}, '0')::int"
        elif verb == "insert":
            inserted = "count(*)"
        location = "null"
        if self._wishes.returned == "representation":
            query = _without_pages(self._asked.query)
            name = quote(self._table)
            rows = self._select.rows(self._table, f"_rows as {name}", name, query)
            shown = body("_row.*", single=self._wishes.single)
        else:
            rows, shown = "select * from _rows", "''"
            if verb == "insert" and self._wishes.returned == "headers-only" and self._primary:
                keys = ", ".join(map(_literal, self._primary))
                location = (
                    "(select array_agg(part order by at) from (select row_to_json(_rows.*) as _json"
                    " from _rows limit 1) as _first, json_each_text(_json) with ordinality"
                    " as pair (key, value, at), lateral unnest(array[key, value]) as part"
                    f" where key in ({keys}))"
                )
        return Statement(
            f"with _rows as ({write}) select {shown}, count(*), null, {inserted}, {location}"
            f" from ({rows}) as _row",
            self._select.parameters,
        )

    def _needed(self) -> list[str]:
        """The columns of a written row that are shown, or that embeds and its address need."""
        if self._wishes.returned == "minimal":
            return []
        names = needed(self._catalogue, self._table, self._asked.query)
        if "*" in names:
            return [f"{self._target}.*"]
        return [f"{self._target}.{quote(name)}" for name in sorted({*names, *self._primary})]


def needed(catalogue: Catalogue, table: str, query: Query) -> set[str]:
    """The columns that a projection is made of; `*` stands alone."""
    names = {column.name for column in query.columns}
    for embed in query.embeds:
        names |= set(_keys(catalogue, table, embed))
    return {"*"} if "*" in names else names


def _keys(catalogue: Catalogue, table: str, embed: Embed) -> Iterable[str]:
    along = relation(catalogue, table, embed)
    if along.junction:
        return along.key.target_columns
    return (ours for ours, _ in along.columns)


def _has_logic(query: Query) -> bool:
    return bool(query.logic) or any(_has_logic(embed.query) for embed in query.embeds)


def _without_pages(query: Query) -> Query:
    """What a write shows is neither ordered nor paged, and its own filters are done with."""
    return replace(_unordered(query), filters=[])


def _unordered(query: Query) -> Query:
    embeds = [replace(embed, query=_unordered(embed.query)) for embed in query.embeds]
    return replace(query, embeds=embeds, order=[], limit=None, offset=0)


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
