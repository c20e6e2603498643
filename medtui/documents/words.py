"""How documents say times, marks and speakers in words; the same on screen and on paper."""

from __future__ import annotations

from medtui.documents.assessment import Criterion, Domain, Marker, Overall, Result

MARKED_BY = {
    Marker.AI: "AI, formative",
    Marker.HUMAN: "by a person",
    Marker.EXAMINER: "by an examiner",
    Marker.SELF: "by oneself",
    Marker.UNKNOWN: "",
}
DRAFTED = "draft by a model"
AI_CAUTION = "AI marks: formative only. They can differ from those of a person."
RESULTS = {
    Result.YES: ("✓", "done"),
    Result.PARTIAL: ("~", "partly"),
    Result.NO: ("✗", "not done"),
    Result.NOT_APPLICABLE: ("–", "not applicable"),
}


def clock(seconds: float | None) -> str:
    """ "0:08", "12:30", "1:02:03"; empty without a time."""
    if seconds is None:
        return ""
    whole = max(0, int(seconds))
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def seconds_of(text: str) -> float | None:
    """Seconds from a time as users type it: "90", "1:30", "1:02:03"; None for anything else."""
    parts = text.strip().split(":")
    if not 1 <= len(parts) <= 3 or not all(part.isdigit() and len(part) < 8 for part in parts):
        return None
    total = 0
    for part in parts:
        total = total * 60 + int(part)
    return float(total)


def length(seconds: float) -> str:
    """ "40 s", "8 min 12 s", "1 h 5 min"."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def figure(value: float) -> str:
    """A mark without needless zeros: "7", "38.2"."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if abs(value) < 1e15 else f"{value:.3g}"


def marks(score: float | None, limit: float | None) -> str:
    """ "38.21 / 49.8", "7", or "" without a mark: null is not zero."""
    if score is None:
        return f"– / {figure(limit)}" if limit is not None else ""
    return f"{figure(score)} / {figure(limit)}" if limit is not None else figure(score)


def overall_words(overall: Overall) -> str:
    """ "38.21 / 49.8   77 %   Pass"."""
    parts = []
    if overall.score is not None:
        parts.append(marks(overall.score, overall.max))
    if overall.percent is not None:
        parts.append(f"{overall.percent:.0f} %")
    if overall.label:
        parts.append(overall.label)
    elif overall.passed is not None:
        parts.append("passed" if overall.passed else "not passed")
    return "   ".join(parts)


def domain_marks(domain: Domain) -> str:
    """A domain's mark, and its grade where it has one."""
    given = marks(domain.score, domain.max) if domain.score is not None else ""
    parts = [part for part in (given, domain.label or "") if part]
    return "  ".join(parts) or "not marked"


def share_of(domain: Domain) -> float | None:
    """How much of its maximum a domain has, between 0 and 1; None where either is missing."""
    if domain.score is None or not domain.max or domain.max <= 0:
        return None
    return min(1.0, max(0.0, domain.score / domain.max))


def criterion_marks(criterion: Criterion) -> str:
    """A criterion's result in a word, and its mark."""
    parts = [] if criterion.result is None else [RESULTS[criterion.result][1]]
    if criterion.score is not None:
        parts.append(marks(criterion.score, criterion.max))
    return "  ".join(parts)


def speaker_words(label: str | None, names: dict[str, str] | None = None) -> str:
    """The name given to a speaker, else the file's label in readable form."""
    if label is None:
        return "?"
    if names and (name := names.get(label)):
        return name
    if label.isdigit() or (len(label) == 1 and label.isalpha()):
        return f"Speaker {label}"
    tidy = label.replace("_", " ").strip()
    return tidy[:1].upper() + (tidy[1:].lower() if tidy.isupper() else tidy[1:])


def left_over(count: int) -> str:
    """The note about this many values that are not part of the consultation."""
    are = "1 value of the file is" if count == 1 else f"{count:,} values of the file are"
    return f"{are} not part of the consultation: see “Also in the file”."


def is_left_over(note: str) -> bool:
    """Whether a note is one of `left_over`."""
    return note.endswith("see “Also in the file”.")
