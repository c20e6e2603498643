"""The sample people's past: sessions, talks and assessments that fit each other and the cases."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from functools import cache
from uuid import UUID

import pytest

from medtui.core.history import FileSummary, HistoryEntry, MarkSummary
from medtui.core.models import PracticeSession
from medtui.core.progress import By, progress
from medtui.demo import files, load
from medtui.demo.files import add_files, contents
from medtui.demo.past import BOTH, CURRENT, PAST
from medtui.demo.people import PEOPLE
from medtui.documents import Assessment, Transcript, read
from medtui.documents.assessment import Marker
from medtui.documents.evidence import How, Quotes
from medtui.documents.station_start import opening
from medtui.local.postgres import SUPERUSER
from tests.helpers.stack import Stack

NOW = datetime(2026, 11, 24, 18, 4, tzinfo=UTC)
AMARA = PEOPLE[0].id


@cache
def made() -> tuple[tuple[UUID, UUID, str, bytes], ...]:
    return tuple(contents(NOW))


@cache
def documents() -> dict[UUID, tuple[Transcript, Assessment | None]]:
    found_files: dict[UUID, dict[str, bytes]] = {}
    for session_id, _, name, content in made():
        found_files.setdefault(session_id, {})[name] = content
    found: dict[UUID, tuple[Transcript, Assessment | None]] = {}
    for session_id, kept in found_files.items():
        transcript = read(kept["transcript.json"], "transcript")
        assert isinstance(transcript, Transcript)
        assessment = None
        if "assessment.json" in kept:
            assessment = read(kept["assessment.json"], "assessment")  # type: ignore[assignment]
            assert isinstance(assessment, Assessment)
        found[session_id] = transcript, assessment
    return found


def test_amara_has_a_past_in_both_roles_on_both_sides_with_all_kinds_of_files() -> None:
    hers = [held for held in PAST if AMARA in (held.row(NOW).host_id, held.row(NOW).guest_id)]
    assert len(hers) >= 24
    kinds = Counter(
        (held.row(NOW).candidate_id == AMARA, held.row(NOW).host_id == AMARA) for held in hers
    )
    assert len(kinds) == 4
    assert min(kinds.values()) >= 3
    assert len({held.case for held in hers}) >= 10
    kept = Counter(held.files for held in hers)
    assert kept[BOTH] > len(hers) / 2
    assert len(kept) == 3
    assert (NOW - min(held.row(NOW).datetime_utc for held in hers)).days > 150
    assert all(held.row(NOW).datetime_utc < NOW for held in PAST)


@pytest.mark.detail
def test_each_file_is_read_and_what_it_quotes_was_said_but_for_a_few() -> None:
    hows: Counter[How] = Counter()
    folded = 0
    markers: Counter[Marker] = Counter()
    shapes = set()
    for transcript, assessment in documents().values():
        assert 10 <= len(transcript.turns) <= 40
        assert len(transcript.speakers) == 2
        shapes.add(transcript.source)
        folded += opening(transcript) > 0
        if transcript.source != "plain":
            starts = [turn.start for turn in transcript.turns if turn.start is not None]
            assert len(starts) == len(transcript.turns)
            assert starts == sorted(starts)
        if assessment is not None:
            assert not assessment.is_empty
            markers[assessment.marker] += 1
            quotes = Quotes(transcript)
            hows.update(quotes.find(quote).how for quote in assessment.quotes)
    assert hows[How.EXACT] > 100
    assert 1 <= hows[How.NOT_FOUND] <= 10
    assert set(hows) == {How.EXACT, How.NOT_FOUND}
    assert markers[Marker.AI] > markers[Marker.HUMAN] >= 3
    assert len(shapes) >= 3
    assert folded > 5


def test_the_marks_rise_for_listening_and_not_for_explaining() -> None:
    found = documents()
    entries = []
    for held in PAST:
        assessment = found.get(held.id, (None, None))[1]
        session = PracticeSession.model_validate(vars(held.row(NOW)))
        marks = MarkSummary.of(assessment) if assessment else None
        entries.append(HistoryEntry(session, AMARA, kept=FileSummary(marks=marks)))
    series = progress(entries, By.SKILL)
    assert series[0].name == "Medical explanation and plan"
    assert abs(series[0].trend or 9) < 2
    [listening] = [one for one in series if one.name.startswith("Empathy")]
    assert (listening.trend or 0) > 4


@pytest.mark.detail
def test_the_same_is_made_every_time() -> None:
    assert tuple(contents(NOW)) == made()


@pytest.mark.detail
@pytest.mark.parametrize("most", [6, pytest.param(None, marks=pytest.mark.long)])
async def test_each_file_is_uploaded_by_its_host_and_read_by_whom_the_policies_let(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, most: int | None
) -> None:
    monkeypatch.setattr(files, "BREATH", 0)
    monkeypatch.setattr(files, "contents", lambda now: iter(made()[:most]))
    await load(stack.cluster.dsn(SUPERUSER, stack.database), now=NOW)
    await add_files(stack.url, stack.keys, NOW)
    rows = await stack.sql(
        "select o.name, o.owner_id, s.host_id::text as host from storage.objects o"
        " join practice_sessions s on s.id::text = (storage.foldername(o.name))[1]"
    )
    assert len(rows) == len(made()[:most])
    assert all(row["owner_id"] == row["host"] for row in rows)
    held = [row["name"].partition("/")[0] for row in rows]
    assert str(CURRENT) in held
    [one] = await stack.sql("select count(*) as n from practice_sessions where version = 3")
    assert one["n"] >= len(PAST)
