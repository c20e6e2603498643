"""The settings' file: whatever stands in it, medtui starts or says in a sentence why not."""

from __future__ import annotations

import tomllib
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


@pytest.mark.parametrize(
    "before",
    [
        "",
        'colour = "blue"',
        'server = "https://old.example"\r\nkey = "k"\r\ncolour = "blue"\r\n# end',
        "servers = []\n",
        '[[servers]]\nurl = "x"\nnote = "mine"\n[other]\na = 1\n[[servers]]\nurl = "y"\n',
        'servers = [1, "x", {url = "x"}]\n',
        "[other]\na = 1",
    ],
)
def test_a_server_is_noted_and_all_else_in_the_file_stays(
    before: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(before.encode())
    monkeypatch.setenv("MEDTUI_CONFIG", str(file))
    settings = config.load().with_server("https://new.example", "k1").with_server("local", "")
    settings = settings.with_server("https://new.example", "k2", "Ward 7")
    assert settings == config.load()
    assert (settings.server, settings.key) == ("https://new.example", "k2")
    noted = {server.url: (server.key, server.name) for server in settings.servers}
    assert noted["https://new.example"] == ("k2", "Ward 7")
    assert noted["local"] == ("", "")
    was, now = tomllib.loads(before), tomllib.loads(file.read_text())
    listed = was.pop("servers", [])
    assert now["servers"][: len(listed)] == listed
    if "server" in was:
        assert noted[was.pop("server")] == (was.pop("key"), "")
    assert {name: now[name] for name in was} == was


def test_servers_of_another_shape_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "config.toml"
    file.write_text("servers = 3\n")
    monkeypatch.setenv("MEDTUI_CONFIG", str(file))
    with pytest.raises(config.BadConfig, match=r"servers should be \[\[servers\]\] tables"):
        config.load()
