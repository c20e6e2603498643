"""What `tab` offers, as the shells ask for it; and what start-up may cost."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from medtui.commands.completion import SHELLS


def offered(line: str) -> set[str]:
    """The words that are offered at the end of a line, by the protocol of the shells' code."""
    read, write = os.pipe()
    program = f"import os; os.dup2({write}, 8); os.dup2(2, 9); import medtui.cli; medtui.cli.main()"
    env = {
        **os.environ,
        "_ARGCOMPLETE": "1",
        "_ARGCOMPLETE_IFS": "\n",
        "COMP_LINE": line,
        "COMP_POINT": str(len(line)),
    }
    command = [sys.executable, "-c", program]
    subprocess.run(command, env=env, check=True, pass_fds=[write], timeout=30)
    os.close(write)
    with os.fdopen(read) as answer:
        return {word.split(":")[0].strip() for word in answer.read().split("\n") if word.strip()}


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("medtui se", {"sessions"}),
        ("medtui local m", {"mail"}),
        ("medtui sessions --m", {"--mine"}),
        ("medtui book --w", {"--wait"}),
        ("medtui progress --by ", {"sheet", "domain", "category"}),
    ],
)
def test_the_rest_of_a_word_is_offered(line: str, words: set[str]) -> None:
    assert offered(line) == words


@pytest.mark.parametrize("shell", SHELLS)
def test_the_code_for_a_shell_is_accepted_by_it(shell: str) -> None:
    command = [sys.executable, "-m", "medtui", "completion", shell]
    code = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "medtui" in code
    if (program := shutil.which(shell)) is not None:
        subprocess.run([program, "-n"], input=code, text=True, check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash")
def test_bash_completes_by_it() -> None:
    script = (
        'eval "$("$0" -m medtui completion bash)"; medtui() { "$PY" -m medtui "$@"; };'
        ' COMP_WORDS=(medtui boo); COMP_CWORD=1; COMP_LINE="medtui boo"; COMP_POINT=10;'
        ' COMP_TYPE=9; _python_argcomplete medtui boo medtui; echo "${COMPREPLY[@]}"'
    )
    env = {**os.environ, "PY": sys.executable}
    done = subprocess.run(
        ["bash", "-c", script, sys.executable], capture_output=True, text=True, env=env, check=True
    )
    assert done.stdout.split() == ["book"]


def test_a_start_does_not_pay_for_it() -> None:
    program = "import sys, medtui.cli; medtui.cli._parser(); print('argcomplete' in sys.modules)"
    assert subprocess.check_output([sys.executable, "-c", program], text=True) == "False\n"
