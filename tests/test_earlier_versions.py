"""What earlier versions have written on this machine is read as they meant it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from medtui.core import mark_sheet_json, room_shared
from medtui.core.history import DomainMark, FileSummary, MarkSummary
from medtui.core.mark_sheet import Marks, RemarkKind, Sheet, Spot
from medtui.core.models import FileKind, Stage
from medtui.core.presets import Phase, Preset
from medtui.core.room_shared import Shared
from medtui.core.rubrics import Rubric, RubricDomain
from medtui.core.station_clock import Adjustments
from medtui.documents.assessment import Marker
from medtui.history import loader
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
            frozenset({FileKind.TRANSCRIPT, FileKind.ASSESSMENT}),
            "2026 12",
            MarkSummary(Marker.HUMAN, 62.5, "good", domains),
        ),
        OTHER: FileSummary(broken="x"),
    }


@pytest.mark.parametrize(
    "change", [{"format": 2}, {"as_of": "yesterday"}, {"sessions": 3}, {"files": {"x": {}}}]
)
def test_a_history_with_a_wrong_value_is_refused(change: Any) -> None:
    with pytest.raises(ValueError, match="validation error"):
        loader._parsed(json.loads(HISTORY) | change)


KEPT_SHEET = """{"id": "00000000-0000-0000-0000-000000000003", "revision": 2,
"session": "00000000-0000-0000-0000-000000000002",
"candidate": "00000000-0000-0000-0000-000000000004", "station": "2026-11-24T18:00:00+00:00",
"rubric": {"id": "viva", "name": "Viva", "domains": [["Structure", 5, 1, 1.5, 1, ["Poor", "Good"]],
["Depth", 100, 0, 0.133, 5, []]], "grades": ["Fail", "Pass"], "out_of": 49.8},
"marks": [["viva", "Structure", {"score": 3, "insufficient": true, "strengths": ["good\\u001b"],
"improvements": [], "red_flags": [], "evidence": ["\\u201cyes\\u201d"], "notes": []}]],
"whole": {"score": null, "insufficient": false, "strengths": [], "improvements": [],
"red_flags": [], "evidence": [], "notes": ["a note"]},
"drafts": [["", "notes", 0, "half a "], ["Depth", "strengths", null, "x"]],
"typing": ["", "notes", 0]}
"""


def test_a_mark_sheet_is_read() -> None:
    sheet = Sheet(
        session=SESSION,
        candidate=OTHER,
        rubric=Rubric(
            "viva",
            "Viva",
            (
                RubricDomain("Structure", 5, 1, 1.5, 1, ("Poor", "Good")),
                RubricDomain("Depth", 100, 0, 0.133, 5),
            ),
            ("Fail", "Pass"),
            49.8,
        ),
        id=SHEET,
        revision=2,
        station="2026-11-24T18:00:00+00:00",
        marks={("viva", "Structure"): Marks(3, True, ("good",), evidence=("“yes”",))},
        whole=Marks(notes=("a note",)),
        drafts={
            Spot("", RemarkKind.NOTE, 0): "half a ",
            Spot("Depth", RemarkKind.STRENGTH): "x",
        },
        typing=Spot("", RemarkKind.NOTE, 0),
    )
    assert mark_sheet_json.from_json(json.loads(KEPT_SHEET)) == sheet
    written = mark_sheet_json.as_json(sheet)
    kept = json.loads(KEPT_SHEET.replace("\\u001b", ""))
    assert written == kept | {"is_examiner": False}, "earlier versions read it, too"


@pytest.mark.parametrize(
    "change",
    [
        {"revision": -1},
        {"revision": True},
        {"session": 3},
        {"station": 3},
        {"typing": ["", "notes", 1_000]},
        {"typing": ["", "shouts", 0]},
        {"marks": [["viva", "Structure"]]},
        {"marks": 3},
        {"drafts": [["", "notes", 0, 3]]},
        {"whole": {"score": 101}},
        {"whole": {"score": True}},
        {"whole": {"notes": ["x"] * 201}},
        {"rubric": {"id": "x", "name": "x", "domains": []}},
        {"rubric": {"id": "x", "name": "x", "domains": [["x", 101, 0, 1.0, 1, []]]}},
        {"rubric": {"id": "x", "name": "x", "domains": [["x", 5, 0, 1.0, 0, []]]}},
    ],
)
def test_a_mark_sheet_with_a_wrong_value_is_none(change: Any) -> None:
    assert mark_sheet_json.from_json(json.loads(KEPT_SHEET) | change) is None


ROOM = """{"preset": {"id": "viva", "name": "Viva\\u001b", "phases": [{"name": "Reading",
"seconds": 90, "bell": 1, "warnings": [], "brief": true}, {"name": "", "seconds": 600, "bell": 2,
"warnings": [120, 60], "brief": false}]}, "station": "2026-11-24T18:00:00+00:00",
"added": [60, -30, 5], "paused": 12.5, "paused_at": null, "writes": [3, 1],
"shown": ["00000000-0000-0000-0000-000000000004"]}
"""


def test_what_a_room_shares_is_read() -> None:
    phases = Phase("Reading", 90), Phase("Phase", 600, 2, (120, 60), False)
    began = datetime(2026, 11, 24, 18, tzinfo=UTC)
    shared = Shared(
        Preset("viva", "Viva", phases),
        Adjustments(began, (60, -30), 12.5),
        frozenset([OTHER]),
        host_writes=3,
        guest_writes=1,
    )
    assert room_shared.from_json(json.loads(ROOM)) == shared
    written = shared.as_json()
    assert list(written["preset"]) == ["id", "name", "phases"]
    assert written["preset"]["phases"][0] == json.loads(ROOM)["preset"]["phases"][0]
    same = ("paused", "paused_at", "writes", "shown")
    assert [written[name] for name in same] == [json.loads(ROOM)[name] for name in same]
    assert datetime.fromisoformat(written["station"]) == began


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("seconds", 0),
        ("seconds", 4 * 3600 + 1),
        ("seconds", "90"),
        ("seconds", True),
        ("bell", 4),
        ("warnings", [-1]),
        ("brief", 1),
        ("name", None),
    ],
)
def test_a_phase_with_a_wrong_value_is_refused(name: str, value: Any) -> None:
    room = json.loads(ROOM)
    room["preset"]["phases"][0][name] = value
    assert room_shared.from_json(room) is None
