-- The schema of the realtime server: private channels' messages, and who may see a changed row.

create table if not exists realtime.messages (
  topic text not null,
  extension text not null,
  payload jsonb,
  event text,
  private boolean default false,
  updated_at timestamp not null default now(),
  inserted_at timestamp not null default now(),
  id uuid not null default gen_random_uuid(),
  primary key (id, inserted_at)
);
alter table realtime.messages owner to supabase_realtime_admin;
alter table realtime.messages enable row level security;
grant select, insert on realtime.messages to postgres, anon, authenticated, service_role;

create or replace function realtime.topic() returns text language sql stable set search_path = '' as $$
  select nullif(current_setting('realtime.topic', true), '')::text
$$;
grant execute on function realtime.topic() to public;

-- Tells a private topic's members what the database says, in the log. Nothing is kept here.
create or replace function realtime.send(
  payload jsonb, event text, topic text, private boolean default true
) returns void language plpgsql set search_path = '' as $$
declare
  message uuid := gen_random_uuid();
begin
  insert into realtime.messages (id, payload, event, topic, private, extension)
  values (message, jsonb_build_object('id', message) || payload, event, topic, private, 'broadcast');
  delete from realtime.messages where id = message;
exception when others then
  raise warning 'WarnSendingBroadcastMessage: %', sqlerrm;
end
$$;
do $$
begin
  if not exists (
    select from pg_catalog.pg_publication where pubname = 'supabase_realtime_messages_publication'
  ) then
    create publication supabase_realtime_messages_publication for table realtime.messages
      with (publish = 'insert');
  end if;
end
$$;

-- For each subscriber (role and claims at the same position) whether they see the row with this
-- key now, as realtime.apply_rls decides it on a hosted project: by asking as that subscriber.
create or replace function realtime.visible_to(
  of_table regclass, key_column name, key text, roles text[], claims text[]
) returns boolean[] language plpgsql volatile set search_path = '' as $$
declare
  -- Prepared once for a connection, planned once for a role: planning is what would cost.
  probe name := format('visible_%s_%s', of_table::oid, md5(key_column));
  ask text;
  seen boolean;
  answer boolean[] := '{}';
begin
  if not exists (select from pg_catalog.pg_prepared_statements where name = probe) then
    execute (
      select format(
        'prepare %I (text) as select exists (select from %s where %I = $1::%s)',
        probe, of_table, key_column, format_type(atttypid, atttypmod)
      ) from pg_catalog.pg_attribute where attrelid = of_table and attname = key_column
    );
  end if;
  ask := format('execute %I (%L)', probe, key);
  for at in 1 .. cardinality(roles) loop
    perform set_config('request.jwt.claims', claims[at], true);
    if at = 1 or roles[at] <> roles[at - 1] then
      perform set_config('role', roles[at], true);
    end if;
    begin
      execute ask into seen;
    exception when others then  -- a policy that raises for one subscriber is that one's alone
      seen := false;
    end;
    answer := answer || seen;
  end loop;
  perform set_config('role', 'none', true);
  return answer;
end
$$;
revoke execute on function realtime.visible_to from public, anon, authenticated, service_role;

-- Which of the extensions, broadcast and presence, somebody may receive or send on a private topic:
-- by trying it as them, on rows that are taken back. To receive is to see a message of the topic,
-- to send is to be allowed to insert one.
create or replace function realtime.permitted(
  action text, of_topic text, extensions text[], as_role text, claims text
) returns text[] language plpgsql volatile set search_path = '' as $$
declare
  kind text;
  message uuid;
  permitted text[] := '{}';
begin
  perform set_config('realtime.topic', of_topic, true);
  perform set_config('request.jwt.claims', claims, true);
  foreach kind in array extensions loop
    begin
      if action = 'receive' then
        insert into realtime.messages (topic, extension, private) values (of_topic, kind, true)
          returning id into message;
      end if;
      perform set_config('role', as_role, true);
      if action = 'receive' then
        perform from realtime.messages where id = message;
      else
        insert into realtime.messages (topic, extension, private) values (of_topic, kind, true);
      end if;
      if found then
        permitted := permitted || kind;
      end if;
      raise exception 'taken back' using errcode = 'MT000';  -- the rows, and the role
    exception when others then  -- this, a refusal, or a policy that raises
    end;
  end loop;
  return permitted;
end
$$;
revoke execute on function realtime.permitted from public, anon, authenticated, service_role;

-- The realtime server closes the channels of deleted accounts: it follows this in the log, too.
do $$
begin
  if not exists (select from pg_catalog.pg_publication where pubname = 'medtui_deleted') then
    create publication medtui_deleted for table auth.users with (publish = 'delete');
  end if;
end
$$;
