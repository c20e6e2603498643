"""The commands below `medtui local`. Importing this costs nothing: each imports what it needs."""

from __future__ import annotations

import argparse
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from medtui.console import print_error, print_text
from medtui.local import LocalError

Commands = Any  # argparse's own type for a group of subcommands is private


def add_commands(commands: Commands, *, sample: str) -> None:
    """Add them to a parser's group of subcommands. Each sets `run`, which gives the exit code.

    `sample`: the package that fills a server for `run --sample`: see run.run.
    """
    start = _doing(lambda it, given: it.run(given), "run")
    run = _add(commands, "run", "run it in the foreground; prints its keys into a pipe", start)
    run.add_argument("--port", type=_port, help="0: any free port (default: the same as last time)")
    run.add_argument("--host", default="127.0.0.1", metavar="ADDR", help="default: %(default)s")
    content = run.add_mutually_exclusive_group()
    words = "with sample people and sessions"
    content.add_argument("--sample", action="store_const", const=sample, default="", help=words)
    content.add_argument("--empty", action="store_true", help="with nothing in it (the default)")
    run.add_argument("--schema", type=Path, metavar="DIR", help="apply these migrations instead")
    _flag(run, "--invite", "also print one line with which others join")
    _flag(run, "--json", "print its keys as one line of JSON on a terminal, too")
    run.add_argument(
        "--confirm-email",
        action=argparse.BooleanOptionalAction,
        help="whether sign-ups need a code (default: as last time; the first time: no)",
    )
    kinds = "what e-mails contain (default: as last time; the first time: a code)"
    run.add_argument("--mail", choices=["code", "link"], help=kinds)
    proxy = "apply limits to the addresses that a proxy on this computer names (X-Forwarded-For)"
    _flag(run, "--trust-proxy", proxy)
    hosted = "its changes come as late as a hosted project's, and are lost above the same rate"
    _flag(run, "--like-hosted", hosted)
    # For medtui itself: ends with the last who holds it; leaves nothing behind.
    _flag(run, "--held", argparse.SUPPRESS)
    _flag(run, "--throwaway", argparse.SUPPRESS)

    env = _doing(lambda it, given: it.env(given.data))
    _add(commands, "env", "print the running server's settings as shell lines", env)
    mail = _doing(lambda it, given: it.mail(given.data))
    _add(commands, "mail", "show the codes or links that would have been e-mailed", mail)
    set_ = _doing(
        lambda it, given: (
            it.remove_second_factor(given.data, given.email)
            if given.remove_second_factor
            else it.set_password(given.data, given.email, it.ask_password)
        )
    )
    password = _add(commands, "password", "set the password of a user who has forgotten it", set_)
    password.add_argument("email", metavar="EMAIL")
    _flag(password, "--remove-second-factor", "leave the password, remove the second factor")
    empty = _doing(lambda it, given: it.reset(given.data, None if given.yes else it.ask))
    reset = _add(commands, "reset", "delete all its data, after asking", empty)
    _flag(reset, "--yes", "without asking")


def _add(
    commands: Commands, name: str, words: str, run: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = commands.add_parser(name, help=words)
    parser.add_argument("--data", type=Path, metavar="DIR", help="where its data lives")
    parser.set_defaults(run=run)
    return parser


def _flag(parser: argparse.ArgumentParser, name: str, words: str) -> None:
    parser.add_argument(name, action="store_true", help=words)


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{port} is not a port: use 0 to 65535")
    return port


def _doing(
    task: Callable[[Any, argparse.Namespace], Any], module: str = "operator"
) -> Callable[[argparse.Namespace], int]:
    """A command that does this with one of our modules, and prints the text that comes of it.

    What it cannot do is said in a sentence on standard error, with exit code 1.
    """

    def run(given: argparse.Namespace) -> int:
        import asyncio

        try:
            text = task(importlib.import_module(f"medtui.local.{module}"), given)
            if asyncio.iscoroutine(text):
                text = asyncio.run(text)
            if text:
                print_text(text)
        except LocalError as error:
            complaint = str(error)
        except ModuleNotFoundError as error:
            complaint = missing(error.name or "a module")
        except (KeyboardInterrupt, EOFError):
            complaint = "Nothing is changed."
        else:
            return 0
        print_error(complaint)
        return 1

    return run


def missing(module: str) -> str:
    """What to do when an import fails."""
    if module in ("fcntl", "pwd"):  # of Python itself, wherever there is Unix
        return (
            "The local server runs on Linux and macOS only: on Windows use it in WSL, or connect "
            "to a Supabase project instead."
        )
    return f"The local server needs {module}: install it with pip install 'medtui[local]'."
