-- Thousands of viewers: changes of sessions are broadcast, to two private topics.
--
-- `postgres_changes` asks the policies once for every viewer and change. A broadcast is one message
-- for each topic: `board:users` for those who are signed in, and `board:strangers`, without room
-- links, for everybody. It carries the columns that the role may read, and of a deleted session
-- the id. All members of a topic are sent the same, so it is used only where every session is
-- shown to everybody of its role: where a policy hides some, nobody may join, and clients go on
-- with `postgres_changes`.
--
-- Realtime drops messages silently. So changes are numbered, and `board_changes` says how many
-- there were: a client knows by it whether it has all.
--
-- Every statement can be repeated, and nothing that others made is dropped.

create or replace function public.medtui_level() returns integer
language sql immutable security invoker set search_path = '' as $$
  select 7
$$;

-- How many changes there were ---------------------------------------------------------------------

-- A number that a transaction has taken is not given back when it fails: a gap is no proof.
create sequence if not exists medtui_private.session_changes;
create sequence if not exists medtui_private.name_changes;
grant usage on schema medtui_private to anon;
grant select on sequence medtui_private.session_changes, medtui_private.name_changes
  to anon, authenticated, service_role;

-- Of sessions, and of the names of people and cases, which are not broadcast.
create or replace function public.board_changes() returns table (sessions bigint, names bigint)
language sql volatile security invoker set search_path = '' as $$
  select
    (select case when is_called then last_value else 0 end from medtui_private.session_changes),
    (select case when is_called then last_value else 0 end from medtui_private.name_changes)
$$;
revoke execute on function public.board_changes() from public, anon, authenticated;
grant execute on function public.board_changes() to anon, authenticated, service_role;

create or replace function medtui_private.count_names() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform nextval('medtui_private.name_changes');
  return null;
end
$$;
create or replace trigger "9_count_names" after update or delete on public.profiles
  for each statement execute function medtui_private.count_names();
create or replace trigger "9_count_names" after update or delete on public.cases
  for each statement execute function medtui_private.count_names();

-- Who may hear what ------------------------------------------------------------------------------

-- Whether every session is shown to everybody of a role: a permissive policy says so, and no
-- RESTRICTIVE one narrows it.
create or replace function medtui_private.shows_all_sessions_to(reader name) returns boolean
language sql stable security invoker set search_path = '' as $$
  select not relrowsecurity or coalesce((
    select bool_and(polpermissive)
      is true and bool_or(pg_catalog.pg_get_expr(polqual, polrelid) = 'true') is true
    from pg_catalog.pg_policy
    where polrelid = pg_class.oid and polcmd in ('r', '*') and exists (
      select from unnest(polroles) as role
      where role = 0 or pg_catalog.pg_has_role(reader, role, 'usage')
    )
  ), false)
  from pg_catalog.pg_class where oid = 'public.practice_sessions'::regclass
$$;

create or replace function medtui_private.may_hear_board(topic text, reader name) returns boolean
language sql stable security invoker set search_path = '' as $$
  select case topic
    when 'board:strangers' then medtui_private.shows_all_sessions_to('anon')
    when 'board:users'
      then reader = 'authenticated' and medtui_private.shows_all_sessions_to('authenticated')
    else false
  end
$$;

revoke execute on function medtui_private.shows_all_sessions_to(name),
  medtui_private.may_hear_board(text, name) from public;
grant execute on function medtui_private.shows_all_sessions_to(name),
  medtui_private.may_hear_board(text, name) to anon, authenticated, service_role;

-- What is broadcast ------------------------------------------------------------------------------

-- A write does not fail because it cannot be told of: its number is missing then, and boards read
-- again. So they do after a transaction that changes many sessions: it tells of the first hundred.
create or replace function medtui_private.broadcast_session() returns trigger
language plpgsql security definer set search_path = '' set timezone = 'UTC' as $$
declare
  number constant bigint := nextval('medtui_private.session_changes');
  in_transaction constant integer
    := coalesce(nullif(current_setting('medtui.changes', true), '')::integer, 0) + 1;
  row_now constant jsonb := to_jsonb(new);
  change jsonb;
  heard record;
begin
  perform set_config('medtui.changes', in_transaction::text, true);
  if in_transaction > 100 then
    return null;
  end if;
  for heard in
    select reader, topic from (values
      ('anon'::name, 'board:strangers'), ('authenticated'::name, 'board:users')
    ) as topics (reader, topic)
    where medtui_private.shows_all_sessions_to(reader)
  loop
    select jsonb_build_object(
      'number', number,
      'type', tg_op,
      'commit_timestamp', clock_timestamp(),
      'old_record', case when tg_op <> 'INSERT' then jsonb_build_object('id', old.id) end,
      'record', (
        select jsonb_object_agg(key, value) from jsonb_each(row_now)
        where has_column_privilege(heard.reader, 'public.practice_sessions', key, 'select')
      )
    ) into change;
    perform realtime.send(change, tg_op, heard.topic, true);
  end loop;
  return null;
exception when others then
  raise warning 'change % of a session was not broadcast: %', number, sqlerrm;
  return null;
end
$$;

revoke execute on function medtui_private.count_names(), medtui_private.broadcast_session()
  from public, anon, authenticated;

do $$
begin
  if to_regclass('realtime.messages') is null
    or to_regprocedure('realtime.send(jsonb,text,text,boolean)') is null
  then
    raise warning 'Realtime cannot broadcast from this database: boards go on with postgres_changes';
    return;
  end if;

  drop policy if exists "Boards hear of changed sessions" on realtime.messages;
  create policy "Boards hear of changed sessions" on realtime.messages
    for select to anon, authenticated using (
      extension = 'broadcast' and starts_with((select realtime.topic()), 'board:')
    );
  drop policy if exists "Boards hear what their role may read" on realtime.messages;
  create policy "Boards hear what their role may read" on realtime.messages
    as restrictive for select to anon, authenticated using (
      starts_with((select realtime.topic()), 'board:') is not true or (
        extension = 'broadcast'
        and (select medtui_private.may_hear_board((select realtime.topic()), current_user))
      )
    );
  drop policy if exists "Nobody speaks for the board" on realtime.messages;
  create policy "Nobody speaks for the board" on realtime.messages
    as restrictive for insert to anon, authenticated with check (
      starts_with((select realtime.topic()), 'board:') is not true
    );

  create or replace trigger "9_broadcast"
    after insert or update or delete on public.practice_sessions
    for each row execute function medtui_private.broadcast_session();
exception when insufficient_privilege then
  raise warning 'Broadcast cannot be set up here (%): boards go on with postgres_changes', sqlerrm;
end
$$;
