"""Makes a database a Supabase project with medtui's tables: the platform, then the migrations."""

from __future__ import annotations

import hashlib
from pathlib import Path

import psycopg

from medtui.local import LocalError
from medtui.local.postgres import SUPERUSER, Cluster

PLATFORM = Path(__file__).with_name("platform")
MIGRATIONS = Path(__file__).parent.parent / "supabase" / "migrations"

# `schema_migrations` is the Supabase CLI's own table: it and we can take turns on a database.
RECORDS = """
    create schema if not exists supabase_migrations authorization postgres;
    set local role postgres;
    create table if not exists supabase_migrations.schema_migrations (
        version text primary key, statements text[], name text);
    create table if not exists supabase_migrations.platform (digest text primary key);
"""


async def install(
    cluster: Cluster, database: str = "postgres", *, migrations: Path | None = None
) -> None:
    """Bring a database up to this medtui; what it has already costs nothing.

    `migrations` is another folder of them. LocalError when the database is newer than that.
    """
    platform = [path.read_bytes() for path in sorted(PLATFORM.glob("*.sql"))]
    digest = hashlib.sha256(b"\0".join(platform)).hexdigest()
    pending = {_version(path): path for path in sorted((migrations or MIGRATIONS).glob("*.sql"))}
    dsn = cluster.dsn(SUPERUSER, database)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as admin:
        known, applied = await _records(admin)
        if unknown := applied - pending.keys():
            raise LocalError(
                f"The data was made by a newer medtui or another schema (it has the migration "
                f"{min(unknown)}, which is not known here): update medtui, or choose another "
                "folder with --data."
            )
        if digest not in known:
            async with admin.transaction():
                for sql in platform:
                    await admin.execute(sql)
                await admin.execute(RECORDS)
                await admin.execute("delete from supabase_migrations.platform")
                await admin.execute(
                    "insert into supabase_migrations.platform values (%s)", [digest]
                )
    if applied >= pending.keys():
        return
    # Logged in as the owner, not switched to: role settings such as the search path count.
    async with await psycopg.AsyncConnection.connect(cluster.dsn(database=database)) as owner:
        for version, path in pending.items():
            if version in applied:
                continue
            async with owner.transaction():
                sql = path.read_bytes()
                await owner.execute(sql)
                await owner.execute("reset all")
                await owner.execute(
                    "insert into supabase_migrations.schema_migrations values (%s, %s, %s)",
                    [version, [sql.decode()], path.stem.partition("_")[2]],
                )


async def _records(admin: psycopg.AsyncConnection) -> tuple[set[str], set[str]]:
    """The digests of the platform and the versions of the migrations that the database has."""
    records = await admin.execute("select to_regclass('supabase_migrations.platform')")
    if await records.fetchone() == (None,):
        return set(), set()
    digests = await admin.execute("select digest from supabase_migrations.platform")
    versions = await admin.execute("select version from supabase_migrations.schema_migrations")
    return (
        {digest async for (digest,) in digests},
        {version async for (version,) in versions},
    )


def _version(path: Path) -> str:
    return path.stem.partition("_")[0]
