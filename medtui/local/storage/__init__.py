"""The storage interface: files in buckets, as far as the clients' plain methods use it."""

from __future__ import annotations

import asyncio
import logging
import os
from pathlib import Path
from urllib.parse import unquote

import jwt
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from medtui.local.bodies import RefusedRequest, answer
from medtui.local.connection import Pool
from medtui.local.db_role import ROLES, bearer
from medtui.local.keys import ServerKeys
from medtui.local.storage import inputs, objects
from medtui.local.storage.errors import StorageError, Uncertain, not_supported
from medtui.local.storage.files import FileStore, chunks
from medtui.local.storage.inputs import check_key, check_path, receive
from medtui.local.storage.objects import Objects

log = logging.getLogger(__name__)

PREFIX = "/storage/v1"
MOST_ENTRIES = 1_000
RESERVED = ("authenticated", "copy", "list", "list-v2", "move", "sign", "upload")
"""First parts of the real server's other routes: no buckets."""


class Storage:
    """The endpoints, over a pool of connections as the tables' owner and a folder of files.

    `most`: entries of a folder in one answer.
    """

    def __init__(
        self, pool: Pool, keys: ServerKeys, folder: Path, *, most: int = MOST_ENTRIES
    ) -> None:
        self._objects, self._files = Objects(pool), FileStore(folder)
        self._keys, self._most = keys, most

    async def start(self) -> None:
        """Bring rows and files together again after whatever end the last run had."""
        lost = await self._files.open(await self._objects.versions())
        if lost:
            log.warning("files that rows name and that are not there any more: %d", lost)

    async def endpoint(self, request: Request) -> Response:
        """Every request below `/storage/v1`."""
        try:
            return await self._route(request)
        except ClientDisconnect:
            return Response(status_code=499)
        except OSError as error:  # a full disk, for one
            log.error("a file: %s", error.strerror)
            raise StorageError("InternalError") from error

    async def _route(self, request: Request) -> Response:
        raw = request.scope["raw_path"].decode("ascii").removeprefix(PREFIX)
        try:
            # Split before it is decoded: an encoded slash belongs to the name that it is in.
            parts = [unquote(part, errors="strict") for part in raw[1:].split("/")]
        except UnicodeDecodeError:
            raise StorageError("InvalidRequest", f"'{raw}' is not a valid url component") from None
        reading = request.method in ("GET", "HEAD")
        match request.method, parts:
            case "POST", ["object", "list", bucket]:
                return await self._list(request, bucket)
            case "GET", ["object", "info", bucket, *name]:
                return await self._read(request, bucket, "/".join(name), info=True)
            case _, ["object", "public", bucket, *name] if reading:
                return await self._read(request, bucket, "/".join(name), public=True)
            case _, ["object", word, *_] if word in RESERVED:
                raise not_supported(f"{request.method} {raw}")
            case _, ["object", bucket, *name] if reading and name:
                return await self._read(request, bucket, "/".join(name))
            case "POST", ["object", bucket, *name] if name:
                return await self._upload(request, bucket, "/".join(name))
            case "DELETE", ["object", bucket]:
                return await self._remove(request, bucket)
            case _, ["object", _, _, *_] | ["bucket", *_]:
                raise not_supported(f"{request.method} {raw}")
        message = f"Route {request.method}:{raw} not found"
        body = {"statusCode": "404", "error": "Not Found", "message": message}
        raise RefusedRequest(404, body | {"code": "InvalidRequest"})

    async def _read(
        self, request: Request, bucket: str, name: str, *, info: bool = False, public: bool = False
    ) -> Response:
        try:
            reader = self._objects if public else self._acting(request)
        except StorageError:
            # It hides what is there, and that a token has expired.
            raise StorageError("NoSuchBucket") from None
        kept = await self._objects.bucket(bucket)
        if public and not kept["public"]:
            raise StorageError("NoSuchBucket")
        check_key(name)
        row = await reader.find(bucket, name)
        if info:
            return answer(objects.info(row), headers=objects.description(row))
        if request.method == "HEAD":
            return Response(None, headers=objects.headers(row))
        file = await self._files.read(row["version"])
        if file is None:
            raise StorageError("NoSuchKey", "The resource was not found")
        size = os.fstat(file.fileno()).st_size
        return StreamingResponse(chunks(file), headers=objects.headers(row, size=size))

    async def _list(self, request: Request, bucket: str) -> Response:
        listing = await inputs.asked(request, inputs.LISTING)
        return answer(await self._acting(request).entries(bucket, listing, most=self._most))

    async def _upload(self, request: Request, bucket: str, name: str) -> Response:
        acting = self._acting(request)
        kept = await self._objects.bucket(bucket)
        if "\0" in name:  # of which Postgres cannot be asked
            check_key(name)
        if request.headers.get("x-upsert") == "true":
            raise not_supported("x-upsert, which replaces a file")
        async with self._files.new() as file:
            # Asked twice: now, so that no file is sent for nothing, and when the file is there.
            try:
                await acting.upload(bucket, name, file.version, {}, undone=True)
            except StorageError:
                check_key(name)  # a name that cannot be is that to everybody
                raise
            check_path(name, bucket, file.version)
            kind = await receive(request, file, kept["size_limit"], kept["allowed_mime_types"])
            check_key(name)
            await asyncio.to_thread(file.seal)
            metadata = objects.metadata(file.etag, file.size, kind.mime, kind.cache_control)
            file.is_kept = True
            try:
                made = await acting.upload(bucket, name, file.version, metadata)
            except StorageError as error:
                file.is_kept = isinstance(error, Uncertain)
                raise
        return answer({"Key": f"{bucket}/{name}", "Id": made})

    async def _remove(self, request: Request, bucket: str) -> Response:
        removal = await inputs.asked(request, inputs.REMOVAL)
        gone = await self._acting(request).remove(bucket, removal.prefixes)
        await self._files.remove(row["version"] for row in gone)
        return answer(gone)

    def _acting(self, request: Request) -> Objects:
        """The tables as the caller. StorageError when there is no token, or a bad one."""
        header = request.headers.get("authorization") or request.headers.get("apikey")
        if not header:
            message = "headers must have required property 'authorization'"
            raise StorageError("InvalidRequest", message)
        try:
            claims = self._keys.verify(bearer(request) or header)
        except jwt.ExpiredSignatureError:
            raise StorageError("AccessDenied", '"exp" claim timestamp check failed') from None
        except jwt.InvalidTokenError:
            raise StorageError("AccessDenied", "JWS Protected Header is invalid") from None
        role = claims.get("role", "anon")
        if not isinstance(role, str) or role not in ROLES:
            raise StorageError("AccessDenied")
        return self._objects.acting({**claims, "role": role})
