-- The data model of the practice platform: profiles, practice sessions, cases, assessments.
--
-- On a new database this makes everything. On one that has the platform's tables already it adds
-- what is missing and leaves rows, further columns and others' policies as they are. Every
-- statement can be repeated, so that a push which failed half-way can be pushed again.

-- Tables -----------------------------------------------------------------------------------------

create table if not exists public.profiles (
  user_id uuid primary key default auth.uid(),
  first_name text not null,
  last_name text not null,
  training_level text not null,
  avatar text
);
alter table public.profiles enable row level security;

create table if not exists public.cases (
  id uuid primary key default gen_random_uuid(),
  candidate_brief text,
  actor_brief text,
  category text,
  condition text,
  case_name text,
  case_name_internal text,
  domain text
);
alter table public.cases enable row level security;

create table if not exists public.practice_sessions (
  id uuid primary key default gen_random_uuid(),
  host_id uuid not null constraint practice_sessions_host_id_fkey references public.profiles (user_id),
  guest_id uuid constraint practice_sessions_guest_id_fkey references public.profiles (user_id),
  datetime_utc timestamptz not null,
  type text not null,
  room_url text constraint practice_sessions_room_url_key unique,
  case_id uuid constraint practice_sessions_case_id_fkey references public.cases (id),
  candidate_id uuid,
  version integer not null default 1,
  created_at timestamptz not null default (now() at time zone 'utc')
);
alter table public.practice_sessions enable row level security;

-- What a table that was there before may lack ----------------------------------------------------

do $$
declare
  wanted record;
  found bigint;
begin
  for wanted in
    select format('public.%I', of_table)::regclass as of_table, name, type, value, required from (values
      ('profiles', 'user_id', 'uuid', 'auth.uid()', true),
      ('profiles', 'first_name', 'text', null, true),
      ('profiles', 'last_name', 'text', null, true),
      ('profiles', 'training_level', 'text', null, true),
      ('profiles', 'avatar', 'text', null, false),
      ('cases', 'id', 'uuid', 'gen_random_uuid()', true),
      ('cases', 'candidate_brief', 'text', null, false),
      ('cases', 'actor_brief', 'text', null, false),
      ('cases', 'category', 'text', null, false),
      ('cases', 'condition', 'text', null, false),
      ('cases', 'case_name', 'text', null, false),
      ('cases', 'case_name_internal', 'text', null, false),
      ('cases', 'domain', 'text', null, false),
      ('practice_sessions', 'id', 'uuid', 'gen_random_uuid()', true),
      ('practice_sessions', 'host_id', 'uuid', null, true),
      ('practice_sessions', 'guest_id', 'uuid', null, false),
      ('practice_sessions', 'datetime_utc', 'timestamptz', null, true),
      ('practice_sessions', 'type', 'text', null, true),
      ('practice_sessions', 'room_url', 'text', null, false),
      ('practice_sessions', 'case_id', 'uuid', null, false),
      ('practice_sessions', 'candidate_id', 'uuid', null, false),
      ('practice_sessions', 'version', 'integer', '1', true),
      ('practice_sessions', 'created_at', 'timestamptz', '(now() at time zone ''utc'')', true)
    ) as data_model (of_table, name, type, value, required)
  loop
    if not exists (
      select from pg_catalog.pg_attribute
      where attrelid = wanted.of_table and attname = wanted.name and not attisdropped
    ) then
      execute format(
        'alter table %s add column %I %s %s',
        wanted.of_table, wanted.name, wanted.type, 'default ' || wanted.value
      );
    end if;
    if wanted.value is not null and not exists (
      select from pg_catalog.pg_attribute
      where attrelid = wanted.of_table and attname = wanted.name and atthasdef
    ) then
      execute format(
        'alter table %s alter column %I set default %s', wanted.of_table, wanted.name, wanted.value
      );
    end if;
    if wanted.required and exists (
      select from pg_catalog.pg_attribute
      where attrelid = wanted.of_table and attname = wanted.name and not attnotnull
    ) then
      execute format('select count(*) from %s where %I is null', wanted.of_table, wanted.name)
        into found;
      if found = 0 then
        execute format('alter table %s alter column %I set not null', wanted.of_table, wanted.name);
      else
        raise warning '%.% is required, but % rows have none: it stays optional',
          wanted.of_table, wanted.name, found;
      end if;
    end if;
  end loop;
end
$$;

do $$
declare
  wanted record;
  violators text;
begin
  for wanted in
    select format('practice_sessions_%s_fkey', name) as key, name,
      format('public.%I', target)::regclass as target, target_column,
      (select array[attnum] from pg_catalog.pg_attribute
       where attrelid = 'public.practice_sessions'::regclass and attname = name) as position
    from (values
      ('host_id', 'profiles', 'user_id'),
      ('guest_id', 'profiles', 'user_id'),
      ('case_id', 'cases', 'id')
    ) as data_model (name, target, target_column)
  loop
    continue when exists (
      select from pg_catalog.pg_constraint
      where conrelid = 'public.practice_sessions'::regclass and contype = 'f'
        and conkey = wanted.position and confrelid = wanted.target
    );
    execute format(
      'alter table public.practice_sessions add constraint %I foreign key (%I) references %s (%I) not valid',
      wanted.key, wanted.name, wanted.target, wanted.target_column
    );
    execute format(
      'select string_agg(id::text, '', '') from public.practice_sessions as session
       where %1$I is not null and not exists (select from %2$s where %3$I = session.%1$I)',
      wanted.name, wanted.target, wanted.target_column
    ) into violators;
    if violators is null then
      execute format('alter table public.practice_sessions validate constraint %I', wanted.key);
    else
      raise warning '% holds for new rows only: these sessions violate it: %', wanted.key, violators;
    end if;
  end loop;

  if not exists (
    select from pg_catalog.pg_index
    where indrelid = 'public.practice_sessions'::regclass and indisunique
      and indpred is null and indkey::text = (
        select attnum::text from pg_catalog.pg_attribute
        where attrelid = 'public.practice_sessions'::regclass and attname = 'room_url'
      )
  ) then
    select string_agg(room_url, ', ') into violators from (
      select room_url from public.practice_sessions
      where room_url is not null group by room_url having count(*) > 1
    ) as twice;
    if violators is null then
      alter table public.practice_sessions
        add constraint practice_sessions_room_url_key unique (room_url);
    else
      raise warning 'practice_sessions_room_url_key cannot be made: several sessions share these: %',
        violators;
    end if;
  end if;
end
$$;

-- Indexes ----------------------------------------------------------------------------------------

do $$
declare
  name text;
begin
  foreach name in array array['host_id', 'guest_id'] loop
    continue when exists (
      select from pg_catalog.pg_index
      where indrelid = 'public.practice_sessions'::regclass and indpred is null and indkey::text = (
        select attnum::text from pg_catalog.pg_attribute
        where attrelid = 'public.practice_sessions'::regclass and attname = name
      )
    );
    execute format(
      'create index practice_sessions_%s_idx on public.practice_sessions (%I)', name, name
    );
  end loop;
end
$$;

-- Policies ---------------------------------------------------------------------------------------

-- A project may have been set up without Supabase's default privileges. Where somebody has chosen
-- which columns a role reads, it stays chosen.
do $$
declare
  wanted record;
begin
  for wanted in
    select of_table, role
    from unnest('{public.profiles, public.practice_sessions, public.cases}'::regclass[]) as of_table,
      unnest('{anon, authenticated, service_role}'::name[]) as role
    where not has_any_column_privilege(role, of_table, 'select')
  loop
    execute format('grant all on %s to %I', wanted.of_table, wanted.role);
  end loop;
end
$$;

drop policy if exists "Everybody sees profiles" on public.profiles;
create policy "Everybody sees profiles" on public.profiles
  for select to anon, authenticated using (true);

drop policy if exists "Users make their own profile" on public.profiles;
create policy "Users make their own profile" on public.profiles
  for insert to authenticated with check ((select auth.uid()) = user_id);

drop policy if exists "Everybody sees sessions" on public.practice_sessions;
create policy "Everybody sees sessions" on public.practice_sessions
  for select to anon, authenticated using (true);

drop policy if exists "Users post their own sessions" on public.practice_sessions;
create policy "Users post their own sessions" on public.practice_sessions
  for insert to authenticated with check ((select auth.uid()) = host_id);

drop policy if exists "Hosts delete their sessions" on public.practice_sessions;
create policy "Hosts delete their sessions" on public.practice_sessions
  for delete to authenticated using ((select auth.uid()) = host_id);

drop policy if exists "Hosts change their sessions" on public.practice_sessions;
create policy "Hosts change their sessions" on public.practice_sessions
  for update to authenticated
  using ((select auth.uid()) = host_id) with check ((select auth.uid()) = host_id);

-- USING sees the row as it was: with "the guest is me" alone there, nobody could ever sign up.
drop policy if exists "Users sign up as guest" on public.practice_sessions;
create policy "Users sign up as guest" on public.practice_sessions
  for update to authenticated
  using (guest_id is null or (select auth.uid()) = guest_id)
  with check ((select auth.uid()) = guest_id);

drop policy if exists "Users see cases" on public.cases;
create policy "Users see cases" on public.cases
  for select to authenticated using (true);

-- Realtime ---------------------------------------------------------------------------------------

do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
  end if;
  if not exists (
    select from pg_catalog.pg_publication_tables
    where pubname = 'supabase_realtime' and schemaname = 'public'
      and tablename = 'practice_sessions'
  ) then
    alter publication supabase_realtime add table public.practice_sessions;
  end if;
end
$$;

-- Assessments ------------------------------------------------------------------------------------

insert into storage.buckets (id, name, public) values ('assessments', 'assessments', false)
on conflict (id) do update set public = false;

-- The folder is compared as text: a cast to uuid would raise on any odd name in the bucket.

drop policy if exists "Host and guest read assessments" on storage.objects;
create policy "Host and guest read assessments" on storage.objects
  for select to authenticated using (
    bucket_id = 'assessments' and exists (
      select from public.practice_sessions as session
      where session.id::text = (storage.foldername(objects.name))[1]
        and (select auth.uid()) in (session.host_id, session.guest_id)
    )
  );

drop policy if exists "Hosts upload assessments" on storage.objects;
create policy "Hosts upload assessments" on storage.objects
  for insert to authenticated with check (
    bucket_id = 'assessments' and exists (
      select from public.practice_sessions as session
      where session.id::text = (storage.foldername(objects.name))[1]
        and (select auth.uid()) = session.host_id
    )
  );

drop policy if exists "Hosts delete assessments" on storage.objects;
create policy "Hosts delete assessments" on storage.objects
  for delete to authenticated using (
    bucket_id = 'assessments' and exists (
      select from public.practice_sessions as session
      where session.id::text = (storage.foldername(objects.name))[1]
        and (select auth.uid()) = session.host_id
    )
  );
