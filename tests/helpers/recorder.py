"""A proxy that stands outside the programs, keeps all that passes, and may take its time."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Generator
from typing import Any
from urllib.parse import urlsplit

from websockets.frames import Frame
from websockets.streams import StreamReader


class Talk:
    """One connection, as bytes: what was sent to the server, and what was answered."""

    def __init__(self) -> None:
        self.sent = bytearray()
        self.answered = bytearray()

    @property
    def text(self) -> str:
        """Both directions, websocket frames decoded."""
        return _decoded(bytes(self.sent), mask=True) + _decoded(bytes(self.answered), mask=False)


class Recorder:
    """Forwards to a server, each chunk `delay` seconds later, in each direction."""

    def __init__(self, upstream: str, delay: float) -> None:
        self.url = ""
        self.talks: list[Talk] = []
        self._upstream = urlsplit(upstream)
        self._delay = delay
        self._serving: set[asyncio.Task[None]] = set()

    @property
    def text(self) -> str:
        """Everything that has passed so far."""
        return "\n".join(talk.text for talk in self.talks)

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._serving.add(asyncio.create_task(self._serve(reader, writer)))

    async def close(self) -> None:
        for task in self._serving:
            task.cancel()
        await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection(
            self._upstream.hostname, self._upstream.port
        )
        talk = Talk()
        self.talks.append(talk)
        tasks = {
            asyncio.create_task(self._forward(reader, there_writer, talk.sent)),
            asyncio.create_task(self._forward(there_reader, writer, talk.answered)),
        }
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for end in (writer, there_writer):
                end.close()

    async def _forward(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, kept: bytearray
    ) -> None:
        loop = asyncio.get_running_loop()
        waiting: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue()

        async def hand_over() -> None:
            while True:
                due, data = await waiting.get()
                await asyncio.sleep(max(0, due - loop.time()))
                writer.write(data)
                await writer.drain()

        handing = asyncio.create_task(hand_over())
        try:
            while data := await reader.read(65536):
                kept += data
                waiting.put_nowait((loop.time() + self._delay, data))
            await asyncio.sleep(self._delay + 0.05)
        finally:
            handing.cancel()


@contextlib.asynccontextmanager
async def recorded(upstream: str, *, delay: float = 0) -> AsyncIterator[Recorder]:
    """A recorder before a server, on a port of its own."""
    recorder = Recorder(upstream, delay)
    server = await asyncio.start_server(recorder.serve, "127.0.0.1", 0)
    recorder.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield recorder
    finally:
        server.close()
        await recorder.close()


def _decoded(stream: bytes, *, mask: bool) -> str:
    """A direction's bytes as text; the frames behind a websocket's handshake decoded."""
    head, _, rest = stream.partition(b"\r\n\r\n")
    if b"upgrade: websocket" not in head.lower():
        return stream.decode(errors="replace")
    frames = StreamReader()
    frames.feed_data(rest)
    texts = [head.decode(errors="replace")]
    while (frame := _frame(Frame.parse(frames.read_exact, mask=mask))) is not None:
        texts.append(bytes(frame.data).decode(errors="replace"))
    return "\n".join(texts)


def _frame(parsing: Generator[None, None, Any]) -> Any | None:
    """The next frame; None while it is not whole yet."""
    try:
        next(parsing)
    except StopIteration as done:
        return done.value
    return None
