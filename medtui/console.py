"""Prints for all commands, and checks whether there is a terminal to draw on.

File names, arguments and the output of other programs may contain control characters. All that the
commands print passes through here and is cleaned. Imports nothing heavy: every command needs it.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from typing import NoReturn

from medtui.core.text import clean_block, clean_line

NO_SCREENS = ("", "dumb", "unknown")
"""Values of TERM that name a terminal without cursor movement."""


def prepare() -> None:
    """Make printing safe for this process: to be called once, before anything is printed."""
    if "TEXTUAL_DRIVER" not in os.environ:  # there they hold the size of the browser's page
        # Textual, rich and argparse believe these rather than the terminal, which changes.
        os.environ.pop("COLUMNS", None)
        os.environ.pop("LINES", None)
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # it was closed by the caller, as in `medtui >&-`
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115, PTH123
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # what its encoding lacks becomes a "?"


def print_text(text: str) -> None:
    """Print text to standard output."""
    sys.stdout.write(f"{clean_block(text)}\n")


def print_error(sentence: str) -> None:
    """Print one line to standard error; does nothing if that is closed."""
    with contextlib.suppress(OSError):
        sys.stderr.write(f"{clean_line(sentence)}\n")
        sys.stderr.flush()


def complain(sentence: str, code: int = 2) -> int:
    """Print one sentence to standard error, and return the exit code."""
    print_error(f"medtui: {sentence}")
    return code


def why_no_screen() -> str | None:
    """A sentence why no screen can be drawn; None if it can."""
    if "TEXTUAL_DRIVER" in os.environ:
        return None  # a browser's page draws it
    streams = {"input": sys.__stdin__, "output": sys.__stdout__}
    for name, stream in streams.items():
        if stream is None or not stream.isatty():
            return (
                f"This needs a terminal, and standard {name} is none: run it in a terminal window,"
                " without a pipe or redirection."
            )
    kind = os.environ.get("TERM", "")
    if kind in NO_SCREENS and sys.platform != "win32":
        what = f'is "{kind}"' if kind else "is not set"
        return (
            f"Nothing can be drawn on this terminal, as TERM {what}: set it to what the terminal"
            " is, such as xterm-256color."
        )
    return None


class CommandParser(argparse.ArgumentParser):
    """argparse's parser, with cleaned errors, as these repeat arguments."""

    def error(self, message: str) -> NoReturn:
        super().error(clean_line(message))
