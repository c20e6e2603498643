-- Users delete their own account.
--
-- Every statement can be repeated, and nothing that others made is dropped.

create or replace function public.medtui_level() returns integer
language sql immutable security invoker set search_path = '' as $$
  select 4
$$;

-- What becomes of what an account has ------------------------------------------------------------

-- What is coming is cancelled, or its seat is free. What was held, or has files, or is over with a
-- guest, belongs to the partner, too: it stays, with a profile that names no person. Where there is
-- no partner nothing stays but what has files: these only Storage can delete.
create or replace function medtui_private.leave_sessions(of_user uuid) returns void
language plpgsql volatile security definer set search_path = '' as $$
begin
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
  update public.practice_sessions set kept_for = null, kept_until = null where kept_for = of_user;
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

create or replace function medtui_private.account_deleted() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  perform medtui_private.leave_sessions(old.id);
  return old;
exception when others then
  -- An operator can always delete an account.
  raise warning 'the sessions of account % stay as they are: %', old.id, sqlerrm;
  return old;
end
$$;

-- By its owner -----------------------------------------------------------------------------------

-- A login that was found open is not enough: the password, or a code, was entered just now. By the
-- auth server's own table, as a token that is refreshed is always new. A second factor counts where
-- the account has one; not every Supabase has that table.
create or replace function medtui_private.delete_account() returns void
language plpgsql volatile security definer set search_path = '' as $$
declare
  me constant uuid := auth.uid();
  has_second_factor boolean := false;
begin
  if not medtui_private.has_account() then
    perform medtui_private.refuse('There is no account of yours here any more.', 'no_account');
  elsif not exists (
    select from auth.sessions
    where user_id = me and id::text = auth.jwt() ->> 'session_id'
      and created_at >= clock_timestamp() - interval '10 minutes'
  ) then
    perform medtui_private.refuse(
      'Your account was not deleted: sign in again, and delete it within ten minutes.', 'not_fresh');
  end if;
  if to_regclass('auth.mfa_factors') is not null then
    execute 'select exists (
      select from auth.mfa_factors where user_id = $1 and status::text = ''verified''
    )' into has_second_factor using me;
  end if;
  if has_second_factor and auth.jwt() ->> 'aal' is distinct from 'aal2' then
    perform medtui_private.refuse(
      'Your account was not deleted: sign in again with your second factor, and delete it within '
      'ten minutes.', 'second_factor');
  end if;
  -- All of it or nothing; the trigger finds nothing left to do, or is not there at all.
  begin
    perform medtui_private.leave_sessions(me);
    delete from auth.users where id = me;
  exception when insufficient_privilege or integrity_constraint_violation or data_exception then
    perform medtui_private.refuse(
      'Your account was not deleted, because this server''s other data needs it: '
      'ask its operator to delete it.', 'in_use');
  end;
end
$$;

create or replace function public.delete_account() returns void
language sql volatile security invoker set search_path = '' as $$
  select medtui_private.delete_account()
$$;

-- Who may call what -----------------------------------------------------------------------------

revoke execute on function
  public.delete_account(),
  medtui_private.delete_account(),
  medtui_private.leave_sessions(uuid),
  medtui_private.account_deleted()
from public, anon, authenticated;
grant execute on function public.delete_account(), medtui_private.delete_account() to authenticated;
