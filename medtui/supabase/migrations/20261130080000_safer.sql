-- The holes that a second review found, and briefs that a host types.
--
-- A station may have typed briefs in place of a case of the catalogue. A room's channel is for one
-- pair of host and guest. A person who may have read the actor's brief of a case is not examined on
-- it in that session. The seat of a session that was held is kept for its guest. With the token of a
-- deleted account nothing can be changed.
--
-- Every statement can be repeated, and nothing that others made is dropped.

-- What is remembered of a session ---------------------------------------------------------------

-- Its rows stay when a session is deleted: files of the talk may come late, so that the id is not
-- given to another session.
create table if not exists medtui_private.held (
  session_id uuid,
  guest_id uuid,
  primary key (session_id, guest_id)
);
comment on table medtui_private.held is 'With whom a station was started';

create table if not exists medtui_private.briefed (
  session_id uuid references public.practice_sessions (id) on update cascade on delete cascade,
  user_id uuid,
  case_id uuid,
  primary key (session_id, user_id, case_id)
);
comment on table medtui_private.briefed is 'Who may have been sent the actor''s brief of which case';

-- Only functions of this schema's owner read and write them.
alter table medtui_private.held enable row level security;
alter table medtui_private.briefed enable row level security;
drop policy if exists "Functions alone" on medtui_private.held;
create policy "Functions alone" on medtui_private.held as restrictive to anon, authenticated
  using (false);
drop policy if exists "Functions alone" on medtui_private.briefed;
create policy "Functions alone" on medtui_private.briefed as restrictive to anon, authenticated
  using (false);

-- An actor may read the brief as soon as there is a candidate, and in wrap-up both may.
create or replace function medtui_private.remember() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  insert into medtui_private.held (session_id, guest_id)
  select new.id, new.guest_id where new.guest_id is not null and new.version >= 2
  on conflict do nothing;
  insert into medtui_private.briefed (session_id, user_id, case_id)
  select new.id, person, new.case_id from unnest(array[new.host_id, new.guest_id]) as person
  where person is not null and new.case_id is not null
    and (person <> new.candidate_id or new.version >= 3)
  on conflict do nothing;
  -- A typed brief is of no case, so it cannot be refused to a candidate who has read it as the actor.
  if tg_op = 'UPDATE' and old.candidate_id <> coalesce(new.candidate_id, new.id) then
    delete from public.session_briefs where session_id = new.id;
  end if;
  return null;
end
$$;
create or replace trigger "9_remember" after insert or update on public.practice_sessions
  for each row execute function medtui_private.remember();

insert into medtui_private.held (session_id, guest_id)
select id, guest_id from public.practice_sessions where guest_id is not null and version >= 2
on conflict do nothing;
insert into medtui_private.briefed (session_id, user_id, case_id)
select id, person, case_id
from public.practice_sessions, unnest(array[host_id, guest_id]) as person
where person is not null and case_id is not null and (person <> candidate_id or version >= 3)
on conflict do nothing;

-- Whether a session was held with this guest alone; null where it was not held.
create or replace function medtui_private.was_held_with(of_session uuid, guest uuid) returns boolean
language sql volatile security definer set search_path = '' as $$
  select bool_and(guest_id = guest) from medtui_private.held where session_id = of_session
$$;

create or replace function medtui_private.was_briefed(
  of_session uuid, of_user uuid, of_case uuid
) returns boolean
language sql volatile security definer set search_path = '' as $$
  select exists (
    select from medtui_private.briefed
    where session_id = of_session and user_id = of_user and case_id = of_case
  )
$$;

-- Accounts --------------------------------------------------------------------------------------

-- Whether the caller's account is still there: a token outlives it by up to an hour. Accounts that
-- are banned, or kept as deleted, have columns that not every version of Supabase has.
create or replace function medtui_private.has_account() returns boolean
language sql stable security definer set search_path = '' as $$
  select exists (
    select from auth.users as account
    where id = auth.uid() and to_jsonb(account) ->> 'deleted_at' is null
      and (to_jsonb(account) ->> 'banned_until')::timestamptz > now() is not true
  )
$$;

-- When an account is deleted, its coming sessions are cancelled and its coming seats are free. What
-- was held belongs to the partner, too: it stays, with a profile that names no person.
create or replace function medtui_private.account_deleted() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from public.practice_sessions as session
  where host_id = old.id and not medtui_private.has_files(id)
    and not exists (select from medtui_private.held where session_id = session.id)
    and (guest_id is null or datetime_utc >= now() - interval '1 hour');
  update public.practice_sessions as session
  set guest_id = null, candidate_id = nullif(candidate_id, old.id)
  where guest_id = old.id and datetime_utc >= now() - interval '1 hour'
    and not medtui_private.has_files(id)
    and not exists (select from medtui_private.held where session_id = session.id);
  delete from public.profiles
  where user_id = old.id and not exists (
    select from public.practice_sessions where old.id in (host_id, guest_id)
  );
  update public.profiles
  set first_name = 'Former', last_name = 'member', training_level = 'unknown', avatar = null
  where user_id = old.id;
  return old;
exception when others then
  -- An account can always be deleted.
  raise warning 'the sessions of account % stay as they are: %', old.id, sqlerrm;
  return old;
end
$$;

do $$
begin
  create or replace trigger "0_medtui_account_deleted" before delete on auth.users
    for each row execute function medtui_private.account_deleted();
exception when insufficient_privilege then
  raise warning 'no trigger on auth.users can be made here: the sessions of accounts that are deleted stay';
end
$$;

-- With a profile its sessions go; the service key alone deletes profiles.
do $$
declare
  key record;
begin
  for key in
    select conname as name, convalidated as valid, attname as seat,
      case attname when 'guest_id' then 'set null' else 'cascade' end as action
    from pg_catalog.pg_constraint
    join pg_catalog.pg_attribute on attrelid = conrelid and array[attnum] = conkey
    where conrelid = 'public.practice_sessions'::regclass and contype = 'f'
      and confrelid = 'public.profiles'::regclass and confdeltype in ('a', 'r')
      and attname in ('host_id', 'guest_id')
  loop
    execute format('alter table public.practice_sessions drop constraint %I', key.name);
    execute format(
      'alter table public.practice_sessions add constraint %I foreign key (%I)
       references public.profiles (user_id) on delete %s not valid', key.name, key.seat, key.action
    );
    if key.valid then
      execute format('alter table public.practice_sessions validate constraint %I', key.name);
    end if;
  end loop;
end
$$;

-- Briefs that the host types, for a station without a case of the catalogue ----------------------

create table if not exists public.session_briefs (
  session_id uuid primary key
    references public.practice_sessions (id) on update cascade on delete cascade,
  candidate_brief text,
  actor_brief text,
  created_at timestamptz not null default now(),
  constraint session_briefs_candidate_brief_check check (
    char_length(candidate_brief) <= 20000
    and candidate_brief !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
  ),
  constraint session_briefs_actor_brief_check check (
    char_length(actor_brief) <= 20000
    and actor_brief !~ '[\u0001-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]'
  )
);
alter table public.session_briefs enable row level security;
revoke all on public.session_briefs from public, anon, authenticated;
grant all on public.session_briefs to service_role;

drop policy if exists "Typed briefs are read and written through functions" on public.session_briefs;
create policy "Typed briefs are read and written through functions" on public.session_briefs
  as restrictive for all to anon, authenticated using (false);

create or replace function medtui_private.set_session_brief(
  of_session uuid, for_candidate text, for_actor text
) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  blank constant text := '^[[:space:]\u00a0\u00ad\u115f\u1160\u200b-\u200f\u2060\u2800\u3164\ufeff\uffa0]*$';
  session record;
begin
  -- A start of the station waits for this, and this for a start.
  select host_id, version into session
  from public.practice_sessions where id = of_session for no key update;
  if (session.host_id = auth.uid()) is not true then
    perform medtui_private.refuse('Only the host can write this session''s briefs.', 'not_host');
  elsif not medtui_private.has_account() then
    perform medtui_private.refuse('Your account was deleted: sign up to write briefs.', 'no_account');
  elsif session.version > 1 then
    perform medtui_private.refuse(
      'The station has started: its briefs can be changed in prep only.', 'stage');
  end if;
  for_candidate := case when for_candidate !~ blank then for_candidate end;
  for_actor := case when for_actor !~ blank then for_actor end;
  if for_candidate is null and for_actor is null then
    delete from public.session_briefs where session_id = of_session;
  else
    insert into public.session_briefs (session_id, candidate_brief, actor_brief)
    values (of_session, for_candidate, for_actor)
    on conflict (session_id) do update
    set candidate_brief = excluded.candidate_brief, actor_brief = excluded.actor_brief;
  end if;
end
$$;

create or replace function public.set_session_brief(
  session_id uuid, candidate_brief text, actor_brief text
) returns void
language sql volatile security invoker set search_path = '' as $$
  select medtui_private.set_session_brief(session_id, candidate_brief, actor_brief)
$$;

-- The one brief that a participant may read: of the case, or where none is chosen as it was typed.
-- A candidate of another session that is not over could open a session of their own on its case,
-- with an account of their own as the guest: they are sent nothing of it there.
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
    case when may.read and (my.role is distinct from 'candidate' or session.version >= 3)
      then the_case.case_name end,
    my.role,
    case when may.read and ((my.role = 'candidate' and session.version >= 2) or session.version >= 3)
      then coalesce(the_case.candidate_brief, typed.candidate_brief) end,
    case when may.read and (my.role = 'actor' or session.version >= 3)
      then coalesce(the_case.actor_brief, typed.actor_brief) end,
    case when may.read and session.version >= 3 then the_case.condition end
  from public.practice_sessions as session
  left join public.cases as the_case on the_case.id = session.case_id
  left join public.session_briefs as typed
    on typed.session_id = session.id and session.case_id is null
  cross join lateral (
    select case
      when session.candidate_id is null then null
      when session.candidate_id = auth.uid() then 'candidate'
      else 'actor'
    end as role
  ) as my
  cross join lateral (
    select not exists (
      select from public.practice_sessions as other
      where other.case_id = session.case_id and other.candidate_id = auth.uid()
        and other.id <> session.id and coalesce(other.version, 1) < 3
        and greatest(other.datetime_utc, other.stage_since) >= now() - interval '1 hour'
        -- A partner who is in both sessions sees that.
        and (
          other.host_id in (session.host_id, session.guest_id)
          and other.guest_id in (session.host_id, session.guest_id)
        ) is not true
    ) as read
  ) as may
  where session.id = of_session and auth.uid() in (session.host_id, session.guest_id)
    and (the_case.id is not null or typed.session_id is not null)
    and medtui_private.has_account()
$$;

-- What may become of a session ------------------------------------------------------------------

-- How many sessions count for a host's or a guest's limit: those that are not over, and of a host
-- also what was posted within a day, however early it began. Two requests at the same time would
-- both find the last place free: the second waits here until the first has ended, and then sees
-- what it did (volatile: every statement takes a new snapshot).
create or replace function medtui_private.coming(seat text, of_user uuid) returns bigint
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform pg_advisory_xact_lock(hashtextextended('medtui ' || seat || ' ' || of_user::text, 0));
  if seat = 'host' then
    return (
      select count(*) from public.practice_sessions
      where host_id = of_user and (
        datetime_utc >= clock_timestamp() - interval '1 hour'
        or created_at >= clock_timestamp() - interval '1 day'
      )
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
  elsif not medtui_private.has_account() then
    perform medtui_private.refuse('Your account was deleted: sign up to post a session.', 'no_account');
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
  elsif medtui_private.was_held_with(new.id, me) is not null then
    perform medtui_private.refuse(
      'A session was held under this id: post it again, under another.', 'held');
  elsif medtui_private.has_files(new.id) then
    perform medtui_private.refuse(
      'There are files of an earlier session under this id: post it again.', 'files');
  elsif medtui_private.coming('host', me) >= 100 then
    perform medtui_private.refuse(
      'You have 100 sessions that are coming or were posted today: cancel one before you post another.',
      'too_many');
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
  -- Null where it has not been held.
  was_held_with_me boolean;
begin
  if current_user not in ('anon', 'authenticated') then
    if new.version is distinct from old.version and new.stage_since is not distinct from old.stage_since then
      new.stage_since := now_;
    end if;
    return new;
  end if;

  if not medtui_private.has_account() then
    perform medtui_private.refuse('Your account was deleted: sign up to change sessions.', 'no_account');
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
        and (old.created_at >= now_ - interval '1 day') is not true
        and medtui_private.coming('host', me) >= 100 then
        perform medtui_private.refuse(
          'You have 100 sessions that are coming or were posted today: cancel one before you move this.',
          'too_many');
      end if;
    end if;
    if new.guest_id is null and old.guest_id is not null then
      -- Without a guest there is no station.
      if new.candidate_id = old.guest_id then
        new.candidate_id := null;
      end if;
      new.version := 1;
    end if;
    if new.candidate_id is not null
      and new.candidate_id not in (new.host_id, coalesce(new.guest_id, new.host_id)) then
      perform medtui_private.refuse('The candidate is the host or the guest.', 'candidate');
    end if;
    -- No candidate may have read the actor's brief of the case in this session.
    if (new.candidate_id, new.case_id) is distinct from (old.candidate_id, old.case_id)
      and medtui_private.was_briefed(old.id, new.candidate_id, new.case_id) then
      if new.candidate_id is not distinct from old.candidate_id then
        perform medtui_private.refuse(
          'The candidate may have read the actor''s brief of this case: choose another case.', 'read');
      end if;
      new.case_id := null;
    end if;
    if new.version is distinct from old.version then
      if new.version is null or not (new.version = 1 or (stage, new.version) in ((1, 2), (2, 3))) then
        perform medtui_private.refuse(
          'A room goes from prep to interview to wrap-up, or back to prep.', 'stage');
      elsif new.version = 2
        and (new.guest_id is null or new.candidate_id is null) then
        perform medtui_private.refuse('A station needs a guest and a candidate.', 'stage');
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
    was_held_with_me := medtui_private.was_held_with(old.id, me);
    if stage <> 1 then
      perform medtui_private.refuse(
        'This session has begun: its seat cannot be booked any more.', 'begun');
    elsif (old.datetime_utc >= now_ - interval '1 hour') is not true then
      perform medtui_private.refuse(
        'This session''s time is over: its seat cannot be booked any more.', 'too_late');
    elsif not exists (select from public.profiles where user_id = me) then
      perform medtui_private.refuse('Set up your profile before you book a session.', 'no_profile');
    elsif not was_held_with_me then
      -- Files of the talk may still be uploaded: another guest would read them.
      perform medtui_private.refuse(
        'This session has been held with another guest: its seat cannot be booked any more.', 'held');
    elsif was_held_with_me is null and medtui_private.has_files(old.id) then
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

-- What belongs to two is not deleted by one; and files of a session that is gone are out of reach.
create or replace function medtui_private.guard_cancelled_session() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if current_user in ('anon', 'authenticated') then
    if old.host_id is distinct from auth.uid() then
      perform medtui_private.refuse('Only the host can cancel this session.', 'not_host');
    elsif not medtui_private.has_account() then
      perform medtui_private.refuse('Your account was deleted: sign up to change sessions.', 'no_account');
    elsif old.version >= 2 and old.guest_id is not null then
      perform medtui_private.refuse(
        'The station has started, so this session cannot be cancelled: go back to prep first.', 'begun');
    elsif medtui_private.has_files(old.id) then
      perform medtui_private.refuse('Remove this session''s files before you cancel it.', 'files');
    end if;
  end if;
  return old;
end
$$;

-- What texts may be -----------------------------------------------------------------------------

-- As before, and for the new table.
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
      case unproved.relation
        when 'public.profiles'::regclass then 'user_id'
        when 'public.session_briefs'::regclass then 'session_id'
        else 'id'
      end,
      unproved.relation, unproved.condition
    );
  end loop;
end
$$;

-- A name has something to see. Nothing hides in a text, or piles up over its line. A link says where
-- it leads: no user before the host, no letters that only look like others.
do $$
declare
  -- Blanks, and what Unicode calls ignorable, or what fonts leave empty.
  unseen constant text := '\u0001-\u0020\u007f-\u00a0\u00ad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5'
    '\u180b-\u180f\u2000-\u200f\u2028-\u202f\u205f-\u206f\u2800\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0'
    '\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d159\U0001d173-\U0001d17a\U000e0000-\U000e0fff';
  -- Unicode's combining marks.
  marks constant text :=
    '\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1-\u05c2\u05c4-\u05c5\u05c7'
    '\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7-\u06e8\u06ea-\u06ed'
    '\u0711\u0730-\u074a\u07a6-\u07b0\u07eb-\u07f3\u07fd\u0816-\u0819\u081b-\u0823'
    '\u0825-\u0827\u0829-\u082d\u0859-\u085b\u0898-\u089f\u08ca-\u08e1\u08e3-\u0903'
    '\u093a-\u093c\u093e-\u094f\u0951-\u0957\u0962-\u0963\u0981-\u0983\u09bc\u09be-\u09cd'
    '\u09d7\u09e2-\u09e3\u09fe-\u0a03\u0a3c-\u0a51\u0a70-\u0a71\u0a75\u0a81-\u0a83\u0abc'
    '\u0abe-\u0acd\u0ae2-\u0ae3\u0afa-\u0b03\u0b3c\u0b3e-\u0b57\u0b62-\u0b63\u0b82'
    '\u0bbe-\u0bcd\u0bd7\u0c00-\u0c04\u0c3c\u0c3e-\u0c56\u0c62-\u0c63\u0c81-\u0c83\u0cbc'
    '\u0cbe-\u0cd6\u0ce2-\u0ce3\u0d00-\u0d03\u0d3b-\u0d3c\u0d3e-\u0d4d\u0d57\u0d62-\u0d63'
    '\u0d81-\u0d83\u0dca-\u0ddf\u0df2-\u0df3\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1'
    '\u0eb4-\u0ebc\u0ec8-\u0ecd\u0f18-\u0f19\u0f35\u0f37\u0f39\u0f3e-\u0f3f\u0f71-\u0f84'
    '\u0f86-\u0f87\u0f8d-\u0fbc\u0fc6\u102b-\u103e\u1056-\u1059\u105e-\u1060\u1062-\u1064'
    '\u1067-\u106d\u1071-\u1074\u1082-\u108d\u108f\u109a-\u109d\u135d-\u135f\u1712-\u1715'
    '\u1732-\u1734\u1752-\u1753\u1772-\u1773\u17b4-\u17d3\u17dd\u180b-\u180d\u180f'
    '\u1885-\u1886\u18a9\u1920-\u193b\u1a17-\u1a1b\u1a55-\u1a7f\u1ab0-\u1b04\u1b34-\u1b44'
    '\u1b6b-\u1b73\u1b80-\u1b82\u1ba1-\u1bad\u1be6-\u1bf3\u1c24-\u1c37\u1cd0-\u1cd2'
    '\u1cd4-\u1ce8\u1ced\u1cf4\u1cf7-\u1cf9\u1dc0-\u1dff\u20d0-\u20f0\u2cef-\u2cf1\u2d7f'
    '\u2de0-\u2dff\u302a-\u302f\u3099-\u309a\ua66f-\ua672\ua674-\ua67d\ua69e-\ua69f'
    '\ua6f0-\ua6f1\ua802\ua806\ua80b\ua823-\ua827\ua82c\ua880-\ua881\ua8b4-\ua8c5'
    '\ua8e0-\ua8f1\ua8ff\ua926-\ua92d\ua947-\ua953\ua980-\ua983\ua9b3-\ua9c0\ua9e5'
    '\uaa29-\uaa36\uaa43\uaa4c-\uaa4d\uaa7b-\uaa7d\uaab0\uaab2-\uaab4\uaab7-\uaab8'
    '\uaabe-\uaabf\uaac1\uaaeb-\uaaef\uaaf5-\uaaf6\uabe3-\uabea\uabec-\uabed\ufb1e'
    '\ufe00-\ufe0f\ufe20-\ufe2f\U000101fd\U000102e0\U00010376-\U0001037a\U00010a01-\U00010a0f'
    '\U00010a38-\U00010a3f\U00010ae5-\U00010ae6\U00010d24-\U00010d27\U00010eab-\U00010eac'
    '\U00010f46-\U00010f50\U00010f82-\U00010f85\U00011000-\U00011002\U00011038-\U00011046'
    '\U00011070\U00011073-\U00011074\U0001107f-\U00011082\U000110b0-\U000110ba\U000110c2'
    '\U00011100-\U00011102\U00011127-\U00011134\U00011145-\U00011146\U00011173'
    '\U00011180-\U00011182\U000111b3-\U000111c0\U000111c9-\U000111cc\U000111ce-\U000111cf'
    '\U0001122c-\U00011237\U0001123e\U000112df-\U000112ea\U00011300-\U00011303'
    '\U0001133b-\U0001133c\U0001133e-\U0001134d\U00011357\U00011362-\U00011374'
    '\U00011435-\U00011446\U0001145e\U000114b0-\U000114c3\U000115af-\U000115c0'
    '\U000115dc-\U000115dd\U00011630-\U00011640\U000116ab-\U000116b7\U0001171d-\U0001172b'
    '\U0001182c-\U0001183a\U00011930-\U0001193e\U00011940\U00011942-\U00011943'
    '\U000119d1-\U000119e0\U000119e4\U00011a01-\U00011a0a\U00011a33-\U00011a39'
    '\U00011a3b-\U00011a3e\U00011a47\U00011a51-\U00011a5b\U00011a8a-\U00011a99'
    '\U00011c2f-\U00011c3f\U00011c92-\U00011cb6\U00011d31-\U00011d45\U00011d47'
    '\U00011d8a-\U00011d97\U00011ef3-\U00011ef6\U00016af0-\U00016af4\U00016b30-\U00016b36'
    '\U00016f4f\U00016f51-\U00016f92\U00016fe4-\U00016ff1\U0001bc9d-\U0001bc9e'
    '\U0001cf00-\U0001cf46\U0001d165-\U0001d169\U0001d16d-\U0001d172\U0001d17b-\U0001d182'
    '\U0001d185-\U0001d18b\U0001d1aa-\U0001d1ad\U0001d242-\U0001d244\U0001da00-\U0001da36'
    '\U0001da3b-\U0001da6c\U0001da75\U0001da84\U0001da9b-\U0001daaf\U0001e000-\U0001e02a'
    '\U0001e130-\U0001e136\U0001e2ae\U0001e2ec-\U0001e2ef\U0001e8d0-\U0001e8d6'
    '\U0001e944-\U0001e94a';
  -- Some languages put several marks on a letter; Burmese and Tibetan have the most, fewer than 8.
  plain constant text := format('%%1$I !~ %L and %%1$I !~ %L',
    '[\U000e0000-\U000e007f]', '[' || marks || '\u200b-\u200d\u2060]{9}');
  visible constant text := plain || format(' and %%1$I ~ %L', '[^' || unseen || marks || ']');
  -- In capitals, too; a pattern that ignores case might take other letters for these.
  safe_link constant text := format('(%%1$I !~ %1$L or %%1$I ~ %2$L and %%1$I !~ %3$L)',
    '^[Hh][Tt][Tt][Pp][Ss]:',
    '^[Hh][Tt][Tt][Pp][Ss]://([A-Za-z0-9_-]+([.][A-Za-z0-9_-]+)*[.]?|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?#]|$)',
    '[' || unseen || ']');
  wanted record;
  violators text;
begin
  for wanted in
    select format('public.%I', of_table)::regclass as of_table,
      format('medtui_%s_%s_check', name, kind) as name, format(condition, name) as condition
    from (values
      ('profiles', 'first_name', 'plain', visible),
      ('profiles', 'last_name', 'plain', visible),
      ('profiles', 'training_level', 'plain', visible),
      ('profiles', 'avatar', 'plain', visible),
      ('profiles', 'avatar', 'link', safe_link),
      ('practice_sessions', 'type', 'plain', visible),
      ('practice_sessions', 'room_url', 'plain', visible),
      ('practice_sessions', 'room_url', 'link', safe_link),
      ('session_briefs', 'candidate_brief', 'plain', visible),
      ('session_briefs', 'actor_brief', 'plain', visible),
      ('cases', 'category', 'plain', plain),
      ('cases', 'condition', 'plain', plain),
      ('cases', 'case_name', 'plain', plain),
      ('cases', 'case_name_internal', 'plain', plain),
      ('cases', 'domain', 'plain', plain),
      ('cases', 'candidate_brief', 'plain', plain),
      ('cases', 'actor_brief', 'plain', plain)
    ) as checks (of_table, name, kind, condition)
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

-- Whether the caller hosts the session of this folder; it stays so until their upload has ended. A
-- booking, a cancellation or an account's deletion waits for that, and then sees the file.
create or replace function medtui_private.may_upload(folder text) returns boolean
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from public.practice_sessions
  where id::text = folder and host_id = auth.uid() for share;
  return found;
end
$$;

-- Who may call what -----------------------------------------------------------------------------

revoke execute on function public.set_session_brief(uuid, text, text) from public, anon, authenticated;
revoke execute on all functions in schema medtui_private from public, anon, authenticated;
grant execute on function
  public.set_session_brief(uuid, text, text),
  medtui_private.set_session_brief(uuid, text, text),
  medtui_private.session_case(uuid),
  medtui_private.refuse(text, text),
  medtui_private.has_files(uuid),
  medtui_private.coming(text, uuid),
  medtui_private.was_held_with(uuid, uuid),
  medtui_private.was_briefed(uuid, uuid, uuid),
  medtui_private.has_account(),
  medtui_private.may_upload(text)
to authenticated;
grant execute on function medtui_private.session_case(uuid) to service_role;

-- Profiles and files ----------------------------------------------------------------------------

drop policy if exists "Deleted accounts make no profile" on public.profiles;
create policy "Deleted accounts make no profile" on public.profiles
  as restrictive for insert to authenticated with check ((select medtui_private.has_account()));

drop policy if exists "Deleted accounts edit no profile" on public.profiles;
create policy "Deleted accounts edit no profile" on public.profiles
  as restrictive for update to authenticated using ((select medtui_private.has_account()));

drop policy if exists "Deleted accounts reach no assessments" on storage.objects;
create policy "Deleted accounts reach no assessments" on storage.objects
  as restrictive for all to authenticated
  using (bucket_id <> 'assessments' or (select medtui_private.has_account()));

drop policy if exists "Uploads take turns with bookings and cancellations" on storage.objects;
create policy "Uploads take turns with bookings and cancellations" on storage.objects
  as restrictive for insert to authenticated with check (
    bucket_id <> 'assessments' or medtui_private.may_upload((storage.foldername(objects.name))[1])
  );

-- A signed link reads whatever file has that path, for as long as its maker chose, also after they
-- have left the session. Storage says which operation a query is for, where it has this function.
drop policy if exists "Assessments are downloaded, not shared by links" on storage.objects;
do $$
begin
  if to_regprocedure('storage.operation()') is not null then
    create policy "Assessments are downloaded, not shared by links" on storage.objects
      as restrictive for select to anon, authenticated using (
        bucket_id <> 'assessments'
        or (select storage.operation()) ~ '(^|[.])object[.]sign(_many)?$' is not true
      );
  end if;
end
$$;

-- Rooms: the private channel room:{session_id}:{host_id}:{guest_id} ------------------------------

-- The name holds the pair. Realtime remembers who may receive and send until a token is renewed:
-- a guest who has left is then in another channel than the next guest.
do $$
declare
  mine constant text :=
    'exists (
      select from public.practice_sessions as session
      where session.id::text = split_part((select realtime.topic()), '':'', 2)
        and (select realtime.topic())
          = ''room:'' || session.id || '':'' || session.host_id || '':'' || session.guest_id
        and (select auth.uid()) in (session.host_id, session.guest_id)
    )';
  wanted record;
begin
  for wanted in
    select name, action, clause, restrictive from (values
      ('Host and guest receive in their room', 'select', 'using', false),
      ('Host and guest send in their room', 'insert', 'with check', false),
      ('Nobody else receives in a room', 'select', 'using', true),
      ('Nobody else sends in a room', 'insert', 'with check', true)
    ) as policies (name, action, clause, restrictive)
  loop
    execute format('drop policy if exists %I on realtime.messages', wanted.name);
    execute format(
      case when wanted.restrictive
        then 'create policy %I on realtime.messages as restrictive for %s to anon, authenticated
              %s (starts_with((select realtime.topic()), ''room:'') is not true or %s)'
        else 'create policy %I on realtime.messages for %s to authenticated
              %s (extension in (''broadcast'', ''presence'') and %s)'
      end,
      wanted.name, wanted.action, wanted.clause, mine
    );
  end loop;
end
$$;

drop policy if exists "Deleted accounts are in no room" on realtime.messages;
create policy "Deleted accounts are in no room" on realtime.messages
  as restrictive for all to authenticated using (
    starts_with((select realtime.topic()), 'room:') is not true
    or (select medtui_private.has_account())
  );
