"""The server's time, whatever this machine's clock says.

It keeps an offset to this machine's monotonic clock, from `server_time()` of our migrations: that
of the quickest of five round trips, which is wrong by half of its length at most. Before that, and
on servers without the function, it uses the HTTP `Date` of the answers (whole seconds).
"""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from medtui.core.models import as_utc
from medtui.data.connection import Connection
from medtui.data.errors import DataError
from medtui.data.monotonic import elapsed

if TYPE_CHECKING:
    import httpx
    from supabase import AsyncClient

ROUND_TRIPS = 5
OLD_SECONDS = 3600.0


class ServerClock:
    """The server's time as an aware UTC datetime."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._offset: float | None = None
        self._is_exact = False
        self._error = 0.0
        self._learnt_at = float("-inf")
        connection.http.event_hooks["response"].append(self._read_date)

    def now(self) -> datetime:
        """The server's time now; this machine's until the server has first answered."""
        if self._offset is None:
            return datetime.now(UTC)
        return datetime.fromtimestamp(elapsed() + self._offset, UTC)

    def passed(self) -> datetime | None:
        """A moment that the server's clock has surely passed, near to now; None: not known."""
        if self._offset is None or not self._is_exact:
            return None
        return datetime.fromtimestamp(elapsed() + self._offset - self._error, UTC)

    @property
    def is_old(self) -> bool:
        """Whether the offset is so old that the two clocks may have drifted apart."""
        return elapsed() - self._learnt_at > OLD_SECONDS

    async def learn(self) -> None:
        """Ask the server five times; each answer counts at once. Without any, nothing changes."""
        answers: list[tuple[float, float]] = []
        with contextlib.suppress(DataError):
            if not await self._connection.is_complete():
                return
        for _ in range(ROUND_TRIPS):
            with contextlib.suppress(DataError):  # one broken answer is none: the next counts
                answers.append(await self._connection.write(self._ask))
                took, self._offset = min(answers)
                self._error, self._is_exact = took / 2, True
                self._learnt_at = elapsed()

    async def _ask(self, client: AsyncClient) -> tuple[float, float]:
        """How long a round trip took, in seconds, and the offset by its middle."""
        asked = elapsed()
        answer: Any = await client.rpc("server_time").execute()
        took = elapsed() - asked
        told: datetime = as_utc(answer.data)
        return took, told.timestamp() - (asked + took / 2)

    async def _read_date(self, response: httpx.Response) -> None:
        if self._is_exact or "date" not in response.headers:
            return
        try:
            told = parsedate_to_datetime(response.headers["date"])
        except ValueError:
            return
        # `Date` is cut to the second: on average, half a second has passed since.
        self._offset = told.timestamp() + 0.5 - elapsed()
