"""The write-ahead log as it grows: logical replication over libpq, without polling.

psycopg has no replication interface, but the generators below its COPY also serve a connection
with `replication=database`, after START_REPLICATION.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
import time
from collections.abc import AsyncIterator

import psycopg
from psycopg import AsyncConnection, generators, pq
from psycopg.waiting import wait_async

from medtui.local.connection import OwnConnection
from medtui.local.realtime.pgoutput import EPOCH

STATUS_SECONDS = 0.1
"""How often the server hears from us, and so how late a change can be at worst.

Since PostgreSQL 16 the sender looks for new log first and joins those to be woken second
(`WalSndWait`): a commit in between wakes no sender, and would wait for the next one. Whatever
we send wakes the sender too.
"""

QUIET_SECONDS = 60.0
"""How often psycopg looks up while nothing arrives. Its own default, 0, never rests."""

MESSAGE = ord("w")


class Log:
    """The log from the moment of `open`, through a temporary slot that ends with the connection."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._pq = connection.pgconn
        self._received = 0
        self._reporter = asyncio.create_task(self._report(), name="log reader's status")

    @classmethod
    async def open(cls, dsn: str, publications: str) -> Log:
        """Create a slot and start the stream. Waits for every open write transaction.

        Raises psycopg.Error.
        """
        connection = await OwnConnection.connect(
            f"{dsn}&replication=database&application_name=medtui-realtime", autocommit=True
        )
        slot = f"medtui_{secrets.token_hex(6)}"
        try:
            create = f"CREATE_REPLICATION_SLOT {slot} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT"
            await connection.execute(create.encode())
            connection.pgconn.send_query(
                f"START_REPLICATION SLOT {slot} LOGICAL 0/0"
                f" (proto_version '1', publication_names '{publications}')".encode()
            )
            started = generators.execute(connection.pgconn)
            [answer] = await wait_async(started, connection.pgconn.socket, QUIET_SECONDS)
            if answer.status != pq.ExecStatus.COPY_BOTH:
                raise psycopg.OperationalError(answer.get_error_message())
        except BaseException:
            await connection.close()
            raise
        return cls(connection)

    async def messages(self) -> AsyncIterator[bytes]:
        """Messages of pgoutput, for ever. Raises psycopg.Error when the stream ends."""
        while True:
            next_frame = generators.copy_from(self._pq)
            frame = await wait_async(next_frame, self._pq.socket, QUIET_SECONDS)
            if not isinstance(frame, memoryview):
                raise psycopg.OperationalError("the server has ended the stream")
            is_message = frame[0] == MESSAGE  # else a sign of life, which begins with the position
            (position,) = struct.unpack_from("!q", frame, 9 if is_message else 1)
            self._received = max(self._received, position)
            if is_message:
                yield bytes(frame[25:])

    async def close(self) -> None:
        """End the stream; the server drops the slot."""
        self._reporter.cancel()
        await self._connection.close()

    async def _report(self) -> None:
        """Tell the server how far we have read, so that it can let go of the log."""
        while True:
            microseconds = int((time.time() - EPOCH.timestamp()) * 1_000_000)
            position = self._received + 1
            status = struct.pack("!cqqqqb", b"r", position, position, position, microseconds, 0)
            try:
                self._pq.put_copy_data(status)
                self._pq.flush()
            except psycopg.OperationalError:
                return  # The connection is gone, as `messages` finds, too.
            await asyncio.sleep(STATUS_SECONDS)
