"""Reads tables that are longer than one answer, page by page.

The most rows in an answer are the server's own setting (PostgREST's `db-max-rows`), and an answer
does not say that rows were left out. So a page is the last one only if it is empty, or if the
server's count says that nothing comes after it; its length means nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from medtui.data.connection import Connection
from medtui.data.error_mapping import translated

if TYPE_CHECKING:
    from supabase import AsyncClient

PAGE = 1_000
"""Rows, or files, per request: a new hosted project gives no more in one answer."""

BATCH = 100
"""Ids in one request: they make a URL of some four kilobytes, which every proxy takes."""

Row = dict[str, Any]


async def pages(
    connection: Connection,
    table: str,
    columns: str,
    where: Callable[[Any], Any],
    *,
    key: Sequence[str] = ("id",),
    newest_first: bool = False,
) -> AsyncIterator[list[Row]]:
    """All rows of a table that a filter leaves, in pages of at least one row.

    Args:
        columns: what is selected; the key's columns are among them.
        where: adds the filters to a query.
        key: one or two columns whose values together are unique; rows come in their order.
        newest_first: the other way round.

    Raises a `DataError`; Unreachable also if a server gives the same page again.
    """
    last: list[str] | None = None
    while True:

        async def select(client: AsyncClient, last: list[str] | None = last) -> Any:
            from postgrest.types import CountMethod

            query = where(client.table(table).select(columns, count=CountMethod.exact))
            if last is not None:  # by key, not by offset: rows may come and go in between
                query = _after(query, key, last, newest_first=newest_first)
            for column in key:
                query = query.order(column, desc=newest_first)
            return await query.limit(PAGE).execute()

        answer = await connection.read(select)
        page: list[Row] = answer.data
        if not page:
            return
        with translated():
            before, last = last, [str(page[-1][column]) for column in key]
            if last == before:
                raise ValueError("the same page again")
        yield page
        if answer.count is not None and answer.count <= len(page):
            return


async def read_all(
    connection: Connection,
    table: str,
    columns: str,
    where: Callable[[Any], Any],
    *,
    key: Sequence[str] = ("id",),
) -> list[Row]:
    """All rows of `pages` in one list."""
    found: list[Row] = []
    async for page in pages(connection, table, columns, where, key=key):
        found += page
    return found


async def read_ids(
    connection: Connection,
    table: str,
    columns: str,
    ids: Iterable[object],
    *,
    key: str = "id",
    batch: int = BATCH,
) -> list[Row]:
    """The rows with these ids, in no particular order; ids without a row are left out."""
    wanted = sorted({str(id_) for id_ in ids})
    found: list[Row] = []
    for start in range(0, len(wanted), batch):

        def among(query: Any, some: list[str] = wanted[start : start + batch]) -> Any:
            return query.in_(key, some)

        found += await read_all(connection, table, columns, among, key=(key,))
    return found


def _after(query: Any, key: Sequence[str], last: Sequence[str], *, newest_first: bool) -> Any:
    """The query for rows that come after the one with these key values."""
    then = "lt" if newest_first else "gt"
    if len(key) == 1:
        return query.filter(key[0], then, last[0])
    (first, second), (one, two) = key, map(_quoted, last)
    return query.or_(f"{first}.{then}.{one},and({first}.eq.{one},{second}.{then}.{two})")


def _quoted(value: str) -> str:
    """A value, quoted for PostgREST's `or` and `and` filters."""
    escaped = value.replace("\\", r"\\").replace('"', r"\"")
    return f'"{escaped}"'
