"""`/text`: the shared screen as a plain page, for screen readers and phones."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from medtui.shared_screen.text_page import COLUMNS, HEADERS
from tests.helpers.browser import CHROMIUM, Browser
from tests.helpers.http_clients import http_client
from tests.helpers.stack import Stack
from tests.shared_screen.test_web import serving, with_browser
from tests.test_end_to_end import server


class Page(HTMLParser):
    """The cells of a page's table, and the attributes of its tags."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.rows: list[list[str]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "tr":
            self.rows.append([])
        elif tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1]:
            self.rows[-1][-1] += data.strip("\n")

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


async def test_the_page_is_a_table_with_the_shared_screens_words(
    stack: Stack, tmp_path: Path
) -> None:
    hostile = await stack.person("<script>alert(1)</script>", "O'Neill & co")
    amara = await stack.person("Amara", "Okafor", "st1-applicant")
    await stack.session(hostile, type="<b>viva</b>", room_url="https://secret.example/room")
    await stack.session(amara, guest=hostile, starts_in=timedelta(minutes=50))
    async with (
        serving(tmp_path, "--names", "full", "--zone", "Europe/London", **server(stack)) as url,
        http_client(base_url=url) as client,
    ):
        answer = await client.get("/text")
        assert answer.status_code == 200
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS
        assert "unsafe" not in answer.headers["Content-Security-Policy"]
        assert "<script>alert" not in answer.text
        assert "<b>" not in answer.text
        assert "secret.example" not in answer.text
        page = Page(answer.text)
        head, *rest = page.rows
        days = [row for row in rest if len(row) == 1]  # two of them shortly before midnight
        first, second = [row for row in rest if len(row) > 1]
        assert tuple(head) == COLUMNS
        name = "<script>alert(1)</script> O'Neill & co"
        assert first[2:] == [name, "ST1", "<b>viva</b>", "○ SEAT FREE"]
        assert second[2:4] == ["Amara Okafor", "ST1 applicant"]
        assert second[5] == f"● with {name}"

        assert page.of("html") == [{"lang": "en"}]
        viewport = {"name": "viewport", "content": "width=device-width, initial-scale=1"}
        assert viewport in page.of("meta")
        assert {"http-equiv": "refresh", "content": "30"} in page.of("meta")
        scopes = ["col"] * 6 + ["colgroup"] * len(days) + ["row"] * 2
        assert sorted(cell["scope"] for cell in page.of("th")) == scopes
        assert {"id": "news", "role": "status", "aria-live": "polite"} in page.of("p")
        assert page.of("caption") == [{}]

        for name, kind in (("board.js", "text/javascript"), ("board.css", "text/css")):
            file = await client.get(f"/text/{name}")
            assert file.headers["Content-Type"].startswith(kind)
            assert file.headers["Content-Security-Policy"] == HEADERS["Content-Security-Policy"]
        assert (await client.get("/text/board.html")).status_code == 404
        assert (await client.get("/text", headers={"Host": "evil.example"})).status_code == 403

        book = "update practice_sessions set guest_id = %s where guest_id is null"
        await stack.sql(book, amara.id)
        async with asyncio.timeout(40):
            while "SEAT FREE" in (fragment := (await client.get("/text/board")).text):
                await asyncio.sleep(0.1)
        assert "LIVE" in fragment
        assert "<html" not in fragment

        await stack.stop_gateway()
        async with asyncio.timeout(40):
            while "STALE since" not in (await client.get("/text")).text:
                await asyncio.sleep(0.1)
        await stack.start_gateway()


@pytest.mark.detail
@with_browser
async def test_a_browser_follows_and_says_what_is_new(stack: Stack, tmp_path: Path) -> None:
    amara = await stack.person("Amara", "Okafor")
    await stack.session(amara)
    assert CHROMIUM is not None

    async with (
        serving(tmp_path, **server(stack)) as url,
        Browser(f"{url}/text", width=390, height=844) as page,
    ):

        async def until(expression: str, wanted: str) -> None:
            async with asyncio.timeout(45):
                while wanted not in str(await page.evaluate(expression)):
                    await asyncio.sleep(0.1)

        await until("document.body.innerText", "SEAT FREE")
        width = "document.documentElement.scrollWidth - innerWidth"
        assert await page.evaluate(width) <= 0
        await stack.sql("update practice_sessions set type = 'viva'")
        await until("document.getElementById('board').innerText", "viva")
        await until("document.getElementById('news').textContent", "viva")
        await page.call("Page.navigate", url=url)
        await until("document.querySelector('a.plain').href", "/text")
