"""What the real PostgREST 12.0.2 answered once (`recordings.txt`), asked of ours again.

The recordings were made on the data model alone, before anything made it safe, in their order.
"""

from __future__ import annotations

import ast
import json
import re
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest

from medtui.local.install import MIGRATIONS, install
from medtui.local.keys import ServerKeys
from medtui.local.postgres import Cluster
from tests.helpers.http_clients import http_client
from tests.helpers.stack import Person, Stack, administrator, slots_gone

NAMES = Path(__file__).with_name("recordings.txt")
OBJECT = {"Accept": "application/vnd.pgrst.object+json"}
REPRESENTATION = {"Prefer": "return=representation"}
EXACT = {"Prefer": "count=exact"}

# The guest policy as the recordings had it: anybody becomes the guest of anything.
POLICY = """
drop policy "Users sign up as guest" on practice_sessions;
create policy "Users sign up as guest" on practice_sessions for update to authenticated
  using (true) with check ((select auth.uid()) = guest_id)
"""

NOT_THE_SAME = {
    "auth schema": "it names the schemas of a hosted project; ours has one",
    "storage schema": "ours has no other schema",
    "root openapi": "ours does not describe itself",
    "bad operator": "ours does not say what could be there instead",
}
"""Each of these is refused here, in other words."""
WITHOUT_DETAILS = {"embed ambiguous", "embed unknown", "rpc unknown"}
"""Each of these is the same error here, without what the real one says beside it."""
NOT_SAID = ("location", "preference-applied")
"""Headers that ours does not send."""


@dataclass(frozen=True)
class Recording:
    name: str
    who: str
    method: str
    path: str
    status: int
    body: str
    headers: dict[str, str]


def recordings() -> list[Recording]:
    entry = re.compile(
        r"^(\S.{43}) (\w+) +([A-Z]+) /(\S*) -> (\d{3}) (.*?)(?: (\{[^{}]*\}))?$",
        re.MULTILINE | re.DOTALL,
    )
    texts = re.split(r"\n(?=\S.{43} (?:none|anon|exp|bad|forged|norole|A|B|C) )", NAMES.read_text())
    found = []
    for text in texts:
        match = entry.fullmatch(text.rstrip("\n"))
        assert match, text
        name, who, method, path, status, body, headers = match.groups()
        made = ast.literal_eval(headers) if headers else {}
        found.append(
            Recording(name.strip(), who, method, path, int(status), body.strip(), made)
        )  # fmt: skip
    return found


def row(**columns: str | None) -> dict[str, str | None]:
    return {"host_id": "<A>", "datetime_utc": "2026-12-01T08:00:00Z", "type": "x", **columns}


BOOK = {"guest_id": "<B>", "version": 2}
# What the requests had beside what the recordings show of them: headers and a body.
SENT: dict[str, tuple[dict[str, str], Any]] = {
    "count exact": (EXACT, None),
    "HEAD count": (EXACT, None),
    "single none": (OBJECT, None),
    "single many": (OBJECT, None),
    "rpc unknown": ({}, {}),
    "anon insert": ({}, row()),
    "A insert minimal": ({"Prefer": "return=minimal"}, row(room_url="u1")),
    "A insert representation": (REPRESENTATION, row(room_url="u2")),
    "A insert headers-only": ({"Prefer": "return=minimal"}, row(room_url="u3")),
    "A duplicate room_url": ({}, row(room_url="u1")),
    "C insert as A": ({}, row()),
    "A bad FK case": ({}, row(case_id=str(uuid4()))),
    "A null not-null": ({}, row(datetime_utc=None)),
    "A unknown column": ({}, row(zzz="1")),
    "A bad json": ({}, b"{"),
    "B sign up conditional": (REPRESENTATION, BOOK),
    "C too late": (REPRESENTATION, {"guest_id": "<C>"}),
    "C too late, minimal": ({}, {"guest_id": "<C>"}),
    "C too late, single object": (REPRESENTATION | OBJECT, {"guest_id": "<C>"}),
    "B leaves": ({}, {"guest_id": None}),
    "optimistic lock miss": (REPRESENTATION, {"type": "y"}),
    "PATCH no filter": ({"Prefer": "return=representation, count=exact"}, {"guest_id": "<C>"}),
    "C delete A row": (REPRESENTATION, None),
    "A delete own": (REPRESENTATION, None),
    "range beyond": (EXACT, None),
    "auth schema": ({"Accept-Profile": "auth"}, None),
    "storage schema": ({"Accept-Profile": "storage"}, None),
}


@pytest.fixture
async def bare(template: Cluster, keys: ServerKeys, tmp_path: Path) -> AsyncIterator[Stack]:
    """A stack with the data model alone, as the recordings had it."""
    shutil.copy(min(MIGRATIONS.glob("*.sql")), tmp_path)
    stack = Stack(template, "test_recordings", keys)
    async with await administrator(template) as admin:
        await admin.execute(f"create database {stack.database} owner postgres".encode())
        try:
            await install(template, stack.database, migrations=tmp_path)
            await stack.start_gateway()
            yield stack
        finally:
            await stack.close()
            await slots_gone(admin, stack.database)
            await admin.execute(f"drop database {stack.database} with (force)".encode())


async def test_every_recorded_answer_is_given_again(bare: Stack) -> None:
    await bare.sql(POLICY)
    people = [await bare.person(name) for name in "ABC"]
    names = {f"<{name}>": str(one.id) for name, one in zip("ABC", people, strict=True)}
    for number in range(3):
        made = await bare.session(people[0], type="osce", room_url=f"https://r/{number}")
        names[f"<S{number}>"] = str(made)
    tokens = tokens_of(bare, people)
    replayed = 0
    async with http_client(base_url=f"{bare.url}/rest/v1/") as http:
        for recorded in recordings():
            headers, body = SENT.get(recorded.name, ({}, None))
            sent = {"apikey": bare.anon_key, **headers}
            if token := tokens[recorded.who]:
                sent["Authorization"] = f"Bearer {token}"
            content = body if isinstance(body, bytes) else None
            answer = await http.request(
                recorded.method,
                filled(recorded.path, names),
                headers=sent,
                content=content,
                json=filled(body, names) if body is not None and content is None else None,
            )
            if recorded.name in NOT_THE_SAME:
                assert answer.status_code in (400, 406), recorded
                assert answer.json().keys() == {"code", "details", "hint", "message"}
            else:
                check(recorded, answer, names)
            replayed += 1
    assert replayed == len(re.findall(" -> ", NAMES.read_text()))


def tokens_of(stack: Stack, people: list[Person]) -> dict[str, str]:
    return {
        **{name: one.token for name, one in zip("ABC", people, strict=True)},
        "none": "",
        "anon": stack.anon_key,
        "exp": stack.token(people[0], expires_in=-60),
        "bad": "a.b.c",
        "forged": jwt.encode({"role": "service_role"}, "x" * 40, "HS256"),
        "norole": stack.token(people[0], role="postgres"),
    }


def filled(value: Any, names: dict[str, str]) -> Any:
    """`value` with the ids of this run."""
    if isinstance(value, dict):
        return {key: filled(inner, names) for key, inner in value.items()}
    if isinstance(value, str):
        for name, id_ in names.items():
            value = value.replace(name, id_)
    return value


def check(recorded: Recording, answer: httpx.Response, names: dict[str, str]) -> None:
    assert answer.status_code == recorded.status, (recorded, answer.text)
    if recorded.name in WITHOUT_DETAILS:
        assert json.dumps(answer.json()["code"]) in recorded.body
        return
    body = answer.text
    for name, id_ in names.items():
        body = body.replace(id_, name)
    # Long bodies are cut off in the recordings.
    given = vague(body)
    expected = vague(recorded.body)
    assert given == expected or (len(expected) > 250 and given.startswith(expected)), recorded
    for name, value in recorded.headers.items():
        if name not in NOT_SAID:
            assert vague(answer.headers[name]) == vague(value), (recorded, name)


def vague(text: str) -> str:
    """Without what differs from one run to the next: times, and ids that the server made."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "<id>", text)
    return re.sub(r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00", "<time>", text)
