"""Requests at random to ours and to the real PostgREST, on the same database.

Ours answers the same, or refuses; never does it succeed in another way. Both start from the
same rows each time: whoever has changed them has them put back. The seed is printed, and
MEDTUI_SEED runs one again; MEDTUI_REQUESTS says how many; MEDTUI_SHOW prints those of a verdict.
"""

from __future__ import annotations

import json
import os
import random
import re
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.fidelity.rest.facts import IDS
from tests.fidelity.rest.grammar import Grammar, Request
from tests.fidelity.rest.lab import Lab, plain
from tests.fidelity.rest.wire import Answer, Wire
from tests.helpers.postgrest import postgrest
from tests.helpers.stack import Stack

SHORT, LONG = 150, 10_000
COMPARED = ("content-type", "content-range", "www-authenticate")
UNSUPPORTED = "The local server does not support "


@pytest.fixture
async def servers(stack: Stack) -> AsyncIterator[tuple[Lab, Wire, Wire]]:
    async with AsyncExitStack() as resources:
        lab = await Lab.make(stack)
        resources.push_async_callback(lab.close)
        real = await resources.enter_async_context(postgrest(stack))
        ours = await resources.enter_async_context(Wire(f"{stack.url}/rest/v1"))
        yield lab, ours, await resources.enter_async_context(Wire(real))


async def test_some_requests_are_answered_as_the_real_one_answers(servers: Any) -> None:
    await compare(*servers, SHORT)


@pytest.mark.long
async def test_ten_thousand_requests_are_answered_as_the_real_one_answers(servers: Any) -> None:
    await compare(*servers, LONG)


async def compare(lab: Lab, ours: Wire, real: Wire, number: int) -> None:
    seed = int(os.environ.get("MEDTUI_SEED", random.randrange(2**32)))
    number = int(os.environ.get("MEDTUI_REQUESTS", number))
    grammar = Grammar(random.Random(seed))
    verdicts: Counter[str] = Counter()
    differences: list[str] = []
    before = await rows(lab)
    await lab.reset()
    for at in range(number):
        request = grammar.request()
        answers, states = [], []
        for server in (ours, real):
            answers.append(await lab.ask(server, request))
            states.append(before)
            if request.method not in ("GET", "HEAD"):
                states[-1] = await rows(lab)
                if states[-1] != before or answers[-1].status < 300:
                    await lab.reset()
                else:
                    await lab.rewind()
        verdict = judge(request, *answers)
        if states[0] != (states[1] if answers[0].status < 300 else before):
            verdict = "DIFFERENT: the rows"
        verdicts[verdict] += 1
        if verdict == os.environ.get("MEDTUI_SHOW"):
            print(f"{request}\n  ours: {shown(answers[0])}\n  real: {shown(answers[1])}")
        if verdict.startswith("DIFFERENT"):
            differences.append(
                f"{verdict}, request {at} of seed {seed}\n{request}\n"
                f"  ours: {shown(answers[0])}\n  real: {shown(answers[1])}"
            )
            if verdict.endswith("the rows"):
                for table in before:
                    if states[0][table] != states[1][table]:
                        differences.append(f"  {table}: {states[0][table]} | {states[1][table]}")
    print(f"\nseed {seed}: {dict(verdicts.most_common())}")
    assert not differences, f"{len(differences)} differences\n\n" + "\n\n".join(differences[:40])
    assert verdicts["the same"] > number * 2 / 3


async def rows(lab: Lab) -> dict[str, list[str]]:
    """All there is, by table."""
    found = await lab.state()
    return {table: sorted(masked(plain(row)) for row in found[table]) for table in found}


def judge(request: Request, ours: Answer, real: Answer) -> str:
    if compared(ours) == compared(real):
        return "the same"
    ordered = any(key.endswith("order") for key, _ in request.pairs) and request.body is None
    if not ordered and shuffled(compared(ours)) == shuffled(compared(real)):
        return "the same, in an order of its own"
    if ours.status < 300:
        return "DIFFERENT: another success"
    refusal = ours.json
    if request.method == "HEAD":
        return "a refusal of HEAD" if ours.status < 500 else "DIFFERENT: a fault"
    if refusal != {} and (
        not isinstance(refusal, dict) or refusal.keys() != {"code", "details", "hint", "message"}
    ):
        return "DIFFERENT: no error of PostgREST's kind"
    if (ours.status, ours.code) == (real.status, real.code):
        return "the same refusal in other words"
    if refusal.get("message", "").startswith(UNSUPPORTED):
        return "not supported"
    if ours.status >= 500:
        return "DIFFERENT: a fault"
    if real.status >= 400 or real.status == 300:
        return "refused for another reason"
    if request.method == "PATCH" and (ours.code or "").startswith("22") and touched_nothing(real):
        # When no row matches, it is the planner's choice whether the body is looked at.
        return "a bad value for no row, refused"
    return "malformed, and refused" if request.malformed else "DIFFERENT: refused"


def touched_nothing(answer: Answer) -> bool:
    return answer.headers.get("content-range", "").startswith("*/")


def compared(answer: Answer) -> tuple[Any, ...]:
    headers = {name: answer.headers.get(name) for name in COMPARED}
    return (
        200 if answer.status == 201 else answer.status,  # an upsert's is always 201 here
        {name: value and masked(value) for name, value in headers.items()},
        unordered(masked(answer.body.decode(errors="replace"))),
    )


def unordered(body: str) -> Any:
    """JSON whose objects' keys are in no order, but all there, and whose numbers are as written."""
    try:
        return json.loads(
            body,
            object_pairs_hook=lambda pairs: sorted(pairs, key=repr),
            parse_float=str,
            parse_int=str,
        )
    except ValueError:
        return body


def shuffled(value: Any) -> Any:
    """A value whose arrays are in no order either: without `order`, rows come as they come."""
    if isinstance(value, list | tuple):
        return sorted(map(shuffled, value), key=repr)
    return value


def masked(text: str) -> str:
    """Without what the clock and chance have made."""
    text = re.sub(r'("(?:created_at|stage_since)": ?)"[^"]*"', r'\1"…"', text)
    known = "|".join(IDS)
    return re.sub(rf"(?!{known})[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}", "…", text)


def shown(answer: Answer) -> str:
    headers = {name: answer.headers[name] for name in COMPARED if name in answer.headers}
    return f"{answer.status} {headers} {answer.body.decode(errors='replace')[:600]}"
