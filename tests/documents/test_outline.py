"""An assessment as it is read from the top, and a review on paper."""

from __future__ import annotations

from pathlib import Path

from medtui.documents import Assessment, Transcript, load, read
from medtui.documents.evidence import Found, How
from medtui.documents.export import as_markdown
from medtui.documents.flatten import flattened
from medtui.review.assessment_layout import outline, place_of
from medtui.review.passages import LineKind
from medtui.ui.cells import share_bar

SAMPLES = Path(__file__).parent / "samples"


def assessment(name: str) -> Assessment:
    document = read(load(SAMPLES / "assessments" / name))
    assert isinstance(document, Assessment)
    return document


def transcript() -> Transcript:
    document = read(load(SAMPLES / "transcripts" / "deepgram-utterances.json"))
    assert isinstance(document, Transcript)
    return document


def test_the_mark_comes_first_then_that_it_is_formative_then_red_flags() -> None:
    passages = outline(assessment("platform.json"))
    assert passages[0].text == "29.08 / 49.8   58 %"
    assert passages[0].aside == "AI, formative"
    assert "formative only" in passages[1].text
    flags = [at for at, passage in enumerate(passages) if passage.kind is LineKind.FLAG]
    domains = [at for at, passage in enumerate(passages) if passage.kind is LineKind.DOMAIN]
    assert max(flags) < min(domains)
    assert passages[flags[0]].text.endswith("leave the lenses out")


def test_a_domain_has_its_mark_and_a_bar() -> None:
    domains = [
        passage
        for passage in outline(assessment("platform.json"))
        if passage.kind is LineKind.DOMAIN
    ]
    assert domains[0].aside == "10.64 / 13.3  ▇▇▇▇▇▇▇▇▁▁"
    assert domains[4].aside == "not marked"  # null is not zero


def test_a_human_mark_is_not_called_formative() -> None:
    passages = outline(assessment("marksheets.json"))
    assert passages[0].aside == "by an examiner"
    assert not any("formative" in passage.text for passage in passages)


def test_criteria_are_ticked_under_their_domains() -> None:
    passages = outline(assessment("checklist.json"))
    ticks = [(passage.sign, passage.text) for passage in passages if passage.sign in "✓~✗–"]
    assert ("✓", "Asks about contact lenses") in ticks
    assert ("~", "Asks about pain") in ticks
    assert ("✗", "Advises to leave the lenses out") in ticks
    assert ("–", "Checks the other eye") in ticks
    headings = [passage.text for passage in passages if passage.kind is LineKind.HEADING]
    assert headings[:2] == ["Criteria: Data gathering", "Criteria: Management"]


def test_unclaimed_parts_come_last() -> None:
    passages = outline(assessment("checklist.json"))
    assert [passage.text for passage in passages[-3:]] == [
        "Also in the file", "model: example-model", "station: 7",
    ]  # fmt: skip


def test_bars() -> None:
    assert [share_bar(share) for share in (None, 0, 0.5, 1)] == [
        "", "▁▁▁▁▁▁▁▁▁▁", "▇▇▇▇▇▁▁▁▁▁", "▇▇▇▇▇▇▇▇▇▇",
    ]  # fmt: skip


def test_a_quote_says_how_it_was_found() -> None:
    assert place_of(Found(How.EXACT, 3), 21.0) == ("✓", "", "0:21")
    assert place_of(Found(How.SIMILAR, 3), 21.0) == ("≈", "similar words", "0:21")
    assert place_of(Found(How.TIME, 3), 21.0) == ("≠", "other words at this time", "0:21")
    assert place_of(Found(How.NOT_FOUND), None) == ("✗", "not found in the transcript", "")
    assert place_of(None, None) == ("·", "", "")


def test_the_whole_review_on_paper() -> None:
    paper = as_markdown("A & *B*", transcript(), assessment("platform.json"), {"0": "Dr_Lowe"})
    for line in (
        "# A & \\*B\\*",
        "**29.08 / 49.8   58 %**",
        "> “I'm Dr Lowe” (0:00)",
        "> “how awful for you” (not found in the transcript)",
        "- Medical explanation and plan: Does not say to leave the lenses out",
        "0:06 **Speaker 1** My left eye has been red since Friday, and bright light hurts.",
        "0:00 **Dr\\_Lowe** Good morning, I'm Dr Lowe. What brings you to eye casualty?",
    ):
        assert line in paper.splitlines(), line
    assert "formative only" in paper


def test_whatever_stands_in_an_object_becomes_lines() -> None:
    assert flattened({"a": {"b": [1, "x"], "c": None}, "d": True, "e": "\x1b[1mz"}) == [
        "a › b: 1", "a › b: x", "d: yes", "e: [1mz",
    ]  # fmt: skip
    assert len(flattened({"a": list(range(5_000))})) == 2_001
