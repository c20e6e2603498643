"""The auth server's HTTP interface, as tests knock at it."""

from __future__ import annotations

from typing import Any

import httpx

from tests.helpers.stack import Stack


class AuthDoor:
    """Requests to `/auth/v1`, with the headers that the clients send."""

    def __init__(self, stack: Stack, http: httpx.AsyncClient) -> None:
        self.stack, self.http = stack, http

    async def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = "",
        key: str = "",
    ) -> httpx.Response:
        headers = {"apikey": key or self.stack.anon_key, "X-Supabase-Api-Version": "2024-01-01"}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        url = f"{self.stack.url}/auth/v1/{path}"
        return await self.http.request(method, url, headers=headers, json=body)

    async def code(self, email: str, purpose: str) -> str:
        """The code that lies in the mailbox."""
        query = "select code from auth.one_time_codes where email = %s and purpose = %s"
        [row] = await self.stack.sql(query, email, purpose)
        return str(row["code"])

    async def minutes_later(self) -> None:
        """As if all codes had been sent two minutes ago."""
        await self.stack.sql(
            "update auth.one_time_codes set sent_at = sent_at - interval '2 minutes'"
        )


def said(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("code")
