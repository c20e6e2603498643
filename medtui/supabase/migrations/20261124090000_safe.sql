-- What makes the data model safe to put before strangers: whoever has the public key and an account
-- can talk to this database without any client of ours.
--
-- Policies are OR-ed and cannot compare a row with what it was. So one policy says whose rows may
-- be touched at all, and a trigger, the guard, says what may become of them. The guard raises
-- 42501 for what is not allowed and 23514 for values that are not, each with a sentence for people
-- and, in `hint`, a word for programs.

create schema if not exists private;
grant usage on schema private to authenticated, anon, service_role;

-- Since when a room is in its stage, by the server's clock: the station clock of both sides.
alter table public.practice_sessions add column if not exists stage_since timestamptz;

-- The server's time, which clients follow: the clocks of machines are wrong.
create or replace function public.server_time() returns timestamptz
language sql volatile security invoker set search_path = '' as $$
  select clock_timestamp()
$$;
grant execute on function public.server_time() to anon, authenticated;

-- Who may touch which session at all ----------------------------------------------------------

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

-- Which columns: a revoke of one column does nothing while the whole table is granted ------------

revoke all on public.profiles, public.practice_sessions, public.cases from anon, authenticated;

grant select on public.profiles to anon, authenticated;
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

drop policy if exists "Everybody sees the catalogue of cases" on public.cases;
create policy "Everybody sees the catalogue of cases" on public.cases
  for select to anon using (true);

-- What may become of a session -----------------------------------------------------------------

create or replace function private.refuse(reason text, word text) returns void
language plpgsql security invoker set search_path = '' as $$
begin
  raise exception using errcode = '42501', message = reason, hint = word;
end
$$;

create or replace function private.guard_session() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  me constant uuid := auth.uid();
  now_ constant timestamptz := clock_timestamp();
begin
  -- The service key, migrations and SQL are trusted; everybody else is a stranger.
  if current_user not in ('anon', 'authenticated') then
    if tg_op = 'UPDATE' and new.version is distinct from old.version then
      new.stage_since := now_;
    end if;
    return new;
  end if;

  if tg_op = 'INSERT' then
    new.created_at := now_;
    new.stage_since := null;
    if new.guest_id is not null then
      perform private.refuse('A new session has no guest yet.', 'guest');
    elsif new.version <> 1 then
      perform private.refuse('A new session begins in prep.', 'stage');
    elsif new.candidate_id is distinct from null and new.candidate_id <> new.host_id then
      perform private.refuse('The candidate of a new session is its host, or not chosen.', 'candidate');
    elsif new.datetime_utc < now_ - interval '1 hour' then
      perform private.refuse('A session cannot begin more than an hour ago.', 'too_late');
    end if;
    return new;
  end if;

  if (new.id, new.host_id, new.created_at) is distinct from (old.id, old.host_id, old.created_at) then
    perform private.refuse('Whose session this is cannot be changed.', 'fixed');
  end if;
  new.stage_since := old.stage_since;

  if me = old.host_id then
    if new.guest_id is distinct from old.guest_id and new.guest_id is not null then
      perform private.refuse('Guests book their seat themselves.', 'guest');
    elsif new.datetime_utc <> old.datetime_utc and new.datetime_utc < now_ - interval '1 hour' then
      perform private.refuse('A session cannot begin more than an hour ago.', 'too_late');
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
      perform private.refuse('The candidate is the host or the guest.', 'candidate');
    end if;
    -- Whoever has read a brief as the actor is not then examined on it.
    if old.candidate_id is not null and new.candidate_id is distinct from old.candidate_id
      and new.candidate_id is not null and new.case_id = old.case_id then
      new.case_id := null;
    end if;
    if new.version <> old.version then
      if not (new.version = 1 or (old.version, new.version) in ((1, 2), (2, 3))) then
        perform private.refuse('A room goes from prep to interview to wrap-up, or back to prep.', 'stage');
      elsif new.version = 2
        and (new.guest_id is null or new.candidate_id is null or new.case_id is null) then
        perform private.refuse('A station needs a guest, a candidate and a case.', 'stage');
      end if;
      new.stage_since := now_;
    end if;
    return new;
  end if;

  -- Anybody else only takes the free seat, or gives their own back.
  if (new.datetime_utc, new.type, new.room_url, new.case_id, new.candidate_id, new.version)
    is distinct from
    (old.datetime_utc, old.type, old.room_url, old.case_id, old.candidate_id, old.version) then
    perform private.refuse('Only the host can change this session.', 'not_host');
  elsif old.guest_id is null and new.guest_id = me then
    if old.version <> 1 then
      perform private.refuse('This session has begun: its seat cannot be booked any more.', 'begun');
    elsif old.datetime_utc < now_ - interval '1 hour' then
      perform private.refuse('This session''s time is over: its seat cannot be booked any more.', 'too_late');
    end if;
  elsif old.guest_id = me and new.guest_id is null then
    if old.candidate_id = me then
      new.candidate_id := null;
    end if;
    if old.version <> 1 then
      new.version := 1;
      new.stage_since := now_;
    end if;
  else
    perform private.refuse('This seat is not yours to give.', 'not_guest');
  end if;
  return new;
end
$$;

drop trigger if exists guard on public.practice_sessions;
create trigger guard before insert or update on public.practice_sessions
  for each row execute function private.guard_session();

-- Nobody takes several seats in one request.
create or replace function private.one_seat_at_a_time() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if current_user = 'authenticated' and (
    select count(*) from after_update join before_update using (id)
    where after_update.host_id <> auth.uid()
      and after_update.guest_id is distinct from before_update.guest_id
  ) > 1 then
    perform private.refuse('Book one session at a time.', 'one_at_a_time');
  end if;
  return null;
end
$$;

drop trigger if exists one_seat on public.practice_sessions;
create trigger one_seat after update on public.practice_sessions
  referencing old table as before_update new table as after_update
  for each statement execute function private.one_seat_at_a_time();

-- The one brief that a participant may read -----------------------------------------------------

create or replace function private.session_case(of_session uuid) returns table (
  id uuid, category text, domain text, case_name text, role text,
  candidate_brief text, actor_brief text, condition text
)
language sql stable security definer set search_path = '' as $$
  select
    the_case.id,
    the_case.category,
    the_case.domain,
    -- It often names the diagnosis.
    case when my.role is distinct from 'candidate' or session.version = 3 then the_case.case_name end,
    my.role,
    case when (my.role = 'candidate' and session.version >= 2) or session.version = 3
      then the_case.candidate_brief end,
    case when my.role = 'actor' or session.version = 3 then the_case.actor_brief end,
    case when session.version = 3 then the_case.condition end
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
revoke execute on function private.session_case(uuid) from public, anon;
grant execute on function private.session_case(uuid) to authenticated;

create or replace function public.session_case(session_id uuid) returns table (
  id uuid, category text, domain text, case_name text, role text,
  candidate_brief text, actor_brief text, condition text
)
language sql stable security invoker set search_path = '' as $$
  select * from private.session_case(session_case.session_id)
$$;
revoke execute on function public.session_case(uuid) from public, anon;
grant execute on function public.session_case(uuid) to authenticated;

-- The board asks for a window of time, and joins people and cases --------------------------------

create index if not exists practice_sessions_datetime_utc_idx
  on public.practice_sessions (datetime_utc, id);
create index if not exists practice_sessions_case_id_idx on public.practice_sessions (case_id);
