"""Anything in any place of a request gets an error of PostgREST's kind: no fault, no injection."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from medtui.local.rest.errors import RestError
from medtui.local.rest.query import parse, split
from tests.fidelity.rest.grammar import Grammar
from tests.fidelity.rest.lab import Lab
from tests.fidelity.rest.wire import Answer, Wire
from tests.helpers.stack import Stack

SHORT, LONG = 100, 10_000

INJECTIONS = [
    "'; drop table canary; --", '"; drop table canary; --', "1) or (1=1", "$1", "%s", "%(x)s",
    'id::text) from canary; drop table canary; --', "id::text from canary", "\\", "\x00", "$$x$$",
    "id::$$,name::$$",
    'id::"text) , (select words from canary limit 1"', '"id"::text, words from canary --',
    "*,*", "{}", "'", '"', "U&'\\0061'", "E'\\''", "--", "/*", ";", "in.(1,2", 'in.("', "eq.",
    "not.not.eq.1", "and(and(and(", "(" * 300, "[" * 900, '{"a":' * 900, "9" * 400, "canary",
    "public.canary", "pg_sleep(9)", "id=eq.1&id", "\u202e", "\ud800", "1e400", "a" * 900,
    '{"\\ud800":1}', '{"a":"\\ud800"}', '{"name":"\\u0000"}',
    "people(" * 100, "things!owner_id!inner!left!x(id)", "...things(id)", "lo_export(1,'/x')",
]  # fmt: skip
KEYS = ["select", "order", "limit", "offset", "and", "or", "not.and", "columns", "on_conflict",
        "id", "name", "things.id", "things.order", "a.b.c", '"id"',
        "data->>a"]  # fmt: skip
PATHS = ["people", "things", "secrets", "rpc/add", "rpc/greet", "rpc/rename_person"]
HEADERS = ["Prefer", "Accept", "Range", "Content-Type", "Accept-Profile", "Content-Profile",
           "Authorization", "X-Anything"]  # fmt: skip

anything = (
    st.sampled_from(INJECTIONS)
    | st.text(max_size=30)
    | st.builds("".join, st.lists(st.sampled_from(INJECTIONS) | st.text(max_size=5), max_size=4))
).map(lambda text: text.encode(errors="surrogatepass")) | st.binary(max_size=30)
# What HTTP itself allows in a header.
legal = anything.map(lambda raw: bytes(c for c in raw if c == 9 or (c >= 32 and c != 127)).strip())


def percent(raw: bytes) -> bytes:
    return quote(raw, safe="").encode()


requests = st.fixed_dictionaries(
    {
        "method": st.sampled_from(["GET", "HEAD", "POST", "PATCH", "DELETE", "PUT", "OPTIONS"]),
        "path": st.sampled_from(PATHS).map(str.encode) | anything.map(percent),
        "pairs": st.lists(
            st.tuples(st.sampled_from(KEYS).map(str.encode) | anything, anything), max_size=4
        ),
        "headers": st.dictionaries(st.sampled_from(HEADERS), legal, max_size=3),
        "body": st.none() | anything | st.recursive(
            st.none() | st.integers() | st.floats() | st.text(max_size=9),
            lambda inner: st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["id", "name", "a"]) | st.text(), inner, max_size=3),
            max_leaves=6,
        ).map(lambda value: repr(value).replace("'", '"').encode(errors="replace")),
    }
)  # fmt: skip


@pytest.fixture
async def canary(stack: Stack) -> AsyncIterator[tuple[Lab, Wire]]:
    """A lab with a table that every role may read and write."""
    lab = await Lab.make(stack)
    await stack.sql("create table canary (words text)")
    await stack.sql("insert into canary values ('sings')")
    async with Wire(f"{stack.url}/rest/v1") as wire:
        yield lab, wire
    await lab.close()


async def test_anything_anywhere(canary: tuple[Lab, Wire]) -> None:
    await attack(*canary, SHORT)


@pytest.mark.long
async def test_anything_anywhere_for_long(canary: tuple[Lab, Wire]) -> None:
    await attack(*canary, LONG)


async def attack(lab: Lab, wire: Wire, number: int) -> None:
    names = {"canary", *await tables(lab)}

    async def one(request: dict[str, Any]) -> None:
        query = b"&".join(percent(key) + b"=" + percent(value) for key, value in request["pairs"])
        headers = lab.headers("service")
        headers |= {name.encode(): value for name, value in request["headers"].items()}
        target = b"/" + request["path"] + b"?" + query
        answer = await wire.request(request["method"], target, headers, request["body"])
        well_mannered(request["method"], answer)

    await run(one, requests, number)
    assert names == {"canary", *await tables(lab)}
    assert await lab.stack.sql("select words from canary") == [{"words": "sings"}]


async def test_any_bytes_in_the_query_string(canary: tuple[Lab, Wire]) -> None:
    lab, wire = canary

    async def one(raw: bytes) -> None:
        answer = await wire.request("GET", b"/people?" + raw, lab.headers("anon"))
        well_mannered("GET", answer)

    await run(one, st.binary(max_size=40).map(lambda raw: bytes(c for c in raw if c > 32)), SHORT)


async def test_what_is_nearly_right(canary: tuple[Lab, Wire]) -> None:
    lab, wire = canary
    seed = random.randrange(2**32)
    grammar = Grammar(random.Random(seed))
    for at in range(SHORT):
        request = grammar.request()
        grammar.spoil(request)
        grammar.spoil(request)
        try:
            well_mannered(request.method, await lab.ask(wire, request), chosen=True)
        except AssertionError as error:
            raise AssertionError(f"request {at} of seed {seed}: {request}") from error


@given(st.binary(max_size=60))
def test_any_query_string_is_parsed_or_refused_as_postgrest_refuses(raw: bytes) -> None:
    refusal = None
    try:
        parse(split(raw))
    except RestError as error:
        refusal = error
    if refusal:
        assert refusal.status in (400, 416)
        assert str(refusal.body["code"])[:5] == "PGRST"


async def run(one: Callable[[Any], Awaitable[None]], examples: Any, number: int) -> None:
    """Let Hypothesis, which knows no loops, give examples to a coroutine of this one."""
    loop = asyncio.get_running_loop()

    @settings(max_examples=number, deadline=None, suppress_health_check=list(HealthCheck))
    @given(examples)
    def examined(example: Any) -> None:
        asyncio.run_coroutine_threadsafe(one(example), loop).result(20)  # type: ignore[arg-type]

    await asyncio.to_thread(examined)


async def tables(lab: Lab) -> set[str]:
    rows = await lab.stack.sql("select oid::regclass::text as name from pg_class where relkind='r'")
    return {row["name"] for row in rows}


def well_mannered(method: str, answer: Answer, *, chosen: bool = False) -> None:
    """No fault, and an error of PostgREST's kind. `chosen`: a function may choose its status."""
    if answer.body == b"Invalid HTTP request received.":
        return  # says the server below: it was no HTTP at all
    if not chosen:
        assert answer.status < 500, answer
    if answer.status >= 300 and method != "HEAD" and answer.json != {}:
        assert isinstance(answer.json, dict), answer
        assert answer.json.keys() == {"code", "details", "hint", "message"}, answer
        assert answer.code, answer
    assert b"Traceback" not in answer.body
