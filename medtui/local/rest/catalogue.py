"""What the API may name: tables, columns, keys and functions of the schema `public`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.query import Embed

QUERY = """
select json_build_object(
  'columns', (
    select coalesce(json_object_agg(relname, (
      select coalesce(json_object_agg(attname, format_type(atttypid, atttypmod)), '{}')
      from pg_attribute where attrelid = pg_class.oid and attnum > 0 and not attisdropped)), '{}')
    from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')),
  'keys', (
    select coalesce(json_agg(json_build_array(
      conname, source.relname, target.relname,
      (select json_agg(attname order by at) from unnest(conkey) with ordinality as key (num, at)
       join pg_attribute on attrelid = conrelid and attnum = num),
      (select json_agg(attname order by at) from unnest(confkey) with ordinality as key (num, at)
       join pg_attribute on attrelid = confrelid and attnum = num),
      exists (select from pg_constraint as own where own.conrelid = key.conrelid
        and own.contype in ('p', 'u') and own.conkey @> key.conkey and own.conkey <@ key.conkey)
    ) order by conname), '[]')
    from pg_constraint as key
    join pg_class as source on source.oid = conrelid
    join pg_class as target on target.oid = confrelid
    where contype = 'f' and conparentid = 0
      and source.relnamespace = 'public'::regnamespace
      and target.relnamespace = 'public'::regnamespace),
  'functions', (
    select coalesce(json_agg(json_build_array(
      proname,
      (select coalesce(
        json_object_agg(coalesce(proargnames[at], ''), format_type(type, null)), '{}')
       from unnest(proargtypes) with ordinality as argument (type, at)),
      coalesce(proargnames[:pronargs - pronargdefaults], '{}'),
      proretset,
      prorettype = 'void'::regtype,
      provolatile = 'v'
    ) order by pg_proc.oid), '[]')
    from pg_proc
    where pronamespace = 'public'::regnamespace and prokind = 'f'
      and provariadic = 0 and prorettype <> 'trigger'::regtype)
)
"""


@dataclass(frozen=True)
class TableRelation:
    """From a table's row to another's: `columns` are pairs of the one's and the other's."""

    key: str  # The foreign key's name.
    target: str
    to_one: bool
    columns: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Function:
    """A function: its arguments' types by their names, and which of them have no default."""

    name: str
    types: Mapping[str, str]
    required: Sequence[str]
    returns_set: bool
    returns_void: bool
    volatile: bool

    def takes(self, names: frozenset[str]) -> bool:
        return names.issuperset(self.required) and names <= self.types.keys()


@dataclass(frozen=True)
class Catalogue:
    tables: Mapping[str, Mapping[str, str]]  # Columns and their types, by table.
    relations: Mapping[str, Sequence[TableRelation]]
    """All of a table's: by its own foreign keys, and by others' that refer to it."""
    functions: tuple[Function, ...]

    @classmethod
    async def read(cls, connection: AsyncConnection[Any]) -> Catalogue:
        row = await (await connection.execute(QUERY)).fetchone()
        assert row is not None  # noqa: S101  # the query gives one row
        found = row[0]
        relations: dict[str, list[TableRelation]] = defaultdict(list)
        for key, source, target, ours, theirs, unique in found["keys"]:
            pairs, turned = zip(ours, theirs, strict=True), zip(theirs, ours, strict=True)
            relations[source].append(TableRelation(key, target, True, tuple(pairs)))
            relations[target].append(TableRelation(key, source, unique, tuple(turned)))
        functions = tuple(Function(*one) for one in found["functions"])
        return cls(found["columns"], dict(relations), functions)


def relation(catalogue: Catalogue, table: str, embed: Embed) -> TableRelation:
    """The one relation that an embed means. RestError: PGRST200 for none, PGRST201 for several."""
    if embed.resource == table:
        raise not_supported("embedding a table in itself")
    found = [one for one in catalogue.relations.get(table, ()) if _means(one, embed)]
    names = f"'{table}' and '{embed.resource}'"
    if not found:
        message = f"Could not find a relationship between {names} in the schema cache"
        raise RestError(400, "PGRST200", message)
    if len(found) > 1:
        choices = ", ".join(f"'{one.target}!{one.key}'" for one in found)
        message = f"Could not embed because more than one relationship was found for {names}"
        hint = f"Try changing '{embed.resource}' to one of the following: {choices}."
        raise RestError(300, "PGRST201", message, hint=hint)
    return found[0]


def _means(one: TableRelation, embed: Embed) -> bool:
    """Whether an embed's table fits a relation, and its hint: the key's name, or a column."""
    columns = one.columns[0] if len(one.columns) == 1 else ()
    return embed.resource == one.target and embed.hint in ("", one.key, *columns)
