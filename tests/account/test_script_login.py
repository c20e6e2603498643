"""Signing in without the form: what the environment says, and what is wrong with it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from medtui import cli
from medtui.account.script_login import login
from medtui.config import BadConfig

EMAIL, PASSWORD, FILE = "MEDTUI_EMAIL", "MEDTUI_PASSWORD", "MEDTUI_PASSWORD_FILE"
ANA = "ana@example.org"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "password"
    file.write_text("correct horse\n")
    file.chmod(0o600)
    return file


def test_nothing_set_means_the_form() -> None:
    assert login({}) is None


def test_the_password_may_stand_in_the_environment_or_in_a_file(file: Path) -> None:
    said = login({EMAIL: f" {ANA} ", PASSWORD: " as it is "})
    assert said is not None
    assert (said.email, said.password, said.warning) == (ANA, " as it is ", "")
    read = login({EMAIL: ANA, FILE: str(file)})
    assert read is not None
    assert (read.email, read.password, read.warning) == (ANA, "correct horse", "")


def test_the_password_beats_its_file(tmp_path: Path) -> None:
    said = login({EMAIL: ANA, PASSWORD: "correct horse", FILE: str(tmp_path / "missing")})
    assert said is not None
    assert said.password == "correct horse"


@pytest.mark.parametrize("ending", ["", "\n", "\r\n"])
def test_the_end_of_the_line_is_no_part_of_the_password(ending: str, file: Path) -> None:
    file.write_bytes(" spaces, ü, are ".encode() + ending.encode())
    read = login({EMAIL: ANA, FILE: str(file)})
    assert read is not None
    assert read.password == " spaces, ü, are "


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_may_read_is_taken_and_warned_of(mode: int, file: Path) -> None:
    file.chmod(mode)
    read = login({EMAIL: ANA, FILE: str(file)})
    assert read is not None
    assert read.password == "correct horse"
    assert "chmod 600" in read.warning


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({EMAIL: ANA}, "MEDTUI_EMAIL needs MEDTUI_PASSWORD or MEDTUI_PASSWORD_FILE"),
        ({EMAIL: " ", PASSWORD: "x"}, "MEDTUI_EMAIL is empty"),
        ({PASSWORD: "x"}, "MEDTUI_PASSWORD without MEDTUI_EMAIL"),
        ({FILE: "x"}, "MEDTUI_PASSWORD_FILE without MEDTUI_EMAIL"),
        ({EMAIL: ANA, PASSWORD: ""}, "MEDTUI_PASSWORD is empty"),
        ({EMAIL: ANA, FILE: ""}, "MEDTUI_PASSWORD_FILE is empty"),
        ({EMAIL: ANA, FILE: "{}/missing"}, "is not there"),
        ({EMAIL: ANA, FILE: "{}"}, "cannot be read"),
        ({EMAIL: ANA, FILE: "{}/password/below"}, "cannot be read"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_sentence(
    values: dict[str, str], sentence: str, file: Path
) -> None:
    with pytest.raises(BadConfig, match=sentence) as refusal:
        login({name: value.replace("{}", str(file.parent)) for name, value in values.items()})
    assert str(refusal.value).endswith(".")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\xff\xfe", "is not text"),
        (b"one\ntwo\n", "more than a password"),
        (b"x" * 5000, "more than a password"),
    ],
)
def test_a_file_that_holds_no_password_is_refused_unshown(
    content: bytes, words: str, file: Path
) -> None:
    file.write_bytes(content)
    with pytest.raises(BadConfig, match=words) as refusal:
        login({EMAIL: ANA, FILE: str(file)})
    assert "two" not in str(refusal.value)


def test_no_process_that_is_started_later_has_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in (EMAIL, PASSWORD, FILE):
        monkeypatch.setenv(name, "a secret")
    with pytest.raises(SystemExit):
        cli.main(["view", "--json", str(tmp_path / "missing.json")])
    assert not {EMAIL, PASSWORD, FILE} & os.environ.keys()
    assert "a secret" not in "".join(capsys.readouterr())


def test_the_program_says_what_is_wrong_and_ends_with_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MEDTUI_CONFIG", str(tmp_path / "config.toml"))
    monkeypatch.setenv(PASSWORD, "a secret")
    with pytest.raises(SystemExit) as end:
        cli.main([])
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert said.startswith("medtui: MEDTUI_PASSWORD without MEDTUI_EMAIL is not a login")
    assert "a secret" not in said


def test_a_password_is_not_shown_with_its_login() -> None:
    assert "correct horse" not in repr(login({EMAIL: ANA, PASSWORD: "correct horse"}))
