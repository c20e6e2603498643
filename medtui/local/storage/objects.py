"""Storage's two tables, and how their rows are shown. What a caller may do, Postgres decides."""

from __future__ import annotations

import contextlib
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from uuid import uuid4

import psycopg
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from medtui.local.bodies import plain, uuid_of
from medtui.local.connection import Db, Pool, SharedPool
from medtui.local.db_role import Claims, become
from medtui.local.storage.errors import StorageError, from_postgres
from medtui.local.storage.inputs import Listing, is_header

Row = dict[str, Any]

_COLUMNS = (
    "name, bucket_id, owner, owner_id, version, id, updated_at, created_at, last_accessed_at,"
    " metadata, user_metadata"
)
_FIND = f"select {_COLUMNS} from storage.objects where bucket_id = $1 and name = $2"
_DELETE = (
    "delete from storage.objects where bucket_id = $1 and name = any($2::text[])"
    f" returning {_COLUMNS}"
)
_INSERT = (
    "insert into storage.objects"
    " (id, bucket_id, name, owner, owner_id, version, metadata, user_metadata)"
    " values ($1, $2, $3, $4, $5, $6, $7, '{}')"
)

# Names below a folder: first the folders in it, then the files. $1 bucket, $2 pattern, $3 depth.
_LIST = """
    with found as (
      select * from storage.objects where bucket_id = $1 and name ilike $2
    ), entries as (
      select path_tokens[$3] as name, null::uuid as id, null::timestamptz as updated_at,
        null::timestamptz as created_at, null::timestamptz as last_accessed_at,
        null::jsonb as metadata
      from found where cardinality(path_tokens) > $3 group by path_tokens[$3]
      union all
      select path_tokens[$3], id, updated_at, created_at, last_accessed_at, metadata
      from found where cardinality(path_tokens) = $3
    )
    select * from entries order by id is not null, {column} {order}, name {order}
    limit $4 offset $5
"""
MOST_OFFSET = 2**31
MAX_FILE = 50 * 1024 * 1024
"""Bytes of a file in a bucket without a limit of its own, as the Supabase CLI's server has it."""
_BUCKET = (
    "select coalesce(public, false) as public, allowed_mime_types,"
    f" least(file_size_limit, {MAX_FILE}) as size_limit from storage.buckets where id = $1"
)


@dataclass(frozen=True)
class Objects:
    """The tables, over a pool of connections: as their owner, or as one caller."""

    _pool: Pool
    _caller: Claims | None = None

    def acting(self, caller: Claims) -> Objects:
        """The tables as a caller sees them, and may change them."""
        return Objects(self._pool, caller)

    async def versions(self) -> set[str]:
        """Every version that a row names."""
        rows = await self._run("select version from storage.objects where version is not null")
        return {row["version"] for row in rows}

    async def bucket(self, name: str) -> Row:
        """A bucket. Raises StorageError if there is none."""
        rows = await self._run(_BUCKET, name)
        if not rows:
            raise StorageError("NoSuchBucket")
        return rows[0]

    async def find(self, bucket: str, name: str) -> Row:
        """An object. Raises StorageError if there is none to be seen."""
        rows = await self._run(_FIND, bucket, name)
        if not rows:
            raise StorageError("NoSuchKey")
        return rows[0]

    async def entries(self, bucket: str, asked: Listing, *, most: int) -> list[Row]:
        """What a folder has whose name begins with the search; `most` at once."""
        folder = asked.prefix if asked.prefix.endswith("/") else f"{asked.prefix}/".lstrip("/")
        if "\0" in folder + asked.search:
            return []
        pattern = re.sub(r"([\\%_])", r"\\\1", folder + asked.search) + "%"
        query = _LIST.format(column=asked.sort.column, order=asked.sort.order)
        page = min(asked.limit, most), min(asked.offset, MOST_OFFSET)
        return await self._run(query, bucket, pattern, folder.count("/") + 1, *page)

    async def remove(self, bucket: str, names: Sequence[str]) -> list[Row]:
        """Delete the rows among these that the caller may delete, and return them."""
        return await self._run(_DELETE, bucket, [name for name in names if "\0" not in name])

    async def upload(
        self, bucket: str, name: str, version: str, metadata: Row, *, undone: bool = False
    ) -> str:
        """Make a file's row, and return its id. `undone`: only find out whether it could be made.

        StorageError when the caller may not, or it is there already.
        """
        sub = self._caller and self._caller.get("sub")
        owner, made = sub if isinstance(sub, str) else None, uuid4()
        values = made, bucket, name, uuid_of(owner), owner, version, Jsonb(metadata)
        async with self._transaction() as db:
            # Nothing is returned, as that would take the right to read, too.
            await db.execute(_INSERT.encode(), values)
            if undone:
                raise psycopg.Rollback
        return str(made)

    async def _run(self, query: str, *values: object) -> list[DictRow]:
        async with self._transaction() as db:
            return await (await db.execute(query.encode(), values, prepare=False)).fetchall()

    @contextlib.asynccontextmanager
    async def _transaction(self) -> AsyncIterator[Db]:
        try:
            async with self._pool.connection() as db, db.transaction():
                if self._caller:
                    await become(db, self._caller)
                yield db
        except psycopg.Error as error:
            raise from_postgres(error) from error


def storage_pool(dsn: str) -> Pool:
    """Connections as the tables' owner, who alone deletes rows: their files go, too."""
    options = (
        "-c search_path=storage,public,extensions -c statement_timeout=8s -c lock_timeout=8s"
        " -c storage.allow_delete_query=true"
    )
    return SharedPool.raw(dsn, 4, options, row_factory=dict_row)


def info(row: Row) -> Row:
    """What `info` says of an object."""
    metadata = row["metadata"] or {}
    return {
        **{name: row[name] for name in ("id", "name", "version", "bucket_id")},
        "size": metadata.get("size"),
        "content_type": metadata.get("mimetype"),
        "cache_control": metadata.get("cacheControl"),
        "etag": metadata.get("eTag"),
        "metadata": row["user_metadata"],
        "last_modified": row["updated_at"],
        "created_at": row["created_at"],
    }


def metadata(etag: str, size: int, mime: str, cache_control: str) -> dict[str, Any]:
    """What a row keeps of its file."""
    return {
        "eTag": etag,
        "size": size,
        "mimetype": mime,
        "cacheControl": cache_control,
        "lastModified": plain(datetime.now(UTC)),
        "contentLength": size,
        "httpStatusCode": 200,
    }


def description(row: Row) -> dict[str, str]:
    """A file's headers, but for what it holds."""
    kept = row["metadata"] or {}
    shown = {
        "ETag": str(kept.get("eTag") or ""),
        "Cache-Control": str(kept.get("cacheControl") or "no-cache"),
        "Last-Modified": format_datetime(row["updated_at"].astimezone(UTC), usegmt=True),
    }
    return {name: value for name, value in shown.items() if value and is_header(value)}


def headers(row: Row, *, size: int | None = None) -> dict[str, str]:
    """All of a file's headers. `size` is what the disk says, where it has been asked."""
    kept = row["metadata"] or {}
    mime = str(kept.get("mimetype") or "")
    # Never a page: whatever is kept here, a browser is not to run it.
    if "text/html" in mime.lower() or not mime or not is_header(mime):
        mime = "text/plain" if mime else "application/octet-stream"
    length = str(kept.get("contentLength") or 0 if size is None else size)
    return {"Content-Type": mime, "Content-Length": length, **description(row)}
