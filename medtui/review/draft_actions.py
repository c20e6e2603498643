"""`D` in the review: a draft of marks by a model, after saying where the talk would go."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from medtui.data.errors import DataError
from medtui.ui.protocol import Dialog, Ui

if TYPE_CHECKING:
    from medtui.config import Settings
    from medtui.core.rubrics import Rubric
    from medtui.documents.assessment import Assessment
    from medtui.documents.model_draft import ModelDraft
    from medtui.documents.transcript import Transcript
    from medtui.review.draft_dialog import Make
    from medtui.store.model_drafts import KeptDraft

MARK_FIRST = "You have not marked this station yet: mark it first, as a draft sways its reader."


@dataclass(frozen=True, slots=True)
class DraftNeeds:
    """What a draft needs beside the talk.

    `people`: the roles of the session's people, by name. `has_to_mark`: whether the user is still
    to mark the station.
    """

    settings: Settings
    kept: KeptDraft
    people: Mapping[str, str]
    has_to_mark: bool = False


@dataclass(frozen=True, slots=True)
class DraftBeingMade(Dialog["ModelDraft | DataError"]):
    """How far a draft is; answered with it, with why there is none, or None if it was stopped."""

    where: str
    make: Make


class DraftUi(Ui, Protocol):
    """What the action asks of the review."""

    transcript: Transcript | None
    heard: Transcript | None
    """As its file tells it: naming the speakers makes no other talk of it."""
    assessment: Assessment | None

    def draft_needs(self) -> DraftNeeds | None:
        """None where drafts cannot be made."""

    @property
    def named(self) -> Mapping[str, str]:
        """Who the user said that a speaker is, by label."""

    @property
    def begins(self) -> int:
        """The turn with which the station begins."""

    def show_draft(self, draft: ModelDraft) -> None: ...


async def make_draft(ui: DraftUi) -> None:
    """Ask which rubric and whether to send the talk; make the draft, keep it, and show it."""
    from medtui.data.draft_endpoint import NOT_SET_UP, model_at, set_up
    from medtui.data.drafting import draft_marks, question, talk_of, why_not_draft
    from medtui.documents.model_draft import talk_digest

    needs, transcript, heard = ui.draft_needs(), ui.transcript, ui.heard
    if transcript is None or heard is None or needs is None:
        ui.refuse(NOT_SET_UP)
        return
    settings = needs.settings
    endpoint = await set_up(settings.draft_url, settings.draft_model, settings.state)
    if isinstance(endpoint, str):
        ui.refuse(endpoint)
        return
    if (rubric := await _rubric(ui, settings)) is None:
        return
    talk = await asyncio.to_thread(talk_of, transcript, ui.begins, ui.named, needs.people)
    talk = replace(talk, digest=await asyncio.to_thread(talk_digest, heard))
    if ui.refuse(why_not_draft(talk)):
        return
    asked = question(endpoint, rubric, talk, list(needs.people))
    if not await ui.ask(f"{MARK_FIRST} {asked}" if needs.has_to_mark else asked, "Send it"):
        return

    async def make(tell: object) -> ModelDraft:
        from datetime import UTC, datetime

        async with model_at(endpoint) as client:
            return await draft_marks(client, talk, rubric, datetime.now(UTC), tell)  # type: ignore[arg-type]

    ended = await ui.open(DraftBeingMade(f"{endpoint.model} {endpoint.where}", make))
    if ended is None:
        ui.notify("Stopped: there is no new draft.", markup=False)
    elif isinstance(ended, DataError):
        ui.refuse(ended.message)
    else:
        await _kept(ui, needs, ended)


async def _kept(ui: DraftUi, needs: DraftNeeds, draft: ModelDraft) -> None:
    try:
        await asyncio.to_thread(needs.kept.save, draft)
    except OSError as error:
        ui.refuse(f"The draft is here until you leave, but could not be kept: {error.strerror}.")
    ui.show_draft(draft)
    ui.notify(" ".join(draft.notes[1:]) or draft.notes[0], markup=False)


async def _rubric(ui: DraftUi, settings: Settings) -> Rubric | None:
    """The rubric that the user chooses: at first that of the assessment, else the preset's."""
    from medtui.config import BadConfig, rubrics
    from medtui.core.rubrics import rubric_for
    from medtui.core.self_assessment import key

    try:
        known = await asyncio.to_thread(rubrics, settings)
    except BadConfig as error:
        ui.refuse(str(error))
        return None
    likely = rubric_for(settings.preset, known)
    if ui.assessment is not None:
        names = {key(domain.name) for domain in ui.assessment.domains}
        likely = max(known, key=lambda each: sum(key(d.name) in names for d in each.domains))
    choices = [(f"{rubric.name}: {rubric.words}", rubric) for rubric in known]
    return await ui.choose("A draft of marks by which rubric?", choices, known.index(likely))
