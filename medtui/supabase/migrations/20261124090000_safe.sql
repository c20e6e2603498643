-- What makes the data model safe to put before strangers: whoever has the public key and an account
-- can talk to this database without any client of ours.
--
-- Policies are OR-ed and cannot compare a row with what it was. So one policy says whose rows may
-- be touched at all, and a trigger, the guard, says what may become of them. The guard raises
-- 42501 with a sentence for people and, in `hint`, a word for programs. RESTRICTIVE policies are
-- AND-ed: they hold whatever else a database that was there before allows.
--
-- Every statement can be repeated, and nothing that others made is dropped.

-- The API does not expose this schema: what stands here is called through what is in public.
create schema if not exists medtui_private;
grant usage on schema medtui_private to authenticated, service_role;

-- Since when a room is in its stage, by the server's clock: the station clock of both sides.
alter table public.practice_sessions add column if not exists stage_since timestamptz;

-- The server's time, which clients follow: the clocks of machines are wrong.
create or replace function public.server_time() returns timestamptz
language sql volatile security invoker set search_path = '' as $$
  select clock_timestamp()
$$;
revoke execute on function public.server_time() from public, anon, authenticated;
grant execute on function public.server_time() to anon, authenticated, service_role;

-- Indexes: the board's window of time, the foreign keys, and the folders of the policies below ---

create index if not exists practice_sessions_datetime_utc_idx
  on public.practice_sessions (datetime_utc, id);
create index if not exists practice_sessions_case_id_idx on public.practice_sessions (case_id);
create index if not exists practice_sessions_folder_idx on public.practice_sessions ((id::text));

-- A case can be deleted; its sessions stay ------------------------------------------------------

do $$
declare
  key record;
begin
  for key in
    select conname as name, convalidated as valid from pg_catalog.pg_constraint
    where conrelid = 'public.practice_sessions'::regclass and contype = 'f'
      and confrelid = 'public.cases'::regclass and confdeltype <> 'n'
  loop
    execute format('alter table public.practice_sessions drop constraint %I', key.name);
    execute format(
      'alter table public.practice_sessions add constraint %I foreign key (case_id)
       references public.cases (id) on delete set null not valid', key.name
    );
    if key.valid then
      execute format('alter table public.practice_sessions validate constraint %I', key.name);
    end if;
  end loop;
end
$$;

-- What texts may be -----------------------------------------------------------------------------

-- Rows that were there before and violate a check stay; it then holds for what is new or changed.
-- This names them: select * from medtui_private.violations().
create or replace function medtui_private.violations()
returns table (of_table regclass, violated name, of_row text)
language plpgsql stable security invoker set search_path = '' as $$
declare
  unproved record;
begin
  for unproved in
    select conrelid::regclass as relation, conname, pg_get_expr(conbin, conrelid) as condition
    from pg_catalog.pg_constraint
    where contype = 'c' and not convalidated and starts_with(conname, 'medtui_')
      and connamespace = 'public'::regnamespace
  loop
    return query execute format(
      'select %L::regclass, %L::name, %I::text from %s where not (%s)',
      unproved.relation, unproved.conname,
      case unproved.relation when 'public.profiles'::regclass then 'user_id' else 'id' end,
      unproved.relation, unproved.condition
    );
  end loop;
end
$$;

-- Besides control characters (a terminal would obey them), those are refused that break a line or
-- turn its direction round.
do $$
declare
  in_line constant text := '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]';
  in_text constant text :=
    '[\u0001-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]';
  https constant text := '^https://[^/?#\s\\<>"][^\s\\<>"]*$';
  wanted record;
  violators text;
begin
  for wanted in
    with required (of_table, name, longest) as (values
      ('profiles', 'first_name', 100),
      ('profiles', 'last_name', 100),
      ('profiles', 'training_level', 100),
      ('practice_sessions', 'type', 60)
    ), lines (of_table, name, longest) as (values
      ('cases', 'category', 200),
      ('cases', 'condition', 200),
      ('cases', 'case_name', 200),
      ('cases', 'case_name_internal', 200),
      ('cases', 'domain', 200)
    ), texts (of_table, name, longest) as (values
      ('cases', 'candidate_brief', 50000),
      ('cases', 'actor_brief', 50000)
    ), checks (of_table, name, condition) as (
      select of_table, name,
        format('char_length(%1$I) <= %2$s and btrim(%1$I) <> '''' and %1$I !~ %3$L',
          name, longest, in_line)
      from required
      union all
      select of_table, name,
        format('char_length(%1$I) <= %2$s and %1$I !~ %3$L', name, longest, in_line)
      from lines
      union all
      select of_table, name,
        format('char_length(%1$I) <= %2$s and %1$I !~ %3$L', name, longest, in_text)
      from texts
      union all
      -- A bare identifier has nothing that makes a browser take it for an address.
      select 'practice_sessions', 'room_url', format(
        'char_length(room_url) <= 500 and room_url !~ %L and (room_url ~* %L or room_url ~ %L)',
        in_line, https, '^[^\s:/\\<>"''`]+$')
      union all
      select 'profiles', 'avatar', format(
        'char_length(avatar) <= 500 and avatar !~ %L
         and (avatar ~* %L or (char_length(avatar) <= 100 and avatar !~* %L))',
        in_line, https, '^\s*([a-z][a-z0-9+.-]*:|//)')
      union all
      -- PostgreSQL takes infinity and the year 200000, of which no client can make a date.
      select 'practice_sessions', 'datetime_utc',
        'datetime_utc is not null and datetime_utc >= ''2000-01-01Z'' and datetime_utc < ''2100-01-01Z'''
    )
    select format('public.%I', of_table)::regclass as of_table,
      format('medtui_%s_check', name) as name, condition
    from checks
  loop
    if not exists (
      select from pg_catalog.pg_constraint
      where conrelid = wanted.of_table and conname = wanted.name
    ) then
      execute format(
        'alter table %s add constraint %I check (%s) not valid',
        wanted.of_table, wanted.name, wanted.condition
      );
    end if;
    select string_agg(of_row, ', ') into violators from (
      select of_row from medtui_private.violations() as found
      where found.of_table = wanted.of_table and violated = wanted.name order by 1 limit 20
    ) as named;
    if violators is null then
      execute format('alter table %s validate constraint %I', wanted.of_table, wanted.name);
    else
      raise warning '% on % holds for what is new or changed only: these rows violate it (20 at most are named): %',
        wanted.name, wanted.of_table, violators;
    end if;
  end loop;
end
$$;

-- Which columns: a revoke of one column does nothing while the whole table is granted -------------

-- Further columns of tables that were there before: who signed in may go on writing to them (on a
-- session, the guard lets its host alone), and go on reading all but those of cases.
do $$
declare
  further text[];
  statement text;
begin
  select array_agg(format('grant update (%I) on %s to authenticated', attname, attrelid::regclass))
  into further
  from pg_catalog.pg_attribute
  where attrelid in ('public.profiles'::regclass, 'public.practice_sessions'::regclass)
    and attnum > 0 and not attisdropped and attgenerated = ''
    and attname not in (
      'user_id', 'first_name', 'last_name', 'training_level', 'avatar',
      'id', 'host_id', 'guest_id', 'datetime_utc', 'type', 'room_url', 'case_id', 'candidate_id',
      'version', 'created_at', 'stage_since'
    )
    and has_column_privilege('authenticated', attrelid, attnum, 'update');

  revoke all on public.practice_sessions, public.cases from public, anon, authenticated;
  revoke insert, update, delete, truncate, references, trigger on public.profiles
    from public, anon, authenticated;

  foreach statement in array coalesce(further, '{}') loop
    execute statement;
  end loop;
end
$$;

grant insert on public.profiles to authenticated;
grant update (first_name, last_name, training_level, avatar) on public.profiles to authenticated;

grant select (
  id, host_id, guest_id, datetime_utc, type, case_id, candidate_id, version, created_at, stage_since
) on public.practice_sessions to anon;
grant select, insert, delete on public.practice_sessions to authenticated;
grant update (guest_id, datetime_utc, type, room_url, case_id, candidate_id, version)
  on public.practice_sessions to authenticated;

grant select (id, category, domain) on public.cases to anon;
grant select (id, category, domain, case_name) on public.cases to authenticated;

-- Which rows ------------------------------------------------------------------------------------

drop policy if exists "Hosts change their sessions" on public.practice_sessions;
drop policy if exists "Users sign up as guest" on public.practice_sessions;
drop policy if exists "Participants change sessions, others take free seats" on public.practice_sessions;
create policy "Participants change sessions, others take free seats" on public.practice_sessions
  for update to authenticated
  using ((select auth.uid()) in (host_id, guest_id) or guest_id is null)
  with check ((select auth.uid()) in (host_id, guest_id) or guest_id is null);

drop policy if exists "Users edit their own profile" on public.profiles;
create policy "Users edit their own profile" on public.profiles
  for update to authenticated
  using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);

drop policy if exists "Nobody makes a profile for others" on public.profiles;
create policy "Nobody makes a profile for others" on public.profiles
  as restrictive for insert to anon, authenticated with check ((select auth.uid()) = user_id);

drop policy if exists "Nobody edits others' profiles" on public.profiles;
create policy "Nobody edits others' profiles" on public.profiles
  as restrictive for update to anon, authenticated
  using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);

drop policy if exists "Everybody sees the catalogue of cases" on public.cases;
create policy "Everybody sees the catalogue of cases" on public.cases
  for select to anon using (true);

drop policy if exists "Cases are added by the team" on public.cases;
create policy "Cases are added by the team" on public.cases
  as restrictive for insert to anon, authenticated with check (false);

drop policy if exists "Cases are changed by the team" on public.cases;
create policy "Cases are changed by the team" on public.cases
  as restrictive for update to anon, authenticated using (false);

drop policy if exists "Cases are removed by the team" on public.cases;
create policy "Cases are removed by the team" on public.cases
  as restrictive for delete to anon, authenticated using (false);

-- What may become of a session ------------------------------------------------------------------

create or replace function medtui_private.refuse(reason text, word text) returns void
language plpgsql security invoker set search_path = '' as $$
begin
  raise exception using errcode = '42501', message = reason, hint = word;
end
$$;

-- Whether there are files in a session's folder. Definer: the caller's own rights may hide them.
create or replace function medtui_private.has_files(of_session uuid) returns boolean
language sql volatile security definer set search_path = '' as $$
  select exists (
    -- LIKE cannot use its index for a prefix that is not a constant; this is the same range.
    select from storage.objects
    where bucket_id = 'assessments'
      and name ~>=~ (of_session::text || '/') and name ~<~ (of_session::text || '0')
  )
$$;

-- How many sessions that are not over somebody hosts, or has booked. Two requests at the same time
-- would both find the last place free: the second waits here until the first has ended, and then
-- sees what it did (volatile: every statement takes a new snapshot).
create or replace function medtui_private.coming(seat text, of_user uuid) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('medtui ' || seat || ' ' || of_user::text, 0));
  if seat = 'host' then
    return (
      select count(*) from public.practice_sessions
      where host_id = of_user and datetime_utc >= clock_timestamp() - interval '1 hour'
    );
  end if;
  return (
    select count(*) from public.practice_sessions
    where guest_id = of_user and datetime_utc >= clock_timestamp() - interval '1 hour'
  );
end
$$;

create or replace function medtui_private.guard_new_session() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  me constant uuid := auth.uid();
  now_ constant timestamptz := clock_timestamp();
begin
  -- The service key, migrations and SQL are trusted; everybody else is a stranger.
  if current_user not in ('anon', 'authenticated') then
    return new;
  end if;
  new.created_at := now_;
  new.stage_since := null;
  if new.host_id is distinct from me or me is null then
    perform medtui_private.refuse('A session is posted by its host.', 'not_host');
  elsif not exists (select from public.profiles where user_id = me) then
    perform medtui_private.refuse('Set up your profile before you post a session.', 'no_profile');
  elsif new.guest_id is not null then
    perform medtui_private.refuse('A new session has no guest yet.', 'guest');
  elsif new.version is distinct from 1 then
    perform medtui_private.refuse('A new session begins in prep.', 'stage');
  elsif new.candidate_id <> new.host_id then
    perform medtui_private.refuse(
      'The candidate of a new session is its host, or not chosen.', 'candidate');
  elsif new.datetime_utc < now_ - interval '1 hour' then
    perform medtui_private.refuse('A session cannot begin more than an hour ago.', 'too_late');
  elsif medtui_private.has_files(new.id) then
    perform medtui_private.refuse(
      'There are files of an earlier session under this id: post it anew.', 'files');
  elsif medtui_private.coming('host', me) >= 100 then
    perform medtui_private.refuse(
      'You host 100 coming sessions already: cancel one before you post another.', 'too_many');
  end if;
  return new;
end
$$;

create or replace function medtui_private.guard_session() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  me constant uuid := auth.uid();
  now_ constant timestamptz := clock_timestamp();
  -- A stage outside 1..3, from elsewhere, counts as the nearest.
  stage constant integer := least(greatest(coalesce(old.version, 1), 1), 3);
  may_differ text[];
begin
  if current_user not in ('anon', 'authenticated') then
    if new.version is distinct from old.version and new.stage_since is not distinct from old.stage_since then
      new.stage_since := now_;
    end if;
    return new;
  end if;

  if (new.id, new.host_id, new.created_at) is distinct from (old.id, old.host_id, old.created_at) then
    perform medtui_private.refuse('Whose session this is cannot be changed.', 'fixed');
  end if;
  new.stage_since := old.stage_since;

  if me = old.host_id then
    if new.guest_id is distinct from old.guest_id and new.guest_id is not null then
      perform medtui_private.refuse('Guests book their seat themselves.', 'guest');
    end if;
    if new.datetime_utc is distinct from old.datetime_utc then
      if new.datetime_utc < now_ - interval '1 hour' then
        perform medtui_private.refuse('A session cannot begin more than an hour ago.', 'too_late');
      elsif (old.datetime_utc >= now_ - interval '1 hour') is not true
        and medtui_private.coming('host', me) >= 100 then
        perform medtui_private.refuse(
          'You host 100 coming sessions already: cancel one before you move this.', 'too_many');
      end if;
    end if;
    if new.guest_id is null and old.guest_id is not null then
      -- An empty seat leaves nobody to examine, and nobody to be examined.
      if new.candidate_id = old.guest_id then
        new.candidate_id := null;
      end if;
      new.version := 1;
    end if;
    if new.candidate_id is not null
      and new.candidate_id not in (new.host_id, coalesce(new.guest_id, new.host_id)) then
      perform medtui_private.refuse('The candidate is the host or the guest.', 'candidate');
    end if;
    -- Whoever has read a brief as the actor is not then examined on it.
    if old.candidate_id <> new.candidate_id and new.case_id = old.case_id then
      new.case_id := null;
    end if;
    if new.version is distinct from old.version then
      if new.version is null or not (new.version = 1 or (stage, new.version) in ((1, 2), (2, 3))) then
        perform medtui_private.refuse(
          'A room goes from prep to interview to wrap-up, or back to prep.', 'stage');
      elsif new.version = 2
        and (new.guest_id is null or new.candidate_id is null or new.case_id is null) then
        perform medtui_private.refuse('A station needs a guest, a candidate and a case.', 'stage');
      end if;
      new.stage_since := now_;
    end if;
    return new;
  end if;

  -- Anybody else only takes the free seat, or gives their own back, and writes nothing else.
  select array_append(array_agg(attname::text), 'guest_id') into may_differ
  from pg_catalog.pg_attribute where attrelid = tg_relid and attgenerated <> '';
  if to_jsonb(new) - may_differ is distinct from to_jsonb(old) - may_differ then
    perform medtui_private.refuse('Only the host can change this session.', 'not_host');
  elsif old.guest_id is null and new.guest_id = me then
    if stage <> 1 then
      perform medtui_private.refuse(
        'This session has begun: its seat cannot be booked any more.', 'begun');
    elsif (old.datetime_utc >= now_ - interval '1 hour') is not true then
      perform medtui_private.refuse(
        'This session''s time is over: its seat cannot be booked any more.', 'too_late');
    elsif not exists (select from public.profiles where user_id = me) then
      perform medtui_private.refuse('Set up your profile before you book a session.', 'no_profile');
    elsif medtui_private.has_files(old.id) then
      -- Its last guest's: the next one would read them.
      perform medtui_private.refuse(
        'This session has been held: there are files of it. Its seat cannot be booked any more.',
        'files');
    elsif medtui_private.coming('guest', me) >= 20 then
      perform medtui_private.refuse(
        'You have booked 20 coming sessions already: leave one before you book another.',
        'too_many');
    end if;
  elsif old.guest_id = me and new.guest_id is null then
    if old.candidate_id = me then
      new.candidate_id := null;
    end if;
    if stage <> 1 then
      new.version := 1;
      new.stage_since := now_;
    end if;
  else
    perform medtui_private.refuse('This seat is not yours to give.', 'not_guest');
  end if;
  return new;
end
$$;

-- A session that is gone leaves files that nobody can read or remove.
create or replace function medtui_private.guard_cancelled_session() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if current_user in ('anon', 'authenticated') then
    if old.host_id is distinct from auth.uid() then
      perform medtui_private.refuse('Only the host can cancel this session.', 'not_host');
    elsif medtui_private.has_files(old.id) then
      perform medtui_private.refuse('Remove this session''s files before you cancel it.', 'files');
    end if;
  end if;
  return old;
end
$$;

-- Nobody takes several seats in one request.
create or replace function medtui_private.one_seat_at_a_time() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if current_user in ('anon', 'authenticated') and (
    select count(*) from after_update join before_update using (id)
    where after_update.host_id is distinct from auth.uid()
      and after_update.guest_id is distinct from before_update.guest_id
  ) > 1 then
    perform medtui_private.refuse('Book or leave one session at a time.', 'one_at_a_time');
  end if;
  return null;
end
$$;

-- Triggers fire in the order of their names. A digit comes before the names that a database which
-- was there before may have: the guard judges what the client sent, not what others made of it.
create or replace trigger "0_guard_new" before insert on public.practice_sessions
  for each row execute function medtui_private.guard_new_session();
create or replace trigger "0_guard" before update on public.practice_sessions
  for each row execute function medtui_private.guard_session();
create or replace trigger "0_guard_cancelled" before delete on public.practice_sessions
  for each row execute function medtui_private.guard_cancelled_session();
create or replace trigger "0_one_seat" after update on public.practice_sessions
  referencing old table as before_update new table as after_update
  for each statement execute function medtui_private.one_seat_at_a_time();

-- The one brief that a participant may read -----------------------------------------------------

create or replace function medtui_private.session_case(of_session uuid) returns table (
  id uuid, category text, domain text, case_name text, role text,
  candidate_brief text, actor_brief text, condition text
)
language sql stable security definer set search_path = '' as $$
  select
    the_case.id,
    the_case.category,
    the_case.domain,
    -- It often names the diagnosis.
    case when my.role is distinct from 'candidate' or session.version >= 3 then the_case.case_name end,
    my.role,
    case when (my.role = 'candidate' and session.version >= 2) or session.version >= 3
      then the_case.candidate_brief end,
    case when my.role = 'actor' or session.version >= 3 then the_case.actor_brief end,
    case when session.version >= 3 then the_case.condition end
  from public.practice_sessions as session
  join public.cases as the_case on the_case.id = session.case_id
  cross join lateral (
    select case
      when session.candidate_id is null then null
      when session.candidate_id = auth.uid() then 'candidate'
      else 'actor'
    end as role
  ) as my
  where session.id = of_session and auth.uid() in (session.host_id, session.guest_id)
$$;

create or replace function public.session_case(session_id uuid) returns table (
  id uuid, category text, domain text, case_name text, role text,
  candidate_brief text, actor_brief text, condition text
)
language sql stable security invoker set search_path = '' as $$
  select * from medtui_private.session_case(session_case.session_id)
$$;

-- Whatever is made in public is everybody's to execute, by PostgreSQL's and by Supabase's defaults.
revoke execute on all functions in schema medtui_private from public, anon, authenticated;
revoke execute on function public.session_case(uuid) from public, anon, authenticated;
grant execute on function
  public.session_case(uuid),
  medtui_private.session_case(uuid),
  medtui_private.refuse(text, text),
  medtui_private.has_files(uuid),
  medtui_private.coming(text, uuid)
to authenticated;
grant execute on function public.session_case(uuid), medtui_private.session_case(uuid) to service_role;

-- Files -----------------------------------------------------------------------------------------

update storage.buckets
set file_size_limit = 20 * 1024 * 1024, allowed_mime_types = '{application/json}'
where id = 'assessments';

drop policy if exists "The bucket of assessments stays as it is" on storage.buckets;
create policy "The bucket of assessments stays as it is" on storage.buckets
  as restrictive for update to anon, authenticated
  using (id <> 'assessments') with check (id <> 'assessments');

drop policy if exists "The bucket of assessments stays" on storage.buckets;
create policy "The bucket of assessments stays" on storage.buckets
  as restrictive for delete to anon, authenticated using (id <> 'assessments');

drop policy if exists "Assessments are read by host and guest alone" on storage.objects;
create policy "Assessments are read by host and guest alone" on storage.objects
  as restrictive for select to anon, authenticated using (
    bucket_id <> 'assessments' or exists (
      select from public.practice_sessions as session
      where session.id::text = (storage.foldername(objects.name))[1]
        and (select auth.uid()) in (session.host_id, session.guest_id)
    )
  );

drop policy if exists "Assessments are two files, uploaded by the host alone" on storage.objects;
create policy "Assessments are two files, uploaded by the host alone" on storage.objects
  as restrictive for insert to anon, authenticated with check (
    bucket_id <> 'assessments' or exists (
      select from public.practice_sessions as session
      where session.id::text = (storage.foldername(objects.name))[1]
        and (select auth.uid()) = session.host_id
        and objects.name in (
          session.id::text || '/transcript.json', session.id::text || '/assessment.json'
        )
    )
  );

-- Nor is another bucket's file moved here.
drop policy if exists "Assessments are replaced, not changed" on storage.objects;
create policy "Assessments are replaced, not changed" on storage.objects
  as restrictive for update to anon, authenticated
  using (bucket_id <> 'assessments') with check (bucket_id <> 'assessments');

drop policy if exists "Assessments are deleted by the host alone" on storage.objects;
create policy "Assessments are deleted by the host alone" on storage.objects
  as restrictive for delete to anon, authenticated using (
    bucket_id <> 'assessments' or exists (
      select from public.practice_sessions as session
      where session.id::text = (storage.foldername(objects.name))[1]
        and (select auth.uid()) = session.host_id
    )
  );

-- Rooms: the private channel room:{session_id} --------------------------------------------------

drop policy if exists "Host and guest receive in their room" on realtime.messages;
create policy "Host and guest receive in their room" on realtime.messages
  for select to authenticated using (
    extension in ('broadcast', 'presence')
    and starts_with((select realtime.topic()), 'room:') and exists (
      select from public.practice_sessions as session
      where session.id::text = substr((select realtime.topic()), 6)
        and (select auth.uid()) in (session.host_id, session.guest_id)
    )
  );

drop policy if exists "Host and guest send in their room" on realtime.messages;
create policy "Host and guest send in their room" on realtime.messages
  for insert to authenticated with check (
    extension in ('broadcast', 'presence')
    and starts_with((select realtime.topic()), 'room:') and exists (
      select from public.practice_sessions as session
      where session.id::text = substr((select realtime.topic()), 6)
        and (select auth.uid()) in (session.host_id, session.guest_id)
    )
  );

drop policy if exists "Nobody else receives in a room" on realtime.messages;
create policy "Nobody else receives in a room" on realtime.messages
  as restrictive for select to anon, authenticated using (
    starts_with((select realtime.topic()), 'room:') is not true or exists (
      select from public.practice_sessions as session
      where session.id::text = substr((select realtime.topic()), 6)
        and (select auth.uid()) in (session.host_id, session.guest_id)
    )
  );

drop policy if exists "Nobody else sends in a room" on realtime.messages;
create policy "Nobody else sends in a room" on realtime.messages
  as restrictive for insert to anon, authenticated with check (
    starts_with((select realtime.topic()), 'room:') is not true or exists (
      select from public.practice_sessions as session
      where session.id::text = substr((select realtime.topic()), 6)
        and (select auth.uid()) in (session.host_id, session.guest_id)
    )
  );
