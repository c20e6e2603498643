"""The sessions of the sample board, relative to now, in every state."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from medtui.demo.people import PEOPLE

STEP = timedelta(minutes=5)


@dataclass(frozen=True)
class SampleSession:
    """A row of `practice_sessions`."""

    id: UUID
    host_id: UUID
    guest_id: UUID | None
    datetime_utc: datetime
    type: str
    room_url: str
    case_id: UUID | None
    candidate_id: UUID | None
    version: int
    stage_since: datetime | None
    note: str | None = None


def board(now: datetime) -> list[SampleSession]:
    """Some two dozen sessions around `now` (aware), with starts rounded to five minutes."""
    amara, daniel, mei, priya, tom, zoe, samuel, lena, max_, idris = (p.id for p in PEOPLE)
    minute, hour, day = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
    base = datetime.min.replace(tzinfo=now.tzinfo) + (
        (now - datetime.min.replace(tzinfo=now.tzinfo)) // STEP * STEP
    )
    made: list[SampleSession] = []

    def add(
        start: timedelta,
        host: UUID,
        guest: UUID | None = None,
        kind: str = "mock",
        *,
        case: int | None = None,
        candidate: UUID | None = None,
        stage: int = 1,
        since: timedelta | None = None,
        note: str | None = None,
    ) -> None:
        number = len(made) + 1
        made.append(
            SampleSession(
                id=UUID(f"5e55{number:04}-0000-4000-8000-000000000000"),
                host_id=host,
                guest_id=guest,
                datetime_utc=base + start,
                type=kind,
                room_url=f"https://meet.jit.si/medtui-sample-{number:02}",
                case_id=case_id(case) if case else None,
                candidate_id=candidate,
                version=stage,
                stage_since=now - since if since is not None else None,
                note=note,
            )
        )

    # Running, or just over.
    add(-10 * minute, priya, samuel, case=4, candidate=samuel, stage=2, since=4 * minute)
    add(-15 * minute, lena, idris, "clinical", case=9, candidate=idris, stage=2, since=7 * minute)
    add(-35 * minute, tom, mei, "communication", case=2, candidate=tom, stage=3, since=9 * minute)
    add(-55 * minute, daniel, zoe, "review", case=12, candidate=zoe)
    add(-3 * hour, amara, lena, case=6, candidate=amara, stage=3, since=2 * hour)
    # About to start, or soon.
    add(5 * minute, samuel, max_, case=14, candidate=max_)
    add(25 * minute, daniel, kind="mock", note="SCA, breaking bad news")
    add(40 * minute, mei, tom, "communication", case=3, candidate=tom)
    add(55 * minute, max_, kind="clinical")
    add(85 * minute, lena, amara, "mock")
    add(100 * minute, zoe, kind="communication", case=17)
    add(2 * hour + 10 * minute, priya, idris, "review")
    add(3 * hour, tom)
    add(4 * hour + 30 * minute, amara, kind="mock")
    add(6 * hour, idris, samuel, "clinical", case=20, candidate=idris)
    # The next days.
    add(13 * hour, lena, kind="review")
    add(15 * hour, daniel, priya, "mock")
    add(20 * hour, amara, mei, "communication", candidate=amara)
    add(day + 2 * hour, samuel, kind="mock")
    add(day + 5 * hour, zoe, daniel, "mock")
    add(2 * day, priya, kind="viva", note="FRCOphth Part 2, in English or Hindi")
    add(2 * day + 4 * hour, max_, kind="clinical")
    add(3 * day + hour, tom, lena, "mock")
    add(7 * day, mei, kind="communication")
    return made


def case_id(number: int) -> UUID:
    """A case of seed.sql by its number, from 1."""
    return UUID(f"ca5e0000-0000-4000-8000-{number:012}")
