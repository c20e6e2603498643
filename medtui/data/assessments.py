"""The files of a session: its transcript and its assessment, in the bucket `assessments`.

The host uploads and deletes them, host and guest read them. The bucket has no replacing: a file is
deleted and uploaded, with both versions kept on disk meanwhile (`file_replacement.py`).
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from medtui.core.models import FileKind, SessionFile
from medtui.data.connection import Connection
from medtui.data.error_mapping import BucketHidden
from medtui.data.errors import FileExists, Gone, NotAllowed, NotSignedIn, Unreachable
from medtui.data.file_replacement import Replacing
from medtui.data.paging import PAGE
from medtui.data.upload_progress import Counted, Sent

if TYPE_CHECKING:
    from storage3.types import FileOptions, ListBucketFilesOptions
    from supabase import AsyncClient

    from medtui.data.auth import Auth

BUCKET = "assessments"

Row = dict[str, Any]


class Assessments:
    """Reads and writes of the sessions' files. All methods raise `DataError`s."""

    def __init__(self, connection: Connection, auth: Auth) -> None:
        self._connection = connection
        self._auth = auth
        self.on_look: list[Callable[[UUID, frozenset[FileKind]], None]] = []
        """Called with a session's id and the files that it was found to have."""
        self.on_upload: list[Callable[[UUID, FileKind], None]] = []
        """Called with a session's id and a file's kind before the user uploads it."""

    async def files(self, session_id: UUID) -> list[SessionFile]:
        """Those of the two files that a session has and the user may read."""
        names = {kind.filename for kind in FileKind}
        listed = await self._list(str(session_id), names)
        found = {row["name"]: row for row in listed if row["id"]}
        files = [
            SessionFile(
                kind=kind,
                size=(found[kind.filename]["metadata"] or {}).get("size"),
                uploaded_at=found[kind.filename]["created_at"],
                updated_at=found[kind.filename].get("updated_at"),
            )
            for kind in FileKind
            if kind.filename in found
        ]
        for tell in self.on_look:
            tell(session_id, frozenset(file.kind for file in files))
        return files

    async def names(self, session_id: UUID) -> list[str]:
        """All names in a session's folder: other clients may store more than the two files."""
        folders, names = [""], []
        while folders:
            inside = folders.pop()
            for row in await self._list(f"{session_id}/{inside}"):
                if row["id"]:
                    names.append(inside + row["name"])
                else:
                    folders.append(f"{inside}{row['name']}/")
        return sorted(names)

    async def sessions(self) -> set[UUID]:
        """The ids of sessions with files that the user may read."""
        found = set()
        for row in await self._list(""):
            try:
                found.add(UUID(row["name"]))
            except ValueError:
                continue  # not the folder of a session
        return found

    async def has(self, session_id: UUID, kind: FileKind, content: bytes) -> bool:
        """Whether the file is there with exactly these bytes; False if the user may not read it."""
        for file in await self.files(session_id):
            if file.kind is kind and file.size in (None, len(content)):
                with contextlib.suppress(Gone):
                    return await self.read(session_id, kind) == content
        return False

    async def read(self, session_id: UUID, kind: FileKind) -> bytes:
        """A file's bytes. Raises Gone if there is none, or the user may not read it."""

        async def download(client: AsyncClient) -> bytes:
            path = f"{session_id}/{kind.filename}"
            return await client.storage.from_(BUCKET).download(path)

        self._me()
        try:
            return await self._connection.read(download)
        except BucketHidden:
            # The server answers the same for an expired token. Listing the folder gets a new token
            # then, with which the file is read.
            await self._list(str(session_id))
            return await self._connection.read(download)

    async def upload(
        self, session_id: UUID, kind: FileKind, content: bytes, sent: Sent | None = None
    ) -> None:
        """Upload a file as its session's host. Raises FileExists, NotAllowed, Invalid.

        Uploading the same bytes again, because an answer got lost, succeeds. `sent` is called with
        the number of bytes sent so far.
        """
        # Not cached, so that a read after a replacement gets the new file.
        options: FileOptions = {"content-type": "application/json", "cache-control": "0"}

        async def send(client: AsyncClient) -> Any:
            path = f"{session_id}/{kind.filename}"
            file = Counted(content, sent) if sent else content
            return await client.storage.from_(BUCKET).upload(path, file, options)

        self._me()
        for tell in self.on_upload:
            tell(session_id, kind)
        try:
            await self._connection.write(send)
        except Unreachable:
            try:
                await self._connection.write(send)
            except FileExists:
                if await self.read(session_id, kind) != content:
                    raise

    async def replace(
        self,
        session_id: UUID,
        kind: FileKind,
        content: bytes,
        *,
        keep: Path,
        sent: Sent | None = None,
    ) -> None:
        """Upload a file, in place of the present one if there is one (`Replacing.replace`).

        `keep`: the folder of this program's state, where both versions are kept meanwhile.
        """
        await self.replacing(keep).replace(session_id, kind, content, sent)

    def replacing(self, keep: Path) -> Replacing:
        """Replaces files, and ends interrupted replacements."""
        return Replacing(self, self._connection.server.url, self._me(), keep)

    async def mark(self, session_id: UUID, kind: FileKind) -> str | None:
        """A mark that differs between two uploads of a file; None if there is no file."""
        for row in await self._list(str(session_id), {kind.filename}):
            if row["name"] == kind.filename and row["id"]:
                return f"{row['id']} {row['updated_at']}"
        return None

    async def delete_once(self, session_id: UUID, kind: FileKind) -> None:
        """Send one request to delete a file; the caller checks whether it is gone."""
        path = f"{session_id}/{kind.filename}"
        self._me()
        await self._connection.write(lambda client: client.storage.from_(BUCKET).remove([path]))

    async def delete(self, session_id: UUID, kind: FileKind) -> None:
        """Delete a file as its session's host; a missing file is no error. Raises NotAllowed."""
        await self.remove(session_id, [kind.filename])

    async def remove(self, session_id: UUID, names: Collection[str]) -> None:
        """Delete files of a session's folder by their names. Raises NotAllowed."""
        paths = [f"{session_id}/{name}" for name in names]

        async def send(client: AsyncClient) -> list[Row]:
            return await client.storage.from_(BUCKET).remove(paths)

        self._me()
        try:
            gone = {row["name"] for row in await self._connection.write(send)}
        except Unreachable:
            # Not deleted again: by now another file may have been uploaded.
            if set(names) & set(await self.names(session_id)):
                raise
            return
        # The answer leaves out files that may not be deleted, and files that were not there.
        left = set(paths) - gone
        if left and left & {f"{session_id}/{name}" for name in await self.names(session_id)}:
            raise NotAllowed("The server lets only the host of a session delete its files.")

    async def _list(self, folder: str, names: Collection[str] = ()) -> list[Row]:
        """The entries of a folder: files, and folders, which have no id.

        With `names`, no more is read once these have been found. Storage gives no count, so the
        end of a folder is an empty answer.
        """
        self._me()
        found: dict[str, Row] = {}
        offset = 0
        while True:
            options: ListBucketFilesOptions = {"limit": PAGE, "offset": offset}

            async def ask(
                client: AsyncClient, options: ListBucketFilesOptions = options
            ) -> list[Row]:
                listed: list[Row] = await client.storage.from_(BUCKET).list(folder, options)
                # The answer may be malformed: this raises errors that `translated` knows.
                return [{"name": row["name"], "id": row["id"], **row} for row in listed]

            page = await self._connection.read(ask)
            offset += len(page)
            known = len(found)
            found.update((row["name"], row) for row in page)
            # A server that ignores the offset gives nothing new.
            if len(found) == known or (names and set(names) <= found.keys()):
                return list(found.values())

    def _me(self) -> UUID:
        if self._auth.user is None:
            raise NotSignedIn("Sign in first.")
        return self._auth.user.id
