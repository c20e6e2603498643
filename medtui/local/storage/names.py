"""Which names and kinds of files the storage server takes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from medtui.local.storage.errors import StorageError, invalid_key

# What Amazon S3, which a hosted project keeps its files in, calls safe, and can be made safe.
_SAFE = r"A-Za-z0-9_!\-.*'() &$@=;:+,?"
_KEY = re.compile(f"[{_SAFE}/]+")
_BUCKET = re.compile(f"[{_SAFE}]+")
_LONGEST_KEY, _LONGEST_BUCKET = 1024, 100


def check_key(name: str) -> None:
    """Refuse a name that no object can have."""
    if not _KEY.fullmatch(name) or len(name) > _LONGEST_KEY:
        raise invalid_key(name)


def check_path(name: str, bucket: str, version: str) -> None:
    """Refuse a name that would lead out of its folder. Called once the caller may write there."""
    if any(part in (".", "..") for part in name.split("/")):
        raise invalid_key(f"stub/stub/{bucket}/{name}/{version} contains dot path segment")


def check_bucket(name: str) -> None:
    if not _BUCKET.fullmatch(name) or len(name) > _LONGEST_BUCKET:
        raise StorageError(400, "Invalid Input", "Bucket name invalid", "InvalidBucketName")


def check_type(mime: str, allowed: Iterable[str] | None) -> None:
    """Refuse a kind of file that is not on the bucket's list; without a list, none is refused."""
    if not allowed:
        return
    kind, _, rest = mime.partition("/")
    if f"{kind}/*" not in allowed and f"{kind}/{rest}" not in allowed:
        message = f"mime type {mime} is not supported"
        raise StorageError(415, "invalid_mime_type", message, "InvalidMimeType")
