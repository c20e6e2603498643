"""Makes a database a Supabase project with medtui's tables: the platform, then the migrations."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import NamedTuple

import psycopg

from medtui.local import LocalError
from medtui.local.connection import OwnConnection
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


class Migration(NamedTuple):
    """One file: `{version}_{name}.sql`, as the Supabase CLI names them."""

    file: str
    version: str
    name: str
    sql: str


def read(folder: Path) -> list[Migration]:
    """The folder's SQL files, in the order in which they are to run."""
    paths = sorted(folder.glob("*.sql"))
    return [Migration(p.name, *p.stem.partition("_")[::2], p.read_text()) for p in paths]


async def install(
    cluster: Cluster, database: str = "postgres", *, migrations: Path | None = None
) -> None:
    """Bring a database up to this medtui; what it has already costs nothing.

    `migrations` is another folder of them. LocalError when the database is newer than that, or
    one does not run: then those before it stay.
    """
    platform = await asyncio.to_thread(read, PLATFORM)
    digest = hashlib.sha256("".join(file.sql for file in platform).encode()).hexdigest()
    wanted = await asyncio.to_thread(read, migrations or MIGRATIONS)
    if not wanted:
        raise LocalError(f"There are no migrations in {migrations or MIGRATIONS}.")
    dsn = cluster.dsn(SUPERUSER, database)
    async with await OwnConnection.connect(dsn, autocommit=True) as admin:
        known, applied = await _records(admin)
        if unknown := applied - {migration.version for migration in wanted}:
            raise LocalError(
                "The data was made by a newer medtui, or with another schema: migration "
                f"{min(unknown)} is not known here. Update medtui, or choose another folder "
                "with --data."
            )
        if digest != known:
            for file in platform:
                async with admin.transaction():
                    await admin.execute(file.sql.encode())
            async with admin.transaction():
                await admin.execute(RECORDS)
                await admin.execute("delete from supabase_migrations.platform")
                remember = "insert into supabase_migrations.platform values (%s)"
                await admin.execute(remember, [digest])
    pending = [migration for migration in wanted if migration.version not in applied]
    if not pending:
        return
    # Logged in as the owner, not switched to: role settings such as the search path count.
    dsn = cluster.dsn(database=database)
    async with await OwnConnection.connect(dsn, autocommit=True) as owner:
        for migration in pending:
            try:
                await _migrate(owner, migration)
            except psycopg.Error as error:
                reason = error.diag.message_primary or error
                said = f"The migration {migration.file} does not run: {reason}."
                raise LocalError(said) from error


async def _records(admin: psycopg.AsyncConnection) -> tuple[str | None, set[str]]:
    """The digest of the platform and the versions of the migrations that the database has."""
    made = await admin.execute("select to_regclass('supabase_migrations.platform')")
    if await made.fetchone() == (None,):
        return None, set()
    digest = await admin.execute("select max(digest) from supabase_migrations.platform")
    [known] = await digest.fetchone() or (None,)
    versions = await admin.execute("select version from supabase_migrations.schema_migrations")
    return known, {version async for (version,) in versions}


async def _migrate(owner: psycopg.AsyncConnection, migration: Migration) -> None:
    async with owner.transaction():
        await owner.execute(migration.sql.encode())
        await owner.execute("reset all")  # What a migration sets is for itself alone.
        await owner.execute(
            "insert into supabase_migrations.schema_migrations (version, name, statements)"
            " values (%s, %s, %s)",
            [migration.version, migration.name, [migration.sql]],
        )
