-- Rounds: each station of a meeting is a session of its own, so that no mark changes its owner.
--
-- After a station the host begins the next round: a new row, whose seat is kept for the guest for
-- two minutes. A row that goes back from a station all the same, by another client, says when.
-- The candidate's own assessment is a third file.
--
-- Every statement can be repeated, and nothing that others made is dropped.

alter table public.practice_sessions
  add column if not exists meeting_id uuid,
  add column if not exists kept_for uuid,
  add column if not exists kept_until timestamptz,
  add column if not exists turned_at timestamptz;
comment on column public.practice_sessions.meeting_id is
  'Of a later round: the session of the first round';
comment on column public.practice_sessions.kept_for is
  'Whose the free seat is until kept_until';
comment on column public.practice_sessions.turned_at is
  'When roles or stage last went back behind a station that had begun';

create index if not exists practice_sessions_meeting_id_idx
  on public.practice_sessions (meeting_id);

grant select (meeting_id) on public.practice_sessions to anon;

-- What clients ask for first: which of these migrations a server has.
create or replace function public.medtui_level() returns integer
language sql immutable security invoker set search_path = '' as $$
  select 3
$$;
revoke execute on function public.medtui_level() from public, anon, authenticated;
grant execute on function public.medtui_level() to anon, authenticated, service_role;

-- What a later round may be ---------------------------------------------------------------------

create or replace function medtui_private.guard_round() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  last record;
begin
  if current_user not in ('anon', 'authenticated') then
    return new;
  end if;
  new.turned_at := null;
  new.kept_for := null;
  new.kept_until := null;
  if new.meeting_id is null then
    return new;
  end if;
  select guest_id, version into last from public.practice_sessions
  where host_id = auth.uid() and new.meeting_id in (id, meeting_id)
  order by created_at desc, id limit 1;
  if last.guest_id is null or last.version < 2 then
    perform medtui_private.refuse(
      'The next round follows a station that you have begun with a guest.', 'round');
  end if;
  new.kept_for := last.guest_id;
  new.kept_until := clock_timestamp() + interval '2 minutes';
  return new;
end
$$;

create or replace function medtui_private.guard_kept_seat() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if current_user in ('anon', 'authenticated') then
    new.turned_at := old.turned_at;
    if old.guest_id is null and new.guest_id is not null
      and old.kept_until > clock_timestamp() and new.guest_id is distinct from old.kept_for then
      perform medtui_private.refuse(
        'This seat is kept for the guest of the last round: it is free in two minutes.', 'kept');
    end if;
  end if;
  if (old.version >= 2 and coalesce(new.version, 1) < least(old.version, 3))
    or (
      new.candidate_id is distinct from old.candidate_id
      and medtui_private.was_held_with(old.id, old.host_id) is not null
    ) then
    new.turned_at := clock_timestamp();
  end if;
  return new;
end
$$;

-- After the guards "0_guard_new" and "0_guard", by their names.
create or replace trigger "0_round_new" before insert on public.practice_sessions
  for each row execute function medtui_private.guard_round();
create or replace trigger "0_round" before update on public.practice_sessions
  for each row execute function medtui_private.guard_kept_seat();

-- No candidate may have read the actor's brief of the case in any round of the meeting.
create or replace function medtui_private.was_briefed(
  of_session uuid, of_user uuid, of_case uuid
) returns boolean
language sql volatile security definer set search_path = '' as $$
  select exists (
    select from medtui_private.briefed
    join public.practice_sessions as round on round.id = briefed.session_id
    where briefed.user_id = of_user and briefed.case_id = of_case
      and coalesce(round.meeting_id, round.id) = (
        select coalesce(meeting_id, id) from public.practice_sessions where id = of_session
      )
  )
$$;

-- The trigger asks it also for writes with the service key.
grant execute on function medtui_private.was_held_with(uuid, uuid) to service_role;
revoke execute on function medtui_private.guard_round(), medtui_private.guard_kept_seat()
  from public, anon, authenticated;

-- Files -----------------------------------------------------------------------------------------

drop policy if exists "Assessments are two files, uploaded by the host alone" on storage.objects;
drop policy if exists "Assessments are three files, uploaded by the host alone" on storage.objects;
create policy "Assessments are three files, uploaded by the host alone" on storage.objects
  as restrictive for insert to anon, authenticated with check (
    bucket_id <> 'assessments' or exists (
      select from public.practice_sessions as session
      where session.id::text = (storage.foldername(objects.name))[1]
        and (select auth.uid()) = session.host_id
        and objects.name in (
          session.id::text || '/transcript.json', session.id::text || '/assessment.json',
          session.id::text || '/self_assessment.json'
        )
    )
  );
