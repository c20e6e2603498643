"""The write-ahead log as it grows: logical replication over libpq, without polling.

psycopg has no replication interface, but its `pq` layer has what one needs: a connection
with `replication=database`, START_REPLICATION, and copy data in both directions. All
calls here are libpq's non-blocking ones, driven by the event loop.
"""

from __future__ import annotations

import asyncio
import secrets
import struct
import time
from collections.abc import AsyncIterator

from psycopg import AsyncConnection, OperationalError, pq
from psycopg.pq.abc import PGconn

from medtui.local.connection import OwnConnection
from medtui.local.realtime.pgoutput import EPOCH

STATUS_SECONDS = 0.1
"""How often the server hears from us, and so how late a change can be at worst.

Since PostgreSQL 16 the sender looks for new log first and joins those to be woken second
(`WalSndWait`): a commit in between wakes no sender, and would wait for the next one. Whatever
we send wakes the sender too.
"""


class LogEnded(Exception):
    """The replication connection is gone, and the slot with it."""


class Log:
    """The log from the moment of `open`, through a temporary slot that ends with the connection."""

    def __init__(self, connection: AsyncConnection, slot: str) -> None:
        self._connection = connection
        self._pq: PGconn = connection.pgconn
        self._slot = slot
        self._received = 0
        self._status_at = 0.0

    @classmethod
    async def open(cls, dsn: str, publication: str) -> Log:
        """Create a slot and start the stream. Waits for every open write transaction.

        Raises psycopg.OperationalError or LogEnded.
        """
        connection = await OwnConnection.connect(
            f"{dsn}&replication=database&application_name=medtui-realtime", autocommit=True
        )
        log = cls(connection, f"medtui_{secrets.token_hex(6)}")
        try:
            await log._command(
                f"CREATE_REPLICATION_SLOT {log._slot} TEMPORARY LOGICAL pgoutput NOEXPORT_SNAPSHOT",
                pq.ExecStatus.TUPLES_OK,
            )
            await log._command(
                f"START_REPLICATION SLOT {log._slot} LOGICAL 0/0"
                f" (proto_version '1', publication_names '{publication}')",
                pq.ExecStatus.COPY_BOTH,
            )
        except BaseException:
            await log.close()
            raise
        return log

    async def messages(self) -> AsyncIterator[bytes]:
        """Messages of pgoutput, for ever. Raises LogEnded."""
        while True:
            for frame in self._frames():
                if frame[:1] == b"w":
                    self._received = max(self._received, struct.unpack("!q", frame[9:17])[0])
                    yield frame[25:]
                elif frame[:1] == b"k":
                    self._received = max(self._received, struct.unpack("!q", frame[1:9])[0])
                    if frame[17:18] == b"\x01":
                        self._status_at = 0.0  # the server wants to hear from us now
            self._report()
            await self._readable(STATUS_SECONDS)

    async def close(self) -> None:
        """End the stream; the server drops the slot."""
        await self._connection.close()

    async def _command(self, command: str, expected: pq.ExecStatus) -> None:
        """Run a command of the replication protocol, which knows only simple queries."""
        self._pq.send_query(command.encode())
        while True:
            while self._pq.is_busy():
                await self._readable(None)
                self._consume()
            result = self._pq.get_result()
            if result is None:
                raise LogEnded("the server gave no answer")
            if result.status == expected:
                break
            raise OperationalError(result.error_message.decode(errors="replace"))
        if expected == pq.ExecStatus.TUPLES_OK:
            while self._pq.get_result() is not None:
                pass

    def _frames(self) -> list[bytes]:
        """What has arrived, without waiting."""
        self._consume()
        frames: list[bytes] = []
        while True:
            try:
                length, data = self._pq.get_copy_data(1)
            except OperationalError as error:
                raise LogEnded(str(error)) from error
            if length == 0:
                return frames
            if length < 0:
                raise LogEnded("the server has ended the stream")
            frames.append(bytes(data))

    def _consume(self) -> None:
        try:
            self._pq.consume_input()
        except OperationalError as error:
            raise LogEnded(str(error)) from error

    def _report(self) -> None:
        """Tell the server how far we have read, so that it can let go of the log."""
        now = time.monotonic()
        if now - self._status_at < STATUS_SECONDS:
            return
        self._status_at = now
        microseconds = int((time.time() - EPOCH.timestamp()) * 1_000_000)
        position = self._received + 1
        try:
            self._pq.put_copy_data(
                struct.pack("!cqqqqb", b"r", position, position, position, microseconds, 0)
            )
            self._pq.flush()
        except OperationalError as error:
            raise LogEnded(str(error)) from error

    async def _readable(self, seconds: float | None) -> None:
        loop = asyncio.get_running_loop()
        ready = asyncio.Event()
        try:
            socket = self._pq.socket
        except OperationalError as error:
            raise LogEnded(str(error)) from error
        loop.add_reader(socket, ready.set)
        try:
            async with asyncio.timeout(seconds):
                await ready.wait()
        except TimeoutError:
            pass
        finally:
            loop.remove_reader(socket)
