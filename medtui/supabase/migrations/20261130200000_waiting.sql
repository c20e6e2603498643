-- Waiting lists, seats that are kept for a person of the host's choice, and guests who do not come.
--
-- A free seat is kept (`kept_for`, `kept_until`) for one of three reasons (`kept_as`): for the guest
-- of the last round, for a person whom the host has invited, or for the first in the line of those
-- who wait. An offer lasts an eighth of the time that is left until the start, at least two minutes
-- and at most three hours, so that each in the line has a turn. One that runs out goes to the next,
-- until the start; from then on the first is offered it once, for two minutes, and then the seat is
-- free. Who has let an offer run out goes to the end of the line, and is not offered the seat again
-- before it has been taken and freed.
--
-- No job does this: whose the seat is now follows from the row, the line and the time
-- (`medtui_private.offers`), and a booking is judged by it. `next_offer` writes it to the row, so
-- that everybody sees it. Whoever changes a line or an offer holds the session's row first.
--
-- Every statement can be repeated, and nothing that others made is dropped.

alter table public.practice_sessions add column if not exists kept_as text
  constraint practice_sessions_kept_as_check check (kept_as in ('round', 'invited', 'offer'));
comment on column public.practice_sessions.kept_for is
  'Whose the free seat is until kept_until; then it is the next one''s in the line, if any';
comment on column public.practice_sessions.kept_as is
  'Why the seat is kept: for the guest of the last round, by invitation, as an offer to the line';

grant update (kept_for, kept_until) on public.practice_sessions to authenticated;

create or replace function public.medtui_level() returns integer
language sql immutable security invoker set search_path = '' as $$
  select 5
$$;

create sequence if not exists medtui_private.waiting_place;

create table if not exists medtui_private.waiting (
  session_id uuid references public.practice_sessions (id) on update cascade on delete cascade,
  user_id uuid references public.profiles (user_id) on update cascade on delete cascade,
  place bigint not null default nextval('medtui_private.waiting_place'),
  has_passed boolean not null default false,
  primary key (session_id, user_id)
);
comment on table medtui_private.waiting is 'Who waits for the seat of which session, by place';
comment on column medtui_private.waiting.has_passed is
  'Whether an offer has run out since the seat was last freed';
create index if not exists waiting_user_id_idx on medtui_private.waiting (user_id);

-- Only functions of this schema's owner read and write it.
alter table medtui_private.waiting enable row level security;
drop policy if exists "Functions alone" on medtui_private.waiting;
create policy "Functions alone" on medtui_private.waiting as restrictive to anon, authenticated
  using (false);

-- Whose a free seat is ---------------------------------------------------------------------------

create or replace function medtui_private.offer_ends(starts_at timestamptz, begins timestamptz)
returns timestamptz
language sql immutable security invoker set search_path = '' as $$
  select begins
    + least(greatest((starts_at - begins) / 8, interval '2 minutes'), interval '3 hours')
$$;

-- For whom the free seat of a session has been kept since the row was last written, in order, with
-- the end of each turn: whose end is still to come is whose the seat is. No row: it is free.
create or replace function medtui_private.offers(of_session uuid)
returns table (kept_for uuid, kept_until timestamptz, kept_as text)
language plpgsql volatile security definer set search_path = '' as $$
declare
  now_ constant timestamptz := clock_timestamp();
  session record;
begin
  select s.kept_for, s.kept_until, s.kept_as, s.datetime_utc into session
  from public.practice_sessions as s
  where s.id = of_session and s.guest_id is null and s.kept_for is not null;
  if session.kept_until is null then
    return;
  end if;
  kept_for := session.kept_for;
  kept_until := session.kept_until;
  kept_as := coalesce(session.kept_as, 'round');
  return next;
  for kept_for in
    select line.user_id from medtui_private.waiting as line
    where line.session_id = of_session and not line.has_passed
      and (session.kept_as = 'offer' and line.user_id = session.kept_for) is not true
    order by line.place
  loop
    exit when kept_until > now_ or kept_until >= session.datetime_utc;
    kept_until := medtui_private.offer_ends(session.datetime_utc, kept_until);
    kept_as := 'offer';
    return next;
  end loop;
end
$$;

-- Whose a free seat is now; no row: it is free for everybody.
create or replace function medtui_private.keeper(of_session uuid)
returns table (kept_for uuid, kept_until timestamptz, kept_as text)
language sql volatile security definer set search_path = '' as $$
  select * from medtui_private.offers(of_session) as offer
  where offer.kept_until > clock_timestamp() limit 1
$$;

-- Put those whose offer has run out at the end of the line. The caller holds the session's row.
create or replace function medtui_private.note_passed(of_session uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  passed uuid;
begin
  for passed in
    select offer.kept_for from medtui_private.offers(of_session) as offer
    where offer.kept_until <= clock_timestamp() and offer.kept_as = 'offer'
    order by offer.kept_until
  loop
    update medtui_private.waiting
    set has_passed = true, place = nextval('medtui_private.waiting_place')
    where session_id = of_session and user_id = passed;
  end loop;
end
$$;

-- What may become of a seat that is kept ---------------------------------------------------------

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
  new.kept_as := null;
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
  new.kept_as := 'round';
  return new;
end
$$;

create or replace function medtui_private.guard_kept_seat() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  now_ constant timestamptz := clock_timestamp();
  seat record;
  minutes integer;
begin
  if current_user in ('anon', 'authenticated') then
    new.turned_at := old.turned_at;
    new.kept_as := old.kept_as;
    if old.guest_id is null then
      select * into seat from medtui_private.keeper(old.id);
      minutes := ceil(extract(epoch from seat.kept_until - now_) / 60);
    end if;
    if old.guest_id is null and new.guest_id is not null then
      if seat.kept_for is distinct from new.guest_id and seat.kept_for is not null then
        perform medtui_private.refuse(
          format('This seat is kept for another person for %s: wait for it, or book another session.',
            case when minutes >= 120 then format('%s more hours', minutes / 60)
              when minutes > 1 then format('%s more minutes', minutes) else 'one more minute' end),
          'kept');
      end if;
    elsif (new.kept_for, new.kept_until) is distinct from (old.kept_for, old.kept_until) then
      -- By the host: the guard before this one lets nobody else change these.
      if seat.kept_as in ('round', 'offer') then
        perform medtui_private.refuse(
          'This seat is offered to a person who waits for it: invite another when it is free.',
          'kept');
      elsif new.kept_for is null and new.kept_until is null then
        null;
      elsif (
        new.guest_id is null and new.version = 1 and new.kept_for <> old.host_id
        and new.kept_until > now_ and new.kept_until <= new.datetime_utc
        and exists (select from public.profiles where user_id = new.kept_for)
      ) is not true then
        perform medtui_private.refuse(
          'A free seat can be kept for a person of the group, until the session starts at the latest.',
          'invited');
      else
        new.kept_as := 'invited';
      end if;
    end if;
  end if;
  if (old.version >= 2 and coalesce(new.version, 1) < least(old.version, 3))
    or (
      new.candidate_id is distinct from old.candidate_id
      and medtui_private.was_held_with(old.id, old.host_id) is not null
    ) then
    new.turned_at := now_;
  end if;
  return new;
end
$$;

-- The next in the line for a seat that has just become free; null where there is none.
create or replace function medtui_private.first_in_line(of_session uuid) returns uuid
language sql volatile security definer set search_path = '' as $$
  select user_id from medtui_private.waiting
  where session_id = of_session and not has_passed order by place limit 1
$$;

-- Offers a seat that becomes free, whoever frees it. Nobody else may take one that was held.
create or replace function medtui_private.offer_seat() returns trigger
language plpgsql security definer set search_path = '' as $$
declare
  now_ constant timestamptz := clock_timestamp();
  is_freed constant boolean := old.guest_id is not null and new.guest_id is null;
begin
  if new.guest_id is not null then
    if old.guest_id is null then
      perform medtui_private.note_passed(old.id);
    end if;
    new.kept_for := null;
  elsif is_freed then
    update medtui_private.waiting set has_passed = false where session_id = old.id and has_passed;
    new.kept_for := null;
  end if;
  if new.kept_for is null then
    -- Freed, or given up before its time; an offer that has run out is `next_offer`'s.
    new.kept_until := null;
    new.kept_as := null;
    if (is_freed or old.kept_until > now_) and new.guest_id is null
      and coalesce(new.version, 1) <= 1 and new.datetime_utc >= now_ - interval '1 hour'
      and medtui_private.was_held_with(old.id, old.host_id) is null
      and not medtui_private.has_files(old.id) then
      new.kept_for := medtui_private.first_in_line(old.id);
      if new.kept_for is not null then
        new.kept_until := medtui_private.offer_ends(new.datetime_utc, now_);
        new.kept_as := 'offer';
      end if;
    end if;
  elsif new.datetime_utc is distinct from old.datetime_utc and new.kept_until > now_ then
    -- Where the session is sooner, so is the end.
    new.kept_until := least(new.kept_until, case new.kept_as
      when 'offer' then medtui_private.offer_ends(new.datetime_utc, now_)
      when 'invited' then greatest(new.datetime_utc, now_) else new.kept_until end);
  end if;
  return new;
end
$$;

-- Who has the seat waits no longer, and for a station that has begun nobody does.
create or replace function medtui_private.end_waiting() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from medtui_private.waiting
  where session_id = new.id and (user_id = new.guest_id or new.version >= 2);
  return null;
end
$$;

-- After "0_guard" and "0_round", by its name.
create or replace trigger "0_waiting" before update on public.practice_sessions
  for each row execute function medtui_private.offer_seat();
create or replace trigger "9_waiting" after update of guest_id, version on public.practice_sessions
  for each row execute function medtui_private.end_waiting();

-- What users ask for -----------------------------------------------------------------------------

-- Write whose the seat is now to the row: by whichever client sees first that a time has run out.
create or replace function medtui_private.next_offer(of_session uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  session record;
  seat record;
begin
  select guest_id, kept_for, kept_until into session
  from public.practice_sessions where id = of_session for no key update;
  if session.guest_id is not null or (session.kept_until <= clock_timestamp()) is not true then
    return;
  end if;
  select * into seat from medtui_private.keeper(of_session);
  perform medtui_private.note_passed(of_session);
  update public.practice_sessions
  set kept_for = seat.kept_for, kept_until = seat.kept_until, kept_as = seat.kept_as
  where id = of_session;
end
$$;

create or replace function medtui_private.wait_for_seat(of_session uuid) returns integer
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := auth.uid();
  now_ constant timestamptz := clock_timestamp();
  session record;
  seat record;
begin
  select host_id, guest_id, version, datetime_utc into session
  from public.practice_sessions where id = of_session for no key update;
  select * into seat from medtui_private.keeper(of_session);
  if session.host_id is null then
    perform medtui_private.refuse('The session was cancelled.', 'gone');
  elsif not medtui_private.has_account() then
    perform medtui_private.refuse('Your account was deleted: sign up to wait for a seat.', 'no_account');
  elsif not exists (select from public.profiles where user_id = me) then
    perform medtui_private.refuse('Set up your profile before you wait for a seat.', 'no_profile');
  elsif session.host_id = me then
    perform medtui_private.refuse('You host this session: others wait for its seat.', 'host');
  elsif session.guest_id = me then
    perform medtui_private.refuse('You have booked this session already.', 'booked');
  elsif session.version > 1 then
    perform medtui_private.refuse('This session has begun: its seat is not given any more.', 'begun');
  elsif session.datetime_utc < now_ - interval '1 hour' then
    perform medtui_private.refuse(
      'This session''s time is over: its seat is not given any more.', 'too_late');
  elsif medtui_private.was_held_with(of_session, me) is not null
    or medtui_private.has_files(of_session) then
    perform medtui_private.refuse(
      'This session has been held: its seat is not given to another guest.', 'held');
  elsif session.guest_id is null and (seat.kept_for is null or seat.kept_for = me) then
    perform medtui_private.refuse('The seat is free: book it.', 'free');
  end if;
  perform pg_advisory_xact_lock(hashtextextended('medtui waiting ' || me::text, 0));
  if not exists (
    select from medtui_private.waiting where session_id = of_session and user_id = me
  ) then
    if (
      select count(*) from medtui_private.waiting as line
      join public.practice_sessions as other on other.id = line.session_id
      where line.user_id = me and other.datetime_utc >= now_ - interval '1 hour'
    ) >= 20 then
      perform medtui_private.refuse(
        'You wait for 20 seats already: stop waiting for one of them first.', 'too_many');
    elsif (select count(*) from medtui_private.waiting where session_id = of_session) >= 100 then
      perform medtui_private.refuse(
        '100 people wait for this seat already: book another session.', 'too_many');
    end if;
    insert into medtui_private.waiting (session_id, user_id) values (of_session, me);
  end if;
  return (
    select place from medtui_private.waiting_lines() where session_id = of_session
  );
end
$$;

-- Leave the line, or pass on a seat that was offered, or to which one was invited.
create or replace function medtui_private.stop_waiting(of_session uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  perform from public.practice_sessions where id = of_session for no key update;
  perform medtui_private.next_offer(of_session);
  delete from medtui_private.waiting where session_id = of_session and user_id = auth.uid();
  update public.practice_sessions set kept_for = null
  where id = of_session and guest_id is null and kept_for = auth.uid()
    and kept_as in ('offer', 'invited');
end
$$;

-- The lines that the caller waits in, with their place (from 1), and those for their own sessions.
create or replace function medtui_private.waiting_lines()
returns table (session_id uuid, place integer, people integer)
language sql volatile security definer set search_path = '' as $$
  select line.session_id,
    (min(line.number) filter (where line.user_id = auth.uid()))::integer,
    count(*)::integer
  from (
    select waiting.session_id, waiting.user_id, session.host_id,
      row_number() over (partition by waiting.session_id order by waiting.place) as number
    from medtui_private.waiting
    join public.practice_sessions as session on session.id = waiting.session_id
    where session.datetime_utc >= now() - interval '1 hour' and (
      session.host_id = auth.uid() or exists (
        select from medtui_private.waiting as mine
        where mine.session_id = waiting.session_id and mine.user_id = auth.uid()
      )
    )
  ) as line
  group by line.session_id
$$;

-- A guest who has not come within five minutes of the start loses their seat, which goes on to the
-- line. That the host is alone in the room is what their client sees.
create or replace function medtui_private.free_absent_guest(of_session uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  now_ constant timestamptz := clock_timestamp();
  session record;
begin
  select host_id, guest_id, version, datetime_utc into session
  from public.practice_sessions where id = of_session for no key update;
  if (session.host_id = auth.uid()) is not true then
    perform medtui_private.refuse('Only the host can free the seat of a guest.', 'not_host');
  elsif not medtui_private.has_account() then
    perform medtui_private.refuse('Your account was deleted: sign up to change sessions.', 'no_account');
  elsif session.guest_id is null then
    perform medtui_private.refuse('The seat is free already.', 'free');
  elsif session.version > 1 then
    perform medtui_private.refuse('The station has started with this guest.', 'begun');
  elsif now_ < session.datetime_utc + interval '5 minutes' then
    perform medtui_private.refuse(
      'A guest has until five minutes after the start to come.', 'too_early');
  elsif now_ > session.datetime_utc + interval '1 hour' then
    perform medtui_private.refuse(
      'This session''s time is over: its seat is not given any more.', 'too_late');
  end if;
  update public.practice_sessions
  set guest_id = null, candidate_id = nullif(candidate_id, guest_id) where id = of_session;
end
$$;

create or replace function public.wait_for_seat(session_id uuid) returns integer
language sql volatile security invoker set search_path = '' as $$
  select medtui_private.wait_for_seat(session_id)
$$;

create or replace function public.stop_waiting(session_id uuid) returns void
language sql volatile security invoker set search_path = '' as $$
  select medtui_private.stop_waiting(session_id)
$$;

create or replace function public.next_offer(session_id uuid) returns void
language sql volatile security invoker set search_path = '' as $$
  select medtui_private.next_offer(session_id)
$$;

create or replace function public.waiting_lines()
returns table (session_id uuid, place integer, people integer)
language sql volatile security invoker set search_path = '' as $$
  select * from medtui_private.waiting_lines()
$$;

create or replace function public.free_absent_guest(session_id uuid) returns void
language sql volatile security invoker set search_path = '' as $$
  select medtui_private.free_absent_guest(session_id)
$$;

-- As before, and what the account waits for.
create or replace function medtui_private.leave_sessions(of_user uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Its waiting ends. A seat that is kept for it goes on to the next.
  perform from public.practice_sessions as session
  where kept_for = of_user or exists (
    select from medtui_private.waiting where session_id = session.id and user_id = of_user
  ) order by id for no key update;
  delete from medtui_private.waiting where user_id = of_user;
  delete from public.practice_sessions as session
  where host_id = of_user and not medtui_private.has_files(id) and (
    guest_id is null
    or datetime_utc >= now() - interval '1 hour'
      and not exists (select from medtui_private.held where session_id = session.id)
  );
  update public.practice_sessions as session
  set guest_id = null, candidate_id = nullif(candidate_id, of_user)
  where guest_id = of_user and datetime_utc >= now() - interval '1 hour'
    and not medtui_private.has_files(id)
    and not exists (select from medtui_private.held where session_id = session.id);
  -- Briefs that were typed for a station that was not held help nobody any more.
  delete from public.session_briefs using public.practice_sessions as session
  where session.id = session_id and host_id = of_user
    and not exists (select from medtui_private.held where held.session_id = session.id);
  delete from medtui_private.briefed where user_id = of_user;
  update public.practice_sessions set kept_for = null where kept_for = of_user;
  delete from public.profiles
  where user_id = of_user and not exists (
    select from public.practice_sessions where of_user in (host_id, guest_id)
  );
  begin
    update public.profiles
    set first_name = 'Former', last_name = 'member', training_level = 'unknown', avatar = null
    where user_id = of_user;
  exception when integrity_constraint_violation or data_exception then
    -- The platform has a list of levels.
    update public.profiles set first_name = 'Former', last_name = 'member', avatar = null
    where user_id = of_user;
  end;
end
$$;

-- Who may call what -----------------------------------------------------------------------------

revoke execute on function
  public.wait_for_seat(uuid), public.stop_waiting(uuid), public.next_offer(uuid),
  public.waiting_lines(), public.free_absent_guest(uuid),
  medtui_private.wait_for_seat(uuid), medtui_private.stop_waiting(uuid),
  medtui_private.next_offer(uuid), medtui_private.waiting_lines(),
  medtui_private.free_absent_guest(uuid),
  medtui_private.offer_ends(timestamptz, timestamptz), medtui_private.offers(uuid),
  medtui_private.keeper(uuid), medtui_private.note_passed(uuid),
  medtui_private.first_in_line(uuid), medtui_private.offer_seat(), medtui_private.end_waiting()
from public, anon, authenticated;
grant execute on function
  public.wait_for_seat(uuid), public.stop_waiting(uuid), public.next_offer(uuid),
  public.waiting_lines(), public.free_absent_guest(uuid),
  medtui_private.wait_for_seat(uuid), medtui_private.stop_waiting(uuid),
  medtui_private.next_offer(uuid), medtui_private.waiting_lines(),
  medtui_private.free_absent_guest(uuid), medtui_private.keeper(uuid)
to authenticated;
