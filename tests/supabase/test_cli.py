"""The README's commands for the Supabase CLI reach the linked project, in each CLI in use."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.helpers.supabase_js import installed

ROOT = Path(__file__).parent.parent.parent
VERSIONS = ("2.122.1", "3.1.0")
TARGETS = {"2": "--linked", "3": "--remote"}
"""The option that means the linked project. CLI 3 takes the one of CLI 2, too, with a warning."""


def commands() -> list[str]:
    """Each command that the README's blocks name, without what the user puts in."""
    text = (ROOT / "medtui/supabase/README.md").read_text()
    text = re.sub(r" \\\n +", " ", text)
    text = re.sub(r" \$\(.*?\)", "", text)  # the shell's, which gives versions
    lines = re.findall(r"^    (supabase .*?)(?:  +#.*)?$", text, re.MULTILINE)
    return sorted({re.sub(r" --project-ref …", " --project-ref abcdefghijklmnopqrst", line)
                   for line in lines})  # fmt: skip


def cli(version: str, *words: str, folder: Path = ROOT) -> str:
    """All that the CLI says. It finds no login, and is told that it runs in no terminal."""
    program = installed("supabase", f"supabase@{version}", patience=120)
    done = subprocess.run(
        [program / "node_modules/.bin/supabase", *words],
        cwd=folder,
        env=os.environ | {"SUPABASE_ACCESS_TOKEN": "", "DO_NOT_TRACK": "1", "NO_COLOR": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stdout + done.stderr


def parts(command: str) -> tuple[list[str], list[str]]:
    """A command's own words and its options; without the folder, which all commands have."""
    words = shlex.split(command.replace(" --workdir medtui", ""))[1:]
    options = [word.partition("=")[0] for word in words if word.startswith("-")]
    own = []
    for word in words:
        if word.startswith("-"):
            break
        own.append(word)
    return own, options


def test_the_readme_names_commands_for_each_target() -> None:
    assert len(commands()) >= 6
    needing = [command for command in commands() if " link" not in command]
    assert all("--linked" in command for command in needing), "else CLI 3 takes the local stack"


@pytest.mark.detail
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("command", commands())
def test_the_cli_knows_the_command_and_its_options(command: str, version: str) -> None:
    own, options = parts(command.replace("--linked", TARGETS[version[0]]))
    said = cli(version, *own, "--help")
    assert "USAGE" in said
    for option in options:
        assert re.search(rf"^\s+{option}\b", said, re.MULTILINE), option


@pytest.mark.detail
@pytest.mark.parametrize("version", VERSIONS)
def test_a_push_reaches_for_the_linked_project_and_not_for_a_local_one(
    version: str, tmp_path: Path
) -> None:
    (tmp_path / "supabase").mkdir()
    (tmp_path / "supabase/config.toml").write_text(
        (ROOT / "medtui/supabase/config.toml").read_text()
    )
    words = "--workdir", str(tmp_path), "db", "push", "--dry-run"
    said = cli(version, *words, "--linked", folder=tmp_path)
    assert "Have you run supabase link" in said
    assert "local stack" not in said
    if version.startswith("3"):
        assert "Target: local stack" in cli(version, *words, folder=tmp_path), "so it is named"
