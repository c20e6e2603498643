"""A model behind an OpenAI-compatible endpoint: one question, one answer, and what went wrong.

Ollama, llama.cpp, vLLM and clouds speak this protocol. The endpoint is a stranger: its answers are
limited in bytes and seconds, its redirects are not followed, its words are neither shown nor
logged. It is sent no more than the question and its own key.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from medtui.core.chat_body import NoChat, words_in
from medtui.core.text import ascii_host, clean_line
from medtui.data.errors import DataError, Unreachable
from medtui.data.network import Route, is_loopback
from medtui.data.tokens import StoredTokens

if TYPE_CHECKING:
    import httpx
    from openai import APIStatusError, AsyncOpenAI

SECONDS = 180.0
"""Seconds for one answer, until its last byte is read: models on small machines are slow."""
LARGEST = 1_000_000
"""Bytes of one answer."""
EXTRA = "This needs one more package: pip install 'medtui[draft]'."
NOT_SET_UP = (
    "Drafts by a model are off: medtui draft --url URL --model NAME sets them up "
    "(“A draft by a model” in the guide)."
)
_SENT = {"host", "connection", "accept", "content-type", "content-length", "authorization",
         "transfer-encoding", "x-stainless-raw-response"}  # fmt: skip
"""The headers that are sent: the client's others tell of this machine and its environment. By the
last one it knows how to hand the answer over."""


class EndpointError(DataError):
    """There is no answer. `may_retry`: whether the same question may be answered the next time.

    `seconds`: how long the endpoint asks to wait before that; None if it does not.
    """

    title = "No draft"

    def __init__(
        self, message: str, *, may_retry: bool = False, seconds: float | None = None
    ) -> None:
        super().__init__(message)
        self.may_retry = may_retry
        self.seconds = seconds


class AsksToWait(EndpointError):
    """The endpoint asks to wait before the next question."""


class Garbled(EndpointError):
    """What came is no answer of such an endpoint."""


def why_no_extra() -> str | None:
    """A sentence, if the client for endpoints is not installed; else None."""
    return None if find_spec("openai") else EXTRA


def why_no_url(url: str) -> str | None:
    """Why a URL is no endpoint's; None if it may be one."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host, parts = None, urlsplit("")
    if parts.scheme not in ("http", "https") or not host or any(char.isspace() for char in url):
        return "The URL of an endpoint looks like http://127.0.0.1:11434/v1 or https://host/v1."
    if parts.username or parts.password:
        return "The URL holds a login: leave it out, and keep the key with medtui draft --set-key."
    if parts.query or parts.fragment:
        return "The URL of an endpoint ends with its path, mostly /v1: leave out ? and #."
    return None


@dataclass(frozen=True)
class Endpoint:
    """Where a model answers. `key` is never shown."""

    url: str
    model: str
    key: str = field(default="", repr=False)
    seconds: float = SECONDS
    largest: int = LARGEST

    @property
    def host(self) -> str:
        """Its host and port, as they are shown."""
        parts = urlsplit(self.url)
        name = parts.hostname or ""
        name = f"[{name}]" if ":" in name else ascii_host(name) or clean_line(name)
        return f"{name}:{parts.port}" if parts.port else name

    @property
    def is_here(self) -> bool:
        """Whether it is on this computer."""
        return is_loopback(urlsplit(self.url).hostname or "")

    @property
    def is_open(self) -> bool:
        """Whether others on the way can read what is sent."""
        return urlsplit(self.url).scheme != "https" and not self.is_here

    @property
    def warning(self) -> str:
        """A sentence, if the way there is not encrypted; else ""."""
        if not self.is_open:
            return ""
        return "The way there is not encrypted: others on it can read what is sent. Use https."

    @property
    def where(self) -> str:
        """ "on this computer (127.0.0.1:11434)", "at api.example.com"."""
        return f"on this computer ({self.host})" if self.is_here else f"at {self.host}"


async def set_up(url: str, model: str, state: Path) -> Endpoint | str:
    """The endpoint of the settings, with its key; or a sentence on why there can be no draft.

    `state`: the folder in which a key is kept where there is no keyring.
    """
    reason = why_no_extra() or (NOT_SET_UP if not url or not model else why_no_url(url))
    if reason:
        return reason
    return Endpoint(url, clean_line(model), await kept_key(url, state).read() or "")


def kept_key(url: str, state: Path) -> StoredTokens:
    """Keeps an endpoint's key, in the keyring or, without one, in a private file.

    Each host has its own, so that a key is sent to no other.
    """
    parts = urlsplit(url)
    return StoredTokens(f"draft {parts.scheme}://{parts.netloc.lower()}", state)


class ModelClient:
    """Asks one endpoint. Made by `model_at`."""

    def __init__(self, endpoint: Endpoint, client: AsyncOpenAI) -> None:
        self.endpoint = endpoint
        self._client = client
        self._asks_json = True
        """False once the endpoint has refused to be asked for JSON."""

    async def ask(self, messages: list[dict[str, str]]) -> str:
        """The model's words. Raises EndpointError, and Unreachable where the way is to blame."""
        try:
            async with asyncio.timeout(self.endpoint.seconds):
                return _words(await self._asked(messages), self.endpoint)
        except TimeoutError as error:
            raise EndpointError(
                f"The model {self.endpoint.where} has not answered within "
                f"{self.endpoint.seconds:g} seconds: try again, or use a smaller one."
            ) from error

    async def _asked(self, messages: list[dict[str, str]]) -> bytes:
        import httpx
        import openai

        try:
            return await self._answer(messages)
        except openai.APIStatusError as error:
            if self._asks_json and _may_be_the_wish(error):
                self._asks_json = False  # it may not know that wish
                return await self._asked(messages)
            raise _refused(error.status_code, error.response.headers, self.endpoint) from error
        except (openai.OpenAIError, httpx.HTTPError, OSError) as error:
            raise _failed(error, self.endpoint) from error
        except Unreachable as error:
            raise _failed(error, self.endpoint) from error

    async def _answer(self, messages: list[dict[str, str]]) -> bytes:
        wish: Any = {"response_format": {"type": "json_object"}} if self._asks_json else {}
        asked = self._client.chat.completions.with_streaming_response.create(
            model=self.endpoint.model, messages=cast(Any, messages), **wish
        )
        async with asked as response:
            parts = [part async for part in response.iter_bytes()]  # as many as the route allows
        return b"".join(parts)


@asynccontextmanager
async def model_at(endpoint: Endpoint) -> AsyncIterator[ModelClient]:
    """A client for an endpoint. Raises ImportError without the extra."""
    import httpx

    from medtui.data.transport import http_client

    async def keep_ours(request: httpx.Request) -> None:
        """Take away headers that the client makes of the environment, and another key."""
        for name in [name for name in request.headers if name.lower() not in _SENT]:
            del request.headers[name]
        request.headers["User-Agent"] = "medtui"
        request.headers.pop("Authorization", None)
        if endpoint.key:
            request.headers["Authorization"] = f"Bearer {endpoint.key}"

    route = await Route.to(endpoint.url)
    timeout = httpx.Timeout(endpoint.seconds, connect=min(10.0, endpoint.seconds))
    hooks: Any = {"request": [keep_ours]}
    async with http_client(route, timeout=timeout, hooks=hooks, largest=endpoint.largest) as http:
        yield ModelClient(endpoint, await asyncio.to_thread(_openai, endpoint, http))


def _openai(endpoint: Endpoint, http: httpx.AsyncClient) -> AsyncOpenAI:
    """Imports the client, which takes a second. It would log what is sent if asked to."""
    os.environ.pop("OPENAI_LOG", None)
    from openai import AsyncOpenAI

    return AsyncOpenAI(
        base_url=endpoint.url,
        api_key=endpoint.key or "none",
        organization="",
        project="",
        max_retries=0,
        http_client=cast(Any, http),
    )


def _words(body: bytes, endpoint: Endpoint) -> str:
    """The words in an answer. Raises Garbled, and EndpointError for an error that came as one."""
    try:
        return words_in(body)
    except NoChat as error:
        if error.is_fault:
            raise EndpointError(
                f"{endpoint.host} has answered with an error instead of words: try again, or use"
                " another model.",
                may_retry=True,
            ) from error
        raise _garbled(endpoint) from error


def _garbled(endpoint: Endpoint) -> Garbled:
    return Garbled(
        f"What answers at {endpoint.host} is no OpenAI-compatible endpoint: check the URL, which "
        "mostly ends in /v1.",
        may_retry=True,
    )


def _failed(error: Exception, endpoint: Endpoint) -> EndpointError | Unreachable:
    """The error for a connection that failed."""
    import httpx

    from medtui.data.transport import TOO_LARGE

    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, Unreachable):
            if cause.message != TOO_LARGE:
                return cause
            return EndpointError(
                f"{endpoint.host} does not stop sending: the answer was cut off at "
                f"{endpoint.largest / 1e6:g} MB. Check the URL and the model."
            )
        if isinstance(cause, httpx.ConnectError | httpx.ConnectTimeout):
            return EndpointError(
                f"Nothing answers at {endpoint.host}: start the model's server there, or correct "
                "the URL (medtui draft --url).",
            )
        if isinstance(cause, httpx.TimeoutException):
            return EndpointError(
                f"{endpoint.host} has stopped answering: try again.", may_retry=True
            )
        cause = cause.__cause__ or cause.__context__
    return EndpointError(
        f"{endpoint.host} has closed the connection before its answer was whole: try again.",
        may_retry=True,
    )


def _refused(status: int, headers: Mapping[str, str], endpoint: Endpoint) -> EndpointError:
    host = endpoint.host
    if status == 429:
        wait = _wait(headers)
        words = f"{wait / 60:.0f} minutes" if wait is not None and wait > 90 else "a little"
        return AsksToWait(
            f"{host} takes no more questions now: wait {words}, then try again.", seconds=wait
        )
    if status in (401, 403):
        return EndpointError(f"{host} refuses the key: medtui draft --set-key keeps another one.")
    if status == 404:
        return EndpointError(
            f"{host} has no model “{clean_line(endpoint.model)}”, or no endpoint at this address: "
            "check both (the URL mostly ends in /v1)."
        )
    if 300 <= status < 400:
        return EndpointError(f"{host} sends on to another address: set that one as the URL.")
    if status >= 500:
        return EndpointError(f"{host} has a problem ({status}): try again later.", may_retry=True)
    return EndpointError(
        f"{host} refuses the question ({status}): the consultation may be too long for the model."
    )


def _may_be_the_wish(error: APIStatusError) -> bool:
    """Whether a question may be refused as it asks for JSON: some servers call that their fault."""
    if error.status_code in (500, 501):
        return any(word in error.response.text for word in ("response_format", "json"))
    return error.status_code in (400, 422)


def _wait(headers: Mapping[str, str]) -> float | None:
    """The seconds in `Retry-After`, which may be a date; None if there are none."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())
