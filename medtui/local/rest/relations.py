"""Which rows belong to which: the foreign key, or the table between, that an embed goes along."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from medtui.local.rest.catalogue import Catalogue, ForeignKey
from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.query import Embed


@dataclass(frozen=True)
class TableRelation:
    """From a table's row to another's: `columns` are pairs of the one's and the other's."""

    key: ForeignKey
    source: str
    target: str
    to_one: bool
    columns: tuple[tuple[str, str], ...]
    junction: ForeignKey | None = None
    """With a table between, `key` is its key to us, and this one its key to the target."""

    @property
    def cardinality(self) -> str:
        if self.junction:
            return "many-to-many"
        if self.key.unique:
            return "one-to-one"
        return "many-to-one" if self.to_one else "one-to-many"

    @property
    def hint(self) -> str:
        """What tells this relation from others to the same table."""
        return self.key.source if self.junction else self.key.name

    @property
    def details(self) -> str:
        if self.junction:
            ends = (f"{end.name}({', '.join(end.columns)})" for end in (self.key, self.junction))
            return f"{self.key.source} using {' and '.join(ends)}"
        ours, theirs = (", ".join(names) for names in zip(*self.columns, strict=True))
        return f"{self.key.name} using {self.source}({ours}) and {self.target}({theirs})"


def relation(catalogue: Catalogue, table: str, embed: Embed) -> TableRelation:
    """The one relation that an embed means. RestError: PGRST200 for none, PGRST201 for several."""
    if {table, embed.resource} & catalogue.views:
        raise not_supported("embedding along the keys of a view")
    if any((f.name, f.of_table) == (embed.resource, table) for f in catalogue.functions):
        raise not_supported("embedding by a function")
    found = [one for one in _relations(catalogue, table) if _means(one, table, embed)]
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
    if found[0].junction and table in (found[0].target, found[0].key.source):
        raise not_supported("embedding a table in itself by way of another")
    return found[0]


def _relations(catalogue: Catalogue, table: str) -> Iterator[TableRelation]:
    """All of a table's: those of its keys and of others' to it, then those by way of a third."""
    for key in catalogue.keys:
        pairs = tuple(zip(key.columns, key.target_columns, strict=True))
        if key.source == table:
            yield TableRelation(key, table, key.target, to_one=True, columns=pairs)
        if key.target == table:
            back = tuple((theirs, ours) for ours, theirs in pairs)
            yield TableRelation(key, table, key.source, to_one=key.unique, columns=back)
    for ours in catalogue.keys:
        for theirs in catalogue.keys:
            if ours.target == table and ours.source == theirs.source and ours.name != theirs.name:
                # Only what is told apart by both its ends is a table of pairs.
                primary = set(catalogue.primary.get(ours.source, ()))
                if {*ours.columns, *theirs.columns} <= primary:
                    yield TableRelation(ours, table, theirs.target, False, (), junction=theirs)


def _means(one: TableRelation, table: str, embed: Embed) -> bool:
    """Whether an embed's name and hint fit a relation: by table, constraint, or single column."""
    ours, theirs = one.columns[0] if len(one.columns) == 1 else (None, None)
    if one.target == table and not one.junction:
        # To itself: by the table to the many, by the column to the one.
        if one.to_one and not one.key.unique:
            return embed.hint is None and embed.resource == ours
        return embed.resource == table and embed.hint in (None, theirs)
    if embed.hint is None:
        names = (one.target, ours) if one.junction else (one.target, one.key.name, ours)
        return embed.resource in names
    hints = (one.key.source,) if one.junction else (one.key.name, ours, theirs)
    return embed.resource == one.target and embed.hint in hints


def _ambiguous(table: str, embed: Embed, found: Sequence[TableRelation]) -> RestError:
    choices = ", ".join(f"'{one.target}!{one.hint}'" for one in found)
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
