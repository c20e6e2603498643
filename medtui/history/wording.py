"""What the history says in words. Nothing here draws."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from medtui.core.agreement import Agreement, MarkerKind
from medtui.core.history import HistoryEntry, HistoryFilter, Month
from medtui.core.models import FileKind, Role
from medtui.core.progress import STEADY, Series
from medtui.core.self_assessment import points_words
from medtui.documents.assessment import Marker

SHORT_MARKERS = {Marker.AI: "AI", Marker.EXAMINER: "ex", Marker.SELF: "me"}
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


def role_words(entry: HistoryEntry) -> str:
    return entry.role.value if entry.role else "–"


def partner_words(entry: HistoryEntry) -> str:
    if entry.partner is not None:
        return entry.partner.name
    return "no guest came" if entry.session.guest_id is None else "(unknown)"


def case_words(entry: HistoryEntry) -> str:
    """ "Vision loss · breaking bad news · The shadow that came at breakfast"."""
    case = entry.session.case
    parts = (case.category, case.domain) if case else ()
    return " · ".join(part for part in (*parts, entry.case_name) if part)


def percent_words(percent: float | None) -> str:
    return "" if percent is None else f"{percent:.0f} %"


def mark_words(entry: HistoryEntry) -> str:
    """ "79 %", a grade, or why there is neither."""
    if entry.kept is None:
        return "…" if entry.is_held else ""
    if entry.kept.broken:
        return "broken"
    if entry.kept.marks is None:
        return ""
    return percent_words(entry.kept.marks.percent) or entry.kept.marks.words or "–"


def marker_words(entry: HistoryEntry) -> str:
    """Who marked, in two letters: "AI", or the assessor's initials; "" if that is not known."""
    if entry.marks is None:
        return ""
    if entry.assessor is not None and entry.marks.marker is not Marker.AI:
        return f"{entry.assessor.first_name[:1]}{entry.assessor.last_name[:1]}"
    return SHORT_MARKERS.get(entry.marks.marker, "")


def file_signs(entry: HistoryEntry) -> str:
    """ "TA": transcript, assessment; a dot for what is not there, two while it is not known."""
    if entry.kept is None:
        return ""
    signs = ((FileKind.TRANSCRIPT, "T"), (FileKind.ASSESSMENT, "A"))
    return "".join(sign if kind in entry.kept.files else "·" for kind, sign in signs)


def filter_words(wish: HistoryFilter) -> list[str]:
    """What is left out, each as a few words; none where all is shown."""
    parts = []
    if wish.role is not None:
        parts.append(f"as {wish.role.value}")
    parts += [part for part in (wish.category, wish.domain) if part]
    if wish.text:
        parts.append(f"“{wish.text}”")
    return parts


def counts_words(entries: list[HistoryEntry]) -> str:
    """ "36 sessions: 24 as candidate, 12 as actor"."""
    sat = sum(entry.role is Role.CANDIDATE for entry in entries)
    acted = sum(entry.role is Role.ACTOR for entry in entries)
    sessions = "1 session" if len(entries) == 1 else f"{len(entries)} sessions"
    return f"{sessions}: {sat} as candidate, {acted} as actor"


def trend_words(trend: float | None) -> str:
    """ "▲ 3.2 a month", "▬ steady", or that there is too little to tell."""
    if trend is None:
        return "too few for a trend"
    if abs(trend) < STEADY:
        return "▬ steady"
    return f"{'▲' if trend > 0 else '▼'} {abs(trend):.1f} points a month"


def level_words(series: Series) -> str:
    """ "last 52 %, best 61 %"."""
    if not series.points:
        return "no percentage"
    return f"last {percent_words(series.last)}, best {percent_words(series.best)}"


def count_words(series: Series) -> str:
    """ "11 AI, 3 examiner, of 17": who gave how many marks, and how often it was practised."""
    by = [
        (series.by(Marker.AI), "AI"),
        (series.by(Marker.EXAMINER), "examiner"),
        (series.by(Marker.HUMAN), "by people"),
        (series.by(Marker.SELF), "self"),
        (series.by(Marker.UNKNOWN), "unknown"),
    ]
    who = ", ".join(f"{count} {word}" for count, word in by if count)
    return f"{who or 'no marks'}, of {len(series.practised)}"


def own_words(series: Series) -> str:
    """ "□ you mark 6 points higher": how the viewer's own marks compare with the others."""
    gap = series.own_gap
    if gap is None:
        return f"□ {len(series.own)} own"
    if abs(gap) < STEADY:
        return "□ you mark the same"
    return f"□ you mark {points_words(gap)}"


AGREEMENT_TITLE = "How far markers agree: 1 is fully, 0 as by chance (95 % intervals)"


def agreement_words(found: Agreement) -> str:
    """ "you and the assessor: 0.62 (0.31 to 0.8), 12 stations; you mark 6 points higher (2 to 10)".

    Where the interval of the difference holds 0, neither is said to mark higher.
    """
    both = f"{found.first} and {found.second}"
    if found.alpha is None:
        agree = "all marks are the same"
    else:
        value, low, high = found.alpha
        agree = f"{value:.2f} ({low:.2f} to {high:.2f})"
    gap, low, high = found.gap
    if low <= 0 <= high:
        higher = f"neither marks higher ({low:.0f} to {high:.0f} points)"
    else:
        who = found.first if gap > 0 else found.second
        least, most = sorted((abs(low), abs(high)))
        verb = "mark" if who is MarkerKind.SELF else "marks"
        higher = f"{who} {verb} {points_words(abs(gap))} ({least:.0f} to {most:.0f})"
    return f"{both}: {agree}, {found.stations} stations; {higher}"


def rest_words(series: Series) -> str:
    """What is not drawn: "2 lack evidence, grades S S B"."""
    parts = [own_words(series)] if series.own else []
    parts += [f"{series.unsure} lack evidence"] if series.unsure else []
    if series.grades:
        shown = " ".join(series.grades[-4:])
        parts.append(f"grades {shown}")
    return ", ".join(parts)


def periods(
    start: datetime, end: datetime, zone: tzinfo, most: int
) -> list[tuple[datetime, datetime, str]]:
    """A span as months, quarters or years, whichever are no more than `most`: from, to, name."""
    first = start.astimezone(zone)
    for step in (1, 3, 12):
        year, month = first.year, (first.month - 1) // step * step + 1
        found = []
        at = datetime(year, month, 1, tzinfo=zone)
        while at <= end:
            year, month = year + (month + step - 1) // 12, (month + step - 1) % 12 + 1
            to = datetime(year, month, 1, tzinfo=zone)
            found.append((at, to, _period_name(at, step)))
            at = to
        if len(found) <= most or step == 12:
            break
    return found


def _period_name(at: datetime, step: int) -> str:
    """ "Nov", "Jan 26", "Q4 26", "2026"."""
    if step == 12:
        return str(at.year)
    if step == 3:
        return f"Q{at.month // 3 + 1} {at:%y}"
    name = MONTHS[at.month - 1][:3]
    return f"{name} {at:%y}" if at.month == 1 else name


def progress_words(entries: Sequence[HistoryEntry]) -> str:
    """ "21 sessions as candidate, 17 of them marked"."""
    sat = [entry for entry in entries if entry.was_candidate]
    marked = sum(entry.own_marks is not None for entry in sat)
    sessions = "1 session" if len(sat) == 1 else f"{len(sat)} sessions"
    return f"{sessions} as candidate, {marked} of them marked"
