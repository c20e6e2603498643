-- The schema of the auth server: who has signed up, and which logins are open. Tables and columns
-- are GoTrue's as far as the local one uses them.

set local role supabase_auth_admin;

create table if not exists auth.users (
  id uuid primary key default gen_random_uuid(),
  aud varchar(255) default 'authenticated',
  role varchar(255) default 'authenticated',
  email varchar(255) unique,
  encrypted_password varchar(255),
  email_confirmed_at timestamptz,
  last_sign_in_at timestamptz,
  raw_app_meta_data jsonb not null default '{}',
  raw_user_meta_data jsonb not null default '{}',
  banned_until timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create table if not exists auth.sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index if not exists sessions_user_id_idx on auth.sessions (user_id);

create table if not exists auth.refresh_tokens (
  id bigint generated always as identity primary key,
  token varchar(255) not null unique,
  session_id uuid not null references auth.sessions (id) on delete cascade,
  parent varchar(255),
  revoked_at timestamptz,
  created_at timestamptz not null default now()
);
create index if not exists refresh_tokens_session_id_idx on auth.refresh_tokens (session_id);

-- What earlier versions did not have.
alter table auth.users
  add column if not exists email_change varchar(255),
  add column if not exists deleted_at timestamptz,
  add column if not exists email_change_confirm_status smallint not null default 0;
alter table auth.sessions
  add column if not exists method text not null default 'password',
  add column if not exists aal text not null default 'aal1';

create table if not exists auth.mfa_factors (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null references auth.users (id) on delete cascade,
  friendly_name text,
  factor_type text not null default 'totp',
  status text not null default 'unverified',
  secret bytea not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);
create index if not exists mfa_factors_user_id_idx on auth.mfa_factors (user_id);
create table if not exists auth.mfa_challenges (
  id uuid primary key default gen_random_uuid(),
  factor_id uuid not null references auth.mfa_factors (id) on delete cascade,
  created_at timestamptz not null default now()
);
create index if not exists mfa_challenges_factor_id_idx on auth.mfa_challenges (factor_id);

-- Codes that a hosted project would e-mail. Here nothing is sent: this table is the mailbox. One
-- that was used or taken back is null; when it was sent still counts.
do $$
begin
  if not exists (
    select from information_schema.columns
    where table_schema = 'auth' and table_name = 'one_time_codes' and column_name = 'user_id'
  ) then
    drop table if exists auth.one_time_codes;
  end if;
end
$$;
create table if not exists auth.one_time_codes (
  user_id uuid not null references auth.users (id) on delete cascade,
  purpose text not null,
  email varchar(255) not null,
  code varchar(6),
  sent_at timestamptz not null default now(),
  primary key (user_id, purpose)
);
create index if not exists one_time_codes_email_idx on auth.one_time_codes (email);
alter table auth.one_time_codes
  drop constraint if exists one_time_codes_purpose_check,
  add constraint one_time_codes_purpose_check check (
    purpose in ('signup', 'recovery', 'email_change_current', 'email_change_new', 'reauthentication')
  );

-- Calendar feeds, one for each user. `entries` are those that were read last; `hash` is of the secret
-- in the address, which `seed` and the server's own secret make.
create table if not exists auth.calendar_feeds (
  user_id uuid primary key references auth.users (id) on delete cascade,
  seed uuid not null default gen_random_uuid(),
  hash bytea unique,
  minutes smallint not null,
  entries jsonb not null default '[]',
  created_at timestamptz not null default now()
);
-- The seed of a user's feed, made if there is none. What is no number of minutes is an hour. Null if
-- the `login` that asks has ended, or the user is banned: the row's lock makes either wait, or be seen.
drop function if exists auth.feed_seed(uuid, text);
create or replace function auth.feed_seed(person uuid, login uuid, asked text) returns bytea
language plpgsql set search_path = '' as $$
declare
  made bytea;
begin
  perform from auth.users where id = person for share;
  insert into auth.calendar_feeds (user_id, minutes)
  select id, case when asked ~ '^[1-9][0-9]{0,2}$' then asked::smallint else 60 end
  from auth.users
  where id = person and deleted_at is null and (banned_until > clock_timestamp()) is not true
    and (login is null or exists (select from auth.sessions where id = login))
  on conflict (user_id) do update set minutes = excluded.minutes
  returning 'calendar'::bytea || uuid_send(seed) into made;
  return made;
end
$$;
create or replace function auth.open_feed(person uuid, secret bytea) returns void
language sql set search_path = '' as $$
  update auth.calendar_feeds set hash = sha256(secret) where user_id = person
$$;
-- Keep what was read of a feed of this version. False if it has ended or changed since then.
drop function if exists auth.keep_feed(uuid, jsonb);
create or replace function auth.keep_feed(person uuid, version text, written jsonb) returns boolean
language plpgsql set search_path = '' as $$
begin
  update auth.calendar_feeds set entries = written
  where user_id = person and xmin::text = version and entries <> written;
  return found
    or exists (select from auth.calendar_feeds where user_id = person and xmin::text = version);
end
$$;
create or replace function auth.end_feed(person uuid) returns boolean
language sql set search_path = '' as $$
  with ended as (delete from auth.calendar_feeds where user_id = person returning 1)
  select exists (select from ended)
$$;
-- An address is a credential of its own. It ends when the user is banned, and when the password is
-- changed: who knew the old one may have taken the address.
create or replace function auth.end_feed_with_password() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
  delete from auth.calendar_feeds where user_id = new.id;
  return null;
end
$$;
create or replace trigger end_feed after update on auth.users for each row
  when (
    (old.encrypted_password, old.banned_until, old.deleted_at)
    is distinct from (new.encrypted_password, new.banned_until, new.deleted_at)
  )
  execute function auth.end_feed_with_password();

create or replace function auth.jwt() returns jsonb language sql stable set search_path = '' as $$
  select coalesce(
    nullif(current_setting('request.jwt.claims', true), '')::jsonb, '{}'::jsonb
  )
$$;

create or replace function auth.uid() returns uuid language sql stable set search_path = '' as $$
  select nullif(nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub', '')::uuid
$$;

create or replace function auth.role() returns text language sql stable set search_path = '' as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
$$;

create or replace function auth.email() returns text language sql stable set search_path = '' as $$
  select nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
$$;

-- The user's own sessions of the time that `core/calendar_feed.py` names, read with their own rights.
create or replace function auth.feed_rows() returns setof jsonb
language plpgsql stable set search_path = '' as $$
begin
  return query
  select jsonb_build_object(
    'id', s.id, 'host_id', s.host_id, 'guest_id', s.guest_id, 'datetime_utc', s.datetime_utc,
    'type', s.type, 'room_url', s.room_url, 'note', to_jsonb(s) -> 'note',
    'host', (select to_jsonb(p) from (
      select user_id, first_name, last_name, training_level from public.profiles
    ) as p where p.user_id = s.host_id),
    'guest', (select to_jsonb(p) from (
      select user_id, first_name, last_name, training_level from public.profiles
    ) as p where p.user_id = s.guest_id)
  )
  from public.practice_sessions as s
  where auth.uid() in (s.host_id, s.guest_id) and s.datetime_utc > now() - interval '30 days';
end
$$;

-- A token outlives its account by up to an hour: the services ask, in every request, whether the
-- account is there. When one is deleted, its channels are closed: see 4_realtime.sql.
create or replace function auth.refuse_deleted(claims text) returns void
language plpgsql stable security definer set search_path = '' as $$
declare
  claimed jsonb := claims::jsonb;
begin
  if claimed ->> 'role' = 'authenticated'
    and claimed ->> 'sub' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
    and not exists (select from auth.users where id = (claimed ->> 'sub')::uuid)
  then
    raise exception 'User from sub claim in JWT does not exist' using errcode = 'MT401';
  end if;
end
$$;

grant usage on schema auth to authenticator, supabase_storage_admin;

-- Earlier versions told of deleted accounts by a notification.
drop trigger if exists tell_of_deleted on auth.users;
drop function if exists auth.tell_of_deleted();

revoke all on all tables in schema auth from public, anon, authenticated, service_role;
grant execute on all functions in schema auth to public;
-- As on a hosted project: whoever runs it may look after its users by SQL.
grant all on all tables in schema auth to postgres;

reset role;
