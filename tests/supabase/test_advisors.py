"""What Supabase's own advisors look for is not there, in any schema of ours.

Each test asks the catalogue in its own words what one or more lints of splinter ask (their
numbers are named); `supabase db advisors` runs the original against a deployed project.
"""

from __future__ import annotations

from tests.helpers.stack import Stack

OURS = "('public', 'medtui_private')"

# Each query gives what is wrong, one row for each thing.
LINTS = {
    "0001 a foreign key without an index": f"""
        select conname from pg_constraint as key
        where contype = 'f' and connamespace::regnamespace::text in {OURS} and not exists (
          select from pg_index
          where indrelid = conrelid and indisvalid and indpred is null
            and (indkey::int2[])[0:cardinality(conkey) - 1] = conkey)""",
    "0002 auth.users behind a view": f"""
        select oid::regclass from pg_class
        where relkind in ('v', 'm') and relnamespace::regnamespace::text in {OURS}
          and pg_get_viewdef(oid) like '%auth.users%'""",
    "0003 a function of auth called for each row": """
        select tablename, policyname from pg_policies
        where schemaname in ('public', 'storage', 'realtime')
          and regexp_replace(
            coalesce(qual, '') || coalesce(with_check, ''),
            '\\( SELECT (auth|realtime)\\.\\w+\\(\\) AS \\w+\\)', '', 'g'
          ) ~ '(auth|realtime)\\.\\w+\\(\\)|current_setting\\('""",
    "0004 a table without primary key": f"""
        select oid::regclass from pg_class as t
        where relkind in ('r', 'p') and relnamespace::regnamespace::text in {OURS}
          and not exists (select from pg_index where indrelid = t.oid and indisprimary)""",
    "0006 several permissive policies for one role and action": f"""
        select tablename, role, command, count(*)
        from pg_policies, unnest(roles) as role,
          unnest(case cmd when 'ALL' then '{{SELECT,INSERT,UPDATE,DELETE}}'::text[]
            else array[cmd] end) as command
        where permissive = 'PERMISSIVE' and schemaname in {OURS}
        group by tablename, role, command having count(*) > 1""",
    "0007, 0013 row-level security switched off": f"""
        select oid::regclass from pg_class
        where relkind in ('r', 'p') and relnamespace::regnamespace::text in {OURS}
          and not relrowsecurity""",
    "0008 row-level security without a policy": f"""
        select oid::regclass from pg_class as t
        where relrowsecurity and relnamespace::regnamespace::text in {OURS}
          and not exists (select from pg_policy where polrelid = t.oid)""",
    "0009 two indexes that are the same": f"""
        select indrelid::regclass, count(*) from pg_index
        where indrelid in (
          select oid from pg_class where relnamespace::regnamespace::text in {OURS})
        group by indrelid, indkey::text, indclass::text, indcollation::text, indoption::text,
          indpred::text, indexprs::text
        having count(*) > 1""",
    "0010, 0016, 0017 a view or foreign table in the API": """
        select oid::regclass from pg_class
        where relkind in ('v', 'm', 'f') and relnamespace = 'public'::regnamespace""",
    "0011 a function whose search path is the caller's": f"""
        select oid::regprocedure from pg_proc
        where pronamespace::regnamespace::text in {OURS}
          and not coalesce(proconfig, '{{}}') @> '{{"search_path=\\"\\""}}'""",
    "0014 an extension in public": """
        select extname from pg_extension where extnamespace = 'public'::regnamespace""",
    "0015 a policy that believes what users say of themselves": """
        select policyname from pg_policies
        where coalesce(qual, '') || coalesce(with_check, '') ~ 'user_metadata'""",
    "0018 a column of a type that an upgrade refuses": f"""
        select attrelid::regclass, attname from pg_attribute
        where atttypid::regtype::text ~ '^reg(?!class|role|type)'
          and attrelid in (
            select oid from pg_class where relnamespace::regnamespace::text in {OURS})""",
    "0021 a foreign key to a column of auth that is not unique": f"""
        select conname from pg_constraint
        where contype = 'f' and connamespace::regnamespace::text in {OURS}
          and confrelid in (select oid from pg_class where relnamespace = 'auth'::regnamespace)""",
    "0024 a policy that lets everybody write": f"""
        select tablename, policyname from pg_policies
        where schemaname in {OURS} and permissive = 'PERMISSIVE' and cmd <> 'SELECT'
          and ('true' in (qual, with_check) or (cmd = 'INSERT' and with_check is null))""",
    "0025 a bucket that is public": "select id from storage.buckets where public",
    "0028, 0029 a definer function in the API, or one that strangers may call": f"""
        select oid::regprocedure from pg_proc
        where prosecdef and pronamespace::regnamespace::text in {OURS}
          and (pronamespace = 'public'::regnamespace
            or has_function_privilege('anon', oid, 'execute')
            or coalesce(proacl::text, '=X') ~ '[{{,]=X')""",
    "0030 a policy that is true for who is nobody": """
        select policyname from pg_policies
        where coalesce(qual, '') || coalesce(with_check, '') ~* 'uid\\(\\)( AS uid\\))? IS NULL'""",
    "0030 an index that is not valid, or a table that nobody vacuums": f"""
        select indexrelid::regclass::text from pg_index where not indisvalid
        union all
        select oid::regclass::text from pg_class
        where relnamespace::regnamespace::text in {OURS}
          and reloptions::text like '%autovacuum_enabled=false%'""",
    "a policy to everybody and nobody by name": """
        select tablename, policyname from pg_policies
        where schemaname in ('public', 'storage', 'realtime') and 'public' = any (roles)""",
    "a grant to everybody": f"""
        select oid::regclass from pg_class
        where relkind = 'r' and relnamespace::regnamespace::text in {OURS}
          and relacl::text ~ '[{{,]=[a-zA-Z]'""",
}

# What each of them finds, so that finding nothing means something.
MISTAKES = {
    "0001": """create table x (id uuid primary key references profiles (user_id), y uuid
               references cases (id)); alter table x enable row level security""",
    "0002": "create view x as select id from auth.users",
    "0003": "create policy x on cases for select to anon using (auth.uid() is not null)",
    "0004": "create table x (y uuid)",
    "0006": "create policy x on cases for select to anon using (false)",
    "0007": "alter table cases disable row level security",
    "0008": "create table x (y int primary key); alter table x enable row level security",
    "0009": "create index x on practice_sessions (host_id)",
    "0010": "create view x as select 1",
    "0011": "create function x() returns int language sql as 'select 1'",
    "0014": "create extension pgcrypto schema public",
    "0015": """create policy x on cases to anon
               using ((select auth.jwt() -> 'user_metadata' ->> 'role') = 'x')""",
    "0018": "create table x (y regcollation)",
    "0021": "create table x (y uuid references auth.users (id))",
    "0024": "create policy x on cases for update to authenticated using (true)",
    "0025": "update storage.buckets set public = true",
    "0028": "create function x() returns int language sql security definer as 'select 1'",
    "0030 a policy": """create policy x on cases for select to anon
                        using ((select auth.uid()) is null)""",
    "0030 an index": "alter table cases set (autovacuum_enabled = false)",
    "a policy": "create policy x on cases for select using (false)",
    "a grant": "grant select on cases to public",
}


async def test_the_advisors_find_nothing(database: Stack) -> None:
    found = {name: await database.sql(query) for name, query in LINTS.items()}
    assert {name: rows for name, rows in found.items() if rows} == {}


async def test_each_finds_what_it_looks_for(database: Stack) -> None:
    for name, query in LINTS.items():
        [mistake] = [sql for start, sql in MISTAKES.items() if name.startswith(start)]
        await database.sql("begin")
        if "extension" not in mistake or await database.sql(
            "select from pg_available_extensions where name = 'pgcrypto'"
        ):
            for statement in mistake.split("; "):
                await database.sql(statement)
            assert await database.sql(query), name
        await database.sql("rollback")
