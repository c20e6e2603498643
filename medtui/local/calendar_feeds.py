"""Calendar feeds: a user's sessions as iCalendar at a secret address, until the user ends it."""

from __future__ import annotations

import asyncio
import hmac

from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import Response

from medtui.core.calendar_feed import feed
from medtui.local.auth import AuthService
from medtui.local.bodies import answer, json_object
from medtui.local.connection import Pool, one, the_one
from medtui.local.db_role import become

HEADERS = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
FIND = "select *, now() from auth.calendar_feeds where hash = sha256(%s) for update"


class CalendarFeeds:
    """The endpoints. A secret is made of a row's seed and the server's own; its hash is kept."""

    def __init__(self, auth: AuthService, readers: Pool) -> None:
        self._auth, self._readers = auth, readers

    async def manage(self, request: Request) -> Response:
        """The address of the signed-in user, made if there is none; DELETE ends it."""
        minutes = (await json_object(request)).get("minutes")
        async with self._auth.signed_in(request) as (db, user, _):
            if request.method == "DELETE":
                return answer(await the_one(db, "select auth.end_feed(%s) as ended", user["id"]))
            made = await the_one(db, "select auth.feed_seed(%s, %s)", user["id"], repr(minutes))
            key = self._auth.keys.jwt_secret.encode()
            secret = hmac.new(key, made["feed_seed"], "sha256").hexdigest()
            await one(db, "select auth.open_feed(%s, %s)", user["id"], secret.encode())
        return answer({"path": f"/calendar/{secret}.ics"}, headers=HEADERS)

    async def read(self, request: Request) -> Response:
        """The calendar at an address. Wrong ones are limited as other costly requests are."""
        async with self._auth.pool.connection() as db:
            if (kept := await one(db, FIND, request.path_params["secret"].encode())) is None:
                self._auth.limits.admit(request)
                return Response("There is no calendar here.\n", 404, HEADERS, "text/plain")
            me = kept["user_id"]
            async with self._readers.connection() as reader, reader.transaction():
                await become(reader, {"role": "authenticated", "sub": str(me)}, reading=True)
                found = await (await reader.execute("select auth.feed_rows()")).fetchall()
            # As `medtui calendar` does it on a disk: so what is gone is told as cancelled.
            content, entries = await asyncio.to_thread(feed, found, kept)
            await one(db, "select auth.keep_feed(%s, %s)", me, Jsonb(entries))
        return Response(content, 200, HEADERS, "text/calendar; charset=utf-8")
