"""`medtui completion`, and completing by it: what `tab` offers in bash, zsh and fish."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

SHELLS = ("bash", "zsh", "fish")


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    completion = commands.add_parser(
        "completion", help="print what a shell runs to complete medtui's words"
    )
    completion.add_argument("shell", choices=SHELLS)
    completion.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from argcomplete.shell_integration import shellcode

    sys.stdout.write(shellcode(["medtui"], shell=options.shell) + "\n")
    return 0


def is_asked() -> bool:
    """Whether a shell asks for completions."""
    return "_ARGCOMPLETE" in os.environ


def complete(parser: argparse.ArgumentParser) -> None:
    """Answer a shell that asks for completions, and end; does nothing for any other call."""
    if is_asked():
        import argcomplete

        argcomplete.autocomplete(parser, always_complete_options=False)
