"""`medtui history`, `progress` and `files`: the past as text and JSON, and copies of files."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from medtui.commands.past import agreement_json, entry_json
from medtui.core.marker_pairs import agreements
from tests.core.test_agreement import history_of
from tests.documents.test_draft_signs import TOLD
from tests.helpers.commands import Script, checked
from tests.helpers.stack import Stack

SAMPLES = Path(__file__).parent.parent / "documents" / "samples"
TALK = (SAMPLES / "transcripts" / "assemblyai.json").read_bytes()
MARKS = (SAMPLES / "assessments" / "platform.json").read_bytes()


async def practised(stack: Stack, tmp_path: Path) -> tuple[Script, str]:
    """A candidate's script, and the code of their one session that has both files."""
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    case = await stack.case()
    past = {"case_id": case, "candidate_id": mei.id, "version": 3}
    held = await stack.session(amara, guest=mei, starts_in=timedelta(days=-3), **past)
    await stack.session(mei, starts_in=timedelta(days=-2))
    await stack.session(amara, starts_in=timedelta(days=-1))  # of which he has no part
    await stack.file(held, "transcript.json", content=TALK)
    await stack.file(held, "assessment.json", content=MARKS)
    return Script(stack, mei, tmp_path), held.hex[:8]


async def test_the_past_as_text_and_as_json(stack: Stack, tmp_path: Path) -> None:
    script, code = await practised(stack, tmp_path)
    [row] = await stack.sql("select id from practice_sessions where id::text like %s", f"{code}%")
    drafted = tmp_path / f"state/draft-marks/{script.person.id}/{row['id']}.json"
    drafted.parent.mkdir(parents=True)
    drafted.write_text('{"domains": {"Honesty and transparency": 50.0}}')
    nobody, held = (await script("history", "--json")).json("history")["sessions"]
    assert (nobody["draft_marks"], nobody["comparison"]) == (None, [])
    assert held["draft_marks"] == {"Honesty and transparency": 50}
    [pair] = held["comparison"]
    assert (pair["first"], pair["second"], len(pair["domains"])) == ("draft", "ai", 1)
    assert (nobody["partner"], nobody["is_held"], nobody["files"]) == (None, False, [])
    assert (held["code"], held["my_role"]) == (code, "candidate")
    assert held["partner"]["name"] == "Amara Okafor"
    assert held["files"] == ["assessment", "transcript"]
    assert (held["marks"]["marked_by"], held["unreadable"]) == ("ai", None)
    assert held["case_name"] == "Name of case 1"
    text = (await script("history", "--role", "candidate")).out
    assert text.count("\n") == 1
    assert text.startswith(f"{code}  ")
    assert f"{held['marks']['percent']:.0f} %" in text

    progress = (await script("progress", "--json")).json("progress")
    assert progress["agreement"] == [], "of one station nothing is said"
    assert {series["name"] for series in progress["series"]} == {
        domain["name"] for domain in held["marks"]["domains"]
    }
    by_case = (await script("progress", "--by", "category", "--json")).json("progress")
    [series] = by_case["series"]
    assert (series["name"], len(series["marks"])) == ("Red eye", 1)


@pytest.mark.detail
async def test_files_are_listed_and_copied(stack: Stack, tmp_path: Path) -> None:
    script, code = await practised(stack, tmp_path)
    [listed] = (await script("files", "--json")).json("files")["sessions"]
    assert (listed["code"], listed["partner"]["name"]) == (code, "Amara Okafor")
    assert [(file["kind"], file["size"]) for file in listed["files"]] == [
        ("transcript", len(TALK)),
        ("assessment", len(MARKS)),
    ]
    folder = tmp_path / "copies"
    assert "is not a folder" in (await script("files", "--save", str(folder))).err
    folder.mkdir()
    [saved] = (await script("files", code, "--save", str(folder), "--json")).json("files")[
        "sessions"
    ]
    assert [Path(file["path"]).read_bytes() for file in saved["files"]] == [TALK, MARKS]
    # The same again is no change, and a file of the user's is never written over.
    assert (await script("files", "--save", str(folder))).code == 0
    own = Path(saved["files"][0]["path"])
    own.write_text("my notes")
    done = await script("files", "--save", str(folder))
    assert (done.code, own.read_text()) == (1, "my notes")
    assert "already exists with other contents" in done.err


@pytest.mark.detail
async def test_a_file_that_cannot_be_read_is_told_and_no_error(
    stack: Stack, tmp_path: Path
) -> None:
    amara = await stack.person("Amara", "Okafor")
    session = await stack.session(amara, starts_in=timedelta(days=-3), candidate_id=amara.id)
    await stack.file(session, "assessment.json", content=b"\x89PNG\r\n\x1a\n\0\0")
    script = Script(stack, amara, tmp_path)
    [held] = (await script("history", "--json")).json("history")["sessions"]
    assert held["marks"] is None
    assert held["unreadable"]
    assert (await script("progress")).code == 0


@pytest.mark.detail
async def test_a_draft_in_the_place_of_an_assessment_counts_for_no_one(
    stack: Stack, tmp_path: Path
) -> None:
    amara = await stack.person("Amara", "Okafor")
    session = await stack.session(amara, starts_in=timedelta(days=-3), candidate_id=amara.id)
    await stack.file(session, "assessment.json", content=json.dumps(TOLD).encode())
    script = Script(stack, amara, tmp_path)
    [held] = (await script("history", "--json")).json("history")["sessions"]
    assert (held["marks"], held["comparison"], held["unreadable"]) == (None, [], None)
    progress = (await script("progress", "--json")).json("progress")
    assert [series["marks"] for series in progress["series"]] == []


@pytest.mark.detail
async def test_others_files_are_refused_and_an_empty_past_is_no_error(
    stack: Stack, tmp_path: Path
) -> None:
    _, code = await practised(stack, tmp_path)
    script = Script(stack, await stack.person("Eve", "Drop"), tmp_path)
    for command, key in (("history", "sessions"), ("progress", "series"), ("files", "sessions")):
        assert (await script(command, "--json")).json(command)[key] == []
        assert (await script(command)).out == ""
    done = await script("files", code)
    assert (done.code, done.out) == (1, "")
    assert "Only the two participants" in done.err


@pytest.mark.detail
async def test_away_in_the_middle_is_one_sentence(stack: Stack, tmp_path: Path) -> None:
    script, _ = await practised(stack, tmp_path)
    away = {"SUPABASE_URL": "http://127.0.0.1:9"}
    for command in ("history", "progress", "files"):
        done = await Script(stack, script.person, tmp_path)(command, "--json", **away)
        assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)


def test_the_comparison_of_markers_is_as_the_schema_says() -> None:
    stations = [(40.0 + n * 4, 46.0 + n * 4) for n in range(8)]
    entries = history_of(*stations)
    [pair] = checked(entry_json(entries[-1], {}), "past_session")["comparison"]
    assert (pair["first"], pair["second"], pair["overall"]["points"]) == ("self", "human", 0)
    [domain] = pair["domains"]
    assert (domain["name"], domain["points"]) == ("Empathy", 6)
    [found] = [checked(agreement_json(each), "agreement") for each in agreements(entries, {})]
    assert (found["stations"], found["gap"]["value"], found["alpha"]["high"] <= 1) == (8, 6, True)
    same = agreements(history_of(*[(40.0, 40.0)] * 8), {})
    assert checked(agreement_json(same[0]), "agreement")["alpha"] is None


def test_the_schema_refuses_what_is_not_in_it() -> None:
    with pytest.raises(AssertionError, match="'series' is a required property"):
        checked(json.loads('{"as_of": "2026-11-30T18:04:00+00:00", "by": "sheet"}'), "progress")
