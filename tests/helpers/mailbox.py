"""The mailbox of a given server, by Mailpit's HTTP API, as the Supabase CLI runs it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx

PATIENCE = 30.0


class Mailbox:
    """Reads e-mails. `rewrite`: what is made of their HTML, where links are to lead elsewhere."""

    def __init__(self, url: str, rewrite: Callable[[str], str] = str) -> None:
        self._url = url.rstrip("/")
        self._rewrite = rewrite

    async def latest(self, to: str) -> str:
        """The latest e-mail to this address, as HTML (or text where there is no HTML)."""
        async with httpx.AsyncClient(base_url=self._url, timeout=20) as http:
            async with asyncio.timeout(PATIENCE):
                while True:
                    asked = {"query": f'to:"{to}"', "limit": "1"}
                    found = (await http.get("/api/v1/search", params=asked)).json()["messages"]
                    if found:  # the newest comes first
                        break
                    await asyncio.sleep(0.1)
            mail = (await http.get(f"/api/v1/message/{found[0]['ID']}")).json()
            return self._rewrite(mail["HTML"] or mail["Text"])

    async def clear(self) -> None:
        """Delete all e-mails."""
        async with httpx.AsyncClient(base_url=self._url, timeout=20) as http:
            (await http.delete("/api/v1/messages")).raise_for_status()
