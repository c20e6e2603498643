"""Calendar feeds: a user's sessions as iCalendar at a secret address, until the user ends it."""

from __future__ import annotations

import asyncio
import hmac

from psycopg import DatabaseError
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb
from starlette.requests import Request
from starlette.responses import Response

from medtui.core.calendar_feed import feed
from medtui.local.auth import AuthService
from medtui.local.auth.errors import AuthError
from medtui.local.bodies import answer, json_object
from medtui.local.connection import Pool, one, the_one
from medtui.local.db_role import DELETED, become

HEADERS = {"cache-control": "private, no-store", "x-content-type-options": "nosniff"}
FIND = "select *, xmin::text as version, now() from auth.calendar_feeds where hash = sha256(%s)"
KEEP = "select auth.keep_feed(%s, %s, %s) as is_kept"


class CalendarFeeds:
    """The endpoints. A secret is made of a row's seed and the server's own; its hash is kept."""

    def __init__(self, auth: AuthService, readers: Pool) -> None:
        self._auth, self._readers = auth, readers
        self._rendering = asyncio.Semaphore(1)  # more threads would take the loop's turns

    async def manage(self, request: Request) -> Response:
        """The address of the signed-in user, made if there is none; DELETE ends it."""
        minutes = (await json_object(request)).get("minutes")
        async with self._auth.signed_in(request) as (db, user, login):
            me = user["id"]
            if request.method == "DELETE":
                return answer(await the_one(db, "select auth.end_feed(%s) as ended", me))
            made = await the_one(db, "select auth.feed_seed(%s, %s, %s)", me, login, repr(minutes))
            if made["feed_seed"] is None:
                raise AuthError("session_not_found")
            key = self._auth.keys.jwt_secret.encode()
            secret = hmac.new(key, made["feed_seed"], "sha256").hexdigest()
            await one(db, "select auth.open_feed(%s, %s)", me, secret.encode())
        return answer({"path": f"/calendar/{secret}.ics"}, headers=HEADERS)

    async def read(self, request: Request) -> Response:
        """The calendar at an address. Wrong ones are limited as other costly requests are."""
        content = None
        while content is None:  # at first, and where it ended or had news while it was made
            async with self._auth.pool.connection() as db:
                kept = await one(db, FIND, request.path_params["secret"].encode())
            if kept is None:
                self._auth.limits.admit(request)
                return Response("There is no calendar here.\n", 404, HEADERS, "text/plain")
            try:
                content = await self._content(kept)
            except DatabaseError as error:  # the account may have been deleted by now
                if error.sqlstate != DELETED:
                    raise
        return Response(content, 200, HEADERS, "text/calendar; charset=utf-8")

    async def _content(self, kept: DictRow) -> bytes | None:
        """The calendar of a kept row; None if the row has ended or changed by now."""
        me = kept["user_id"]
        async with self._readers.connection() as reader, reader.transaction():
            await become(reader, {"role": "authenticated", "sub": str(me)}, reading=True)
            found = await (await reader.execute("select auth.feed_rows()")).fetchall()
        async with self._rendering:
            # As `medtui calendar` does it on a disk: so what is gone is told as cancelled.
            content, entries = await asyncio.to_thread(feed, found, kept)
        async with self._auth.pool.connection() as db:
            last = await the_one(db, KEEP, me, kept["version"], Jsonb(entries))
        return content if last["is_kept"] else None
