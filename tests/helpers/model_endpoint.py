"""An OpenAI-compatible endpoint of the tests' own, on this machine: it answers as it is told to."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Question:
    """What the endpoint was asked. `headers`: names in lower case."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """All that the model would read."""
        return "\n".join(message["content"] for message in self.body["messages"])


Write = Callable[[bytes], Awaitable[None]]
Answer = Callable[[Question, Write], Awaitable[None]]
"""Answers a question, as bytes of HTTP; the connection is closed afterwards."""


@dataclass
class ModelEndpoint:
    """Listens on a port of its own."""

    answer: Answer
    port: int = 0
    questions: list[Question] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def write(data: bytes) -> None:
            writer.write(data)
            await writer.drain()

        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            pairs = (line.partition(":") for line in head[1:] if line)
            headers = {name.lower(): value.strip() for name, _, value in pairs}
            body = await reader.readexactly(int(headers.get("content-length", 0)))
            question = Question(head[0].split()[1], headers, json.loads(body))
            self.questions.append(question)
            await self.answer(question, write)
        writer.close()


@asynccontextmanager
async def model_endpoint(answer: Answer) -> AsyncIterator[ModelEndpoint]:
    """An endpoint that answers every question by `answer`."""
    endpoint = ModelEndpoint(answer)
    server = await asyncio.start_server(endpoint.serve, "127.0.0.1", 0)
    endpoint.port = server.sockets[0].getsockname()[1]
    try:
        yield endpoint
    finally:
        server.close()


def http(
    body: bytes, status: str = "200 OK", kind: str = "application/json", **headers: str
) -> bytes:
    """An answer of HTTP."""
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode() + body


def chat(words: str) -> bytes:
    """An answer in which the model says these words."""
    message = {"role": "assistant", "content": words}
    told = {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
    }
    return http(json.dumps(told).encode())


def says(words: str | Callable[[Question], str]) -> Answer:
    """A model that says the same to everything, or what a function makes of the question."""

    async def answer(question: Question, write: Write) -> None:
        await write(chat(words if isinstance(words, str) else words(question)))

    return answer


def marks(mark: object, *quotes: str, **more: object) -> str:
    """An answer in the form that is asked for."""
    return json.dumps({"mark": mark, "quotes": quotes, "reason": "Clear and kind.", **more})
