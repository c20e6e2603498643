"""The local REST interface, beside what is recorded of PostgREST (test_recordings)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.helpers.http_clients import http_client
from tests.helpers.stack import Person, Stack


class RestDoor:
    """Requests to `/rest/v1` as a person."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self.stack, self.http = stack, http

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        who: Person | None = None,
        token: str = "",
        **headers: str,
    ) -> httpx.Response:
        token = token or (who.token if who else self.stack.anon_key)
        sent = {"apikey": self.stack.anon_key, "Authorization": f"Bearer {token}"}
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        url = f"{self.stack.url}/rest/v1/{path}"
        return await self.http.request(method, url, headers=sent, json=body)


@pytest.fixture
async def rest(stack: Stack) -> Any:
    async with http_client() as http:
        yield RestDoor(stack, http)


@pytest.fixture
async def three(stack: Stack) -> list[Any]:
    """Three sessions of Amara's, the first booked by Daniel."""
    amara, daniel = await stack.person("Amara"), await stack.person("Daniel")
    ids = [await stack.session(amara, starts_in=timedelta(hours=n), guest=g)
           for n, g in ((1, daniel), (2, None), (3, None))]  # fmt: skip
    return [amara, daniel, *map(str, ids)]


SESSIONS = "practice_sessions"


async def test_columns_order_and_pages(three: list[Any], rest: RestDoor) -> None:
    answer = await rest("GET", f"{SESSIONS}?select=id&order=datetime_utc.desc&limit=2&offset=1")
    assert [row["id"] for row in answer.json()] == [three[3], three[2]]
    assert answer.headers["content-range"] == "1-2/*"


async def test_people_and_cases_are_embedded_along_foreign_keys(
    three: list[Any], rest: RestDoor
) -> None:
    select = "id,host:profiles!practice_sessions_host_id_fkey(first_name),g:profiles!guest_id(*)"
    answer = await rest("GET", f"{SESSIONS}?select={select}&order=datetime_utc&limit=2")
    first, second = answer.json()
    assert first["host"] == {"first_name": "Amara"}
    assert first["g"]["first_name"] == "Daniel"
    assert second["g"] is None
    inner = await rest(
        "GET", f"{SESSIONS}?select=id,g:profiles!guest_id!inner(first_name)&g.first_name=eq.Daniel"
    )
    assert [row["id"] for row in inner.json()] == [three[2]]
    hosted = await rest(
        "GET",
        "profiles?select=first_name,practice_sessions!practice_sessions_host_id_fkey(id)"
        "&first_name=eq.Amara",
    )
    assert len(hosted.json()[0]["practice_sessions"]) == 3


FILTERS = {
    "guest_id=is.null": 2,
    "guest_id=not.is.null": 1,
    "type=eq.mock": 3,
    "type=neq.mock": 0,
    "type=like.mo*": 3,
    "type=ilike.MO*": 3,
    'type=in.("mock","a,b")': 3,
    "type=in.()": 0,
    "version=gte.1&version=lt.2": 3,
    "or=(guest_id.is.null,type.eq.other)": 2,
    "and=(guest_id.is.null,not.or(type.eq.mock,type.eq.other))": 0,
    "type=eq.a'; drop table cases --": 0,
}


async def test_filters(three: list[Any], rest: RestDoor) -> None:
    for query, hits in FILTERS.items():
        answer = await rest("GET", f"{SESSIONS}?select=id&{query}")
        assert (query, answer.status_code, len(answer.json())) == (query, 200, hits)


def body(code: str, message: str, details: Any = None, hint: str | None = None) -> dict[str, Any]:
    return {"code": code, "details": details, "hint": hint, "message": message}


async def test_functions(three: list[Any], rest: RestDoor) -> None:
    assert (await rest("POST", "rpc/server_time", {})).status_code == 200
    id_ = {"session_id": three[2]}
    as_anon = await rest("POST", "rpc/session_case", id_)
    assert (as_anon.status_code, as_anon.json()["code"]) == (401, "42501")
    assert (await rest("POST", "rpc/session_case", id_, who=three[0])).json() == []


async def test_tokens(three: list[Any], stack: Stack, rest: RestDoor) -> None:
    path = f"{SESSIONS}?select=id"
    lately = await rest("GET", path, token=stack.token(three[0], expires_in=-10))
    assert lately.status_code == 200, "clocks may differ by half a minute"
    for role in ("*/ select 1; --", "nul\x00", "\ud800", 'quo"te', "none of ours"):
        odd = await rest("GET", path, token=stack.token(three[0], role=role))
        assert (odd.status_code, odd.json()["code"]) == (400, "22023")


async def test_writes(three: list[Any], stack: Stack, rest: RestDoor) -> None:
    amara, daniel, *ids = three
    where = f"{SESSIONS}?id=eq.{ids[1]}"
    shown = await rest("PATCH", f"{where}&select=type,host:profiles!host_id(first_name)",
                       {"type": "y"}, who=amara, Prefer="return=representation")  # fmt: skip
    assert (shown.status_code, shown.headers["content-range"]) == (200, "0-0/*")
    assert shown.json() == [{"type": "y", "host": {"first_name": "Amara"}}]
    not_mine = await rest("DELETE", where, who=daniel, Prefer="return=representation")
    assert (not_mine.status_code, not_mine.json()) == (200, [])
    mine = await rest("DELETE", f"{where}&select=id", who=amara, Prefer="return=representation")
    assert mine.json() == [{"id": ids[1]}]
    assert not await stack.sql("select 1 from practice_sessions where id = %s", ids[1])


async def test_several_rows_and_upsert(stack: Stack, rest: RestDoor) -> None:
    service = {"token": stack.service_key}
    rows = [{"id": str(uuid4()), "category": f"c{n}"} for n in range(3)]
    assert (await rest("POST", "cases", rows, **service)).status_code == 201
    changed = [{**row, "category": "new"} for row in rows]
    merged = await rest("POST", "cases?on_conflict=id&select=category", changed, **service,
                        Prefer="resolution=merge-duplicates,return=representation")  # fmt: skip
    assert merged.json() == [{"category": "new"}] * 3
    ragged = await rest("POST", "cases", [{"category": "a"}, {"domain": "b"}], **service)
    assert ragged.json()["code"] == "PGRST102"


async def test_a_table_made_later_is_found(stack: Stack, rest: RestDoor) -> None:
    assert (await rest("GET", "later")).status_code == 404
    await stack.sql("create table later (id int)")
    assert (await rest("GET", "later")).json() == []


async def test_a_row_of_defaults_alone(stack: Stack, rest: RestDoor) -> None:
    await stack.sql("create table plain (a integer default 7, b text)")
    for body in ({}, [{}], [{}, {}]):
        answer = await rest(
            "POST", "plain", body, token=stack.service_key, Prefer="return=representation"
        )
        assert answer.status_code == 201
        assert answer.json() == [{"a": 7, "b": None}] * (len(body) or 1)


async def test_a_page_has_at_most_a_thousand_rows(stack: Stack, rest: RestDoor) -> None:
    amara = await stack.person("Amara")
    await stack.sql(
        "insert into practice_sessions (host_id, datetime_utc, type)"
        " select %s, now() + n * interval '1 hour', 'mock' from generate_series(1, 1050) as n",
        amara.id,
    )
    first = await rest("GET", f"{SESSIONS}?select=id&order=datetime_utc")
    assert (len(first.json()), first.headers["content-range"]) == (1000, "0-999/*")
    more = await rest("GET", f"{SESSIONS}?select=id&limit=2000", Prefer="count=exact")
    assert (more.status_code, more.headers["content-range"]) == (206, "0-999/1050")
    rest_of_them = await rest("GET", f"{SESSIONS}?select=id&order=datetime_utc&offset=1000")
    assert len(rest_of_them.json()) == 50
    hosted = await rest("GET", f"profiles?select=s:{SESSIONS}!{SESSIONS}_host_id_fkey(id)")
    assert len(hosted.json()[0]["s"]) == 1000
    written = await rest("PATCH", f"{SESSIONS}?select=id", {"type": "x"}, token=stack.service_key,
                         Prefer="return=representation")  # fmt: skip
    assert len(written.json()) == 1050


async def test_a_name_that_stands_in_the_statement_is_never_more_than_a_name(
    stack: Stack, rest: RestDoor
) -> None:
    await stack.person("Amara")
    for select in ('first_name::"text) from cases --"', "first_name::text) from cases --"):
        answer = await rest("GET", f"profiles?select={select}")
        assert (answer.status_code, answer.json()["code"]) == (400, "PGRST100")
    shadowed = await rest("GET", "profiles?select=_row:first_name,_rows:last_name")
    assert shadowed.json() == [{"_row": "Amara", "_rows": "Okafor"}]


async def test_an_answer_to_one_object_undoes_a_write_to_several(
    three: list[Any], stack: Stack, rest: RestDoor
) -> None:
    answer = await rest("PATCH", SESSIONS, {"type": "x"}, token=stack.service_key,
                        Accept="application/vnd.pgrst.object+json")  # fmt: skip
    assert (answer.status_code, answer.json()["details"]) == (406, "The result contains 3 rows")
    assert not await stack.sql("select 1 from practice_sessions where type = 'x'")


async def test_a_refusal_at_the_very_end_of_a_write_is_a_refusal(
    stack: Stack, rest: RestDoor
) -> None:
    await stack.sql("create table late (id int unique deferrable initially deferred)")
    rows = [{"id": 1}, {"id": 1}]
    answer = await rest("POST", "late", rows, token=stack.service_key)
    assert (answer.status_code, answer.json()["code"]) == (409, "23505")
    assert not await stack.sql("select 1 from late")


async def test_a_function_that_is_said_to_read_never_writes(stack: Stack, rest: RestDoor) -> None:
    await stack.sql("create table visits (at timestamptz default now())")
    await stack.sql(
        "create function visit() returns void language sql as 'insert into visits default values'"
    )
    await stack.sql(
        "create function look() returns void language plpgsql stable"
        " as 'begin perform visit(); end'"
    )
    read = await rest("POST", "rpc/look", {}, token=stack.service_key)
    assert (read.status_code, read.json()["code"]) == (405, "25006")
    assert not await stack.sql("select 1 from visits")
    assert (await rest("POST", "rpc/visit", {}, token=stack.service_key)).status_code == 204
    assert len(await stack.sql("select 1 from visits")) == 1


async def test_a_function_is_closed_however_often_others_have_called_it(
    stack: Stack, rest: RestDoor
) -> None:
    await stack.sql("create function closed() returns int language sql stable as 'select 1'")
    await stack.sql("revoke execute on function closed() from public, anon, authenticated")
    for _ in range(12):  # by now its plan is kept, with the function's body in it
        assert (await rest("POST", "rpc/closed", {}, token=stack.service_key)).status_code == 200
    for _ in range(12):
        assert (await rest("POST", "rpc/closed", {})).status_code == 401


REFUSED = [
    ("GET", f"{SESSIONS}?type=fts.a", {}, "the operator fts"),
    ("GET", f"{SESSIONS}?type=eq(any).{{a}}", {}, "the operator eq(any)"),
    ("GET", f"{SESSIONS}?select=id,cases(id)&cases.order=id", {}, "the parameter cases.order"),
    ("GET", f"{SESSIONS}?limit=-1", {}, "the parameter limit=-1"),
    ("GET", f"{SESSIONS}?select={SESSIONS}(id)", {}, "embedding a table in itself"),
    ("GET", SESSIONS, {"Range": "0-1"}, "the header Range: use limit and offset"),
    ("GET", SESSIONS, {"Accept": "text/csv"}, "answers as text/csv"),
    ("GET", SESSIONS, {"Prefer": "count=planned"}, "the preference count=planned"),
    ("DELETE", f"{SESSIONS}?limit=1", {}, "order, limit and offset of a write"),
    ("POST", f"{SESSIONS}?id=is.null", {}, "filters of an insert"),
    ("POST", SESSIONS, {"Prefer": "missing=default"}, "the preference missing=default"),
    ("POST", "rpc/server_time?order=x", {}, "more than arguments for a function"),
    ("GET", "rpc/server_time", {}, "GET of a function"),
]


async def test_what_the_real_one_has_and_this_one_has_not_is_refused(rest: RestDoor) -> None:
    for method, path, headers, what in REFUSED:
        given = {} if method == "POST" else None
        answer = await rest(method, path, given, **headers)
        assert (answer.status_code, answer.json()) == (
            400,
            body("PGRST100", f"The local server does not support {what}"),
        )
    for unread in ("select=data->a", "select=id::text", "select=...cases(id)", "select=id.sum()"):
        answer = await rest("GET", f"{SESSIONS}?{unread}")
        assert (answer.status_code, answer.json()["code"]) == (400, "PGRST100"), unread
