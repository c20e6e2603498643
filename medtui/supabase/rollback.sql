-- Back behind all migrations but the first, to the data model word for word: as `postgres`,
--   psql "$DB_URL" -1 -f medtui/supabase/rollback.sql
--   supabase --workdir medtui migration repair --status reverted \
--     $(ls medtui/supabase/migrations | cut -d_ -f1 | tail -n +2)
-- To a later one: run those that are to stay again after it, in the same transaction; to the second,
--   psql "$DB_URL" -1 -f medtui/supabase/rollback.sql \
--     -f medtui/supabase/migrations/20261124090000_safe.sql
--   supabase --workdir medtui migration repair --status reverted \
--     $(ls medtui/supabase/migrations | cut -d_ -f1 | tail -n +3)
-- No row of the data model is touched. The briefs and notes that hosts have typed are deleted, and since
-- when rooms are in their stage is forgotten, and who waits for a seat. Behind the second, anybody
-- with an account can take sessions over again, and read every brief.

drop trigger if exists "0_round_new" on public.practice_sessions;
drop trigger if exists "0_round" on public.practice_sessions;
drop trigger if exists "0_waiting" on public.practice_sessions;
drop trigger if exists "9_waiting" on public.practice_sessions;
drop trigger if exists "0_guard_new" on public.practice_sessions;
drop trigger if exists "0_guard" on public.practice_sessions;
drop trigger if exists "0_guard_cancelled" on public.practice_sessions;
drop trigger if exists "0_one_seat" on public.practice_sessions;
drop trigger if exists "9_remember" on public.practice_sessions;
drop function if exists public.session_case(uuid);
drop function if exists public.set_session_brief(uuid, text, text);
drop function if exists public.server_time();
drop function if exists public.delete_account();
drop function if exists public.wait_for_seat(uuid);
drop function if exists public.stop_waiting(uuid);
drop function if exists public.next_offer(uuid);
drop function if exists public.waiting_lines();
drop function if exists public.free_absent_guest(uuid);
drop function if exists public.board_changes();
drop function if exists public.medtui_level();
drop policy if exists "Deleted accounts make no profile" on public.profiles;
drop policy if exists "Deleted accounts edit no profile" on public.profiles;
drop policy if exists "Deleted accounts reach no assessments" on storage.objects;
drop policy if exists "Uploads take turns with bookings and cancellations" on storage.objects;
drop policy if exists "Assessments are downloaded, not shared by links" on storage.objects;
drop policy if exists "Deleted accounts are in no room" on realtime.messages;
drop policy if exists "Boards hear of changed sessions" on realtime.messages;
drop policy if exists "Boards hear what their role may read" on realtime.messages;
drop policy if exists "Nobody speaks for the board" on realtime.messages;
-- With it the triggers that call its functions, on auth.users, too.
drop schema if exists medtui_private cascade;
drop table if exists public.session_briefs;

drop policy if exists "Participants change sessions, others take free seats" on public.practice_sessions;
drop policy if exists "Users edit their own profile" on public.profiles;
drop policy if exists "Nobody makes a profile for others" on public.profiles;
drop policy if exists "Nobody edits others' profiles" on public.profiles;
drop policy if exists "Everybody sees the catalogue of cases" on public.cases;
drop policy if exists "Cases are added by the team" on public.cases;
drop policy if exists "Cases are changed by the team" on public.cases;
drop policy if exists "Cases are removed by the team" on public.cases;
drop policy if exists "The bucket of assessments stays as it is" on storage.buckets;
drop policy if exists "The bucket of assessments stays" on storage.buckets;
drop policy if exists "Assessments are read by host and guest alone" on storage.objects;
drop policy if exists "Assessments are two files, uploaded by the host alone" on storage.objects;
drop policy if exists "Assessments are three files, uploaded by the host alone" on storage.objects;
drop policy if exists "Assessments are replaced, not changed" on storage.objects;
drop policy if exists "Assessments are deleted by the host alone" on storage.objects;
drop policy if exists "Host and guest receive in their room" on realtime.messages;
drop policy if exists "Host and guest send in their room" on realtime.messages;
drop policy if exists "Nobody else receives in a room" on realtime.messages;
drop policy if exists "Nobody else sends in a room" on realtime.messages;

drop policy if exists "Hosts change their sessions" on public.practice_sessions;
create policy "Hosts change their sessions" on public.practice_sessions
  for update to authenticated
  using ((select auth.uid()) = host_id) with check ((select auth.uid()) = host_id);
drop policy if exists "Users sign up as guest" on public.practice_sessions;
create policy "Users sign up as guest" on public.practice_sessions
  for update to authenticated
  using (guest_id is null or (select auth.uid()) = guest_id)
  with check ((select auth.uid()) = guest_id);

-- Column grants go with those of the table.
revoke all on public.practice_sessions, public.cases from anon, authenticated;
grant all on public.practice_sessions, public.cases to anon, authenticated;
revoke update on public.profiles from authenticated;
grant insert, update, delete, truncate, references, trigger on public.profiles
  to anon, authenticated;

update storage.buckets set file_size_limit = null, allowed_mime_types = null
where id = 'assessments';

drop index if exists public.practice_sessions_datetime_utc_idx;
drop index if exists public.practice_sessions_case_id_idx;
drop index if exists public.practice_sessions_folder_idx;
drop index if exists public.practice_sessions_meeting_id_idx;
alter table public.practice_sessions
  drop column if exists stage_since,
  drop column if exists meeting_id,
  drop column if exists kept_for,
  drop column if exists kept_until,
  drop column if exists kept_as,
  drop column if exists turned_at;

-- Later columns have a comment that begins with "medtui: ", by which they are known here.
do $$
declare
  ours record;
begin
  for ours in
    select attrelid::regclass as of_table, attname as name from pg_catalog.pg_attribute
    where attrelid in (
        'public.profiles'::regclass, 'public.practice_sessions'::regclass, 'public.cases'::regclass
      )
      and not attisdropped and starts_with(col_description(attrelid, attnum), 'medtui: ')
  loop
    execute format('alter table %s drop column %I', ours.of_table, ours.name);
  end loop;
  for ours in
    select conrelid::regclass as of_table, conname as name from pg_catalog.pg_constraint
    where contype = 'c' and conname like 'medtui\_%\_check'
      and conrelid in (
        'public.profiles'::regclass, 'public.practice_sessions'::regclass, 'public.cases'::regclass
      )
  loop
    execute format('alter table %s drop constraint %I', ours.of_table, ours.name);
  end loop;
  for ours in
    select conname as name, attname as of_column,
      case confrelid when 'public.cases'::regclass then 'public.cases (id)'
        else 'public.profiles (user_id)' end as target
    from pg_catalog.pg_constraint
    join pg_catalog.pg_attribute on attrelid = conrelid and array[attnum] = conkey
    where conrelid = 'public.practice_sessions'::regclass and contype = 'f'
      and confrelid in ('public.cases'::regclass, 'public.profiles'::regclass)
      and confdeltype in ('n', 'c')
  loop
    execute format('alter table public.practice_sessions drop constraint %I', ours.name);
    execute format(
      'alter table public.practice_sessions add constraint %I foreign key (%I) references %s',
      ours.name, ours.of_column, ours.target
    );
  end loop;
end
$$;
