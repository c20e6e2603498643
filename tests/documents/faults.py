"""What a document must be, compared as people would: words, speakers, times, marks."""

from __future__ import annotations

import json
import re
from typing import Any

from medtui.documents import Assessment, Document, DocumentError, read

Turn = tuple[str | None, float | None, str]


def plain(text: str | None) -> str:
    return re.sub(r"[\W_]+", "", (text or "").casefold())


def is_near(value: float | None, wanted: float | None, within: float = 0.06) -> bool:
    if value is None or wanted is None:
        return value is wanted
    return abs(value - wanted) <= within


def document_or_refusal(data: bytes) -> Document | str:
    try:
        return read(data)
    except DocumentError as error:
        return error.message


def check(data: bytes, wanted: dict[str, Any]) -> None:
    """Raise AssertionError where a file is not read as it must be."""
    found = document_or_refusal(data)
    kind = wanted["kind"]
    if isinstance(found, str):
        may_refuse = kind == "refused" or wanted.get("or") == "refused"
        assert may_refuse, found
        return
    assert kind != "refused", f"shown as {found.as_json()['kind']}"
    told = found.as_json()
    if kind == "words-or-note":
        shown = json.dumps(told, ensure_ascii=False)
        assert found.notes or all(words in shown for words in wanted["strings"])
    elif kind == "text":
        said = " ".join(turn["text"] for turn in told["turns"])
        assert plain(said) == plain(wanted["text"])
    elif kind == "both-visible":
        assert isinstance(found, Assessment)
        check_turns(told["turns"], wanted)
    elif kind in ("transcript", "transcript-has"):
        assert told["kind"] == "transcript", told["overall"]
        check_turns(told["turns"], wanted)
    else:
        check_assessment(told, wanted)


def check_turns(turns: list[dict[str, Any]], wanted: dict[str, Any]) -> None:
    expected: list[Turn] = wanted["turns"]
    if wanted["kind"] == "transcript-has":
        texts = [plain(text) for _, _, text in expected]
        turns = [turn for turn in turns if plain(turn["text"]) in texts]
    assert [plain(turn["text"]) for turn in turns] == [plain(text) for _, _, text in expected]
    if wanted.get("verbatim"):
        assert [turn["text"] for turn in turns] == [text for _, _, text in expected]
    labels: dict[str, str] = {}
    for turn, (who, start, text) in zip(turns, expected, strict=True):
        if who is None:
            assert turn["speaker"] is None, text
        else:
            assert turn["speaker"] is not None, text
            assert labels.setdefault(who, turn["speaker"]) == turn["speaker"], text
            if wanted.get("exact"):
                assert turn["speaker"] == who
        if start is not None:
            assert is_near(turn["start"], start, wanted.get("tol", 0.6)), (turn["start"], start)
    assert len(set(labels.values())) == len(labels)


def check_assessment(told: dict[str, Any], wanted: dict[str, Any]) -> None:
    shown = json.dumps(told, ensure_ascii=False)
    if told["kind"] != "assessment":
        assert wanted["kind"] in ("visible", "assessment-or-transcript")
    elif "overall" in wanted:
        whole = told["overall"]
        given = (whole["score"], whole["max"], whole["percent"])
        for value, right in zip(given, wanted["overall"], strict=True):
            assert is_near(value, right, 0.3), given
    assert all(words in shown for words in wanted.get("strings", ()))
    numbers = {float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", shown)}
    assert numbers >= {float(number) for number in wanted.get("numbers", ())}
    if told["kind"] != "assessment":
        return
    assert told["marked_by"] == wanted.get("by", told["marked_by"])
    domains = {plain(part["name"]): (part["score"], part["max"]) for part in told["domains"]}
    if "domains" in wanted:
        assert domains == {plain(name): tuple(marks) for name, *marks in wanted["domains"]}
    criteria = {plain(part["text"]): part for part in told["criteria"]}
    for text, score, limit in wanted.get("crit", ()):
        assert (criteria[plain(text)]["score"], criteria[plain(text)]["max"]) == (score, limit)
    for text, result in wanted.get("items", ()):
        if isinstance(result, str):
            assert criteria[plain(text)]["result"] == result
        else:
            assert domains[plain(text)][0] == result
    assert wanted.get("summary", "") in told["feedback"]["summary"]
