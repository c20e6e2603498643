"""Imports point one way: screens → widgets, board, documents, data → models."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "medtui"

MAY_IMPORT = {
    "clean": set(),
    "disk": set(),
    "drafts": {"disk"},
    "models": {"clean"},
    "config": {"clean", "disk", "known_servers", "station"},
    "known_servers": set(),
    "log": set(),
    "terminal": set(),
    "crash": {"config", "log", "terminal"},
    "frame": {"crash", "log", "screens", "workers"},
    "workers": set(),
    "board": {"models"},
    "station": {"board", "clean", "models"},
    "history": {"board", "documents", "models"},
    "progress": {"board", "documents", "history", "models"},
    "documents": {"clean", "disk", "models"},
    "data": {"disk", "models"},
    "shared_board": {"board", "models"},
    "widgets": {
        *("board", "documents", "drafts", "history", "models", "progress"),
        *("shared_board", "station"),
    },
    "screens": {
        *("app", "board", "clean", "config", "data", "documents", "drafts", "frame", "models"),
        *("history", "progress", "shared_board", "station", "widgets"),
    },
    "wall": {
        *("config", "data", "frame", "launch", "log", "models"),
        *("screens", "shared_board", "widgets"),
    },
    "launch": {"config"},
    "credentials": {"config", "launch"},
    "doctor": {"config", "data", "launch"},
    "case_import": {"config", "data", "documents", "launch", "models"},
    "app": {
        *("config", "data", "disk", "drafts", "frame", "launch", "models", "notices"),
        *("screens", "servers"),
    },
    "servers": {"app", "config", "data", "launch", "screens"},
    "local": {"log"},
    "cli": {
        *("app", "case_import", "config", "crash", "credentials", "data", "doctor", "documents"),
        *("launch", "local", "log", "screens", "wall"),
    },
    "__main__": {"cli"},
    "__init__": set(),
}
"""What each room may import of the others, for typing too."""


def imports() -> Iterator[tuple[str, str, str]]:
    """Every import of one room of medtui by another: file, room, imported room."""
    for path in sorted(PACKAGE.rglob("*.py")):
        relative = path.relative_to(PACKAGE)
        room = relative.parts[0].removesuffix(".py")
        for node in ast.walk(ast.parse(path.read_text())):
            modules: list[str] = []
            if isinstance(node, ast.Import):
                modules = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.module:
                modules = [node.module]
                if node.module == "medtui":
                    modules = [f"medtui.{alias.name}" for alias in node.names]
            for module in modules:
                parts = module.split(".")
                if parts[0] == "medtui" and len(parts) > 1 and parts[1] != "__version__":
                    yield str(relative), room, parts[1]


def test_every_room_imports_only_what_it_may() -> None:
    wrong = [
        f"{file} imports medtui.{imported}"
        for file, room, imported in imports()
        if imported != room and imported not in MAY_IMPORT[room]
    ]
    assert not wrong


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("medtui.data", ["textual", "rich", "supabase", "keyring", "medtui.local"]),
        ("medtui.core.agenda", ["textual", "rich", "supabase", "httpx"]),
        ("medtui.app", ["supabase", "keyring", "httpx", "tomlkit", "medtui.local", "psycopg"]),
        ("medtui.documents", ["textual", "rich", "pydantic", "httpx", "rapidfuzz", "webvtt"]),
        ("medtui.cli", ["textual", "supabase", "httpx", "psycopg", "pydantic", "yaml"]),
        ("medtui.local.run", ["textual", "rich", "medtui.data", "medtui.screens"]),
    ],
)
def test_importing_a_room_does_not_pull_in(module: str, banned: list[str]) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not [name for name in banned if name in loaded]
