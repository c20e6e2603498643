"""Kinds of writes that go on while a server is killed, and what must hold of each afterwards.

A kind writes over HTTP, one request at a time, and notes what the server has acknowledged. After a
restart its `check` looks at the database: every acknowledged write is there, and one that was under
way is there whole or not at all. Another kind is another class in `KINDS`.
"""

from __future__ import annotations

import itertools
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import httpx
import psycopg
from psycopg.rows import dict_row

PASSWORD = "correct horse"
COMING = (datetime.now(UTC) + timedelta(days=2)).isoformat()
BATCH, BATCHES_PER_HOST = 3, 30


class Unacknowledged(Exception):
    """The server is gone, or in trouble: whether the write was done is not known."""


class Door:
    """Requests to one run of the server."""

    def __init__(self, line: dict[str, str], http: httpx.AsyncClient) -> None:
        self.line, self.http = line, http

    async def __call__(
        self, method: str, path: str, body: Any = None, *, token: str = "", **headers: str
    ) -> Any:
        """The answer's JSON. Raises Unacknowledged; a refusal is a fault of the test."""
        bearer = {"Authorization": f"Bearer {token}"} if token else {}
        try:
            answer = await self.http.request(
                method,
                f"{self.line['API_URL']}/{path}",
                json=body,
                headers={"apikey": self.line["ANON_KEY"], **bearer, **headers},
            )
        except httpx.HTTPError as error:
            raise Unacknowledged from error
        if answer.status_code >= 500:
            raise Unacknowledged(answer.text)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None


class Database:
    """The truth, by SQL; and the files beside it."""

    def __init__(self, url: str, files: Path) -> None:
        self.files = files
        self._connection = psycopg.connect(url, autocommit=True, row_factory=dict_row)

    def __call__(self, query: str, *args: object) -> list[dict[str, Any]]:
        return self._connection.execute(query.encode(), args or None).fetchall()

    def close(self) -> None:
        self._connection.close()


class Kind:
    """What all kinds have: `write` makes one write and notes it, `check` looks after a restart."""

    numbers: ClassVar = itertools.count(1)
    count = 0
    """How many writes were acknowledged."""

    async def write(self, door: Door) -> None:
        raise NotImplementedError

    def check(self, sql: Database) -> None:
        raise NotImplementedError

    async def host(self, door: Door) -> dict[str, Any]:
        """A new account with a profile: its session."""
        email = f"host-{next(self.numbers)}@example.org"
        session = await door("POST", "auth/v1/signup", {"email": email, "password": PASSWORD})
        profile = {
            "user_id": session["user"]["id"],
            "first_name": "A",
            "last_name": "Host",
            "training_level": "st1",
        }
        await door("POST", "rest/v1/profiles", profile, token=session["access_token"])
        return dict(session)


class SignUps(Kind):
    """An account comes with its login, or not at all."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()

    async def write(self, door: Door) -> None:
        email = f"user-{next(self.numbers)}@example.org"
        await door("POST", "auth/v1/signup", {"email": email, "password": PASSWORD})
        self.acknowledged.add(email)

    def check(self, sql: Database) -> None:
        there = {row["email"] for row in sql("select email from auth.users")}
        assert self.acknowledged <= there
        half = sql(
            "select email from auth.users u where not exists (select 1 from auth.sessions s"
            " join auth.refresh_tokens t on t.session_id = s.id where s.user_id = u.id)"
        )
        assert half == []


class Refreshes(Kind):
    """A session has one active refresh token at any time, and who got it can use it."""

    def __init__(self) -> None:
        self.token = ""

    async def write(self, door: Door) -> None:
        if not self.token:
            self.token = (await self.host(door))["refresh_token"]
        # Whose answer got lost, as at the last kill, comes again with the token's parent.
        answer = await door(
            "POST", "auth/v1/token?grant_type=refresh_token", {"refresh_token": self.token}
        )
        self.token = answer["refresh_token"]

    def check(self, sql: Database) -> None:
        wrong = sql(
            "select session_id from auth.refresh_tokens group by session_id"
            " having count(*) filter (where revoked_at is null) <> 1"
        )
        assert wrong == []
        if self.token:
            rows = sql("select revoked_at from auth.refresh_tokens where token = %s", self.token)
            assert len(rows) == 1


class Batches(Kind):
    """Several rows of one request are all there, or none is."""

    def __init__(self) -> None:
        self.acknowledged: set[str] = set()
        self._hosts: list[dict[str, Any]] = []
        self._left = 0

    async def write(self, door: Door) -> None:
        if not self._left:
            self._hosts.append(await self.host(door))
            self._left = BATCHES_PER_HOST
        host, name = self._hosts[-1], f"batch-{next(self.numbers)}"
        self._left -= 1
        row = {"host_id": host["user"]["id"], "datetime_utc": COMING, "type": name}
        await door("POST", "rest/v1/practice_sessions", [row] * BATCH, token=host["access_token"])
        self.acknowledged.add(name)

    def check(self, sql: Database) -> None:
        rows = sql(
            "select type, count(*) from practice_sessions where type like 'batch-%%' group by type"
        )
        there = {row["type"]: row["count"] for row in rows}
        assert set(there.values()) <= {BATCH}
        assert self.acknowledged <= there.keys()


class Changes(Kind):
    """A row that is changed over and over has the last acknowledged value, or the next one."""

    def __init__(self) -> None:
        self.value, self.next = 0, 0
        self._session: dict[str, Any] = {}
        self._row = ""

    async def write(self, door: Door) -> None:
        if not self._row:
            self._session = self._session or await self.host(door)
            row = {
                "host_id": self._session["user"]["id"],
                "datetime_utc": COMING,
                "type": "change-0",
            }
            made = await door(
                "POST",
                "rest/v1/practice_sessions",
                row,
                token=self._session["access_token"],
                Prefer="return=representation",
            )
            self._row = made[0]["id"]
        self.next += 1
        await door(
            "PATCH",
            f"rest/v1/practice_sessions?id=eq.{self._row}",
            {"type": f"change-{self.next}"},
            token=self._session["access_token"],
        )
        self.value = self.next

    def check(self, sql: Database) -> None:
        if self._row:
            [row] = sql("select type from practice_sessions where id = %s", self._row)
            assert self.value <= int(row["type"].removeprefix("change-")) <= self.next


class Deletions(Kind):
    """What was deleted stays deleted."""

    def __init__(self) -> None:
        self.deleted: list[str] = []
        self._session: dict[str, Any] = {}

    async def write(self, door: Door) -> None:
        self._session = self._session or await self.host(door)
        token = self._session["access_token"]
        row = {
            "host_id": self._session["user"]["id"],
            "datetime_utc": COMING,
            "type": "short-lived",
        }
        made = await door(
            "POST",
            "rest/v1/practice_sessions",
            row,
            token=token,
            Prefer="return=representation",
        )
        await door("DELETE", f"rest/v1/practice_sessions?id=eq.{made[0]['id']}", token=token)
        self.deleted.append(made[0]["id"])

    def check(self, sql: Database) -> None:
        back = sql("select 1 as one from practice_sessions where id = any(%s)", self.deleted)
        assert back == []


class Uploads(Kind):
    """Row and file agree: acknowledged files are there, whole, and no file is without a row."""

    def __init__(self) -> None:
        self.acknowledged: dict[str, Any] = {}
        self._session: dict[str, Any] = {}
        self._left = 0

    async def write(self, door: Door) -> None:
        if not self._left:
            self._session, self._left = await self.host(door), BATCHES_PER_HOST
        self._left -= 1
        token = self._session["access_token"]
        row = {
            "host_id": self._session["user"]["id"],
            "datetime_utc": COMING,
            "type": "with a file",
        }
        made = await door(
            "POST",
            "rest/v1/practice_sessions",
            row,
            token=token,
            Prefer="return=representation",
        )
        name = f"{made[0]['id']}/transcript.json"
        content = {"said": f"{next(self.numbers)} " * 20_000}
        await door("POST", f"storage/v1/object/assessments/{name}", content, token=token)
        self.acknowledged[name] = content

    def check(self, sql: Database) -> None:
        rows = sql("select name, version, metadata from storage.objects")
        there = {row["name"]: row for row in rows}
        assert self.acknowledged.keys() <= there.keys()
        for name, row in there.items():
            content = (sql.files / row["version"]).read_bytes()
            assert len(content) == row["metadata"]["size"]
            assert json.loads(content) == self.acknowledged.get(name, json.loads(content))
        files = {
            str(path.relative_to(sql.files)) for path in sql.files.rglob("*") if path.is_file()
        }
        assert files == {row["version"] for row in rows}


KINDS: tuple[type[Kind], ...] = (SignUps, Refreshes, Batches, Changes, Deletions, Uploads)
