"""A door to `/storage/v1`, and a session whose folder one may write to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import pytest

from tests.helpers.http_clients import http_client
from tests.helpers.stack import Person, Stack

SESSION = UUID("00000000-0000-4000-8000-000000000001")


class StorageDoor:
    """Requests to `/storage/v1`: `who` is a person, a token, or None."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self.stack, self.http = stack, http

    async def __call__(
        self, method: str, path: str, *, who: Person | str | None = None, **request: Any
    ) -> httpx.Response:
        headers = {k.replace("_", "-"): v for k, v in request.pop("headers", {}).items()}
        if who is not None:
            headers["Authorization"] = f"Bearer {who if isinstance(who, str) else who.token}"
        url = f"{self.stack.url}/storage/v1/{path}"
        return await self.http.request(method, url, headers=headers, **request)


@dataclass
class Scene:
    """A booked session, its people, and the door."""

    stack: Stack
    host: Person
    guest: Person
    stranger: Person
    ask: StorageDoor
    folder: str = str(SESSION)

    async def upload(
        self, name: str = "transcript.json", content: bytes = b'{"a":1}', **request: Any
    ) -> httpx.Response:
        """Upload a file, as the host and raw, unless the request says otherwise."""
        request = {"who": self.host, "headers": {"Content-Type": "application/json"}} | request
        path = f"object/assessments/{self.folder}/{name}"
        return await self.ask("POST", path, content=content, **request)

    async def remove(self, name: str = "transcript.json") -> None:
        names = {"prefixes": [f"{self.folder}/{name}"]}
        answer = await self.ask("DELETE", "object/assessments", who=self.host, json=names)
        assert len(answer.json()) == 1

    async def agrees(self) -> bool:
        """Whether each row has its file, and each file its row."""
        rows = await self.stack.sql("select version from storage.objects")
        return {row["version"] for row in rows} == {
            path.name for path in self.stack.files.iterdir()
        }


async def scene_of(stack: Stack) -> AsyncIterator[Scene]:
    host, guest, stranger = [await stack.person(name) for name in ("Amara", "Daniel", "Priya")]
    await stack.session(host, guest=guest, id=SESSION)
    async with http_client() as http:
        yield Scene(stack, host, guest, stranger, StorageDoor(stack, http))


@pytest.fixture
async def scene(stack: Stack) -> AsyncIterator[Scene]:
    async for scene in scene_of(stack):
        yield scene


@pytest.fixture
async def plain(data_model_stack: Stack) -> AsyncIterator[Scene]:
    """The scene on a server with what the data model says, and nothing more: any name in one's
    own folder, any kind of file."""
    async for scene in scene_of(data_model_stack):
        yield scene
