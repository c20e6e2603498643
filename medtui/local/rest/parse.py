"""The query string, parsed into plain data. No database, no SQL."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from urllib.parse import quote, unquote_to_bytes

from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.query import Column, Condition, Logic, Parameters, Query
from medtui.local.rest.reader import OPERATORS, TEXT_SEARCH, Reader

Pairs = list[tuple[str, str | None]]
BAD_LIMIT = "Limit should be greater than or equal to zero."
_LEVELS = ("order", "limit", "offset", "and", "or")


def split(raw: bytes) -> Pairs:
    """Keys and values. As the real one has it, `;` separates too, and a value may be missing."""
    parts = re.split(b"[&;]", raw)
    if not parts[-1]:
        parts.pop()
    pairs: Pairs = []
    for part in parts:
        key, equals, value = part.partition(b"=")
        pairs.append((_decoded(key), _decoded(value) if equals else None))
    return pairs


def canonical(pairs: Pairs) -> str:
    """The query string in an order of its own, as a page's `Content-Location` has it."""

    def escaped(text: str) -> str:
        # Every byte is escaped as if it were a character: so the real one does it.
        return quote(text if text.isascii() else text.encode().decode("latin-1"), safe="")

    values: dict[str, list[str]] = {}
    for key, value in sorted(pairs, key=lambda pair: pair[0]):
        values.setdefault(escaped(key), []).append(escaped(value or ""))
    return "&".join(f"{key}={','.join(given)}" for key, given in values.items())


def parse(pairs: Pairs, *, arguments: bool = False) -> Parameters:
    """Parse a request's query string. Raises RestError (PGRST100, PGRST108).

    Args:
        arguments: whether what is no filter is an argument of the function that is called.
    """
    first: dict[str, str | None] = {}
    for key, value in pairs:
        first.setdefault(key, value)
    selected = first.get("select")
    query = Query()  # with nothing selected: all there is
    if selected is None:
        query = Query([Column("*")])
    elif selected:
        query = Reader(selected, "select parameter").select()
    given: dict[str, str] = {}
    pages: dict[tuple[str, ...], dict[str, str]] = {}
    for key, value in pairs:
        if value is None or key in ("select", "columns", "on_conflict"):
            continue
        if key.rpartition(".")[2] in _LEVELS:
            *path, what = Reader(key, "tree path").path()
            if what in ("limit", "offset"):
                pages.setdefault(tuple(path), {})[what] = value
            else:
                _level(query, path, what, value)
        elif arguments and not _is_filter(key, value):
            given[key] = value
        else:
            *path, column = Reader(key, "tree path").path()
            _at(query, path).filters.append(Reader(value, "filter").condition(column))
    for way, page in pages.items():
        _page(query, way, page)
    _check_embeds(query)
    columns, on_conflict = _names(first, "columns"), _names(first, "on_conflict")
    return Parameters(query, columns, on_conflict, given, paged=bool(pages))


def _decoded(part: bytes) -> str:
    try:
        return unquote_to_bytes(part.replace(b"+", b" ")).decode()
    except UnicodeDecodeError:
        raise RestError(400, "PGRST100", "The query string is not UTF-8") from None


def _names(first: dict[str, str | None], key: str) -> tuple[str, ...] | None:
    value = first.get(key)
    return None if value is None else Reader(value, f"{key} parameter").names()


def _is_filter(key: str, value: str) -> bool:
    operator = re.match(r"(?:not\.)?([a-z]+)(?:\([^)]*\))?\.", value)
    return "." in key or bool(operator and operator[1] in OPERATORS | TEXT_SEARCH)


def _level(query: Query, path: list[str], what: str, value: str) -> None:
    """Order or logic, of the table or of an embedded resource."""
    if what == "order":
        _at(query, path).order = Reader(value, "order").order()
    else:
        operator = f"not.{what}" if "not" in path else what
        tree = Reader(value, "logic tree", prefix=operator).logic()
        _at(query, [name for name in path if name != "not"]).logic.append(tree)


def _page(query: Query, path: tuple[str, ...], page: dict[str, str]) -> None:
    """Limit and offset. What is no number counts for nothing, but for no rows with an offset."""
    at = _at(query, path)
    limit = _number(page["limit"]) if "limit" in page else None
    offset = _number(page.get("offset", "")) or 0
    if offset < 0 or (limit is not None and limit < 0 and (path or "offset" in page)):
        raise not_supported("negative limits and offsets")
    if "offset" in page and "limit" in page:
        limit = limit or 0
    if limit is not None and (limit < 0 or (limit == 0 and offset > 0 and not path)):
        raise out_of_range(BAD_LIMIT)
    at.limit, at.offset = limit, offset


def out_of_range(details: str, headers: Mapping[str, str] | None = None) -> RestError:
    return RestError(
        416, "PGRST103", "Requested range not satisfiable", details=details, headers=headers
    )


def _at(query: Query, path: Iterable[str]) -> Query:
    """What `path` leads to: nothing for the table itself, `host` for what is embedded as that."""
    for name in path:
        found = [embed for embed in query.embeds if name in (embed.key, embed.resource)]
        if not found:
            raise RestError(
                400,
                "PGRST108",
                f"'{name}' is not an embedded resource in this request",
                hint=f"Verify that '{name}' is included in the 'select' query parameter.",
            )
        if len(found) > 1:
            raise not_supported(f"a name that several embedded resources have: {name}")
        query = found[0].query
    return query


def _check_embeds(query: Query) -> None:
    """Each has a name of its own. `guest=is.null` would ask whether there is one at all."""
    keys = {embed.key for embed in query.embeds}
    if len(keys) < len(query.embeds):
        raise not_supported("two embedded resources of one name")

    def named(item: Condition | Logic) -> bool:
        if isinstance(item, Logic):
            return any(map(named, item.operands))
        return item.column in keys

    asked: list[Condition | Logic] = [*query.filters, *query.logic]
    if keys and any(map(named, asked)):
        raise not_supported("filters on a whole embedded resource")
    for embed in query.embeds:
        _check_embeds(embed.query)


def _number(text: str) -> int | None:
    """A number, or None for what is none: the real one takes no notice of that either."""
    if re.fullmatch(r"-?\d{1,18}", text, re.ASCII):
        return int(text)
    if re.search(r"[\d(]", text):
        raise not_supported("numbers that are not plain")
    return None
