"""What the history says in words. Nothing here draws."""

from __future__ import annotations

from datetime import date, datetime, tzinfo

from medtui.documents.assessment import Marker
from medtui.history import STEADY, Entry, Filter, Marks, Month, Series
from medtui.models import FileKind, Role

SHORT_MARKERS = {Marker.AI: "AI", Marker.HUMAN: "ex", Marker.SELF: "me", Marker.UNKNOWN: ""}
"""Who marked, in two letters: AI, an examiner, oneself."""

MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September",
          "October", "November", "December")  # fmt: skip


def month_label(month: Month) -> str:
    """ "NOVEMBER 2026"."""
    return f"{MONTHS[month.month - 1].upper()} {month.year}"


def day_words(at: datetime, zone: tzinfo) -> str:
    """ "21 Nov 18:30", the day two cells wide."""
    local = at.astimezone(zone)
    return f"{local.day:>2} {local:%b} {local:%H:%M}"


def role_words(entry: Entry) -> str:
    return entry.role.value if entry.role else "–"


def partner_words(entry: Entry) -> str:
    if entry.partner is not None:
        return entry.partner.name
    return "nobody came" if entry.session.guest_id is None else "(unknown)"


def case_words(entry: Entry) -> str:
    """ "Vision loss · breaking bad news · The shadow that came at breakfast"."""
    case = entry.session.case
    parts = (case.category, case.domain) if case else ()
    return " · ".join(part for part in (*parts, entry.case_name) if part)


def percent_words(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.0f} %"


def mark_words(entry: Entry) -> str:
    """ "79 %", a grade, or why there is neither."""
    if entry.kept is None:
        return "…" if entry.is_held else ""
    if entry.kept.broken:
        return "broken"
    if entry.kept.marks is None:
        return ""
    return percent_words(entry.kept.marks.percent) or entry.kept.marks.words or "–"


def marker_words(marks: Marks | None) -> str:
    return SHORT_MARKERS[marks.marker] if marks else ""


def file_signs(entry: Entry) -> str:
    """ "TA": transcript, assessment; a dot for what is not there, two while it is not known."""
    if entry.kept is None:
        return ""
    signs = ((FileKind.TRANSCRIPT, "T"), (FileKind.ASSESSMENT, "A"))
    return "".join(sign if kind in entry.kept.files else "·" for kind, sign in signs)


def filter_words(wish: Filter) -> list[str]:
    """What is left out, each as a few words; none where all is shown."""
    parts = []
    if wish.role is not None:
        parts.append(f"as {wish.role.value}")
    parts += [part for part in (wish.category, wish.domain) if part]
    if wish.text:
        parts.append(f"“{wish.text}”")
    return parts


def counts_words(entries: list[Entry]) -> str:
    """ "36 sessions: 24 as candidate, 12 as actor"."""
    sat = sum(entry.role is Role.CANDIDATE for entry in entries)
    acted = sum(entry.role is Role.ACTOR for entry in entries)
    sessions = "1 session" if len(entries) == 1 else f"{len(entries)} sessions"
    return f"{sessions}: {sat} as candidate, {acted} as actor"


def trend_words(trend: float | None) -> str:
    """ "▲ 3.2 a month", "▬ steady", or that there is too little to tell."""
    if trend is None:
        return "too few to see a trend"
    if abs(trend) < STEADY:
        return "▬ steady"
    return f"{'▲' if trend > 0 else '▼'} {abs(trend):.1f} points a month"


def level_words(series: Series) -> str:
    """ "last 52 %, best 61 %"."""
    if not series.points:
        return "no percentage"
    return f"last {percent_words(series.last)}, best {percent_words(series.best)}"


def count_words(series: Series) -> str:
    """ "11 of 14 marked: 9 AI, 2 examiner"; how many have no percentage, and why."""
    by = [
        (series.by(Marker.AI), "AI"),
        (series.by(Marker.HUMAN), "examiner"),
        (series.by(Marker.SELF), "self"),
        (series.by(Marker.UNKNOWN), "unknown"),
    ]
    who = ", ".join(f"{count} {word}" for count, word in by if count)
    words = f"{len(series.points)} of {len(series.practised)} marked"
    return f"{words}: {who}" if who else words


def rest_words(series: Series) -> str:
    """What is not drawn: "2 unsure, S S B"."""
    parts = [f"{series.unsure} with too little evidence"] if series.unsure else []
    if series.grades:
        shown = " ".join(series.grades[-4:])
        parts.append(f"grades {shown}")
    return ", ".join(parts)


def months_between(start: datetime, end: datetime, zone: tzinfo) -> list[tuple[datetime, str]]:
    """The first of every month in a span, and what it is called; January says its year."""
    local = start.astimezone(zone)
    year, month = local.year, local.month
    found: list[tuple[datetime, str]] = []
    while True:
        month += 1
        if month > 12:
            year, month = year + 1, 1
        if year > date.max.year:
            return found
        first = datetime(year, month, 1, tzinfo=zone)
        if first > end:
            return found
        name = MONTHS[month - 1][:3]
        found.append((first, f"{name} {year}" if month == 1 else name))
