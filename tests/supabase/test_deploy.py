"""The migrations go onto every database: new, half-migrated, or a platform's with rows in it."""

from __future__ import annotations

import itertools
import json
import tomllib
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from medtui.local.install import MIGRATIONS
from medtui.local.postgres import SUPERUSER, Cluster
from tests.helpers.stack import administrator, install_platform
from tests.supabase.versions import OLDEST, at_hand, running

PROJECT = MIGRATIONS.parent
ADOPTED = Path(__file__).with_name("adopted.sql")

Connection = psycopg.AsyncConnection[dict[str, Any]]
numbers = itertools.count()

# What a schema is, apart from the order in which it was made.
SCHEMA = {
    "columns": """
        select table_schema, table_name, column_name, data_type, is_nullable, column_default
        from information_schema.columns where table_schema in ('public', 'medtui_private')""",
    "constraints": """
        select conrelid::regclass::text, conname, pg_get_constraintdef(oid) from pg_constraint
        where connamespace = 'public'::regnamespace and contype <> 'n'""",
    "indexes": "select indexname, indexdef from pg_indexes where schemaname = 'public'",
    "policies": """
        select schemaname, tablename, policyname, permissive, roles::text, cmd, qual, with_check
        from pg_policies""",
    "functions": """
        select oid::regprocedure::text, prosrc, prosecdef, provolatile, proconfig::text,
          (select array_agg(item::text order by item::text) from unnest(proacl) as item)::text
        from pg_proc where pronamespace in (
          select oid from pg_namespace where nspname in ('public', 'medtui_private'))""",
    "triggers": """
        select tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) from pg_trigger
        where not tgisinternal""",
    "grants": """
        select relname, (select array_agg(item::text order by item::text)
          from unnest(relacl) as item where item::text not like 'postgres=%')::text
        from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'""",
    "column grants": """
        select attrelid::regclass::text, attname, attacl::text from pg_attribute
        where attacl is not null and attrelid in (
          select oid from pg_class where relnamespace = 'public'::regnamespace)""",
    "buckets": "select id, public, file_size_limit, allowed_mime_types from storage.buckets",
    "publication": """
        select schemaname, tablename from pg_publication_tables
        where pubname = 'supabase_realtime'""",
}


async def schema(database: Connection) -> dict[str, list[str]]:
    return {
        what: sorted(
            json.dumps(row, sort_keys=True, default=str) for row in await rows(database, query)
        )
        for what, query in SCHEMA.items()
    }


async def rows(database: Connection, query: str) -> list[dict[str, Any]]:
    return await (await database.execute(query.encode())).fetchall()


def migrations() -> list[str]:
    return [path.read_text() for path in sorted(MIGRATIONS.glob("*.sql"))]


def statements(sql: str) -> list[str]:
    """The statements of a file of ours: they end with a line, unless in a body between `$$`."""
    found, current = [], ""
    for line in sql.splitlines(keepends=True):
        current += line
        if line.rstrip().endswith(";") and current.count("$$") % 2 == 0:
            found.append(current)
            current = ""
    assert not current.strip()
    return found


EVERYTHING = [statement for sql in migrations() for statement in statements(sql)]


@asynccontextmanager
async def project(cluster: Cluster) -> AsyncIterator[Connection]:
    """A new Supabase project, connected to as a migration is; each statement by itself."""
    name = f"project_{next(numbers)}"
    async with await administrator(cluster) as admin:
        await admin.execute(f"create database {name}".encode())
        await install_platform(cluster, name)
        database = await psycopg.AsyncConnection.connect(
            cluster.dsn(database=name), autocommit=True, row_factory=dict_row
        )
        async with database:
            yield database
        await admin.execute(f"drop database {name} with (force)".encode())


async def migrate(database: Connection) -> None:
    for sql in migrations():
        await database.execute(sql.encode())


async def deploys(cluster: Cluster, *, failing_after: Iterable[int]) -> None:
    """New, again, and again after a push that got so many statements far: one and the same."""
    async with project(cluster) as database:
        await migrate(database)
        wanted = await schema(database)
        await migrate(database)
        assert await schema(database) == wanted
        for _ in range(2):
            await database.execute((PROJECT / "seed.sql").read_bytes())
        [cases] = await rows(database, "select count(*) as n from cases")
        assert cases["n"] >= 6
    for reached in failing_after:
        async with project(cluster) as database:
            for statement in EVERYTHING[:reached]:
                await database.execute(statement.encode())
            await migrate(database)
            assert await schema(database) == wanted, EVERYTHING[reached]


@pytest.mark.detail
async def test_the_migrations_deploy_on_an_older_postgresql() -> None:
    async with running(16) as older:
        await deploys(older, failing_after=[len(EVERYTHING) // 2])
        await adopts(older)


@pytest.mark.detail
async def test_the_migrations_deploy_on_ours(cluster: Cluster) -> None:
    await deploys(cluster, failing_after=[len(EVERYTHING) // 4, len(EVERYTHING) - 1])
    await adopts(cluster)


@pytest.mark.long
@pytest.mark.parametrize("version", at_hand())
async def test_a_push_may_fail_anywhere_and_be_repeated(version: int) -> None:
    async with running(version) as cluster:
        await adopts(cluster)
        await deploys(cluster, failing_after=range(len(EVERYTHING)))


VIOLATED = {
    # what a warning is about: the rows that it names
    "profiles.last_name": "1 rows",
    "practice_sessions.type": "1 rows",
    "medtui_first_name_check": "00000000-0000-4000-8000-000000000002",
    "medtui_avatar_check": "00000000-0000-4000-8000-000000000002",
    "medtui_type_check": "00000000-0000-4000-8000-00000000000b",
    "medtui_room_url_check": "00000000-0000-4000-8000-00000000000b",
    "medtui_first_name_plain_check": "00000000-0000-4000-8000-000000000003",
    "medtui_room_url_link_check": "00000000-0000-4000-8000-00000000000d",
}


async def adopts(cluster: Cluster) -> None:
    async with project(cluster) as database:
        await database.execute(ADOPTED.read_bytes())
        tables = {"profiles": "user_id", "cases": "id", "practice_sessions": "id"}
        tables["storage.objects"] = "name"
        before = {
            t: await rows(database, f"select * from {t} order by {k}") for t, k in tables.items()
        }
        policies = await rows(database, SCHEMA["policies"])
        warnings: list[str] = []
        database.add_notice_handler(
            lambda notice: (
                warnings.append(notice.message_primary or "")
                if notice.severity_nonlocalized == "WARNING"
                else None
            )
        )
        await migrate(database)

        for table, key in tables.items():
            after = await rows(database, f"select * from {table} order by {key}")
            # Every row and column that was there is there, as it was; ours are beside them.
            kept = [{c: row[c] for c in was} for row, was in zip(after, before[table], strict=True)]
            assert kept == before[table]
        for policy in policies:
            assert policy in await rows(database, SCHEMA["policies"])
        for what, named in VIOLATED.items():
            assert [w for w in warnings if what in w and named in w], (what, warnings)

        violations = await rows(
            database,
            "select violated, of_table::text, of_row from medtui_private.violations() order by 1",
        )
        assert {v["violated"]: v["of_row"] for v in violations} == {
            name: row for name, row in VIOLATED.items() if name.startswith("medtui")
        }

        # What happened before is remembered: who has held a session, who may know the brief.
        found = await rows(database, "select * from medtui_private.held")
        assert [str(row["session_id"])[-2:] for row in found] == ["0d"]
        found = await rows(database, "select * from medtui_private.briefed")
        assert {str(row["user_id"])[-2:] for row in found} == {"01", "03"}

        # What violated a check stays, and may not come again.
        with pytest.raises(psycopg.errors.CheckViolation, match="medtui_room_url_check"):
            await database.execute("update practice_sessions set room_url = 'http://new.example'")
        await database.execute(
            "update practice_sessions set type = 'mock', room_url = null where type like 'x%'"
        )
        await database.execute(
            "alter table practice_sessions validate constraint medtui_room_url_check"
        )
        # What somebody has hidden from strangers stays hidden; what they may write stays writable.
        [may] = await rows(
            database,
            "select has_column_privilege('anon', 'profiles', 'email', 'select') as anon_email,"
            " has_column_privilege('authenticated', 'profiles', 'email', 'select') as email,"
            " has_column_privilege("
            "  'authenticated', 'practice_sessions', 'notes', 'update') as notes,"
            " has_column_privilege('authenticated', 'cases', 'difficulty', 'select') as difficulty,"
            " has_schema_privilege('postgres', 'private', 'usage') as theirs",
        )
        assert may == {
            "anon_email": False,
            "email": True,
            "notes": True,
            "difficulty": False,
            "theirs": True,
        }
        await migrate(database)  # validates what is in order by now
        wanted = await schema(database)
        await migrate(database)
        assert await schema(database) == wanted


async def test_a_rollback_leads_back_to_the_data_model(cluster: Cluster) -> None:
    first, *later = migrations()
    async with project(cluster) as database:
        await database.execute(first.encode())
        wanted = await schema(database)
        for sql in later:
            await database.execute(sql.encode())
        deployed = await schema(database)
        assert deployed != wanted
        await database.execute((PROJECT / "rollback.sql").read_bytes())
        assert await schema(database) == wanted
        for sql in later:
            await database.execute(sql.encode())
        assert await schema(database) == deployed


@pytest.mark.parametrize("kept", [2, 3, 4])
async def test_a_rollback_leads_back_behind_the_later_migrations(
    kept: int, cluster: Cluster
) -> None:
    """After the rollback those that are to stay are run again."""
    first, *later = migrations()
    async with project(cluster) as database:
        for sql in (first, *later[: kept - 1]):
            await database.execute(sql.encode())
        wanted = await schema(database)
        for sql in later[kept - 1 :]:
            await database.execute(sql.encode())
        assert await schema(database) != wanted
        again = "".join(later[: kept - 1])
        await database.execute((PROJECT / "rollback.sql").read_bytes() + again.encode())
        assert await schema(database) == wanted


async def test_files_are_not_shared_by_links_where_storage_says_what_it_does(
    cluster: Cluster,
) -> None:
    """Hosted projects have `storage.operation()`, and sign links; the local Storage has neither."""
    async with project(cluster) as database:
        await migrate(database)
        links = "select from pg_policies where policyname ~ 'shared by links'"
        assert not await rows(database, links)
        for statement in (
            "set role supabase_storage_admin",
            "create function storage.operation() returns text language sql stable as"
            " $$ select current_setting('storage.operation', true) $$",
            "reset role",
        ):
            await database.execute(statement.encode())
        await migrate(database)
        assert await rows(database, links)
        host = "00000000-0000-4000-8000-000000000001"
        for statement in (
            f"insert into auth.users (id) values ('{host}')",
            f"insert into profiles values ('{host}', 'A', 'B', 'st1')",
            "insert into practice_sessions (id, host_id, datetime_utc, type)"
            f" values ('{host}', '{host}', now(), 'mock')",
            "insert into storage.buckets (id, name) values ('elsewhere', 'elsewhere')",
            "insert into storage.objects (bucket_id, name)"
            f" values ('assessments', '{host}/transcript.json'), ('elsewhere', 'a.json')",
            "create policy x on storage.objects for select to authenticated"
            " using (bucket_id = 'elsewhere')",
        ):
            await database.execute(statement.encode())
        claims = json.dumps({"role": "authenticated", "sub": host})
        seen = {}
        for operation in (*READS, *SIGNS):
            async with database.transaction():
                await database.execute("set local role authenticated")
                await database.execute(
                    "select set_config('request.jwt.claims', %s, true),"
                    " set_config('storage.operation', %s, true)",
                    [claims, operation],
                )
                seen[operation] = len(await rows(database, "select from storage.objects"))
        assert seen == dict.fromkeys(READS, 2) | dict.fromkeys(SIGNS, 1)


READS = ("", "storage.object.get_authenticated", "storage.object.info_authenticated")
READS += ("storage.object.list", "storage.object.upload", "storage.object.delete_many")
READS += ("storage.object.sign_upload_url", "storage.object.upload_signed")
SIGNS = ("storage.object.sign", "storage.object.sign_many", "object.sign", "object.sign_many")
"""What the real Storage says that it is about to do; newer versions leave the first word out."""


@pytest.mark.detail
async def test_a_platform_may_keep_its_users_to_itself() -> None:
    """Without a trigger on its table, the push goes through and says what is missing."""
    async with running(OLDEST) as cluster, project(cluster) as database:
        name = (await rows(database, "select current_database() as name"))[0]["name"]
        superuser = cluster.dsn(SUPERUSER, name)
        async with await psycopg.AsyncConnection.connect(superuser, autocommit=True) as admin:
            await admin.execute("revoke supabase_auth_admin from postgres")
            await admin.execute("revoke trigger on auth.users from postgres")
        warnings: list[str] = []
        database.add_notice_handler(lambda notice: warnings.append(notice.message_primary or ""))
        await migrate(database)
        assert [warning for warning in warnings if "no trigger on auth.users" in warning]
        assert not await rows(
            database,
            "select from pg_trigger where tgrelid = 'auth.users'::regclass and tgname ~ 'medtui'",
        )
        person = "00000000-0000-4000-8000-000000000001"
        await database.execute(f"insert into auth.users (id) values ('{person}')".encode())
        [found] = await rows(
            database,
            f"select set_config('request.jwt.claims', '{{\"sub\": \"{person}\"}}', false),"
            " medtui_private.has_account() as has_account",
        )
        assert found["has_account"]


async def test_case_and_sessions_part_when_a_case_is_deleted(cluster: Cluster) -> None:
    async with project(cluster) as database:
        await migrate(database)
        await database.execute(
            "with person as (insert into profiles values (gen_random_uuid(), 'A', 'B', 'st1')"
            " returning user_id), a_case as (insert into cases default values returning id)"
            " insert into practice_sessions (host_id, datetime_utc, type, case_id)"
            " select user_id, now(), 'mock', id from person, a_case"
        )
        await database.execute("delete from cases")
        assert await rows(database, "select case_id from practice_sessions") == [{"case_id": None}]


def test_the_project_is_one_of_the_supabase_cli() -> None:
    config = tomllib.loads((PROJECT / "config.toml").read_text())
    assert config["project_id"] == "medtui"
    assert "medtui_private" not in config["api"]["schemas"]
    for seed in config["db"]["seed"]["sql_paths"]:
        assert (PROJECT / seed).is_file()
    names = [path.name for path in sorted(MIGRATIONS.iterdir())]
    assert names
    for name in names:
        version, _, rest = name.partition("_")
        assert len(version) == 14
        assert version.isdigit()
        assert rest.endswith(".sql")
