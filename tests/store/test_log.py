"""The log and a crash: what they say, and what they never do."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import secrets
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from medtui.store import log
from tests.helpers.terminal import Terminal

CRASHING = """
import sys
from medtui import cli
from medtui.account.login import LoginScreen

def crash(screen):
    secret = "{secret}"
    raise KeyError(secret)

LoginScreen.action_reveal = crash
cli.main()
"""


def test_an_error_is_told_by_its_kind_and_place_and_never_by_its_words(tmp_path: Path) -> None:
    secret = secrets.token_hex(8)
    with log.logged(tmp_path):
        try:
            try:
                json.loads(f"{{{secret}")
            except ValueError as error:
                raise RuntimeError(f"could not read {secret}") from error
        except RuntimeError:
            logging.getLogger("medtui.data").exception("a message could not be read")
    text = (tmp_path / "medtui.log").read_text()
    assert "ERROR medtui.data: a message could not be read" in text
    assert "JSONDecodeError" in text
    assert "RuntimeError" in text
    assert "test_log.py:" in text
    assert secret not in text
    assert stat.S_IMODE((tmp_path / "medtui.log").stat().st_mode) == 0o600


def test_what_looks_like_a_secret_is_left_out_and_others_words_are_not_taken(
    tmp_path: Path,
) -> None:
    said = {
        "eyJhbGciOi.eyJpc3Mi.c2ln": "a token",
        "sb_secret_abc-1": "a key",
        "amara.okafor@example.org": "an e-mail",
    }
    with log.logged(tmp_path):
        for secret in said:
            logging.getLogger("medtui").warning("it said %s", secret)
        logging.getLogger("asyncio").error("Task failed\nfuture: %s", "its words")
        logging.getLogger("httpx").error("not ours")
        logging.getLogger("medtui").debug("chatter")
    text = (tmp_path / "medtui.log").read_text()
    assert [what for secret, what in said.items() if secret in text] == []
    assert "Task failed" in text
    assert not [words for words in ("its words", "not ours", "chatter") if words in text]


def test_the_log_does_not_grow_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "MAX_BYTES", 2000)
    with log.logged(tmp_path):
        for number in range(200):
            logging.getLogger("medtui").info("line %d", number)
    files = sorted(tmp_path.iterdir())
    assert [path.name for path in files] == ["medtui.log", "medtui.log.1", "medtui.log.2"]
    assert all(path.stat().st_size <= 2000 for path in files)
    assert "line 199" in files[0].read_text()


def test_where_no_log_can_be_written_the_program_runs_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "medtui.log").mkdir()
    (tmp_path / "file").touch()
    for folder in (tmp_path, tmp_path / "file" / "state"):
        with log.logged(folder):
            logging.getLogger("medtui").warning("said to nobody")
            assert log.file is None


@pytest.mark.detail
def test_a_command_that_crashes_says_so_in_a_few_lines(tmp_path: Path) -> None:
    secret = secrets.token_hex(8)
    program = (
        "from medtui import cli\n"
        "from medtui.commands import case_import\n"
        f"def crash(*words): raise LookupError('{secret}')\n"
        "case_import.complain = crash\n"
        "cli.main(['cases', 'import'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | {"MEDTUI_CONFIG": str(tmp_path / "config.toml")},
        capture_output=True,
        text=True,
    )
    file = tmp_path / "state" / "medtui.log"
    assert done.returncode == 1
    assert "LookupError in medtui/commands/case_import.py, line " in done.stderr
    assert f"Details are in {file}" in done.stderr
    assert secret not in done.stderr + file.read_text()
    assert "Traceback" not in done.stderr
    assert "LookupError" in file.read_text()


@pytest.mark.detail
async def test_a_crash_of_the_app_leaves_the_terminal_sane_and_no_secret(
    tmp_path: Path,
) -> None:
    secret = secrets.token_hex(8)
    env = {
        "MEDTUI_CONFIG": str(tmp_path / "config.toml"),
        "SUPABASE_URL": "http://127.0.0.1:1",
        "SUPABASE_ANON_KEY": "sb_publishable_x",
    }
    command = [sys.executable, "-c", CRASHING.format(secret=secret)]
    async with Terminal(command, env=env, columns=100) as terminal:
        await terminal.until("Sign in", "Another server")
        terminal.press(f"{secret}\x12")  # typed into the form, then ctrl+r
        await asyncio.wait_for(terminal.process.wait(), 60)
        await terminal.until("`medtui doctor` looks for a cause.")
        file = tmp_path / "state" / "medtui.log"
        assert terminal.process.returncode == 1
        assert "KeyError" in terminal.text
        assert "medtui.log" in terminal.text.replace("\n", "")
        output = terminal.output.decode(errors="replace")
    after = output[output.rindex("\x1b[?1049l") :]  # once the app's own screen was left
    assert secret not in after
    assert "Traceback" not in output
    for mode in ("?1000", "?1003", "?1006", "?2004", "?1004"):  # mouse, paste, focus
        assert output.rindex(f"\x1b[{mode}l") > output.rindex(f"\x1b[{mode}h")
    assert output.rindex("\x1b[?25h") > output.rindex("\x1b[?25l")
    text = file.read_text()
    assert "KeyError" in text
    assert secret not in text
