-- What a second review found: a station without a case of the catalogue, a room for each pair.
--
-- Every statement can be repeated, and nothing that others made is dropped.

-- Briefs that the host types, for a station without a case of the catalogue ----------------------

create table if not exists public.session_briefs (
  session_id uuid primary key references public.practice_sessions (id) on delete cascade,
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
  session record;
begin
  -- A start of the station waits for this, and this for a start.
  select host_id, version into session
  from public.practice_sessions where id = of_session for no key update;
  if (session.host_id = auth.uid()) is not true then
    perform medtui_private.refuse('Only the host can write this session''s briefs.', 'not_host');
  elsif session.version > 1 then
    perform medtui_private.refuse(
      'The station has started: its briefs can be changed in prep only.', 'stage');
  end if;
  for_candidate := nullif(for_candidate, substring(for_candidate from '^\s*$'));
  for_actor := nullif(for_actor, substring(for_actor from '^\s*$'));
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
      then coalesce(the_case.candidate_brief, typed.candidate_brief) end,
    case when my.role = 'actor' or session.version >= 3
      then coalesce(the_case.actor_brief, typed.actor_brief) end,
    case when session.version >= 3 then the_case.condition end
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
  where session.id = of_session and auth.uid() in (session.host_id, session.guest_id)
    and (the_case.id is not null or typed.session_id is not null)
$$;

-- What may become of a session ------------------------------------------------------------------

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

-- Who may call what -----------------------------------------------------------------------------

revoke execute on function
  public.set_session_brief(uuid, text, text),
  medtui_private.set_session_brief(uuid, text, text)
from public, anon, authenticated;
grant execute on function
  public.set_session_brief(uuid, text, text),
  medtui_private.set_session_brief(uuid, text, text)
to authenticated;

-- Rooms: the private channel room:{session_id}:{host_id}:{guest_id} ------------------------------

-- The name holds the pair. Realtime remembers who may receive and send until a token is renewed:
-- a guest who has left is then in another channel than the next guest.
do $$
declare
  mine constant text :=
    'exists (
      select from public.practice_sessions as session
      where session.id::text = split_part((select realtime.topic()), '':'', 2)
        and (select realtime.topic()) = concat_ws('':'', ''room'', session.id, session.host_id, session.guest_id)
        and session.guest_id is not null
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
