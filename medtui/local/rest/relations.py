"""Which rows belong to which: the foreign key that an embed goes along."""

from __future__ import annotations

from collections.abc import Sequence

from medtui.local.rest.catalogue import Catalogue, TableRelation
from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.query import Embed


def relation(catalogue: Catalogue, table: str, embed: Embed) -> TableRelation:
    """The one relation that an embed means. RestError: PGRST200 for none, PGRST201 for several."""
    if embed.resource == table:
        raise not_supported("embedding a table in itself")
    found = [one for one in catalogue.relations.get(table, ()) if _means(one, embed)]
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
                "relationship": _described(one),
            }
            for one in found
        ],
        hint=f"Try changing '{embed.resource}' to one of the following: {choices}."
        " Find the desired relationship in the 'details' key.",
    )


def _described(one: TableRelation) -> str:
    ours, theirs = (", ".join(names) for names in zip(*one.columns, strict=True))
    return f"{one.key} using {one.source}({ours}) and {one.target}({theirs})"
