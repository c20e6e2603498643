"""Secrets planted in an ordinary day of use are found nowhere but where logins are kept."""

from __future__ import annotations

import json
import secrets
import stat
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backends import fail

from medtui.data import StoredTokens
from medtui.store import log
from tests.helpers.stack import Stack


@pytest.mark.long  # a program's day is in the suite, in tests/test_secrets.py
async def test_a_day_of_use_leaves_no_secret_on_the_disk(
    stack: Stack, seat: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keyring, "get_keyring", fail.Keyring)
    state = tmp_path / "state"
    planted = {
        "password": secrets.token_hex(12),
        "wrong password": secrets.token_hex(12),
        "e-mail": f"{secrets.token_hex(8)}@example.org",
        "link": f"https://example.org/{secrets.token_hex(8)}",
        "brief": secrets.token_hex(12),
        "public key": stack.anon_key,
    }
    await stack.sql(
        "insert into cases (case_name, condition, candidate_brief, actor_brief)"
        " select b, b, b, b from (values (%s)) as planted (b)",
        planted["brief"],
    )
    with log.logged(state):
        here = await seat(tokens=StoredTokens(stack.url, state))
        await here.until_text("Sign in")
        await here.press("ctrl+t")
        await here.fill("email", planted["e-mail"])
        await here.fill("password", planted["password"])
        await here.press("enter")
        await here.until_screen("ProfileScreen")
        await here.fill("first_name", "Amara")
        await here.fill("last_name", "Okafor")
        await here.press("ctrl+s")
        await here.until_text("● LIVE")
        await here.press("n")
        await here.until_screen("SessionForm")
        await here.fill("link", planted["link"])
        await here.press("ctrl+s")
        await here.until_text("○ open")
        await stack.sql("update practice_sessions set case_id = (select id from cases)")
        kept = json.loads(next(state.glob("login-*.json")).read_text())
        planted |= {name: kept[name] for name in ("access_token", "refresh_token")}
        await stack.stop_gateway()
        await here.until_text("STALE")
        await stack.start_gateway()
        await here.until_text("● LIVE")
        here.app.login.sign_out()
        await here.until_text("You are signed out")
        await here.fill("email", planted["e-mail"])
        await here.fill("password", planted["wrong password"])
        await here.press("enter")
        await here.until_text("do not match")
        await here.fill("password", planted["password"])
        await here.press("enter")
        await here.until_text("● LIVE")
        title = f"{here.app.title} {here.app.sub_title}"
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    logins = [path for path in files if path.match("login-*.json")]
    assert [stat.S_IMODE(path.stat().st_mode) for path in logins] == [0o600]
    texts = {path.name: path.read_text() for path in files if path not in logins}
    assert "stale" in texts["medtui.log"]
    found = [
        f"{what} in {name}"
        for name, text in {**texts, "the title": title}.items()
        for what, secret in planted.items()
        if secret in text
    ]
    assert found == []
