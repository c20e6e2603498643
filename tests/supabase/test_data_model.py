"""The catalogue, compared with a table written from the data model.

The first migration alone is applied: what the data model says, and nothing more.
"""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from medtui.local.install import MIGRATIONS, install
from medtui.local.postgres import SUPERUSER, Cluster

Rows = list[tuple[Any, ...]]

COLUMNS = {
    # table: column, type, nullable, default
    "profiles": [
        ("user_id", "uuid", False, "auth.uid()"),
        ("first_name", "text", False, None),
        ("last_name", "text", False, None),
        ("training_level", "text", False, None),
        ("avatar", "text", True, None),
    ],
    "practice_sessions": [
        ("id", "uuid", False, "gen_random_uuid()"),
        ("host_id", "uuid", False, None),
        ("guest_id", "uuid", True, None),
        ("datetime_utc", "timestamp with time zone", False, None),
        ("type", "text", False, None),
        ("room_url", "text", True, None),
        ("case_id", "uuid", True, None),
        ("candidate_id", "uuid", True, None),
        ("version", "integer", False, "1"),
        ("created_at", "timestamp with time zone", False, "(now() AT TIME ZONE 'utc'::text)"),
    ],
    "cases": [
        ("id", "uuid", False, "gen_random_uuid()"),
        ("candidate_brief", "text", True, None),
        ("actor_brief", "text", True, None),
        ("category", "text", True, None),
        ("condition", "text", True, None),
        ("case_name", "text", True, None),
        ("case_name_internal", "text", True, None),
        ("domain", "text", True, None),
    ],
}

KEYS = {
    ("cases", "PRIMARY KEY (id)"),
    ("practice_sessions", "FOREIGN KEY (case_id) REFERENCES cases(id)"),
    ("practice_sessions", "FOREIGN KEY (guest_id) REFERENCES profiles(user_id)"),
    ("practice_sessions", "FOREIGN KEY (host_id) REFERENCES profiles(user_id)"),
    ("practice_sessions", "PRIMARY KEY (id)"),
    ("practice_sessions", "UNIQUE (room_url)"),
    ("profiles", "PRIMARY KEY (user_id)"),
}

INDEXED = {("practice_sessions", "host_id"), ("practice_sessions", "guest_id")}

UID = "( SELECT auth.uid() AS uid)"

POLICIES = {
    # table, command, roles: using, with check
    ("profiles", "SELECT", "anon,authenticated"): ("true", None),
    ("profiles", "INSERT", "authenticated"): (None, f"({UID} = user_id)"),
    ("practice_sessions", "SELECT", "anon,authenticated"): ("true", None),
    ("practice_sessions", "INSERT", "authenticated"): (None, f"({UID} = host_id)"),
    ("practice_sessions", "DELETE", "authenticated"): (f"({UID} = host_id)", None),
    ("cases", "SELECT", "authenticated"): ("true", None),
}

UPDATE_POLICIES = {
    (f"({UID} = host_id)", f"({UID} = host_id)"),
    (f"((guest_id IS NULL) OR ({UID} = guest_id))", f"({UID} = guest_id)"),
}


@pytest.fixture
async def first(
    cluster: Cluster, folder: Path
) -> AsyncIterator[psycopg.AsyncConnection[dict[str, Any]]]:
    """A database with the first migration alone, as its superuser."""
    shutil.copy(sorted(MIGRATIONS.glob("*.sql"))[0], folder)
    admin = await psycopg.AsyncConnection.connect(cluster.dsn(SUPERUSER), autocommit=True)
    async with admin:
        await admin.execute("drop database if exists data_model")
        await admin.execute("create database data_model")
        await install(cluster, "data_model", migrations=folder)
        dsn = cluster.dsn(SUPERUSER, "data_model")
        async with await psycopg.AsyncConnection.connect(dsn, row_factory=dict_row) as database:
            yield database
        await admin.execute("drop database data_model")


Database = psycopg.AsyncConnection[dict[str, Any]]


async def rows(database: Database, query: str) -> Rows:
    cursor = await database.execute(query.encode())
    return [tuple(row.values()) for row in await cursor.fetchall()]


async def test_tables_and_columns(first: Database) -> None:
    found = await rows(
        first,
        "select table_name, column_name, data_type, is_nullable = 'YES', column_default"
        " from information_schema.columns where table_schema = 'public'"
        " order by table_name, ordinal_position",
    )
    assert {table: [row[1:] for row in found if row[0] == table] for table in COLUMNS} == COLUMNS
    assert {row[0] for row in found} == COLUMNS.keys()


async def test_keys_and_uniqueness(first: Database) -> None:
    found = await rows(
        first,
        "select relname, pg_get_constraintdef(con.oid) from pg_constraint con"
        " join pg_class on pg_class.oid = conrelid"
        " where relnamespace = 'public'::regnamespace and contype in ('p', 'u', 'f')",
    )
    assert set(found) == KEYS


async def test_indexes(first: Database) -> None:
    found = await rows(
        first,
        "select relname, attname from pg_index join pg_class on pg_class.oid = indrelid"
        " join pg_attribute on attrelid = indrelid and attnum = indkey[0]"
        " where relnamespace = 'public'::regnamespace and not indisunique and indnatts = 1",
    )
    assert set(found) == INDEXED


async def test_row_level_security_and_its_policies(first: Database) -> None:
    secured = await rows(
        first,
        "select relname, relrowsecurity from pg_class"
        " where relnamespace = 'public'::regnamespace and relkind = 'r'",
    )
    assert dict(secured) == dict.fromkeys(COLUMNS, True)
    found = await rows(
        first,
        "select tablename, cmd, array_to_string(roles, ','), qual, with_check, permissive"
        " from pg_policies where schemaname = 'public'",
    )
    assert {row[5] for row in found} == {"PERMISSIVE"}
    others = {row[:3]: row[3:5] for row in found if row[1] != "UPDATE"}
    assert others == POLICIES
    updates = {row[3:5] for row in found if row[:2] == ("practice_sessions", "UPDATE")}
    assert updates == UPDATE_POLICIES
    assert len(found) == len(POLICIES) + len(UPDATE_POLICIES)


async def test_realtime_follows_the_sessions_alone(first: Database) -> None:
    found = await rows(
        first,
        "select schemaname, tablename from pg_publication_tables"
        " where pubname = 'supabase_realtime'",
    )
    assert found == [("public", "practice_sessions")]


async def test_the_bucket_and_its_policies(first: Database) -> None:
    assert await rows(first, "select id, name, public from storage.buckets") == [
        ("assessments", "assessments", False)
    ]
    found = await rows(
        first,
        "select cmd, array_to_string(roles, ','), coalesce(qual, with_check) from pg_policies"
        " where schemaname = 'storage' and tablename = 'objects' order by cmd",
    )
    assert [row[:2] for row in found] == [
        ("DELETE", "authenticated"),
        ("INSERT", "authenticated"),
        ("SELECT", "authenticated"),
    ]
    for command, _, condition in found:
        assert "bucket_id = 'assessments'" in condition
        assert "session.id)::text = (storage.foldername(objects.name))[1]" in condition
        assert ("guest_id" in condition) == (command == "SELECT")
