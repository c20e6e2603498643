"""Sample people, cases and sessions, for the demo and for trying things out."""

from __future__ import annotations

import asyncio
from dataclasses import fields
from datetime import datetime
from pathlib import Path

from medtui.demo.past import past
from medtui.demo.people import PASSWORD, PEOPLE
from medtui.demo.sessions import SampleSession, board
from medtui.local.connection import OwnConnection

SEED = Path(__file__).parents[1] / "supabase" / "seed.sql"


async def load(dsn: str, *, now: datetime) -> None:
    """Fill an empty server in one transaction. `dsn`: the superuser's, which no guard refuses."""
    from medtui.local.auth.passwords import hash_password

    seed, hashed = await asyncio.gather(
        asyncio.to_thread(SEED.read_bytes), asyncio.to_thread(hash_password, PASSWORD)
    )
    async with await OwnConnection.connect(dsn) as connection, connection.cursor() as cursor:
        await cursor.execute(seed)
        await cursor.executemany(
            "insert into auth.users (id, email, encrypted_password, email_confirmed_at,"
            " raw_app_meta_data) values (%s, %s, %s, now(),"
            """ '{"provider": "email", "providers": ["email"]}')""",
            [(person.id, person.email, hashed) for person in PEOPLE],
        )
        await cursor.executemany(
            "insert into public.profiles (user_id, first_name, last_name, training_level, avatar)"
            " values (%s, %s, %s, %s, %s)",
            [(p.id, p.first_name, p.last_name, p.training_level, p.avatar) for p in PEOPLE],
        )
        # A server with the data model alone has fewer columns.
        found = await cursor.execute(
            "select column_name from information_schema.columns where table_schema = 'public'"
            " and table_name = 'practice_sessions'"
        )
        there = {name for (name,) in await found.fetchall()}
        columns = [field.name for field in fields(SampleSession) if field.name in there]
        places = ", ".join(["%s"] * len(columns))
        insert = f"insert into public.practice_sessions ({', '.join(columns)}) values ({places})"  # noqa: S608  # ours
        await cursor.executemany(
            insert.encode(),
            [
                [getattr(session, column) for column in columns]
                for session in (*board(now), *past(now))
            ],
        )
