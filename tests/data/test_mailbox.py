"""E-mails of a given server are read from a Mailpit: played by a tiny one with its HTTP API."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from medtui.data import Code
from tests.data.conftest import Open
from tests.helpers.mailbox import Mailbox
from tests.helpers.mails import CODES, LINKS, codes, copied, mail
from tests.helpers.stack import Stack

Mail = tuple[str, str]


@contextlib.asynccontextmanager
async def mailpit(mails: list[Mail]) -> AsyncIterator[str]:
    """Serve these e-mails, each an address and its HTML, oldest first. Gives the URL."""

    async def search(request: Request) -> Response:
        [to] = re.findall(r'^to:"(.+)"$', request.query_params["query"])
        found = [n for n, (address, _) in enumerate(mails) if address == to]
        limit = int(request.query_params["limit"])
        return JSONResponse({"messages": [{"ID": f"id{n}"} for n in found[::-1][:limit]]})

    async def message(request: Request) -> Response:
        address, html = mails[int(request.path_params["id"])]
        return JSONResponse({"To": [{"Address": address}], "HTML": html, "Text": ""})

    async def clear(request: Request) -> Response:
        mails.clear()
        return PlainTextResponse("ok")

    routes = [
        Route("/api/v1/search", search),
        Route("/api/v1/message/id{id:int}", message),
        Route("/api/v1/messages", clear, methods=["DELETE"]),
    ]
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign, assignment]
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    finally:
        server.should_exit = True
        await serving


@pytest.mark.stand_in("its table of codes")
async def test_a_link_and_a_code_are_read_from_it(stack: Stack, open_backend: Open) -> None:
    person = await stack.person()
    mails: list[Mail] = [(person.email, "an old one"), ("other@example.org", "of others")]
    elsewhere = "https://external.example"
    async with mailpit(mails) as url:
        for templates in (LINKS, CODES):
            backend = await open_backend()
            await backend.codes.send(Code.SIGN_IN, person.email)
            stack.mailbox = None
            body = await mail(stack, templates, "magiclink", person.email)
            mails.append((person.email, body.replace(stack.url, elsewhere)))
            stack.mailbox = Mailbox(url, lambda text: text.replace(elsewhere, stack.url))
            said = copied(await mail(stack, templates, "magiclink", person.email))
            if templates is CODES:
                sent = await codes(stack, person.email)
                assert said.endswith(sent[person.email])
                said = sent[person.email]
            await backend.codes.enter(Code.SIGN_IN, person.email, said)
            assert backend.auth.user is not None
            await stack.sql("update auth.one_time_codes set sent_at = now() - interval '2 minutes'")
        await stack.mailbox.clear()
        assert mails == []


async def test_an_email_that_is_still_on_its_way_is_waited_for() -> None:
    mails: list[Mail] = []
    async with mailpit(mails) as url:
        waiting = asyncio.create_task(Mailbox(url).latest("a@example.org"))
        await asyncio.sleep(0.2)
        mails.append(("a@example.org", "<p>123456</p>"))
        assert await waiting == "<p>123456</p>"
