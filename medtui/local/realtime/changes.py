"""A change of the log, as each subscriber may see it.

As Realtime's `apply_rls`: row-level security decides by asking as the subscriber, columns
without SELECT are missing, a DELETE goes to everybody with the primary key alone.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg
from psycopg import sql

from medtui.local.realtime.access import Caller, Database
from medtui.local.realtime.join_config import BadFilter, Binding, Subscription
from medtui.local.realtime.pgoutput import UNCHANGED, RowChange, Values, WalRelation

PUBLISHED = """
    select true from pg_publication_tables where pubname = 'supabase_realtime'
    and %s::text in ('*', schemaname::text) and %s::text in ('*', tablename::text)
"""
COLUMN = """
    select format_type(atttypid, atttypmod), has_column_privilege(%s, attrelid, attnum, 'select')
    from pg_attribute where attrelid = to_regclass(format('%%I.%%I', %s::text, %s::text))
    and attname = %s and attnum > 0 and not attisdropped
"""
READABLE = """
    select attname, typname from pg_attribute join pg_type on pg_type.oid = atttypid
    where attrelid = %(oid)s and attnum > 0 and not attisdropped
    and has_column_privilege(%(role)s, %(oid)s, attnum, 'select') order by attnum
"""


@dataclass(frozen=True)
class Prepared:
    """What of a change is the same for all: its JSON, and who may see it."""

    data: dict[str, Any]
    seen_by: frozenset[Caller]


@dataclass(frozen=True)
class Changes:
    """Turns changes into payloads, over one connection that may take every role."""

    _database: Database

    async def visible(self, xid: int) -> None:
        """Wait until a transaction can be seen by others.

        The log tells of a commit a moment before its rows are visible; a query at that moment
        would not find a new row.
        """
        while True:
            [snapshot] = await self._database.row("select pg_current_snapshot()::text")
            if not _is_running(xid, snapshot):
                return
            await asyncio.sleep(0.001)

    async def check(self, binding: Binding, role: str) -> Subscription:
        """What is to be compared with what the log says. Raises BadFilter.

        A column that the role may not read cannot be filtered by either: what comes
        and what does not would tell its value.
        """
        if not await self._database.rows(PUBLISHED, [binding.schema, binding.table]):
            raise BadFilter(f"Realtime is not enabled for {binding.schema}.{binding.table}")
        terms = binding.terms()
        if terms is None:
            return Subscription(binding)
        column, given = terms
        try:
            named = [role, binding.schema, binding.table, column]
            found = await self._database.rows(COLUMN, named)
            if not found or not found[0][1]:
                raise BadFilter(f"invalid column for filter {column}")
            # As Postgres writes a value of this type, in the log, too.
            query = sql.SQL("select format('%%s', %s::{})").format(sql.SQL(found[0][0]))
            [value] = await self._database.row(query, [given])
        except psycopg.OperationalError:
            raise
        except psycopg.DatabaseError as error:
            raise BadFilter(error.diag.message_primary or error) from error
        return Subscription(binding, column, value)

    async def prepare(
        self, change: RowChange, committed_at: datetime, callers: Iterable[Caller]
    ) -> Prepared:
        """What these callers may see of a change. Raises psycopg.Error."""
        relation = change.relation
        data: dict[str, Any] = {
            "schema": relation.schema,
            "table": relation.table,
            "commit_timestamp": committed_at.isoformat().replace("+00:00", "Z"),
            "type": change.kind,
            "errors": None,
        }
        everybody, key = frozenset(callers), relation.key
        record = await self._record(relation, change.values)
        if change.kind == "DELETE":
            data["old_record"] = {name: record[name] for name in record if name == key}
            return Prepared(data, everybody)
        data["record"] = record
        if change.kind == "UPDATE":
            data["old_record"] = {key: record.get(key)} if key else {}
        if key is None:
            return Prepared(data, everybody)
        order = sorted(everybody)
        [visible] = await self._database.row(
            "select realtime.visible_to(%s::oid::regclass, %s, %s, %s, %s)",
            [relation.oid, key, str(change.values[key]), *map(list, zip(*order, strict=True))],
        )
        seen_by = frozenset(caller for caller, seen in zip(order, visible, strict=True) if seen)
        return Prepared(data, seen_by)

    async def payload(self, relation: WalRelation, prepared: Prepared, role: str) -> dict[str, Any]:
        """The change's `data` for a role: what it has no grant for is missing."""
        rows = await self._database.rows(READABLE, {"oid": relation.oid, "role": role})
        columns = [{"name": name, "type": type_} for name, type_ in rows]
        allowed = {column["name"] for column in columns}
        data = {**prepared.data, "columns": columns}
        # Of a row that is gone everybody is told the key.
        for part in ("record", "old_record") if data["type"] != "DELETE" else ():
            if part in data:
                data[part] = {n: v for n, v in data[part].items() if n in allowed}
        return data

    async def _record(self, relation: WalRelation, values: Values) -> dict[str, Any]:
        """The row as Postgres writes it in JSON."""
        known = {name: value for name, value in values.items() if value is not UNCHANGED}
        table = sql.Identifier(relation.schema, relation.table)
        query = sql.SQL("select to_jsonb(jsonb_populate_record(null::{}, %s))").format(table)
        [whole] = await self._database.row(query, [json.dumps(known)])
        return {name: whole[name] for name in known if name in whole}


def _is_running(xid: int, snapshot: str) -> bool:
    """Whether a snapshot, "xmin:xmax:running,…", is from before the end of a transaction."""
    _, xmax, running = snapshot.split(":")
    if xid in {int(other) % 2**32 for other in running.split(",") if other}:
        return True
    return (xid - int(xmax)) % 2**32 < 2**31  # at or behind xmax, on the circle of xids
