"""Addresses and keys as people paste them: understood, or refused in a sentence, everywhere."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from medtui import config
from medtui.core import api_keys
from medtui.data import Backend, Invalid, MemoryTokens, Server, check_server
from medtui.data.doctor import examine
from medtui.data.server_address import tidy_url, usable
from medtui.local.keys import ServerKeys
from tests.helpers.proxy import proxied
from tests.helpers.stack import Stack
from tests.test_end_to_end import environment

GIVEN = ServerKeys.new()
AROUND = (
    *("{}", '"{}"', "'{}'", "“{}”", " {} ", "\t{}\r\n", "\ufeff{}", "\u200b{}\u200b", "`{}`"),
    *("<{}>", '" {} "', "{},", "{};"),
)
"""What comes along when something is copied."""
PROJECT = "abcdefghijklmnopqrst"


def signed(**claims: object) -> str:
    parts = (json.dumps(part).encode() for part in ({"alg": "HS256"}, claims))
    return ".".join(base64.urlsafe_b64encode(p).decode().rstrip("=") for p in parts) + ".sig"


SECRET = {
    "new": GIVEN.secret_key,
    "new, in capitals": GIVEN.secret_key.upper(),
    "jwt": GIVEN.service_role_key,
    "jwt of an administrator": signed(role="supabase_admin"),
    "jwt of a person": signed(role="authenticated", sub="x"),
    "of an account": "sbp_0123456789abcdef0123456789abcdef01234567",
    "a line of a file": f"SUPABASE_SERVICE_ROLE_KEY={GIVEN.secret_key}",
    "a line with a jwt": f"export SUPABASE_SERVICE_ROLE_KEY='{GIVEN.service_role_key}'",
    "a header": f"Bearer {GIVEN.service_role_key}",
    "wrapped": f"{GIVEN.service_role_key[:40]}\n{GIVEN.service_role_key[40:]}",
}


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("kind", SECRET)
def test_a_secret_key_is_known_in_any_disguise(kind: str, around: str) -> None:
    key = around.format(SECRET[kind])
    assert api_keys.is_secret(key)
    assert not api_keys.is_public(key)
    with pytest.raises(Invalid, match="This is the secret key") as refusal:
        usable("https://abc.supabase.co", key)
    assert refusal.value.field == "key"
    assert SECRET[kind] not in refusal.value.message


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("key", [GIVEN.publishable_key, GIVEN.anon_key], ids=["new", "jwt"])
def test_a_public_key_is_used_without_what_came_along(key: str, around: str) -> None:
    assert usable("https://abc.supabase.co", around.format(key))[1] == key
    assert not api_keys.is_secret(around.format(key))


@pytest.mark.detail(after=2)
@pytest.mark.parametrize("kind", ["new", "jwt", "wrapped"])
async def test_no_server_is_sent_a_secret_key(stack: Stack, kind: str) -> None:
    """Neither by the form, nor with the settings' own, nor by the doctor."""
    async with proxied(stack.url) as proxy:
        with pytest.raises(Invalid):
            await check_server(proxy.url, SECRET[kind])
        server = Server(proxy.url, SECRET[kind])
        with pytest.raises(Invalid):
            await Backend.open(server, tokens=MemoryTokens(), notify=print).__aenter__()
        assert proxy.asked == []
        found = [line async for line in examine(proxy.url, SECRET[kind], MemoryTokens())]
    [failed] = [line for line in found if line.state == "failed"]
    assert (failed.name, "secret key" in failed.what) == ("key", True)
    assert SECRET[kind][:30].encode() not in proxy.heard
    assert proxy.heard


@pytest.mark.detail
@pytest.mark.short(3)
@pytest.mark.parametrize("source", ["flag", "environment", "file"])
@pytest.mark.parametrize("command", [["board", "--once"], ["board", "--web", "--port", "0"]])
async def test_a_program_refuses_a_secret_key_wherever_it_comes_from(
    stack: Stack, tmp_path: Path, source: str, command: list[str]
) -> None:
    key = stack.service_key
    env = environment(tmp_path)
    flags = []
    if source == "flag":
        flags = ["--url", stack.url, "--key", key]
    elif source == "environment":
        env |= {"SUPABASE_URL": stack.url, "SUPABASE_ANON_KEY": f'"{key}"'}
    else:
        text = f'server = "{stack.url}"\nkey = "{key}"\n'
        (tmp_path / "config.toml").write_text(text, encoding="utf-8-sig")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "medtui", *flags, *command, env={**os.environ, **env},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode in (1, 2)
    assert re.fullmatch(r"medtui: [^\n]*secret key[^\n]*\.\n", err.decode())
    assert key not in (out + err).decode()


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("https://abc.supabase.co", None),
        ("https://abc.supabase.co/", None),
        ("https://abc.supabase.co///", None),
        ("HTTPS://abc.supabase.co", None),
        ("abc.supabase.co", None),
        ("//abc.supabase.co", None),
        ("https:/abc.supabase.co", None),
        ("abc.supabase.co/rest/v1", None),
        ("https://abc.supabase.co/rest/v1/", None),
        ("https://abc.supabase.co/rest/v1/profiles?select=*", None),
        ("https://abc.supabase.co/auth/v1", None),
        ("https://abc.supabase.co/storage/v1/s3", None),
        ("https://abc.supabase.co/realtime/v1/websocket?apikey=x", None),
        ("https://abc.supabase.co/#x", None),
        (f"https://supabase.com/dashboard/project/{PROJECT}", f"https://{PROJECT}.supabase.co"),
        (
            f"https://supabase.com/dashboard/project/{PROJECT}/settings/api-keys?x=1",
            f"https://{PROJECT}.supabase.co",
        ),
        (f"app.supabase.com/project/{PROJECT}/", f"https://{PROJECT}.supabase.co"),
        ("localhost:54321", "https://localhost:54321"),
        ("127.0.0.1:54321/rest/v1/", "https://127.0.0.1:54321"),
        ("[::1]:54321", "https://[::1]:54321"),
        ("http://localhost:54321/project/default", "http://localhost:54321"),
        ("https://example.org/supabase/", "https://example.org/supabase"),
        ("https://example.org/supabase/rest/v1/", "https://example.org/supabase"),
        ("192.168.1.20:54321", "https://192.168.1.20:54321"),
        ("https://user:word@abc.supabase.co", None),
    ],
)
@pytest.mark.parametrize("around", AROUND)
def test_an_address_is_understood_as_it_was_copied(
    given: str, meant: str | None, around: str
) -> None:
    assert tidy_url(around.format(given)) == (meant or "https://abc.supabase.co")


@pytest.mark.parametrize(
    "given",
    [
        *("", " ", "https://", "https:", "ftp://x", "two words", "https://[::1", "https://x:y"),
        *("https://supabase.com/dashboard/projects", "a\x00b", "postgresql://postgres@x/db"),
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(given: str) -> None:
    with pytest.raises(Invalid) as refusal:
        tidy_url(given)
    assert refusal.value.field == "url"


@pytest.mark.detail(after=2)
@pytest.mark.parametrize("path", ["/rest/v1/", "/auth/v1", "/", "/project/default", "/rest/v1/#"])
async def test_a_server_is_used_by_an_address_with_a_path(stack: Stack, path: str) -> None:
    person = await stack.person()
    server = Server(f" '{stack.url}{path}' ", f'"{stack.anon_key}"')
    async with Backend.open(server, tokens=MemoryTokens(), notify=lambda event: None) as backend:
        await backend.auth.sign_in(person.email, person.password)


def test_a_byte_order_mark_in_the_settings_means_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    monkeypatch.setenv("MEDTUI_CONFIG", str(file))
    file.write_text('server = " https://abc.supabase.co "\nkey = "k"\n', encoding="utf-8-sig")
    settings = config.load()
    assert (settings.server, settings.key) == ("https://abc.supabase.co", "k")
    settings.with_changes(theme="medtui-light")
    assert config.load().theme == "medtui-light"
    (tmp_path / "presets.toml").write_text(
        '[viva]\n[[viva.phases]]\nname = "Viva"\nlength = "10:00"\n', encoding="utf-8-sig"
    )
    assert config.preset(settings, "viva").id == "viva"


def test_the_local_server_is_meant_with_quotes_and_blanks_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MEDTUI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv("SUPABASE_URL", ' "local" ')
    assert config.load().server == config.LOCAL
