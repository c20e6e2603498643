"""A draft of marks by a model: each domain is asked about three times, each quote looked for."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from medtui.core import draft_prompt
from medtui.core.key_names import key_of
from medtui.core.model_answer import Answer, BadAnswer, read_answer
from medtui.core.person_names import PERSON
from medtui.core.rubrics import Rubric, RubricDomain
from medtui.core.speaker_roles import ACTOR, CANDIDATE, speaker_roles
from medtui.data.draft_endpoint import AsksToWait, Endpoint, EndpointError, ModelClient
from medtui.documents.draft_quotes import DraftQuotes
from medtui.documents.model_draft import (
    ASKED,
    DraftedDomain,
    ModelDraft,
    drafted_domain,
    talk_digest,
)
from medtui.documents.transcript import Transcript

LONGEST_TALK = 120_000
"""Characters that are sent at most: two hours of talk, and as much as models take."""
LONGEST_WAIT = 120.0
"""Seconds that an endpoint is waited for when it asks to; if it asks for more, the draft ends."""
WAITS = (2.0, 5.0, 15.0)
"""Seconds before each further try, where it does not say how long."""

Pause = Callable[[float], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class DraftTalk:
    """What a model is sent of a transcript: roles and words, and no names."""

    transcript: Transcript
    """The turns of the station alone."""
    lines: tuple[tuple[str, str], ...]
    digest: str
    roles: frozenset[str]
    """All that stands in place of names and labels."""

    @property
    def words(self) -> int:
        return sum(len(text.split()) for _, text in self.lines)


class DraftProgress(NamedTuple):
    """How far a draft is. `wait`: the seconds that the endpoint asks to wait; None: it does not."""

    domain: str
    done: int
    of: int
    wait: float | None = None

    @property
    def words(self) -> str:
        """ "Question 4 of 15: Empathy", or that the endpoint asks to wait."""
        if self.wait is not None:
            return f"The endpoint asks to wait: {self.wait:.0f} s, then question {self.done + 1}"
        if self.done == self.of:
            return "All questions are answered."
        return f"Question {self.done + 1} of {self.of}: {self.domain}"


def talk_of(
    transcript: Transcript, begins: int, named: Mapping[str, str], people: Mapping[str, str]
) -> DraftTalk:
    """What is sent of a transcript: its turns from `begins` on.

    `named`: who the user said that a speaker is, by label; `people`: the roles of the session's
    people, by name. May take a moment for a long talk.
    """
    station = replace(transcript, turns=transcript.turns[begins:])
    roles, names = speaker_roles(transcript.speakers, named, people)
    lines = tuple(
        (roles.get(turn.speaker or "", "UNKNOWN"), names.without(turn.text))
        for turn in station.turns
        if turn.text
    )
    every = frozenset({*roles.values(), *people.values(), PERSON, CANDIDATE, ACTOR, "UNKNOWN"})
    return DraftTalk(station, lines, talk_digest(transcript), every)


def why_not_draft(talk: DraftTalk) -> str | None:
    """Why a talk cannot be sent; None if it can."""
    if not talk.lines:
        return "This transcript has no words: there is nothing to mark."
    if sum(len(text) for _, text in talk.lines) > LONGEST_TALK:
        return (
            f"This consultation is longer than {LONGEST_TALK:,} characters, more than a model can "
            f"be sent: go to where the station begins and press {key_of('review.begin')}, or cut "
            "the file."
        )
    return None


def question(endpoint: Endpoint, rubric: Rubric, talk: DraftTalk, names: Sequence[str]) -> str:
    """Where a talk would go, and what of it, as it is said before it is sent.

    `names`: the people whose names are not sent.
    """
    count = len(rubric.domains)
    domains = "1 domain" if count == 1 else f"{count} domains"
    left_out = f", without the names of {' and '.join(names)}" if names else ""
    words = [
        f"Send this consultation ({talk.words:,} words{left_out}) to {endpoint.model} "
        f"{endpoint.where}, for a draft of marks by “{rubric.name}”? It is asked {ASKED} times "
        f"about {domains}: {ASKED * count} questions.",
        endpoint.warning,
        "" if names else "Names in it are sent, other than the speakers' own.",
    ]
    return " ".join(part for part in words if part)


async def draft_marks(
    client: ModelClient,
    talk: DraftTalk,
    rubric: Rubric,
    now: datetime,
    tell: Callable[[DraftProgress], None],
    pause: Pause = asyncio.sleep,
) -> ModelDraft:
    """Ask for each domain's marks, one question after the other, and check the answers.

    Raises EndpointError or Unreachable if the endpoint fails; then there is no draft.
    """
    quotes = await asyncio.to_thread(DraftQuotes, talk.transcript, talk.roles)
    code, of = secrets.token_hex(6), len(rubric.domains) * ASKED
    drafted: list[DraftedDomain] = []
    for domain in rubric.domains:
        messages = draft_prompt.messages(talk.lines, rubric, domain, code)
        answers: list[Answer | None] = []
        for number in range(ASKED):
            at = DraftProgress(domain.name, len(drafted) * ASKED + number, of)
            answers.append(await _Question(client, messages, domain, at, tell, pause).answer())
        if not drafted and not any(answers):
            raise EndpointError(
                f"{client.endpoint.model} does not answer in the form asked for, in {ASKED} of "
                f"{ASKED} answers: try another model."
            )
        drafted.append(await asyncio.to_thread(drafted_domain, domain, answers, quotes))
    tell(DraftProgress("", of, of))
    return ModelDraft(
        client.endpoint.model,
        client.endpoint.host,
        draft_prompt.VERSION,
        rubric.name,
        rubric.counts,
        talk.digest,
        now.isoformat(),
        tuple(drafted),
    )


@dataclass(slots=True)
class _Question:
    """One question, asked until there is an answer or no hope of one."""

    client: ModelClient
    messages: list[draft_prompt.Message]
    domain: RubricDomain
    at: DraftProgress
    tell: Callable[[DraftProgress], None]
    pause: Pause

    async def answer(self) -> Answer | None:
        """The answer; None if two of them could not be read. Raises EndpointError, Unreachable."""
        for _ in range(2):
            try:
                return await asyncio.to_thread(read_answer, await self._words(), self.domain)
            except BadAnswer:
                continue
        return None

    async def _words(self) -> str:
        self.tell(self.at)
        has_failed = False
        waits: Sequence[float] = WAITS
        while True:
            try:
                return await self.client.ask(self.messages)
            except AsksToWait as error:
                wait = error.seconds if error.seconds is not None else (waits or (0.0,))[0]
                if not waits or wait > LONGEST_WAIT:
                    raise
                waits = waits[1:]
                self.tell(self.at._replace(wait=wait))
                await self.pause(wait)
                self.tell(self.at)
            except EndpointError as error:
                if has_failed or not error.may_retry:
                    raise
                has_failed = True
                await self.pause(WAITS[0])
