-- A line with a session: its host's own words, such as the exam, a topic or the language.
--
-- It is for those who choose a session, so everybody reads it whom the data model shows sessions,
-- strangers with the public key included. What is kept from strangers must not come to them by it:
-- a note with a link in it is refused. The guard lets the host alone change it, as every column
-- that it does not name; a guest who books or leaves writes nothing else.
--
-- Every statement can be repeated, and nothing that others made is dropped.

alter table public.practice_sessions add column if not exists note text;
comment on column public.practice_sessions.note is
  'medtui: one line of the host''s for those who choose a session; everybody reads it';

grant update (note) on public.practice_sessions to authenticated;
grant select (note) on public.practice_sessions to anon;

create or replace function public.medtui_level() returns integer
language sql immutable security invoker set search_path = '' as $$
  select 8
$$;

-- The first is as those of other lines (the second migration); the other is that of the type (the
-- third), which knows hidden letters and piled marks.
do $$
declare
  wanted record;
  violators text;
begin
  for wanted in
    select 'medtui_note_check' as name, format(
      'char_length(note) <= 120 and btrim(note) <> '''' and note !~ %L and note !~ %L',
      '[\u0001-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]', '://') as condition
    union all
    select 'medtui_note_plain_check',
      regexp_replace(pg_get_expr(conbin, conrelid), '\mtype\M', 'note', 'g')
    from pg_catalog.pg_constraint
    where conrelid = 'public.practice_sessions'::regclass and conname = 'medtui_type_plain_check'
  loop
    if not exists (
      select from pg_catalog.pg_constraint
      where conrelid = 'public.practice_sessions'::regclass and conname = wanted.name
    ) then
      execute format(
        'alter table public.practice_sessions add constraint %I check (%s) not valid',
        wanted.name, wanted.condition
      );
    end if;
    select string_agg(of_row, ', ') into violators from (
      select of_row from medtui_private.violations() as found
      where found.of_table = 'public.practice_sessions'::regclass and violated = wanted.name
      order by 1 limit 20
    ) as named;
    if violators is null then
      execute format('alter table public.practice_sessions validate constraint %I', wanted.name);
    else
      raise warning '% on practice_sessions holds for what is new or changed only: these rows violate it (20 at most are named): %',
        wanted.name, violators;
    end if;
  end loop;
end
$$;
