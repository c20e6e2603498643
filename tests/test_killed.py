"""SIGKILL at every write, sync and rename of what is kept: the next start finds old or new."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.killed import NEW, OLD, URL

BEFORE_AND_AFTER: dict[str, tuple[Any, Any]] = {
    "first settings": ("medtui-dark  False", f"new {URL} False"),
    "settings": (f"old {URL} True", f"new {URL} True"),
    "first login in the file": (None, NEW),
    "login in the file": (OLD, NEW),
    "sign-out from the file": (OLD, None),
    "login in the keyring": (OLD, NEW),
    "login that comes to the keyring from the file": (OLD, NEW),
    "sign-out from the keyring": (OLD, None),
    "draft": (OLD, NEW),
    "draft that is confirmed": (OLD, None),
    "memory": (OLD, NEW),
}


@pytest.mark.parametrize(
    ("stride", "first"), [("5", "2"), pytest.param("1", "1", marks=pytest.mark.long)]
)
async def test_a_kill_at_any_operation_leaves_old_or_new(
    stride: str, first: str, tmp_path: Path
) -> None:
    kills = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.killed", str(tmp_path), stride, first),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parent.parent,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    out, _ = await kills.communicate()
    assert kills.returncode == 0
    lines = [json.loads(line) for line in out.splitlines()]
    for line in lines:
        old, new = BEFORE_AND_AFTER[line["act"]]
        assert line["starts"], line
        assert line["found"] in (old, new), line
        assert line["works"], line
        assert line["then"] == new, line
        assert line["left"] == [], line
    killed = Counter(line["act"] for line in lines if line["killed"])
    print(f"{killed.total()} kills: {dict(killed)}")
    assert set(killed) == set(BEFORE_AND_AFTER)
