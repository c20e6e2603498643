"""`medtui cases import`: imports cases from files to a server; `--example` writes a template."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medtui.console import complain, print_error, print_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from medtui.core.models import CaseDraft

EXAMPLES = {
    "yaml": "cases.yaml",
    "json": "cases.json",
    "csv": "cases.csv",
    "markdown": "markdown",
}
"""The template of each format; that of Markdown is a folder."""


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    load = commands.add_parser(
        "import", help="add cases to a server, or bring them up to date, with its service key"
    )
    load.add_argument(
        "file",
        type=Path,
        nargs="?",
        metavar="FILE",
        help="YAML, JSON, CSV, Markdown, or a folder of Markdown",
    )
    load.add_argument("--url", default=argparse.SUPPRESS, help="the Supabase project's URL")
    load.add_argument(
        "--dry-run", action="store_true", help="show what would change, and import nothing"
    )
    load.add_argument("--example", choices=EXAMPLES, help="print a template, or write it to FILE")
    load.add_argument(
        "--service-key",
        metavar="KEY",
        help="prefer SUPABASE_SERVICE_ROLE_KEY: other users can see command-line arguments",
    )
    load.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the command. Returns the exit code: 0, 1 if nothing was imported, 2 for a wrong call."""
    import asyncio

    if options.example:
        return _example(options.example, options.file)
    if options.file is None:
        return complain("name the file to import, or ask for a template with --example.", 2)

    from medtui.documents.cases import BadCases, Unusable, read_cases

    try:
        cases = read_cases(options.file)
    except Unusable as error:
        return complain(str(error), 2)
    except BadCases as error:
        for problem in error.problems:
            print_error(str(problem))
        count = len(error.problems)
        things = "one thing" if count == 1 else f"{count} things"
        return complain(f"nothing was imported: fix {things} in {options.file} first.", 1)
    try:
        return asyncio.run(_import(cases, options))
    except KeyboardInterrupt:
        return complain("stopped: what had not been confirmed may be imported again.", 1)


async def _import(cases: Sequence[CaseDraft], options: argparse.Namespace) -> int:
    import os

    from medtui.config import LOCAL, BadConfig, load
    from medtui.data.case_import import import_cases
    from medtui.data.errors import DataError, Invalid
    from medtui.data.server_address import is_unprotected
    from medtui.launcher import LaunchFailed
    from medtui.server import ready

    key = options.service_key or os.environ.get("SUPABASE_SERVICE_ROLE_KEY", "")
    try:
        settings = load({"server": options.url})
    except BadConfig as error:
        return complain(str(error), 2)
    url = settings.server
    if options.dry_run and not (url == LOCAL or (url and key)):
        print_text(f"{_count(cases)}, all valid. Not compared with a server (no URL and key).")
        return 0
    if not url:
        return complain("name the server: --url, SUPABASE_URL, or `medtui` once to set it up.", 2)
    try:
        async with ready(settings) as server:
            if url != LOCAL and is_unprotected(url):
                complain(
                    "this sends the service key unencrypted: others on the network can read it."
                )
            # Who may start the server of this machine has its service key.
            key = server.service_key or key
            done = await import_cases(server.url, key, cases, dry_run=options.dry_run)
    except LaunchFailed as error:
        return complain(str(error), 1)
    except Invalid as error:
        return complain(error.message, 2 if error.field else 1)
    except DataError as error:
        return complain(error.message, 1)
    verb = "would be " if options.dry_run else ""
    print_text(
        f"{_count(cases)}: {len(done.added)} {verb}added, {len(done.changed)} {verb}changed, "
        f"{len(done.same)} unchanged."
    )
    return 0


def _example(form: str, path: Path | None) -> int:
    """Print a template, or write it to `path`, which must not exist yet."""
    import shutil
    from importlib import resources

    template = resources.files("medtui.documents.cases") / "examples" / EXAMPLES[form]
    with resources.as_file(template) as source:
        if path is None:
            files = sorted(source.iterdir()) if source.is_dir() else [source]
            sys.stdout.write(files[0].read_text(encoding="utf-8"))
            return 0
        try:
            if path.exists():
                return complain(f"{path} already exists: name a new one.", 2)
            if source.is_dir():
                shutil.copytree(source, path)
            else:
                with path.open("xb") as file:
                    file.write(source.read_bytes())
        except OSError as error:
            return complain(f"{path} cannot be written: {error.strerror}.", 1)
    print_text(f"A template is in {path}: fill it in, then run medtui cases import {path}")
    return 0


def _count(cases: Sequence[CaseDraft]) -> str:
    return "One case" if len(cases) == 1 else f"{len(cases):,} cases"
