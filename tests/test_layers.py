"""What importing a room must not pull in, and how the package is laid out.

Who may import whom is in pyproject.toml.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from graphlib import TopologicalSorter
from pathlib import Path

import grimp
import pytest

PACKAGE = Path(__file__).parents[1] / "medtui"


@pytest.mark.parametrize(
    ("module", "banned"),
    [
        ("medtui.data", ["textual", "rich", "supabase", "keyring", "medtui.local"]),
        ("medtui.core.agenda", ["textual", "rich", "supabase", "httpx"]),
        (
            "medtui.app",
            ["supabase", "keyring", "httpx", "tomlkit", "medtui.local", "psycopg", "numpy"],
        ),
        ("medtui.app, medtui.core.presets, medtui.core.rubrics", ["pydantic"]),
        ("medtui.documents", ["textual", "rich", "pydantic", "httpx", "rapidfuzz", "webvtt"]),
        ("medtui.documents.reader, medtui.documents.beginning", ["textual", "pydantic", "httpx"]),
        ("medtui.board.actions, medtui.room.host_actions", ["textual", "supabase"]),
        ("medtui.marking.actions, medtui.review.file_actions", ["textual", "supabase"]),
        ("medtui.cli", ["textual", "supabase", "httpx", "psycopg", "pydantic", "yaml", "numpy"]),
        ("medtui.commands.listen, medtui.commands.doctor, medtui.local.commands", ["asyncio"]),
        ("medtui.local.run", ["textual", "rich", "medtui.data", "medtui.ui"]),
    ],
)
def test_importing_a_room_does_not_pull_in(module: str, banned: list[str]) -> None:
    program = f"import sys, {module}; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not [name for name in banned if name in loaded]


def test_no_modules_import_each_other_in_a_circle_not_even_for_types() -> None:
    graph = grimp.build_graph("medtui", cache_dir=None)
    imports = {
        each: graph.find_modules_directly_imported_by(each) - {each} for each in graph.modules
    }
    assert len(imports) > 400
    TopologicalSorter(imports).prepare()  # Raises CycleError, with the circle.


def test_a_class_name_means_one_thing() -> None:
    sources = [path.read_text() for path in PACKAGE.rglob("*.py")]
    names = Counter(name for text in sources for name in re.findall(r"^class (\w+)", text, re.M))
    assert [name for name, times in names.items() if times > 1] == []


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    files = PACKAGE.rglob("*.py")
    lines = {str(path.relative_to(PACKAGE)): path.read_text().count("\n") for path in files}
    assert {name: count for name, count in lines.items() if count > 400} == {}
