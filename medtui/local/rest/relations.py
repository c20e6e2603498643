"""Which rows belong to which: the foreign key that an embed goes along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medtui.local.rest.catalogue import Catalogue
from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.query import Embed


@dataclass(frozen=True)
class TableRelation:
    """From a table's row to another's: `columns` are pairs of the one's and the other's."""

    key: str
    """The foreign key's name."""
    source: str
    target: str
    to_one: bool
    cardinality: str
    columns: tuple[tuple[str, str], ...]

    @property
    def details(self) -> str:
        ours, theirs = (", ".join(names) for names in zip(*self.columns, strict=True))
        return f"{self.key} using {self.source}({ours}) and {self.target}({theirs})"


def relation(catalogue: Catalogue, table: str, embed: Embed) -> TableRelation:
    """The one relation that an embed means. RestError: PGRST200 for none, PGRST201 for several."""
    if embed.resource == table:
        raise not_supported("embedding a table in itself")
    found = [one for one in _relations(catalogue, table) if _means(one, embed)]
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


def _relations(catalogue: Catalogue, table: str) -> Iterator[TableRelation]:
    """All of a table's: by its own foreign keys, and by others' that refer to it."""
    for key in catalogue.keys:
        there = "one-to-one" if key.unique else "many-to-one"
        back = "one-to-one" if key.unique else "one-to-many"
        pairs = tuple(zip(key.columns, key.target_columns, strict=True))
        if key.source == table:
            yield TableRelation(key.name, table, key.target, True, there, pairs)
        if key.target == table:
            turned = tuple((theirs, ours) for ours, theirs in pairs)
            yield TableRelation(key.name, table, key.source, key.unique, back, turned)


def _means(one: TableRelation, embed: Embed) -> bool:
    """Whether an embed's table fits a relation, and its hint: the key's name, or a column."""
    columns = one.columns[0] if len(one.columns) == 1 else ()
    return embed.resource == one.target and embed.hint in (None, one.key, *columns)


def _ambiguous(table: str, embed: Embed, found: Sequence[TableRelation]) -> RestError:
    choices = ", ".join(f"'{one.target}!{one.key}'" for one in found)
    return RestError(
        300,
        "PGRST201",
        "Could not embed because more than one relationship was found for "
        f"'{table}' and '{embed.resource}'",
        details=[
            {
                "cardinality": one.cardinality,
                "embedding": f"{table} with {one.target}",
                "relationship": one.details,
            }
            for one in found
        ],
        hint=f"Try changing '{embed.resource}' to one of the following: {choices}."
        " Find the desired relationship in the 'details' key.",
    )
