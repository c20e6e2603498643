"""The query string, parsed into plain data. No database, no SQL."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

from medtui.local.rest.errors import RestError, not_supported
from medtui.local.rest.query import Column, Parameters, Query
from medtui.local.rest.reader import Reader

Pairs = list[tuple[str, str]]
_LOGIC = ("and", "or", "not.and", "not.or")


def split(raw: bytes) -> Pairs:
    """Keys and values; a value that is missing is empty. RestError where they are not UTF-8."""
    try:
        return parse_qsl(raw.decode(), keep_blank_values=True, errors="strict")
    except UnicodeDecodeError:
        raise RestError(400, "PGRST100", "The query string is not UTF-8") from None


def parse(pairs: Pairs) -> Parameters:
    """Parse a request's query string. Raises RestError (PGRST100, PGRST108)."""
    first = dict(reversed(pairs))
    query = Query([Column("*")])
    if "select" in first:
        query = Reader(first["select"], "select parameter").select()
    for key, value in pairs:
        if key in ("select", "columns", "on_conflict"):
            continue
        if key in _LOGIC:
            query.logic.append(Reader(value, "logic tree", prefix=key).logic())
        elif key == "order":
            query.order = Reader(value, "order").order()
        elif key == "limit":
            query.limit = _number(key, value)
        elif key == "offset":
            query.offset = _number(key, value)
        elif key.rpartition(".")[2] in (*_LOGIC, "order", "limit", "offset"):
            raise not_supported(f"the parameter {key}")
        else:
            *path, column = Reader(key, "tree path").path()
            _at(query, path).filters.append(Reader(value, "filter").condition(column))
    if query.limit == 0 and query.offset:
        raise not_supported("an offset without any rows")
    return Parameters(query, _names(first, "columns"), _names(first, "on_conflict"))


def _names(first: dict[str, str], key: str) -> tuple[str, ...] | None:
    return Reader(first[key], f"{key} parameter").names() if key in first else None


def _at(query: Query, path: list[str]) -> Query:
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
        query = found[0].query
    return query


def _number(key: str, text: str) -> int:
    if not re.fullmatch(r"\d{1,18}", text, re.ASCII):
        raise not_supported(f"the {key} '{text}'")
    return int(text)
