"""A review as Markdown: to keep, print, or show to a supervisor."""

from __future__ import annotations

import re
from collections.abc import Iterable

from medtui.documents.assessment import Assessment, Evidence
from medtui.documents.evidence import How, Quotes
from medtui.documents.flatten import flattened
from medtui.documents.statistics import Statistics, statistics_of
from medtui.documents.transcript import Transcript
from medtui.documents.words import (
    AI_CAUTION,
    RESULTS,
    clock,
    criterion_marks,
    domain_marks,
    figure,
    length,
    overall_words,
    speaker_words,
)

CROWD = 4
"""Of more speakers than that, only those who spoke most have figures of their own."""

_SPECIAL = re.compile(r"([\\`*_\[\]<>#|~])")
_LEADING = re.compile(r"^(\s*)([-+]|\d+[.)])(\s)", re.MULTILINE)


def as_markdown(
    title: str,
    transcript: Transcript | None,
    assessment: Assessment | None,
    names: dict[str, str],
    begins: int = 0,
) -> str:
    """The whole review. `names`: people for labels; `begins`: the station's first turn."""
    lines = [f"# {escaped(title)}", ""]
    if assessment is not None:
        lines += _assessment(assessment, transcript)
    if transcript is not None:
        lines += _transcript(transcript, names, begins)
    return "\n".join(lines).rstrip() + "\n"


def escaped(text: str) -> str:
    """Text from a file, escaped so that Markdown does not interpret it."""
    return _LEADING.sub(r"\1\\\2\3", _SPECIAL.sub(r"\\\1", text))


def _assessment(assessment: Assessment, transcript: Transcript | None) -> Iterable[str]:
    quotes = Quotes(transcript) if transcript is not None else None
    yield "## Assessment"
    yield ""
    if whole := overall_words(assessment.overall):
        yield f"**{escaped(whole)}**"
        yield ""
    if assessment.marker == "ai":
        yield f"*{AI_CAUTION}*"
        yield ""
    flags = [*assessment.feedback.red_flags]
    flags += [
        f"{domain.name}: {flag}" for domain in assessment.domains for flag in domain.red_flags
    ]
    yield from _points("Red flags", flags)
    for domain in assessment.domains:
        weight = f", weight {figure(domain.weight)}" if domain.weight is not None else ""
        yield f"### {escaped(domain.name)}: {escaped(domain_marks(domain))}{weight}"
        yield ""
        if domain.insufficient_evidence:
            yield "*Too little evidence to be sure.*"
            yield ""
        if domain.rationale:
            yield escaped(domain.rationale)
            yield ""
        yield from _points("Strengths", domain.strengths)
        yield from _points("To improve", domain.improvements)
        yield from _quotes(domain.evidence, quotes, transcript)
    if assessment.criteria:
        yield "### Criteria"
        yield ""
        for criterion in assessment.criteria:
            mark = RESULTS[criterion.result][0] + " " if criterion.result else ""
            given = criterion_marks(criterion)
            yield f"- {mark}{escaped(criterion.text)}" + (f" ({escaped(given)})" if given else "")
            if criterion.rationale:
                yield "  " + escaped(criterion.rationale).replace("\n", "\n  ")
            for line in _quotes(criterion.evidence, quotes, transcript):
                if line:
                    yield "  " + line
        yield ""
    said = assessment.feedback
    if said.summary:
        yield "### Summary"
        yield ""
        yield escaped(said.summary)
        yield ""
    yield from _points("Strengths", said.strengths)
    yield from _points("Keep doing", said.keep_doing)
    yield from _points("To improve", said.improvements)
    if assessment.unclaimed:
        yield "### Also in the file"
        yield ""
        yield from (f"- {escaped(line)}" for line in flattened(assessment.unclaimed))
        yield ""


def _points(heading: str, points: Iterable[str]) -> Iterable[str]:
    if listed := [f"- {escaped(point)}" for point in points]:
        yield f"**{heading}**"
        yield ""
        yield from listed
        yield ""


def quote_lines(evidence: Iterable[Evidence], transcript: Transcript) -> Iterable[str]:
    """Quotes with where they were said, and an empty line after them."""
    return _quotes(evidence, Quotes(transcript), transcript)


def _quotes(
    evidence: Iterable[Evidence], quotes: Quotes | None, transcript: Transcript | None
) -> Iterable[str]:
    any_quote = False
    for item in evidence:
        any_quote = True
        yield f"> “{escaped(item.quote)}” {_where(item, quotes, transcript)}".rstrip()
    if any_quote:
        yield ""


def _where(item: Evidence, quotes: Quotes | None, transcript: Transcript | None) -> str:
    if quotes is None or transcript is None:
        return ""
    found = quotes.find(item)
    if found.turn is None:
        return "(not found in the transcript)"
    at = clock(transcript.turns[found.turn].start) or f"turn {found.turn + 1}"
    how = {How.EXACT: "", How.SIMILAR: "similar words, ", How.TIME: "other words, "}[found.how]
    return f"({how}{at})"


def _transcript(transcript: Transcript, names: dict[str, str], begins: int) -> Iterable[str]:
    yield "## Transcript"
    yield ""
    yield escaped(" · ".join(figures(statistics_of(transcript, begins, names), names)))
    yield ""
    for note in transcript.notes:
        yield f"*{escaped(note)}*"
        yield ""
    yield from _turns(transcript, names, begins)
    if transcript.unclaimed:
        yield "### Also in the file"
        yield ""
        yield from (f"- {escaped(line)}" for line in flattened(transcript.unclaimed))
        yield ""


def _turns(transcript: Transcript, names: dict[str, str], begins: int) -> Iterable[str]:
    for index, turn in enumerate(transcript.turns):
        if index == begins and begins:
            yield "---"
            yield ""
        at = f"{clock(turn.start)} " if turn.start is not None else ""
        yield f"{at}**{escaped(speaker_words(turn.speaker, names))}** {escaped(turn.text)}"
        yield ""


def figures(found: Statistics, names: dict[str, str], longest_name: int | None = None) -> list[str]:
    """The statistics of a talk, in a few words each; names cut to so many characters."""

    def named(label: str | None) -> str:
        name = speaker_words(label, names)
        is_long = longest_name is not None and len(name) > longest_name
        return f"{name[:longest_name].rstrip()}…" if is_long else name

    parts = []
    if found.duration is not None:
        parts.append(length(found.duration))
    parts.append(_words(found.words))
    shares = found.shares if len(found.shares) > 1 else ()
    others = 0
    if len(shares) > CROWD:
        others = len(shares) - CROWD
        shares = tuple(sorted(shares, key=lambda share: -share.share)[:CROWD])
    for share in shares:
        parts.append(f"{named(share.speaker)} {share.share:.0%}, {_words(share.words)}")
    if others:
        parts.append(f"{others} other{'' if others == 1 else 's'}")
    if (longest := found.longest) is not None and longest.speaker is not None:
        size = _words(longest.words) if longest.seconds is None else length(longest.seconds)
        parts.append(f"longest {size} ({named(longest.speaker)})")
    parts.append(f"{found.questions} question{'' if found.questions == 1 else 's'}")
    if found.pauses is not None:
        long = f", longest {length(found.longest_pause)}" if found.longest_pause else ""
        parts.append(f"{found.pauses} pause{'' if found.pauses == 1 else 's'}{long}")
    return parts


def _words(count: int) -> str:
    return f"{count:,} word{'' if count == 1 else 's'}"
