"""The sample people's last half year: who practised what with whom, and which files there are.

Amara's own sessions tell a story: she learns to listen, her explanations stay weak.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from medtui.demo.people import PEOPLE
from medtui.demo.sessions import SampleSession, case_id

CURRENT = UUID("5e550005-0000-4000-8000-000000000000")
"""The session of today's board that is in wrap-up, and has a transcript already."""

BOTH, TALK, NONE = "both", "transcript", ""


@dataclass(frozen=True)
class PastSession:
    """A session that is over.

    Attributes:
        days, hour: how many days ago, and at which hour.
        files: which of them were kept.
        shape: the transcript's shape, by the names in `transcripts.SHAPES`.
        marker: who marked it: `ai`, `human` (the platform's sheet), or `examiner` (PLAB's).
    """

    number: int
    days: int
    hour: int
    host: int
    guest: int
    candidate: int
    case: int
    kind: str = "mock"
    files: str = BOTH
    shape: str = "deepgram"
    marker: str = "ai"

    @property
    def id(self) -> UUID:
        return UUID(f"5e56{self.number:04}-0000-4000-8000-000000000000")

    def row(self, now: datetime) -> SampleSession:
        """Its row, as of `now` (aware)."""
        day = (now - timedelta(days=self.days)).replace(minute=0, second=0, microsecond=0)
        start = day.replace(hour=self.hour) + timedelta(minutes=self.number * 15 % 60)
        return SampleSession(
            id=self.id,
            host_id=PEOPLE[self.host].id,
            guest_id=PEOPLE[self.guest].id,
            datetime_utc=start,
            type=self.kind,
            room_url=f"https://meet.jit.si/medtui-sample-past-{self.number:02}",
            case_id=case_id(self.case),
            candidate_id=PEOPLE[self.candidate].id,
            version=3,
            stage_since=start + timedelta(minutes=14),
        )


AMARA, DANIEL, MEI, PRIYA, TOM, ZOE, SAMUEL, LENA, MAX, IDRIS = range(10)

# days, hour, host, guest, candidate, case, and what is out of the ordinary
_HELD: tuple[tuple[object, ...], ...] = (
    (176, 18, AMARA, DANIEL, AMARA, 3, "clinical"),
    (171, 19, DANIEL, AMARA, DANIEL, 2),
    (165, 18, LENA, AMARA, AMARA, 1, "mock", BOTH, "deepgram", "human"),
    (158, 20, AMARA, MEI, MEI, 4, "communication"),
    (152, 18, TOM, AMARA, AMARA, 8, "mock", BOTH, "assemblyai"),
    (147, 7, PRIYA, LENA, PRIYA, 11),
    (143, 19, AMARA, ZOE, AMARA, 10),
    (137, 18, SAMUEL, AMARA, SAMUEL, 9, "clinical"),
    (131, 18, AMARA, PRIYA, AMARA, 2, "communication"),
    (126, 20, MEI, TOM, MEI, 12),
    (122, 18, PRIYA, AMARA, AMARA, 9, "clinical", BOTH, "deepgram", "examiner"),
    (115, 19, AMARA, IDRIS, IDRIS, 3, "clinical", TALK),
    (109, 18, AMARA, TOM, AMARA, 12, "mock", BOTH, "whisperx"),
    (103, 18, DANIEL, ZOE, ZOE, 1),
    (99, 19, MEI, AMARA, AMARA, 4, "communication"),
    (94, 7, AMARA, DANIEL, DANIEL, 7),
    (88, 18, AMARA, LENA, AMARA, 7, "mock", BOTH, "deepgram", "human"),
    (83, 20, MAX, SAMUEL, MAX, 6, "review"),
    (78, 18, ZOE, AMARA, AMARA, 11, "clinical"),
    (72, 19, AMARA, MAX, MAX, 10),
    (67, 18, LENA, AMARA, AMARA, 17, "mock"),
    (63, 18, IDRIS, PRIYA, IDRIS, 4),
    (58, 18, AMARA, SAMUEL, AMARA, 6, "review", TALK),
    (54, 19, TOM, AMARA, TOM, 17, "mock", BOTH, "lines"),
    (48, 18, DANIEL, AMARA, AMARA, 3, "clinical"),
    (44, 20, AMARA, MEI, MEI, 1),
    (41, 18, SAMUEL, LENA, SAMUEL, 7),
    (37, 18, PRIYA, AMARA, AMARA, 10, "mock", BOTH, "deepgram", "examiner"),
    (33, 19, AMARA, TOM, AMARA, 8, "communication"),
    (29, 18, LENA, AMARA, LENA, 12, "review", NONE),
    (25, 18, AMARA, PRIYA, AMARA, 1, "mock", BOTH, "deepgram", "human"),
    (22, 7, ZOE, IDRIS, ZOE, 2),
    (18, 19, SAMUEL, AMARA, AMARA, 9, "clinical", BOTH, "assemblyai"),
    (15, 18, AMARA, ZOE, ZOE, 8),
    (11, 18, AMARA, DANIEL, AMARA, 2, "communication"),
    (8, 18, MEI, AMARA, AMARA, 12, "mock"),
    (6, 20, MAX, TOM, TOM, 11, "clinical", TALK),
    (4, 18, AMARA, MEI, AMARA, 7, "mock"),
    (2, 19, DANIEL, AMARA, DANIEL, 6, "review"),
)

PAST = tuple(
    PastSession(number, *held)  # type: ignore[arg-type]  # a table
    for number, held in enumerate(_HELD, 1)
)


def past(now: datetime) -> list[SampleSession]:
    """All of them, as rows."""
    return [session.row(now) for session in PAST]
