"""What tests of the doctor share: settings, a keyring that works, and one look at everything."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend

from medtui.commands import doctor
from medtui.data.doctor import Finding
from tests.helpers.stack import Stack

LINES = [
    *("settings", "address", "encryption", "server", "clock", "key", "tables", "migrations"),
    *("policies", "live feed", "login", "terminal", "log"),
]


class InMemory(KeyringBackend):
    """A keyring that works."""

    priority = 1  # type: ignore[assignment]
    name = "in memory"

    def __init__(self) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


@pytest.fixture
def backend() -> Iterator[InMemory]:
    before, works = keyring.get_keyring(), InMemory()
    keyring.set_keyring(works)
    yield works
    keyring.set_keyring(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def look(
    stack: Stack, backend: InMemory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Any]:
    """`await look()`: every line's finding, by name; `url` and `key` as in the settings."""
    monkeypatch.setenv("MEDTUI_CONFIG", str(tmp_path / "config.toml"))
    terminal = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "COLUMNS": "80", "LINES": "24"}
    for name, value in terminal.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)

    async def look_(url: str | None = None, key: str | None = None) -> dict[str, Finding]:
        monkeypatch.setenv("SUPABASE_URL", url or stack.url)
        monkeypatch.setenv("SUPABASE_ANON_KEY", stack.anon_key if key is None else key)
        return {finding.name: finding async for finding in doctor.examine({})}

    return look_


def failures(found: dict[str, Finding]) -> list[str]:
    """The lines that fail; each says what to do, in sentences."""
    assert list(found) == LINES
    failed = [finding for finding in found.values() if finding.state == "failed"]
    assert all(finding.what.endswith(".") and finding.advice.endswith(".") for finding in failed)
    return [finding.name for finding in failed]
