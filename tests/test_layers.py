"""What importing a room must not pull in; who may import whom is in pyproject.toml."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.detail(after=3)
@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("medtui.data", ["textual", "rich", "supabase", "keyring", "medtui.local"]),
        ("medtui.core.agenda", ["textual", "rich", "supabase", "httpx"]),
        ("medtui.app", ["supabase", "keyring", "httpx", "tomlkit", "medtui.local", "psycopg"]),
        ("medtui.app, medtui.core.presets, medtui.core.rubrics", ["pydantic"]),
        ("medtui.documents", ["textual", "rich", "pydantic", "httpx", "rapidfuzz", "webvtt"]),
        ("medtui.board.actions, medtui.room.host_actions", ["textual", "supabase"]),
        ("medtui.marking.actions, medtui.review.file_actions", ["textual", "supabase"]),
        ("medtui.cli", ["textual", "supabase", "httpx", "psycopg", "pydantic", "yaml"]),
        ("medtui.local.run", ["textual", "rich", "medtui.data", "medtui.ui"]),
    ],
)
def test_importing_a_room_does_not_pull_in(module: str, banned: list[str]) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not [name for name in banned if name in loaded]
