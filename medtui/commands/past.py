"""`medtui history` and `medtui progress`: the user's past sessions and marks, for scripts."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from typing import TYPE_CHECKING, Any

from medtui.commands.signed_in import CommandRefused, SignedIn, add_json, print_json, run_signed_in
from medtui.console import print_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from medtui.core.agreement import Agreement, MarkerKind, Pair
    from medtui.core.history import History, HistoryEntry, MarkSummary
    from medtui.core.progress import Point, Series

WAYS = ("sheet", "domain", "category")
"""How marks are grouped: by domain of the mark sheet, by domain or by category of the case."""


def add_commands(commands: Any) -> None:
    """Add the commands to a parser's group. They set `run`, which returns the exit code."""
    history = commands.add_parser("history", help="your past sessions and their marks")
    history.add_argument(
        "--role", choices=("candidate", "actor"), help="only sessions in this role"
    )
    history.add_argument(
        "--filter",
        default="",
        metavar="WORDS",
        help="words to look for, as in the history",
    )
    add_json(history)
    history.set_defaults(run=lambda options: run_signed_in(options, partial(_history, options)))

    progress = commands.add_parser("progress", help="your marks as the candidate, over time")
    progress.add_argument(
        "--by", choices=WAYS, default="sheet",
        help="domains of the mark sheet, or of the cases, or their categories (default: sheet)",
    )  # fmt: skip
    add_json(progress)
    progress.set_defaults(run=lambda options: run_signed_in(options, partial(_progress, options)))


async def _read(user: SignedIn) -> History:
    """The whole history. Raises CommandRefused if a part of it cannot be read."""
    from medtui.core.history import History
    from medtui.history.loader import HistoryReading

    history = History(user.me, user.zone)
    reading = HistoryReading(user.backend, history, user.now, lambda: None)
    await reading.recall()  # which marks need not be fetched again
    await reading.read()
    if reading.error:
        raise CommandRefused(reading.error)
    return history


async def _history(options: argparse.Namespace, user: SignedIn) -> int:
    from medtui.core.history import HistoryFilter
    from medtui.core.models import Role

    history = await _read(user)
    history.filter = HistoryFilter(role=options.role and Role(options.role), text=options.filter)
    found = history.wanted()
    if options.json:
        drafts = await _drafts(user)
        entries = [entry_json(entry, drafts.get(entry.session.id, {})) for entry in found]
        print_json({"as_of": user.now().isoformat(), "sessions": entries})
    elif found:
        print_text(_history_text(found, user))
    elif sys.stdout.isatty():
        print_text("There are no such sessions.")
    return 0


def _history_text(entries: list[HistoryEntry], user: SignedIn) -> str:
    from medtui.commands.session_output import columns
    from medtui.core.session_code import code_of
    from medtui.history.wording import case_words, mark_words, partner_words, role_words

    def row(entry: HistoryEntry) -> list[str]:
        local = entry.session.starts_at.astimezone(user.zone)
        return [
            code_of(entry.session.id),
            f"{local:%Y-%m-%d %H:%M}",
            entry.session.type_label,
            role_words(entry),
            partner_words(entry),
            mark_words(entry),
            case_words(entry),
        ]

    return columns([row(entry) for entry in entries])


async def _drafts(user: SignedIn) -> dict[UUID, dict[str, float]]:
    """The marks in percent of the drafts by a model that this machine keeps, by session."""
    import asyncio

    from medtui.store.model_drafts import recall_marks

    return await asyncio.to_thread(recall_marks, user.settings.state, user.me)


def entry_json(entry: HistoryEntry, draft: Mapping[str, float]) -> dict[str, Any]:
    """A past session as JSON. `draft`: the marks of its draft by a model, by domain."""
    from medtui.commands.session_output import person_json
    from medtui.core.marker_pairs import station_pairs
    from medtui.core.session_code import code_of

    session, case, kept = entry.session, entry.session.case, entry.kept
    partner_id = session.guest_id if entry.is_host else session.host_id
    return {
        "id": str(session.id),
        "code": code_of(session.id),
        "starts_at": session.starts_at.isoformat(),
        "type": session.type,
        "stage": session.stage.label,
        "is_held": entry.is_held,
        "my_seat": "host" if entry.is_host else "guest",
        "my_role": entry.role and entry.role.value,
        "partner": partner_id and person_json(partner_id, entry.partner),
        "category": case and case.category,
        "domain": case and case.domain,
        "case_name": entry.case_name,
        "files": sorted(kind.value for kind in kept.files) if kept else [],
        "marks": entry.marks and _marks_json(entry.marks),
        "are_marks_mine": None if entry.owner is None else entry.owner == entry.me,
        "self_marks": entry.self_marks and _marks_json(entry.self_marks),
        "draft_marks": dict(draft) or None,
        "comparison": [
            {
                "first": _marker(pair.first),
                "second": _marker(pair.second),
                "domains": [{"name": name} | _pair_json(marks) for name, marks in pair.domains],
                "overall": pair.overall and _pair_json(pair.overall),
            }
            for pair in station_pairs(entry, draft)
        ],
        "unreadable": (kept.broken or None) if kept else None,
    }


def _pair_json(pair: Pair) -> dict[str, float]:
    first, second = pair
    return {"first": first, "second": second, "points": first - second}


def _marker(kind: MarkerKind) -> str:
    from medtui.core.agreement import MarkerKind

    return "human" if kind is MarkerKind.PERSON else kind.name.lower()


def _marks_json(marks: MarkSummary) -> dict[str, Any]:
    return {
        "marked_by": marks.marker.value,
        "percent": marks.percent,
        "words": marks.words,
        "domains": [domain._asdict() for domain in marks.domains],
    }


async def _progress(options: argparse.Namespace, user: SignedIn) -> int:
    from medtui.core.marker_pairs import agreements
    from medtui.core.progress import By, progress
    from medtui.history.wording import progress_words

    history = await _read(user)
    by = dict(zip(WAYS, By, strict=True))[options.by]
    series = progress(history.entries, by)
    if options.json:
        told = [series_json(each) for each in series]
        agree = [agreement_json(each) for each in agreements(history.entries, await _drafts(user))]
        at = user.now().isoformat()
        print_json({"as_of": at, "by": options.by, "series": told, "agreement": agree})
        return 0
    if series:
        print_text(_progress_text(series))
    if sys.stdout.isatty():
        print_text(f"{progress_words(history.entries)}.")
    return 0


def _progress_text(series: list[Series]) -> str:
    from medtui.commands.session_output import columns
    from medtui.history.wording import count_words, level_words, rest_words, trend_words

    return columns([
        [each.name, level_words(each), trend_words(each.trend), count_words(each), rest_words(each)]
        for each in series
    ])  # fmt: skip


def series_json(series: Series) -> dict[str, Any]:
    """A domain or category over time as JSON."""
    return {
        "name": series.name,
        "practised": [at.isoformat() for at in series.practised],
        "marks": [_point_json(point) for point in series.points],
        "self_marks": [_point_json(point) for point in series.own],
        "self_gap": series.own_gap,
        "grades": list(series.grades),
        "too_little_evidence": series.unsure,
        "level": series.level,
        "best": series.best,
        "trend": series.trend,
    }


def agreement_json(found: Agreement) -> dict[str, Any]:
    """How far two markers agree, as JSON."""
    return {
        "first": _marker(found.first),
        "second": _marker(found.second),
        "stations": found.stations,
        "alpha": found.alpha and found.alpha._asdict(),
        "gap": found.gap._asdict(),
    }


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "at": point.at.isoformat(),
        "percent": point.percent,
        "marked_by": point.marker.value,
    }
