"""What the API may name: tables, columns, keys and functions of the schema `public`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from psycopg import AsyncConnection

QUERY = """
select json_build_object(
  'columns', (
    select coalesce(json_agg(json_build_array(
      class.relname, attname, format_type(atttypid, atttypmod),
      case when attgenerated = '' then pg_get_expr(adbin, adrelid) end
    ) order by attnum), '[]')
    from pg_attribute join pg_class as class on class.oid = attrelid
    left join pg_attrdef on adrelid = attrelid and adnum = attnum
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')
      and attnum > 0 and not attisdropped),
  'views', (
    select coalesce(json_agg(relname), '[]') from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')),
  'primary', (
    select coalesce(json_agg(json_build_array(relname, attname) order by attnum), '[]')
    from pg_index join pg_class on pg_class.oid = indrelid
    join pg_attribute on attrelid = indrelid and attnum = any (indkey)
    where indisprimary and relnamespace = 'public'::regnamespace),
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
      (select coalesce(json_agg(json_build_array(
        coalesce(proargnames[at], ''), format_type(type, null), at > pronargs - pronargdefaults)
        order by at), '[]') from unnest(proargtypes) with ordinality as argument (type, at)),
      proretset,
      coalesce(result.typtype = 'c' or prorettype = 'record'::regtype, false),
      prorettype = 'void'::regtype,
      provolatile = 'v',
      provariadic <> 0,
      (select relname from pg_class where oid = result.typrelid
        and relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'f')),
      (select relname from pg_type join pg_class on pg_class.oid = typrelid
        where pronargs = 1 and pg_type.oid = proargtypes[0])
    ) order by pg_proc.oid), '[]')
    from pg_proc join pg_type as result on result.oid = prorettype
    where pronamespace = 'public'::regnamespace and prokind = 'f'
      and prorettype <> 'trigger'::regtype)
)
"""


@dataclass(frozen=True)
class ForeignKey:
    """`source.columns` refer to `target.target_columns`."""

    name: str
    source: str
    target: str
    columns: tuple[str, ...]
    target_columns: tuple[str, ...]
    unique: bool
    """Whether one row of the target has at most one of the source."""


@dataclass(frozen=True)
class Function:
    """A function by its arguments' names; each with its type, and whether it has a default."""

    name: str
    arguments: tuple[tuple[str, str, bool], ...]
    returns_set: bool
    returns_row: bool
    returns_void: bool
    volatile: bool
    variadic: bool
    table: str | None
    """Whose rows it returns."""
    of_table: str | None
    """Whose rows its one argument is: then it is a computed column, or a computed embed."""

    def takes(self, names: set[str]) -> bool:
        required = {name for name, _, has_default in self.arguments if not has_default}
        return required <= names <= {name for name, _, _ in self.arguments}


@dataclass(frozen=True)
class Catalogue:
    tables: Mapping[str, Mapping[str, str]]
    """Columns and their types, by table."""
    defaults: Mapping[tuple[str, str], str]
    """The expression of a column's default, by table and column."""
    views: frozenset[str]
    primary: Mapping[str, tuple[str, ...]]
    keys: tuple[ForeignKey, ...]
    functions: tuple[Function, ...]

    @classmethod
    async def read(cls, connection: AsyncConnection[Any]) -> Catalogue:
        row = await (await connection.execute(QUERY)).fetchone()
        assert row is not None  # noqa: S101  # the query gives one row
        found = row[0]
        tables: dict[str, dict[str, str]] = {}
        defaults: dict[tuple[str, str], str] = {}
        for table, column, type_, default in found["columns"]:
            tables.setdefault(table, {})[column] = type_
            if default is not None:
                defaults[table, column] = default
        primary: dict[str, tuple[str, ...]] = {}
        for table, column in found["primary"]:
            primary[table] = (*primary.get(table, ()), column)
        functions = tuple(
            Function(name, tuple(map(tuple, arguments)), *rest)
            for name, arguments, *rest in found["functions"]
        )
        keys = tuple(
            ForeignKey(name, source, target, tuple(columns), tuple(target_columns), unique)
            for name, source, target, columns, target_columns, unique in found["keys"]
        )
        return cls(tables, defaults, frozenset(found["views"]), primary, keys, functions)
