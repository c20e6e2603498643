"""Proxies that the environment names: taken by all of medtui alike, or named in one sentence."""

from __future__ import annotations

import ast
import os
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from medtui.data import Backend, DataError, MemoryTokens, Server, Unreachable, check_server
from medtui.data.case_import import import_cases
from medtui.data.doctor import examine
from medtui.data.network import Route
from medtui.data.proxies import proxy_for
from tests.data.test_live import Watcher
from tests.helpers.forwarder import HOST, forwarding
from tests.helpers.stack import Stack

FAR = f"http://{HOST}"
NONSENSE = (
    *("http://", "::", "socks9://x", "socks4://x:1", "http://a b", "http://x:99999", "http://x:y"),
    *("http://[::1", "http:/x", "://", "http://x\x1b[2J", "@", "file:///etc/passwd", "ä" * 70),
)


@pytest.fixture(autouse=True)
def no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.mark.parametrize("value", NONSENSE)
@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_what_is_no_proxy_is_said_with_the_variables_name(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Unreachable, match=f"^{name} does not name a proxy") as refusal:
        proxy_for("http", HOST, None)
    assert re.fullmatch(r"[^\n\x1b]+\.", refusal.value.message)


@pytest.mark.parametrize(
    ("value", "url"),
    [
        ("foo", "http://foo:80"),
        ("foo:3128", "http://foo:3128"),
        ("HTTP://Foo:3128/", "http://foo:3128"),
        (" http://foo:3128 ", "http://foo:3128"),
        ("https://foo", "https://foo:443"),
        ("socks5://foo", "socks5h://foo:1080"),
        ("socks5h://foo:9", "socks5h://foo:9"),
        ("socks://foo:1080/", "socks5h://foo:1080"),  # as some desktops write it
        ("http://[fd00::1]:3128", "http://[fd00::1]:3128"),
        ("http://bücher.example:1", "http://xn--bcher-kva.example:1"),
    ],
)
def test_a_proxy_is_known_in_any_spelling(
    value: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("all_proxy", value)
    proxy = proxy_for("https", HOST, None)
    assert proxy is not None
    assert proxy.url == url


def test_which_variable_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    def source(scheme: str) -> str | None:
        proxy = proxy_for(scheme, HOST, None)
        return proxy and proxy.source

    assert source("https") is None
    monkeypatch.setenv("ALL_PROXY", "http://a")
    assert (source("http"), source("https")) == ("ALL_PROXY", "ALL_PROXY")
    monkeypatch.setenv("HTTPS_PROXY", "http://a")
    assert (source("http"), source("https")) == ("ALL_PROXY", "HTTPS_PROXY")
    monkeypatch.setenv("https_proxy", "http://a")
    assert source("https") == "https_proxy"
    monkeypatch.setenv("https_proxy", "")
    assert source("https") == "ALL_PROXY"


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost.", "a.localhost", "127.0.0.1", "127.8.9.1", "127.1"),
        *("::1", "[::1]", "0:0:0:0:0:0:0:1", "::ffff:127.0.0.1", "0.0.0.0", "::"),
    ],
)
@pytest.mark.parametrize("value", ["http://proxy.example:1", "foo", *NONSENSE])
def test_this_machine_is_never_asked_through_a_proxy(
    host: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", value)
    monkeypatch.setenv("ALL_PROXY", value)
    monkeypatch.setenv("NO_PROXY", "example.org")
    assert proxy_for("http", host, 54321) is None


@pytest.mark.parametrize(
    ("listed", "host", "is_direct"),
    [
        ("*", "a.example.org", True),
        (" , *, ", "a.example.org", True),
        ("", "a.example.org", False),
        (" ", "a.example.org", False),
        ("example.org", "a.example.org", True),
        ("example.org", "example.org", True),
        (".example.org", "a.example.org", True),
        (".example.org", "example.org", True),
        ("*.example.org", "a.example.org", True),
        ("Example.ORG.", "A.example.org", True),
        ("ample.org", "example.org", False),
        ("a.org b.org\texample.org", "example.org", True),
        ("a.org; example.org", "example.org", True),
        ("http://example.org", "example.org", True),
        ("example.org:443", "example.org", True),
        ("example.org:80", "example.org", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.1.2.3/8", "10.9.9.9", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3:443", "10.1.2.3", True),
        ("10.1.2.3:80", "10.1.2.3", False),
        ("fd00::7", "fd00::7", True),
        ("[fd00::7]", "fd00::7", True),
        ("fd00:0:0::7", "fd00::7", True),
        ("[fd00::7]:443", "fd00::7", True),
        ("[fd00::7]:80", "fd00::7", False),
        ("fd00::/8", "fd00::7", True),
        ("10.0.0.0/99", "10.0.0.1", False),
        ("[", "example.org", False),
        (":::", "example.org", False),
        (".", "example.org", False),
    ],
)
@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_exceptions_in_any_spelling(
    listed: str, host: str, is_direct: bool, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:1")
    monkeypatch.setenv(name, listed)
    assert (proxy_for("https", host, None) is None) == is_direct


@pytest.mark.detail
@pytest.mark.short(3)
@pytest.mark.parametrize("kind", ["http", "socks5", "socks"])
@pytest.mark.parametrize("login", ["", "amara:a b@c%"])
async def test_the_whole_data_module_goes_through_the_proxy(
    stack: Stack, kind: str, login: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HTTP and the websocket; nothing goes past it, as only the proxy knows the server's name."""
    person, watcher = await stack.person(), Watcher()
    async with forwarding(stack.url, login) as proxy:
        written = "amara:a%20b%40c%25@" if login else ""
        monkeypatch.setenv("HTTP_PROXY", f"{kind}://{written}{proxy.address}")
        assert await check_server(FAR, stack.anon_key) == FAR
        server = Server(FAR, stack.anon_key)
        async with Backend.open(server, tokens=MemoryTokens(), notify=watcher.notify) as backend:
            await backend.auth.sign_in(person.email, person.password)
            backend.live.start()
            await watcher.until(lambda: watcher.is_live)
        found = [line async for line in examine(FAR, stack.anon_key, MemoryTokens())]
        assert [line.name for line in found if line.state == "failed"] == []
        assert "HTTP_PROXY" in found[0].what
        assert (await import_cases(FAR, stack.service_key, [])).added == ()
    ways = {"forward", "CONNECT"} if kind == "http" else {"SOCKS"}
    assert {way for way, _ in proxy.seen} == ways
    assert {host for _, host in proxy.seen} == {HOST}


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize("fault", ["refuses", "is not there"])
async def test_a_proxy_that_does_not_help_is_named(
    stack: Stack, kind: str, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.data.connection.READ_ATTEMPTS", 1)
    async with forwarding(stack.url) as proxy:
        proxy.refuses = True
        there = proxy.address if fault == "refuses" else "127.0.0.1:1"
        monkeypatch.setenv("ALL_PROXY", f"{kind}://amara:hunter2@{there}")
        await _everything_says(stack, FAR, f"through {there}, the proxy that ALL_PROXY names")


@pytest.mark.parametrize("value", ["socks9://x", "::"])
async def test_nonsense_is_named_by_all_that_asks_a_server(
    stack: Stack, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.data.connection.READ_ATTEMPTS", 1)
    monkeypatch.setenv("HTTP_PROXY", value)
    await _everything_says(stack, FAR, "HTTP_PROXY does not name a proxy")


async def _everything_says(stack: Stack, url: str, words: str) -> None:
    """The form, sign-in, the board, its feed, the import and the doctor."""
    watcher = Watcher()
    async with Backend.open(
        Server(url, stack.anon_key), tokens=MemoryTokens(), notify=watcher.notify
    ) as backend:
        backend.live.start()
        for asked in (
            check_server(url, stack.anon_key),
            backend.auth.sign_in("a@example.org", "password"),
            backend.sessions.window(datetime.now(UTC)),
            import_cases(url, stack.service_key, []),
        ):
            with pytest.raises(DataError) as refusal:
                await asked
            assert words in refusal.value.message
            assert "hunter2" not in refusal.value.message
        await watcher.until(lambda: bool(watcher.stale))
        assert words in watcher.stale[-1].reason
    found = [line async for line in examine(url, stack.anon_key, MemoryTokens())]
    [failed] = [line for line in found if line.state == "failed"]
    assert any(name in failed.what + failed.advice for name in ("ALL_PROXY", "HTTP_PROXY"))


@pytest.mark.detail
async def test_all_clients_of_the_data_module_are_made_in_one_place(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What libraries make for themselves would read the environment in their own way."""
    import httpx

    made: list[bool] = []
    plain = httpx.AsyncClient.__init__

    def init(self: httpx.AsyncClient, **options: Any) -> None:
        made.append(options.get("trust_env", True))
        plain(self, **options)

    monkeypatch.setattr(httpx.AsyncClient, "__init__", init)
    server = Server(stack.url, stack.anon_key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as backend:
        await backend.sessions.window(datetime.now(UTC))
        await backend.assessments._connection.client.storage.from_("assessments").list("x")
    await check_server(stack.url, stack.anon_key)
    async for _ in examine(stack.url, stack.anon_key, MemoryTokens()):
        pass
    assert set(made) == {False}


@pytest.mark.detail
def test_no_other_module_makes_one() -> None:
    package = Path(__file__).parents[2] / "medtui"
    wanted = {"AsyncClient", "Client", "AsyncHTTPTransport", "urlopen", "create_default_context"}
    found = set()
    for file in package.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func)
            if called.startswith(("httpx.", "urllib.", "ssl.")) and called.split(".")[-1] in wanted:
                found.add(file.relative_to(package).as_posix())
    # The demo's colleagues talk to this machine alone, with nothing of the app.
    assert found == {
        *("data/transport.py", "demo/colleagues.py"),
    }


async def test_a_route_without_a_host_is_the_callers_to_refuse() -> None:
    assert (await Route.to("http://[x")).proxy is None
