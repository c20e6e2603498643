"""Imports cases to a server with its service key: all of them in one request, or none.

A case is identified by its id; without one, by the team's name for it. The table has no key on
that name, so a new case's id is made from it: importing twice, or from two machines at once, adds
it once.
"""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid5

from medtui.core.api_keys import is_public, is_secret, tidy
from medtui.core.models import CaseDraft
from medtui.data.connection import Connection, Server, connect
from medtui.data.errors import Invalid, NotAllowed, NotSignedIn, Unreachable
from medtui.data.paging import read_all, read_ids
from medtui.data.server_address import probe, tidy_url
from medtui.data.stored_session import SessionStorage
from medtui.data.tokens import MemoryTokens

if TYPE_CHECKING:
    from supabase import AsyncClient

NAMESPACE = UUID("6d656474-7569-4ca5-8e00-636173657321")
COLUMNS = (
    *("id", "case_name_internal", "case_name", "category", "domain", "condition"),
    *("candidate_brief", "actor_brief"),
)
SECONDS = 60
"""Seconds to wait for an answer: some thousand cases in one request take long."""
BATCH = 50
"""Cases read in full at a time: their ids fit into a URL, their briefs into an answer."""


@dataclass(frozen=True)
class Imported:
    """The result of an import or a dry run: the cases' names, in their order."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    same: tuple[str, ...]


async def import_cases(
    url: str, key: str, cases: Sequence[CaseDraft], *, dry_run: bool = False
) -> Imported:
    """Add the cases that are missing, and update the others.

    Args:
        url: the server's.
        key: its service key, of either kind.
        cases: their ids and names differ.
        dry_run: look, and change nothing.

    Raises Invalid (`field` url or key; None if a name means several cases), and the other
    `DataError`s; then no case was imported.
    """
    async with _connected(url, key) as connection:
        return await _import(connection, cases, dry_run)


async def has_cases(url: str, key: str) -> bool:
    """Whether a server has any case. Raises as `import_cases`."""

    async def select(client: AsyncClient) -> Any:
        return await client.table("cases").select("id").limit(1).execute()

    async with _connected(url, key) as connection:
        return bool((await connection.read(select)).data)


@contextlib.asynccontextmanager
async def _connected(url: str, key: str) -> AsyncIterator[Connection]:
    server = Server(tidy_url(url), service_key(key))
    await probe(server.url, server.key)
    connection = await connect(server, SessionStorage(MemoryTokens()))
    connection.http.timeout = SECONDS
    try:
        yield connection
    except (NotAllowed, NotSignedIn) as error:
        raise NotAllowed(
            "The server refuses this service key: copy the project's again.", title=error.title
        ) from error
    finally:
        await connection.close()


def service_key(key: str) -> str:
    """The key, tidied. Raises Invalid if its text shows that it is no service key."""
    key = tidy(key)
    if not key:
        raise Invalid("Give the project's service key in SUPABASE_SERVICE_ROLE_KEY.", field="key")
    if is_public(key):
        raise Invalid(
            "This is the public key, which may not change cases: give the service key "
            "(service_role, or one that begins with sb_secret_).",
            field="key",
        )
    if not is_secret(key):
        raise Invalid("This is not a service key: copy the whole of it, in one line.", field="key")
    return key


async def _import(connection: Connection, cases: Sequence[CaseDraft], dry_run: bool) -> Imported:
    ids = _identify(cases, await _names(connection))
    before = await _rows(connection, [id_ for id_, is_new in ids if not is_new])
    added, changed, same, rows = [], [], [], []
    for case, (id_, _) in zip(cases, ids, strict=True):
        present = before.get(id_)
        # Columns that the file leaves out stay as they are.
        row = dict.fromkeys(COLUMNS) | (present or {})
        row |= case.model_dump(mode="json", exclude_unset=True) | {"id": str(id_)}
        if present is None:
            added.append(case.name)
        elif row != present:
            changed.append(case.name)
        else:
            same.append(case.name)
            continue
        rows.append(row)
    if rows and not dry_run:
        await _upsert(connection, rows)
    return Imported(tuple(added), tuple(changed), tuple(same))


def _identify(cases: Sequence[CaseDraft], names: dict[UUID, str | None]) -> list[tuple[UUID, bool]]:
    """Each case's id, and whether it is new. Raises Invalid with all ambiguous names."""
    called: dict[str, list[UUID]] = {}
    for id_, name in names.items():
        called.setdefault(name or "", []).append(id_)
    found, unclear = [], []
    for case in cases:
        name = case.case_name_internal or ""
        there = called.get(name, []) if name else []
        if case.id is None and len(there) > 1:
            unclear.append(f"“{name}” is the name of {len(there)} cases on the server")
        elif case.id and any(id_ != case.id for id_ in there):
            unclear.append(f"“{name}” is the name of another case on the server")
        id_ = case.id or (there[0] if there else uuid5(NAMESPACE, name))
        found.append((id_, id_ not in names))
    if unclear:
        raise Invalid("; ".join(unclear) + ": give each its id, or another name.")
    return found


async def _names(connection: Connection) -> dict[UUID, str | None]:
    """The team's names of all cases that the server has."""
    found = await read_all(connection, "cases", "id,case_name_internal", lambda query: query)
    return {UUID(row["id"]): row["case_name_internal"] for row in found}


async def _rows(connection: Connection, ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    found = await read_ids(connection, "cases", ",".join(COLUMNS), ids, batch=BATCH)
    return {UUID(row["id"]): row for row in found}


async def _upsert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """All rows in one request, which is one transaction."""
    from postgrest.types import ReturnMethod

    async def upsert(client: AsyncClient) -> Any:
        query = client.table("cases").upsert(rows, on_conflict="id", returning=ReturnMethod.minimal)
        return await query.execute()

    try:
        await connection.write(upsert)
    except Unreachable:  # repeating the upsert changes nothing
        await connection.write(upsert)
