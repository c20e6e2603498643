"""Certificates, answers without end, and networks that ask for a sign-in first."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest

from medtui.core.models import FileKind
from medtui.data import Backend, DataError, MemoryTokens, Server, Unreachable, check_server, network
from medtui.data.auth import User
from medtui.data.doctor import examine
from medtui.data.transport import http_client
from tests.data.doctor.test_certificates import made
from tests.data.test_live import Watcher
from tests.helpers.proxy import proxied
from tests.helpers.stack import Stack
from tests.helpers.strange import PAGE, answer, strange
from tests.test_end_to_end import environment


@pytest.fixture(autouse=True)
def one_attempt(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("medtui.data.connection.READ_ATTEMPTS", 1)
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@contextlib.asynccontextmanager
async def opened(url: str, key: str, watcher: Watcher) -> AsyncIterator[Backend]:
    server = Server(url, key)
    async with Backend.open(server, tokens=MemoryTokens(), notify=watcher.notify) as backend:
        backend.live.start()
        yield backend


# Certificates


@pytest.mark.detail(after=6)
@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
@pytest.mark.parametrize("kind", ["missing", "empty", "no certificate", "the other kind"])
async def test_certificates_that_are_not_there_are_said_with_the_variables_name(
    stack: Stack, tmp_path: Path, name: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, folder = tmp_path / "file.pem", tmp_path / "folder"
    file.write_text("" if kind == "empty" else "hello")
    folder.mkdir()
    right, other = (file, folder) if name == "SSL_CERT_FILE" else (folder, file)
    given = {"missing": tmp_path / "none", "the other kind": other}.get(kind, right)
    monkeypatch.setenv(name, str(given))
    _, context = made(tmp_path, days=400)
    watcher = Watcher()
    async with proxied(stack.url, tls=context) as proxy:
        async with opened(proxy.url, stack.anon_key, watcher) as backend:
            for asked in (
                check_server(proxy.url, stack.anon_key),
                backend.auth.sign_in("a@example.org", "password"),
                backend.sessions.window(datetime.now(UTC)),
            ):
                with pytest.raises(DataError, match=name):
                    await asked
            await watcher.until(lambda: bool(watcher.stale))
            assert name in watcher.stale[-1].reason
        found = [line async for line in examine(proxy.url, stack.anon_key, MemoryTokens())]
    [failed] = [line for line in found if line.state == "failed"]
    assert name in failed.what + failed.advice
    assert await check_server(stack.url, stack.anon_key) == stack.url  # this machine needs none


@pytest.mark.detail
@pytest.mark.parametrize("way", ["SSL_CERT_FILE", "SSL_CERT_DIR", "system"])
async def test_who_is_trusted_is_so_by_http_and_the_websocket(
    stack: Stack, tmp_path: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = made(tmp_path, days=400)
    if way == "SSL_CERT_FILE":
        monkeypatch.setenv(way, str(file))
    elif way == "SSL_CERT_DIR":
        folder = tmp_path / "certificates"
        folder.mkdir()
        (folder / "one.pem").write_bytes(file.read_bytes())
        await asyncio.to_thread(subprocess.run, ["openssl", "rehash", str(folder)], check=True)
        monkeypatch.setenv(way, str(folder))
    else:
        monkeypatch.setattr(network, "BUNDLES", (str(tmp_path / "none"), str(file)))
    watcher = Watcher()
    async with proxied(stack.url, tls=context) as proxy:
        assert await check_server(proxy.url, stack.anon_key) == proxy.url
        async with opened(proxy.url, stack.anon_key, watcher):
            await watcher.until(lambda: watcher.is_live)


async def test_a_certificate_that_is_not_trusted_is_named_by_all(
    stack: Stack, tmp_path: Path
) -> None:
    _, context = made(tmp_path, days=400)
    watcher = Watcher()
    async with (
        proxied(stack.url, tls=context) as proxy,
        opened(proxy.url, stack.anon_key, watcher) as backend,
    ):
        with pytest.raises(Unreachable, match="certificate is not trusted"):
            await check_server(proxy.url, stack.anon_key)
        with pytest.raises(Unreachable, match="certificate is not trusted"):
            await backend.sessions.window(datetime.now(UTC))
        await watcher.until(lambda: bool(watcher.stale))
        assert "certificate is not trusted" in watcher.stale[-1].reason


# Answers without end


def bomb(size: int) -> bytes:
    """So many bytes of JSON, packed a thousand times smaller."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)

    def part(text: bytes) -> bytes:  # which can be repeated: it refers to nothing before it
        return packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH)

    blank, count = b" " * 1024**2, size // 1024**2
    parts = [part(b"["), part(blank) * count, packer.compress(b"]"), packer.flush()]
    check = zlib.crc32(b"[")
    for _ in range(count):
        check = zlib.crc32(blank, check)
    header = b"\x1f\x8b\x08\0\0\0\0\0\0\xff"
    length = (size + 2) % 2**32
    return header + b"".join(parts) + struct.pack("<II", zlib.crc32(b"]", check), length)


def packed(body: bytes, encoding: str = "gzip") -> bytes:
    return answer("200 OK", body, Content_Type="application/json", Content_Encoding=encoding)


@pytest.mark.detail(after=6)
@pytest.mark.parametrize(
    "make",
    [
        lambda: packed(bomb(1024**3)),
        lambda: packed(gzip.compress(bomb(1024**3)), "gzip, gzip"),
        lambda: packed(b"\x1b\x03", "br"),
        lambda: packed(zlib.compress(b"[]"), "deflate"),
        lambda: packed(b"hello"),
        lambda: packed(gzip.compress(b"[" + b" " * 1000 + b"]")[:-9]),
        lambda: answer("200 OK", b"[" * 100_000, Content_Type="application/json"),
        lambda: answer("200 OK", b" " * (20 * 1024**2), Content_Type="application/json"),
    ],
    ids=["bomb", "twice", "brotli", "deflate", "no gzip", "half", "deep", "long"],
)
async def test_what_no_supabase_says_is_refused_in_a_sentence(make: Callable[[], bytes]) -> None:
    said, watcher = make(), Watcher()
    async with strange(said) as url, opened(url, "key", watcher) as backend:
        me = uuid4()
        for asked in (
            check_server(url, "key"),
            backend.auth.sign_in("a@example.org", "password"),
            backend.sessions.window(datetime.now(UTC)),
        ):
            with pytest.raises(DataError) as refusal:
                await asked
            assert refusal.value.message.endswith(".")
        backend.auth.user = User(me, "a@example.org")
        with pytest.raises(DataError):
            await backend.assessments.files(me)
        if b"Content-Encoding" in said:
            with pytest.raises(DataError):
                await backend.assessments.read(me, FileKind.TRANSCRIPT)
        await watcher.until(lambda: len(watcher.stale) > 1)
        assert [line.name async for line in examine(url, "key", MemoryTokens())]


@pytest.mark.detail
async def test_a_bomb_costs_the_board_no_memory(tmp_path: Path) -> None:
    """The whole program's peak, against that of one that hears nothing."""

    async def peak(said: bytes) -> int:
        async with strange(said) as url:
            program = (
                "import resource, sys\nfrom medtui import cli\n"
                "try: cli.main(['board', '--once'])\n"
                "finally: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
            )
            env = environment(tmp_path, SUPABASE_URL=url, SUPABASE_ANON_KEY="key")
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", program, env={**os.environ, **env},
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            )  # fmt: skip
            out, err = await asyncio.wait_for(process.communicate(), 60)
            assert process.returncode == 1
            assert err.decode().startswith("medtui: ")
            assert "Traceback" not in err.decode()
            return int(out)

    assert await peak(packed(bomb(2 * 1024**3))) - await peak(answer("404 Not Found")) < 100 * 1024


@pytest.mark.detail
async def test_packed_answers_and_files_of_the_usual_size_are_read(stack: Stack) -> None:
    """Larger than any other answer is what a session's file may be."""
    person = await stack.person()
    session = await stack.session(person)
    content = b'{"a": "' + b"x" * (17 * 1024**2) + b'"}'
    watcher = Watcher()
    async with opened(stack.url, stack.anon_key, watcher) as backend:
        await backend.auth.sign_in(person.email, person.password)
        await backend.assessments.upload(session, FileKind.TRANSCRIPT, content)
        assert await backend.assessments.read(session, FileKind.TRANSCRIPT) == content
    rows = gzip.compress(b'{"external": {}}' + b" " * 100_000)
    async with strange(packed(rows)) as url:
        assert await check_server(url, "key") == url


# Connections that are kept


async def test_a_connection_is_given_up_before_the_server_closes_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A request that is sent on one that is just being closed fails."""
    monkeypatch.setattr("medtui.data.transport.IDLE_SECONDS", 0.2)
    connections = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        while await reader.read(65536):
            writer.write(answer("200 OK", b"{}", Connection="keep-alive"))
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        async with http_client(await network.Route.to(url), timeout=10) as client:
            for _ in range(2):
                assert (await client.get(url)).is_success
            assert connections == 1
            await asyncio.sleep(0.3)  # longer than one is kept
            assert (await client.get(url)).is_success
            assert connections == 2


# Networks that ask for a sign-in


@pytest.mark.parametrize(
    "said",
    [
        answer("511 Network Authentication Required", PAGE, Content_Type="text/html"),
        answer("302 Found", Location="http://login.wifi.example/"),
        answer("307 Temporary Redirect", Location="https://login.wifi.example/?to=x"),
        answer("200 OK", PAGE, Content_Type="text/html"),
    ],
    ids=["511", "302", "307", "page"],
)
async def test_a_network_that_asks_for_a_sign_in_is_named(said: bytes) -> None:
    watcher = Watcher()
    async with strange(said) as url, opened(url, "key", watcher) as backend:
        for asked in (
            check_server(url, "key"),
            backend.auth.sign_in("a@example.org", "password"),
            backend.sessions.window(datetime.now(UTC)),
            network.Route(url).websocket(url.replace("http", "ws"), 5),
        ):
            with pytest.raises(DataError, match=r"sign.in"):
                await asked
        await watcher.until(lambda: bool(watcher.stale))
        assert "sign" in watcher.stale[-1].reason
