"""Assessments of the sample talks: mostly as the platform's AI writes them, some by people."""

from __future__ import annotations

import json
import random
from typing import Any

from medtui.demo.past import AMARA, PastSession
from medtui.demo.people import PEOPLE
from medtui.demo.talks import DOMAINS, NOTHING, Talk

WEIGHTS = {"rapport": 13.3, "empathy": 13.3, "plan": 9.96, "honesty": 3.32, "pace": 9.96}
"""The weight of each of the platform's domains; they add up to 49.8."""

GROWTH = {
    "rapport": (61, 80), "empathy": (42, 84), "plan": (48, 55), "honesty": (70, 81),
    "pace": (57, 70),
}  # fmt: skip
"""Amara's marks half a year ago, and now."""

PLAB = ("Data gathering, technical and assessment skills", "Clinical management skills",
        "Interpersonal skills")  # fmt: skip


def assessment(session: PastSession, talk: Talk) -> bytes:
    """A file's content, always the same for a session."""
    dice = random.Random(f"marks {session.number}")
    marks = {domain: _mark(session, domain, dice) for domain in DOMAINS}
    made = _examiner if session.marker == "examiner" else _platform
    return json.dumps(made(session, talk, marks, dice), ensure_ascii=False, indent=1).encode()


def _mark(session: PastSession, domain: str, dice: random.Random) -> int:
    began, is_now = GROWTH[domain] if session.candidate == AMARA else (60, 69)
    share = 1 - session.days / 180
    luck = dice.gauss(0, 4.5) + (-4 if session.marker != "ai" else 0)
    return round(min(96, max(18, began + (is_now - began) * share + luck)))


def _platform(
    session: PastSession, talk: Talk, marks: dict[str, int], dice: random.Random
) -> dict[str, Any]:
    is_human = session.marker == "human"
    dimensions = []
    for domain, name in DOMAINS.items():
        said = talk.domains[domain]
        # A model that reads a transcript cannot judge what is not in its words.
        unseen = domain == "pace" and not is_human and dice.random() < 0.3
        dimensions.append(
            {
                "name": name,
                "raw_score_0_to_100": marks[domain],
                "weighted_score": round(marks[domain] * WEIGHTS[domain] / 100, 2),
                **{part: [] if unseen else said[part] for part in NOTHING},
                "insufficient_evidence": unseen,
            }
            | ({"evidence": []} if is_human else {})
        )
    total = round(sum(marks[domain] * weight / 100 for domain, weight in WEIGHTS.items()), 2)
    made: dict[str, Any] = {
        "max_total": 49.8,
        "dimensions": dimensions,
        "totals": {"total_score": total, "percentage": round(total / 49.8 * 100, 1)},
        "overall_feedback": {
            "summary": talk.summary,
            "keep_doing": talk.keep_doing,
            "priorities_for_next_time": talk.priorities,
        },
    }
    if is_human:
        other = session.guest if session.host == session.candidate else session.host
        made |= {
            "marked_by": "human",
            "session_id": str(session.id),
            "candidate_id": str(PEOPLE[session.candidate].id),
            "assessed_by": str(PEOPLE[other].id),
        }
    return made


def _examiner(
    session: PastSession, talk: Talk, marks: dict[str, int], dice: random.Random
) -> dict[str, Any]:
    """PLAB's mark sheet, filled in as an assessor would."""
    share = {
        PLAB[0]: (marks["rapport"] + marks["plan"]) / 2,
        PLAB[1]: marks["plan"] - 4,
        PLAB[2]: marks["empathy"],
    }
    domains = [{"name": name, "score": round(of / 25), "max": 4} for name, of in share.items()]
    total = sum(round(of / 25) for of in share.values())
    other = session.guest if session.host == session.candidate else session.host
    return {
        "exam": "PLAB 2",
        "examiner": PEOPLE[other].name,
        "domains": domains,
        "total": {"score": total, "max": 12, "percent": round(total / 12 * 100, 1)},
        "feedback": {
            "summary": talk.summary,
            "strengths": talk.keep_doing,
            "improvements": talk.priorities,
        },
    }
