"""Rows as the storage server shows them: in JSON, and in a file's headers."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from medtui.local.storage.objects import Row


def time(moment: datetime) -> str:
    """As JavaScript writes it: in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def plain(row: Row) -> Row:
    """A row, ready for JSON."""
    times = {name: time(value) for name, value in row.items() if isinstance(value, datetime)}
    ids = {name: str(value) for name, value in row.items() if isinstance(value, UUID)}
    return row | times | ids


def info(row: Row) -> Row:
    """What `info` says of an object."""
    metadata = row["metadata"] or {}
    shown = plain(row)
    return {
        **{name: shown[name] for name in ("id", "name", "version", "bucket_id")},
        "size": metadata.get("size"),
        "content_type": metadata.get("mimetype"),
        "cache_control": metadata.get("cacheControl"),
        "etag": metadata.get("eTag"),
        "metadata": row["user_metadata"],
        "last_modified": shown["updated_at"],
        "created_at": shown["created_at"],
    }


def metadata(etag: str, size: int, mime: str, cache_control: str) -> dict[str, Any]:
    """What a row keeps of its file."""
    return {
        "eTag": etag,
        "size": size,
        "mimetype": mime,
        "cacheControl": cache_control,
        "lastModified": time(datetime.now(UTC)),
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


def is_header(text: str) -> bool:
    """Whether a text can stand in a header: rows are also made by others."""
    return text.isascii() and text.isprintable()
