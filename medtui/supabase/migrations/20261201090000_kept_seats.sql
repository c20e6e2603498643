-- Strangers learn until when a free seat is kept, so that shared screens do not call it free. For whom
-- and why (`kept_for`, `kept_as`), and who waits for it, they do not learn.
--
-- Changes on `board:strangers` carry it from now on, as they have the columns that `anon` may read.
--
-- Every statement can be repeated, and nothing that others made is dropped.

grant select (kept_until) on public.practice_sessions to anon;
comment on column public.practice_sessions.kept_until is
  'Until when the free seat is kept; past or null: it is not, unless others wait for it';

create or replace function public.medtui_level() returns integer
language sql immutable security invoker set search_path = '' as $$
  select 9
$$;
