-- The roles, schemas and default privileges that every Supabase project starts with.
-- Run as the cluster's superuser, supabase_admin; running it again changes nothing. Roles belong
-- to the whole cluster, so a second database finds them made.

do $$
declare
  wanted record;
begin
  for wanted in
    select * from (values
      ('anon', 'nologin noinherit'),
      ('authenticated', 'nologin noinherit'),
      ('service_role', 'nologin noinherit bypassrls'),
      ('authenticator', 'login noinherit'),
      ('postgres', 'login createdb createrole replication bypassrls'),
      ('supabase_auth_admin', 'login noinherit createrole'),
      ('supabase_storage_admin', 'login noinherit createrole'),
      ('supabase_realtime_admin', 'nologin noinherit')
    ) as role (name, attributes)
    where not exists (select from pg_catalog.pg_roles where rolname = role.name)
  loop
    -- A SCRAM verifier does not contain the role's name: copying it shares the password,
    -- without the password being in this file or in the log.
    execute format(
      'create role %I %s password %L', wanted.name, wanted.attributes,
      (select rolpassword from pg_catalog.pg_authid where rolname = 'supabase_admin')
    );
    case wanted.name
      when 'postgres' then
        execute 'alter role postgres set search_path = "$user", public, extensions';
      when 'authenticator' then
        -- A request that hangs gives its connection back.
        execute 'alter role authenticator set statement_timeout = ''8s''';
        execute 'alter role authenticator set lock_timeout = ''8s''';
      when 'supabase_auth_admin' then
        execute 'alter role supabase_auth_admin set search_path = auth';
        execute 'alter role supabase_auth_admin set idle_in_transaction_session_timeout = ''60s''';
      when 'supabase_storage_admin' then
        execute 'alter role supabase_storage_admin set search_path = storage';
      else null;
    end case;
  end loop;

  -- Granting what is granted writes to the catalogue and says so: only what is missing.
  for wanted in
    select granted, member from (values
      ('anon', 'authenticator'),
      ('authenticated', 'authenticator'),
      ('service_role', 'authenticator'),
      ('anon', 'postgres'),
      ('authenticated', 'postgres'),
      ('service_role', 'postgres'),
      ('authenticator', 'supabase_storage_admin'),
      -- A hosted project lets postgres make policies on these owners' tables.
      ('supabase_auth_admin', 'postgres'),
      ('supabase_storage_admin', 'postgres'),
      ('supabase_realtime_admin', 'postgres')
    ) as membership (granted, member)
    where not exists (
      select from pg_catalog.pg_auth_members
      where roleid = granted::regrole and pg_auth_members.member = membership.member::regrole
    )
  loop
    execute format('grant %I to %I', wanted.granted, wanted.member);
  end loop;

  -- The database's owner also owns the schema public, through pg_database_owner.
  execute format('alter database %I owner to postgres', current_database());
end
$$;

create schema if not exists extensions authorization postgres;
create schema if not exists auth authorization supabase_auth_admin;
create schema if not exists storage authorization supabase_storage_admin;
create schema if not exists realtime authorization supabase_admin;

grant usage on schema public, extensions, auth, storage, realtime
  to postgres, anon, authenticated, service_role;
grant all on schema realtime to supabase_realtime_admin;

-- Whatever is made in public is open to the API's roles until a migration says otherwise:
-- row-level security, and not the lack of a grant, is what protects a Supabase table.
alter default privileges for role postgres, supabase_admin in schema public
  grant all on tables to postgres, anon, authenticated, service_role;
alter default privileges for role postgres, supabase_admin in schema public
  grant all on functions to postgres, anon, authenticated, service_role;
alter default privileges for role postgres, supabase_admin in schema public
  grant all on sequences to postgres, anon, authenticated, service_role;

do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
    create publication supabase_realtime;
    alter publication supabase_realtime owner to postgres;
  end if;
end
$$;
