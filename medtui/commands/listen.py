"""`medtui listen`: a recording becomes a transcript, on this machine alone."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medtui.console import complain, print_error, print_text

if TYPE_CHECKING:
    import asyncio

    from medtui.listening.listener import HeardTalk

MOST_FILES = 2


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    listen = commands.add_parser(
        "listen", help="turn a recording into a transcript, on this computer"
    )
    listen.add_argument(
        "files", nargs="+", type=Path, metavar="FILE",
        help="a recording, or two of one talk: one for each person",
    )  # fmt: skip
    listen.add_argument(
        "--model", default="", metavar="MODEL", help="a model's name or folder, as small.en"
    )
    listen.add_argument(
        "--output", type=Path, metavar="FILE", help="where to write it (default: beside you)"
    )
    listen.add_argument(
        "--speakers",
        default="",
        metavar="NAMES",
        help="who speaks on each track, as Doctor,Patient",
    )
    listen.add_argument(
        "--consent", default="", metavar="NAMES", help="who agreed to the recording"
    )
    listen.add_argument(
        "--mix", action="store_true", help="the two channels of the file are not two people"
    )
    listen.add_argument(
        "--language", default="", metavar="CODE", help="as en; else the model tells"
    )
    listen.add_argument(
        "--case", default="", metavar="CASE",
        help="the case, for its rare words: a file, or the code of a session that is over",
    )  # fmt: skip
    listen.add_argument(
        "--yes", action="store_true", help="download a model that is missing without asking"
    )
    listen.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    from medtui.config import BadConfig, load
    from medtui.listening.extra import why_not_listen

    if len(options.files) > MOST_FILES:
        return complain("listen takes one recording, or two of one talk: name at most two files.")
    if reason := why_not_listen():
        return complain(reason, 1)
    try:
        settings = load()
    except BadConfig as error:
        return complain(str(error))
    output = options.output or Path(f"{options.files[0].stem}-transcript.json")
    if options.output is None and output.exists():
        return complain(f"{output} is there already: name another with --output.", 1)
    if not output.parent.is_dir():
        return complain(f"{output.parent} is not a folder: make it first.")
    import asyncio

    from medtui.commands.listened_case import read_case

    if isinstance(case := read_case(options), int):
        return case
    with contextlib.suppress(asyncio.CancelledError):
        return asyncio.run(_listen(options, settings.listen_model, settings.state, output, case))
    return 130


async def _listen(
    options: argparse.Namespace, usual: str, state: Path, output: Path, case: str
) -> int:
    import asyncio

    from medtui.listening import listener
    from medtui.listening.errors import ListenError
    from medtui.store import files

    progress = ProgressLine()
    name = options.model or usual
    try:
        model = await _model(name, may_download=options.yes)
        if model is None:
            return 1
        work = asyncio.ensure_future(
            listener.listen(
                options.files,
                model,
                state,
                progress.show,
                is_mix=options.mix,
                language=options.language,
                case=case,
            )
        )
        with escape_ends(work):
            heard = await work
        content = await asyncio.to_thread(_transcript, options, name, heard)
        await asyncio.to_thread(files.write, output, content)
    except ListenError as error:
        progress.end()
        return complain(str(error), 1)
    except OSError as error:
        progress.end()
        return complain(f"{output} could not be written: {error.strerror}.", 1)
    except asyncio.CancelledError:
        progress.end()
        print_error("Ended. The same command goes on where it was.")
        return 130
    progress.end()
    heard.journal.unlink(missing_ok=True)
    print_text(f"{output}: medtui view reads it.")
    return 0


async def _model(name: str, *, may_download: bool) -> Path | None:
    """The model's folder, downloaded if the user agrees; None if not. Raises ListenError."""
    import asyncio

    from medtui.listening import model_download, speech_models

    folder = await asyncio.to_thread(speech_models.folder_of, name)
    model = speech_models.named(name)
    if folder is not None or model is None:
        return folder
    print_error(
        f"The model {model.name} is not on this computer yet. It is downloaded once:"
        f" {model.megabytes:,} MB from {model.address}."
    )
    if not may_download:
        if not sys.stdin.isatty():
            complain("There is no terminal to ask at: add --yes to download it.", 2)
            return None
        sys.stderr.write("Download it now? [y/N] ")
        sys.stderr.flush()
        answer = await asyncio.to_thread(sys.stdin.readline)
        if answer.strip().lower() not in ("y", "yes"):
            return None
    line = ProgressLine()
    try:
        return await model_download.fetch(
            model, lambda here: line.say(f"{model.name}: {here:,.0f} of {model.megabytes:,} MB.")
        )
    finally:
        line.end()


def _transcript(options: argparse.Namespace, model: str, heard: HeardTalk) -> bytes:
    """The file of what was heard. Raises ListenError if nothing was."""
    from datetime import UTC, datetime

    from medtui.core.spoken_json import Origin, transcript_json
    from medtui.core.text import clean_line
    from medtui.listening.errors import ListenError

    if heard.is_silent:
        raise ListenError("No words were heard in it: is it the recording of the consultation?")
    origin = Origin(
        source="medtui listen",
        model=clean_line(f"faster-whisper {Path(model).name}"),
        made_at=datetime.now(UTC),
        speakers=_names(options.speakers) if heard.are_apart else (),
        consent=_names(options.consent),
        note="" if heard.are_apart else "One track with everybody on it: the turns have no names.",
    )
    return transcript_json(heard.tracks, heard.seconds, origin, are_apart=heard.are_apart)


def _names(typed: str) -> tuple[str, ...]:
    from medtui.core.text import clean_line

    return tuple(clean_line(name).strip() for name in typed.split(",")) if typed.strip() else ()


class ProgressLine:
    """Says at a terminal how far something is, on one line."""

    def __init__(self) -> None:
        self._is_shown = sys.stderr.isatty()
        self._width = 0

    def show(self, at: float, of: float | None) -> None:
        """How many seconds of the talk are done."""
        words = f"{at:.0f} s of {of:.0f} s" if of else f"{at:.0f} s"
        self.say(f"Listening: {words} of the consultation. esc ends.")

    def say(self, words: str) -> None:
        if not self._is_shown:
            return
        sys.stderr.write(f"\r{words.ljust(self._width)}")
        sys.stderr.flush()
        self._width = len(words)

    def end(self) -> None:
        if self._width:
            sys.stderr.write("\n")
            self._width = 0


@contextlib.contextmanager
def escape_ends(work: asyncio.Future[Any]) -> Iterator[None]:
    """Cancel `work` when esc is pressed at the terminal, if there is one."""
    import asyncio

    try:
        import termios
        import tty

        handle = sys.stdin.fileno()
        before = termios.tcgetattr(handle)
    except Exception:  # no terminal, or a system without these calls, whose errors differ
        yield
        return

    def read() -> None:
        if os.read(handle, 64) == b"\x1b":  # alone: arrows are longer
            work.cancel()

    tty.setcbreak(handle)
    loop = asyncio.get_running_loop()
    loop.add_reader(handle, read)
    try:
        yield
    finally:
        loop.remove_reader(handle)
        termios.tcsetattr(handle, termios.TCSADRAIN, before)
