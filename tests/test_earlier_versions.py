"""What earlier versions have written on this machine is read as they meant it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.core.history import DomainMark, FileSummary, MarkSummary
from medtui.documents.assessment import Marker
from medtui.history import loader
from medtui.models import FileKind, Stage
from medtui.store.outbox import DeliveryState, Hold, Outbox, Submission
from medtui.store.replace_journal import ReplaceJournal, digest

PERSON, SESSION, SHEET, OTHER = (UUID(int=number) for number in (1, 2, 3, 4))

SUBMISSION = (
    '{"session": "00000000-0000-0000-0000-000000000002", "sheet": '
    '"00000000-0000-0000-0000-000000000003", "revision": 7, "content": "{\\"max_total\\": 12}", '
    '"is_mine": false, "is_host": true, "partner": "Mei \\u2014 Chen\\u001b", '
    '"where": "with host", "reason": "", "is_in_the_way": true'
)
LATER_FIELDS = (
    ', "is_told": true, "sender": "00000000-0000-0000-0000-000000000004", '
    '"hold": "not the assessor"'
)


def submission(**changes: Any) -> Submission:
    known: dict[str, Any] = {
        "session": SESSION,
        "sheet": SHEET,
        "revision": 7,
        "content": '{"max_total": 12}',
        "is_mine": False,
        "is_host": True,
        "partner": "Mei — Chen",
        "where": DeliveryState.WITH_HOST,
        "is_in_the_way": True,
    }
    return Submission(**known | changes)


def in_outbox(folder: Path, text: str) -> list[Submission]:
    file = folder / "handed" / str(PERSON) / str(SESSION) / f"{SHEET}.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return Outbox(folder, PERSON).all()


def test_a_submission_of_the_first_version_is_read(tmp_path: Path) -> None:
    assert in_outbox(tmp_path, SUBMISSION + "}") == [submission()]


def test_a_submission_of_the_version_before_is_read(tmp_path: Path) -> None:
    later = {"is_told": True, "sender": OTHER, "hold": Hold.NOT_ASSESSOR}
    assert in_outbox(tmp_path, SUBMISSION + LATER_FIELDS + "}") == [submission(**later)]


@pytest.mark.parametrize(
    "change",
    [
        {"revision": -1},
        {"revision": 2**60},
        {"revision": True},
        {"revision": "7"},
        {"is_mine": 1},
        {"is_host": "yes"},
        {"session": "x"},
        {"where": "elsewhere"},
        {"content": None},
        {"hold": 3},
    ],
)
def test_a_submission_with_a_wrong_value_is_left_out(change: Any, tmp_path: Path) -> None:
    value = json.loads(SUBMISSION + LATER_FIELDS + "}")
    assert in_outbox(tmp_path, json.dumps(value | change)) == []


JOURNAL = (
    '{"server": "https://abc.supabase.co", "session_id": "00000000-0000-0000-0000-000000000002", '
    '"kind": "assessment", "old": "%s", "new": "%s", '
    '"began": "2026-11-24 18:00:00.250000+00:00", "wanted": %s}'
)


@pytest.mark.parametrize(("wanted", "meant"), [("null", None), ('"new"', "new"), ('"old"', "old")])
def test_a_journal_of_a_replacement_is_read(wanted: str, meant: Any, tmp_path: Path) -> None:
    (tmp_path / "old").write_bytes(b"1")
    (tmp_path / "new").write_bytes(b"2")
    (tmp_path / "journal.json").write_text(JOURNAL % (digest(b"1"), digest(b"2"), wanted))
    journal = ReplaceJournal.read(tmp_path)
    began = datetime(2026, 11, 24, 18, microsecond=250_000, tzinfo=UTC)
    assert journal == ReplaceJournal(
        tmp_path,
        "https://abc.supabase.co",
        SESSION,
        FileKind.ASSESSMENT,
        digest(b"1"),
        digest(b"2"),
        began,
        meant,
    )
    assert journal.content("new") == b"2"
    assert ReplaceJournal.read(journal.want("old").folder) == journal.want("old")


@pytest.mark.parametrize(
    "text", ["", "[]", "3", "null", '{"by": "a newer medtui"}', "{", "\\ud800"]
)
def test_a_journal_that_cannot_be_read_is_left_alone(text: str, tmp_path: Path) -> None:
    (tmp_path / "journal.json").write_text(text)
    assert ReplaceJournal.read(tmp_path) is None
    assert (tmp_path / "journal.json").read_text() == text


HISTORY = """{"format": 1, "as_of": "2026-11-24T18:00:00+00:00", "sessions": [
{"id": "00000000-0000-0000-0000-000000000002", "host_id": "00000000-0000-0000-0000-000000000001",
"guest_id": null, "candidate_id": null, "datetime_utc": "2026-11-20T18:00:00Z", "type": "osce",
"version": 3, "case_id": null, "room_link": null, "host": null, "guest": null, "case": null}],
"files": {"00000000-0000-0000-0000-000000000002": {"files": ["assessment", "transcript"],
"stamp": "2026 12", "marks": {"by": "human", "percent": 62.5, "words": "good",
"domains": [["Structure", 75.0, null, false], ["Listening", null, "fair", true]]}, "broken": ""},
"00000000-0000-0000-0000-000000000004": {"files": [], "stamp": "", "marks": null, "broken": "x"}}}
"""


def test_a_history_is_read() -> None:
    known = loader._parsed(json.loads(HISTORY))
    assert known.as_of == datetime(2026, 11, 24, 18, tzinfo=UTC)
    [session] = known.sessions
    assert (session.id, session.host_id, session.stage) == (SESSION, PERSON, Stage.WRAP_UP)
    domains = DomainMark("Structure", 75.0), DomainMark("Listening", None, "fair", True)
    assert known.files == {
        SESSION: FileSummary(
            frozenset(FileKind), "2026 12", MarkSummary(Marker.HUMAN, 62.5, "good", domains)
        ),
        OTHER: FileSummary(broken="x"),
    }


@pytest.mark.parametrize(
    "change", [{"format": 2}, {"as_of": "yesterday"}, {"sessions": 3}, {"files": {"x": {}}}]
)
def test_a_history_with_a_wrong_value_is_refused(change: Any) -> None:
    with pytest.raises(ValueError, match="validation error"):
        loader._parsed(json.loads(HISTORY) | change)
