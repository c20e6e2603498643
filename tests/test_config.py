"""The settings' file: whatever stands in it, medtui starts or says in a sentence why not."""

from __future__ import annotations

import ast
import inspect
import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import pytest

from medtui import config
from medtui.core.wall_sections import Names


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


@dataclass(frozen=True)
class MoreSettings(config.Settings):
    is_quiet: bool = False
    bell_count: int = 2
    volume: float = 0.5


@pytest.fixture
def more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of settings that have some fields more."""
    monkeypatch.setattr(config, "Settings", MoreSettings)
    file = tmp_path / "config.toml"
    monkeypatch.setenv("MEDTUI_CONFIG", str(file))
    return file


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("is_quiet", "true", True),
        ("is_quiet", "false", False),
        ("bell_count", "3", 3),
        ("volume", "0.25", 0.25),
        ("volume", "1", 1.0),
        ("overlap_minutes", "90", 90),
        ("theme", '"medtui-light"', "medtui-light"),
    ],
)
def test_a_setting_is_read_by_its_fields_type(name: str, text: str, value: Any, more: Path) -> None:
    more.write_text(f"{name} = {text}")
    found = getattr(config.load(), name)
    assert (found, type(found)) == (value, type(value))
    assert getattr(config.load().with_changes(**{name: value}), name) == value
    assert getattr(config.load(), name) == value


@pytest.mark.parametrize(
    ("name", "text", "wanted"),
    [
        ("is_quiet", "1", "true or false"),
        ("is_quiet", '"true"', "true or false"),
        ("bell_count", "true", "a whole number"),
        ("bell_count", "2.0", "a whole number"),
        ("volume", "true", "a number"),
        ("volume", '"1"', "a number"),
        ("overlap_minutes", "true", "a whole number"),
        ("theme", "1", "a text in quotes"),
        ("theme", "[]", "a text in quotes"),
    ],
)
def test_a_setting_of_another_type_is_refused(
    name: str, text: str, wanted: str, more: Path
) -> None:
    more.write_text(f"{name} = {text}")
    with pytest.raises(config.BadConfig, match=rf": {name} should be {wanted}, but is "):
        config.load()


def test_the_readme_lists_each_setting_as_it_is() -> None:
    text = (Path(__file__).parent.parent / "README.md").read_text()
    text = text.partition("| in the file |")[2].partition("\n\n")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([\w ]+) \| `(.*?)` \| (.*) \|$", text, re.MULTILINE)
    assert rows == described()


def described() -> list[tuple[str, str, str, str]]:
    """Name, type, default and meaning of each setting, from the class and its docstrings."""
    [source] = ast.parse(inspect.getsource(config.Settings)).body
    assert isinstance(source, ast.ClassDef)
    meanings = {
        field.target.id: ast.literal_eval(text.value)
        for field, text in zip(source.body, source.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
    }
    types = {"str": "text", "int": "whole number", "float": "number", "bool": "true or false"}
    defaults = {"()": "[]", "True": "true", "False": "false"}
    return [
        (
            field.name,
            types.get(str(field.type), "tables"),
            f'"{field.default}"'
            if isinstance(field.default, str)
            else defaults.get(repr(field.default), repr(field.default)),
            meanings[field.name],
        )
        for field in fields(config.Settings)
        if field.name != "file"
    ]


@pytest.mark.parametrize(
    ("setting", "variable", "zone", "warned"),
    [
        ("Europe/London", None, "Europe/London", ""),
        ("europe/london", None, "Europe/London", ""),
        ("Europe/London", "Asia/Kolkata", "Asia/Kolkata", ""),
        ("Europe/Lundon", "Asia/Kolkata", "Asia/Kolkata", ""),
        ("Europe/Lundon", None, None, "did you mean Europe/London?"),
    ],
)
def test_the_zone_is_the_variables_else_the_settings(
    setting: str,
    variable: str | None,
    zone: str | None,
    warned: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("TZ", raising=False)
    if variable:
        monkeypatch.setenv("TZ", variable)
    found, warning = config.zone(config.Settings(tmp_path / "config.toml", zone=setting))
    assert warned in warning
    assert bool(warned) == bool(warning)
    assert zone is None or str(found) == zone


def test_names_on_the_shared_screen_are_one_of_three(tmp_path: Path) -> None:
    settings = config.Settings(tmp_path / "config.toml", names="Full")
    assert config.shared_names(settings) is Names.FULL
    assert config.shared_names(config.Settings(tmp_path / "config.toml")) is Names.INITIALS
    with pytest.raises(config.BadConfig, match="names is all, but should be one of full, init"):
        config.shared_names(config.Settings(tmp_path / "config.toml", names="all"))
