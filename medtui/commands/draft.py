"""`medtui draft`: a draft of marks by a model, and how the endpoint for it is set up."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from medtui.commands.signed_in import CommandRefused, add_json, confirm, print_json
from medtui.console import complain, print_error, print_text

if TYPE_CHECKING:
    from medtui.config import Settings
    from medtui.core.rubrics import Rubric
    from medtui.data.draft_endpoint import Endpoint
    from medtui.data.drafting import DraftProgress, DraftTalk
    from medtui.documents.model_draft import ModelDraft
    from medtui.documents.transcript import Transcript


def add_commands(commands: Any) -> None:
    """Add the command to a parser's group. It sets `run`, which returns the exit code."""
    draft = commands.add_parser("draft", help="a draft of marks by a model, formative")
    add = draft.add_argument
    add(
        "transcript",
        nargs="?",
        type=Path,
        metavar="TRANSCRIPT",
        help="the consultation to be marked; without it, --url and --model are kept",
    )
    add("--rubric", default="", metavar="NAME", help="such as platform, plab2, sca")
    add("--candidate", default="", metavar="NAME", help="a name that is replaced by CANDIDATE")
    add("--actor", default="", metavar="NAME", help="a name that is replaced by ACTOR")
    add("--url", metavar="URL", help="the endpoint, as http://127.0.0.1:11434/v1")
    add("--model", metavar="NAME", help="the model that is asked")
    add("--set-key", action="store_true", help="keep the key of standard input; empty: none")
    add("--yes", action="store_true", help="send it without a question")
    add_json(draft)
    draft.set_defaults(run=_run)


def _run(options: argparse.Namespace) -> int:
    import asyncio

    from medtui.config import BadConfig, load
    from medtui.data.errors import DataError

    flags = {"draft_url": options.url, "draft_model": options.model}
    try:
        settings = load(flags)
        if options.transcript is None:
            given = {name: value for name, value in flags.items() if value is not None}
            return asyncio.run(_set_up(settings, given, keeps_key=options.set_key))
        return asyncio.run(_draft(settings, options))
    except BadConfig as error:
        return complain(str(error))
    except CommandRefused as error:
        return complain(str(error), error.code)
    except DataError as error:
        return complain(error.message, 1)


async def _set_up(settings: Settings, given: dict[str, str], *, keeps_key: bool) -> int:
    """Keep what was given, and say what is set up. Raises BadConfig."""
    from medtui.data.draft_endpoint import NOT_SET_UP, Endpoint, why_no_extra, why_no_url

    if settings.draft_url and (reason := why_no_url(settings.draft_url)):
        return complain(reason)
    if given:
        settings = settings.with_changes(**given)
    if keeps_key and (code := await _keep_key(settings)):
        return code
    if not settings.draft_url or not settings.draft_model:
        return complain(NOT_SET_UP, 1)
    endpoint = Endpoint(settings.draft_url, settings.draft_model)
    print_text(f"Drafts are asked of {endpoint.model} {endpoint.where}.")
    if endpoint.warning:
        print_text(endpoint.warning)
    return complain(reason, 1) if (reason := why_no_extra()) else 0


async def _keep_key(settings: Settings) -> int:
    """Keep the key of standard input for the endpoint's host. Returns the exit code."""
    import getpass

    from medtui.data.draft_endpoint import kept_key

    if not settings.draft_url:
        return complain("Say first whose key it is: medtui draft --url URL --set-key")
    if sys.stdin.isatty():
        key = getpass.getpass("Key of the endpoint (not shown): ").strip()
    else:
        key = sys.stdin.readline().strip()
    if not key.isascii() or not key.isprintable() or " " in key:
        return complain("This is no key: it has blanks, or letters that no key has.")
    store = kept_key(settings.draft_url, settings.state)
    if not key:
        await store.clear()
        print_text("No key is kept for this endpoint any more.")
        return 0
    await store.write(key)
    if store.notice:
        print_text(store.notice.replace("your login", "the key"))
    return 0


async def _draft(settings: Settings, options: argparse.Namespace) -> int:
    """Make a draft and print it. Raises CommandRefused, BadConfig, DataError."""
    import asyncio

    from medtui.data.drafting import why_not_draft
    from medtui.documents.draft_export import draft_json, draft_markdown

    endpoint = await _endpoint(settings)
    rubric = _rubric(settings, options.rubric)
    transcript, talk = await asyncio.to_thread(_talk, options)
    if reason := why_not_draft(talk):
        raise CommandRefused(reason)
    await confirm(_question(endpoint, rubric, talk, options), is_asked=options.yes)
    draft = await _made(endpoint, talk, rubric)
    if options.json:
        print_json(draft_json(draft, transcript))
    else:
        print_text(draft_markdown(draft, transcript).rstrip())
    return 0


async def _endpoint(settings: Settings) -> Endpoint:
    """The endpoint of the settings, with its key. Raises CommandRefused if drafts are off."""
    from medtui.data.draft_endpoint import set_up

    endpoint = await set_up(settings.draft_url, settings.draft_model, settings.state)
    if isinstance(endpoint, str):
        raise CommandRefused(endpoint)
    return endpoint


def _rubric(settings: Settings, named: str) -> Rubric:
    """The rubric of this name, else the preset's. Raises CommandRefused, BadConfig."""
    from medtui.config import rubrics
    from medtui.core.rubrics import find_rubric, rubric_for

    known = rubrics(settings)
    if not named:
        return rubric_for(settings.preset, known)
    if (found := find_rubric(named, known)) is None:
        choices = ", ".join(rubric.id for rubric in known)
        raise CommandRefused(f"There is no rubric called {named}: choose one of {choices}.")
    return found


def _talk(options: argparse.Namespace) -> tuple[Transcript, DraftTalk]:
    """The transcript, and what is sent of it. Raises CommandRefused."""
    from medtui.core.speaker_roles import ACTOR, CANDIDATE
    from medtui.data.drafting import talk_of
    from medtui.documents import DocumentError, Transcript, load, read
    from medtui.documents.station_start import opening

    try:
        document = read(load(options.transcript))
    except DocumentError as error:
        raise CommandRefused(f"{options.transcript}: {error.message}") from error
    transcript = document if isinstance(document, Transcript) else document.talk
    if transcript is None:
        raise CommandRefused(
            f"{options.transcript} is an assessment: name the transcript that is to be marked."
        )
    people = {options.candidate: CANDIDATE, options.actor: ACTOR}
    people = {name: role for name, role in people.items() if name.strip()}
    return transcript, talk_of(transcript, opening(transcript), {}, people)


def _question(
    endpoint: Endpoint, rubric: Rubric, talk: DraftTalk, options: argparse.Namespace
) -> str:  # fmt: skip
    from medtui.data.drafting import question

    named = [name for name in (options.candidate, options.actor) if name.strip()]
    return question(endpoint, rubric, talk, named)


async def _made(endpoint: Endpoint, talk: DraftTalk, rubric: Rubric) -> ModelDraft:
    """The draft; its progress is told on a terminal. Raises DataError."""
    from datetime import UTC, datetime

    from medtui.data.draft_endpoint import model_at
    from medtui.data.drafting import draft_marks

    def tell(at: DraftProgress) -> None:
        if sys.stderr.isatty() or at.wait is not None:
            print_error(at.words)

    async with model_at(endpoint) as client:
        return await draft_marks(client, talk, rubric, datetime.now(UTC), tell)
