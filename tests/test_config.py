"""The settings' file: whatever stands in it, medtui starts or says in a sentence why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from medtui import config


@pytest.mark.parametrize(
    "content",
    [
        "server = ",
        "overlap_minutes = " + "9" * 5_000,
        "server = " + "[" * 100_000,
        "server = 3",
        b"\xff\xfe",
    ],
    ids=["half", "long", "deep", "number", "no text"],
)
def test_settings_that_cannot_be_read_are_told_with_their_file(
    content: str | bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    monkeypatch.setenv("MEDTUI_CONFIG", str(file))
    with pytest.raises(config.BadConfig) as refusal:
        config.load()
    assert str(refusal.value).startswith(str(file))
