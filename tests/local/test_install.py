"""Installing: each thing once, all of it or nothing, recorded as the Supabase CLI does."""

from __future__ import annotations

import itertools
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from psycopg.rows import TupleRow

from medtui.local import LocalError
from medtui.local import install as install_module
from medtui.local.install import PLATFORM, install
from medtui.local.postgres import SUPERUSER, Cluster

numbers = itertools.count()

RECORDS = "select xmin::text, version, name, statements from supabase_migrations.schema_migrations"


@pytest.fixture
async def database(cluster: Cluster) -> AsyncIterator[str]:
    """The name of an empty database."""
    name = f"empty_{next(numbers)}"
    dsn = cluster.dsn(SUPERUSER)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as admin:
        await admin.execute(f"create database {name}".encode())
        yield name
        await admin.execute(f"drop database {name} with (force)".encode())


@pytest.fixture
def migrations(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    folder.mkdir()
    (folder / "20260101000000_wards.sql").write_text(
        "create table public.wards (name text);\ninsert into wards values ('100 %s');\n"
    )
    return folder


async def ask(cluster: Cluster, database: str, query: str) -> list[TupleRow]:
    async with await psycopg.AsyncConnection.connect(cluster.dsn(database=database)) as connection:
        return await (await connection.execute(query.encode())).fetchall()


async def test_migrations_are_the_owners_and_are_recorded(
    cluster: Cluster, database: str, migrations: Path
) -> None:
    await install(cluster, database, migrations=migrations)
    [(_, version, name, statements)] = await ask(cluster, database, RECORDS)
    assert (version, name) == ("20260101000000", "wards")
    assert "".join(statements) == (migrations / "20260101000000_wards.sql").read_text()
    assert await ask(cluster, database, "select * from wards") == [("100 %s",)]
    owners = "select tableowner from pg_tables where tablename in ('wards', 'schema_migrations')"
    assert await ask(cluster, database, owners) == [("postgres",), ("postgres",)]


async def test_a_second_time_only_what_is_new_is_done(
    cluster: Cluster, database: str, migrations: Path
) -> None:
    await install(cluster, database, migrations=migrations)
    catalogue = "select max(xmin::text::bigint) from pg_proc"
    [first] = await ask(cluster, database, RECORDS)
    before = await ask(cluster, database, catalogue)

    (migrations / "20260102000000_beds.sql").write_text("create table beds (number integer)")
    await install(cluster, database, migrations=migrations)

    records = await ask(cluster, database, RECORDS)
    assert [name for (_, _, name, _) in records] == ["wards", "beds"]
    assert records[0] == first
    assert await ask(cluster, database, catalogue) == before


async def test_a_changed_platform_is_applied_again(
    cluster: Cluster,
    database: str,
    migrations: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await install(cluster, database, migrations=migrations)
    platform = Path(shutil.copytree(PLATFORM, tmp_path / "platform"))
    (platform / "9_more.sql").write_text("create schema if not exists more")
    monkeypatch.setattr(install_module, "PLATFORM", platform)
    for _ in range(2):
        await install(cluster, database, migrations=migrations)
    assert await ask(cluster, database, "select 1 from pg_namespace where nspname = 'more'")
    assert await ask(cluster, database, "select * from wards") == [("100 %s",)]


async def test_data_of_a_newer_medtui_is_refused(
    cluster: Cluster, database: str, migrations: Path
) -> None:
    newer = migrations / "20290101000000_newer.sql"
    newer.write_text("create table newer ()")
    await install(cluster, database, migrations=migrations)
    newer.unlink()
    with pytest.raises(LocalError, match=r"20290101000000 .*Update medtui"):
        await install(cluster, database, migrations=migrations)


async def test_a_migration_that_fails_changes_nothing_and_is_named(
    cluster: Cluster, database: str, migrations: Path
) -> None:
    (migrations / "20260102000000_broken.sql").write_text("drop table wards; select 1 / 0;")
    with pytest.raises(LocalError, match=r"20260102000000_broken\.sql does not run: division by"):
        await install(cluster, database, migrations=migrations)
    assert len(await ask(cluster, database, RECORDS)) == 1
    assert await ask(cluster, database, "select * from wards") == [("100 %s",)]


async def test_our_own_migrations_install(cluster: Cluster, database: str) -> None:
    await install(cluster, database)
    tables = "select tablename from pg_tables where schemaname = 'public' order by 1"
    names = [name for (name,) in await ask(cluster, database, tables)]
    assert names == ["cases", "practice_sessions", "profiles", "session_briefs"]
