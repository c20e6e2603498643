"""The state that both sides of a room share beside the row: the preset and clock adjustments.

Each side keeps a copy, sends it when it changes and to a side that joins, and merges what
arrives. The merge is a maximum, so both sides end with the same state, in whatever order and
however often messages arrive. Of two changes at the same time, the host's wins.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, fields, replace
from functools import cache
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, TypeAdapter

from medtui.core.models import as_utc
from medtui.core.presets import DEFAULT, MOST_PHASES, Preset
from medtui.core.recording_consent import UNANSWERED, Answer, Consent
from medtui.core.station_clock import UNTOUCHED, Adjustments
from medtui.core.text import clean_json

MOST_WRITES = 2**31
MOST_SHOWN = 200
MOST_WARNINGS = 10
LONGEST_TEXT = 40

Count = Annotated[int, Field(ge=0, le=MOST_WRITES)]

_ADJUSTMENTS = tuple(field.name for field in fields(Adjustments))


@dataclass(frozen=True, slots=True)
class Shared:
    """One side's copy. `shown`: ids of the cases of which either has been shown anything."""

    preset: Preset = DEFAULT
    adjustments: Adjustments = UNTOUCHED
    shown: frozenset[UUID] = frozenset()
    host_writes: Count = 0
    guest_writes: Count = 0
    host_consent: Consent = UNANSWERED
    guest_consent: Consent = UNANSWERED
    """Whether each agrees to a recording; beside the writes, as only each one's own counts."""

    def written(
        self,
        *,
        by_host: bool,
        preset: Preset | None = None,
        adjustments: Adjustments | None = None,
    ) -> Shared:
        """A copy with a change by the host or the guest."""
        return replace(
            self,
            preset=preset or self.preset,
            adjustments=self.adjustments if adjustments is None else adjustments,
            host_writes=self.host_writes + by_host,
            guest_writes=self.guest_writes + (not by_host),
        )

    def showing(self, case_id: UUID) -> Shared:
        """A copy with one more case that was shown."""
        return replace(self, shown=self.shown | {case_id})

    def answered(self, answer: Answer, *, by_host: bool) -> Shared:
        """A copy with the host's or the guest's answer to whether to record."""
        if by_host:
            return replace(self, host_consent=self.host_consent.said(answer))
        return replace(self, guest_consent=self.guest_consent.said(answer))

    def for_next_round(self) -> Shared:
        """What goes on in the next round: the timing, and which cases were shown."""
        return replace(
            self, adjustments=UNTOUCHED, host_consent=UNANSWERED, guest_consent=UNANSWERED
        )

    def merged(self, other: Shared) -> Shared:
        """The later of two copies, the host's if they are concurrent, with both `shown` sets."""
        later = max(self, other, key=_order)
        return replace(
            later,
            shown=self.shown | other.shown,
            host_consent=self.host_consent.later(other.host_consent),
            guest_consent=self.guest_consent.later(other.guest_consent),
        )

    def as_json(self) -> dict[str, Any]:
        """The copy as JSON, for a message or a file."""
        told = {**_state(self), "shown": sorted(map(str, self.shown))}
        if self.host_consent.number or self.guest_consent.number:
            told["recording"] = [self.host_consent.as_json(), self.guest_consent.as_json()]
        return told


def from_json(value: Any) -> Shared | None:
    """The copy in a received message; None if it is malformed, as strangers can send anything."""
    try:
        host_writes, guest_writes = value["writes"]
        host, guest = value.get("recording") or ([0, ""], [0, ""])
        parts = {
            "preset": {**value["preset"], "phases": value["preset"]["phases"][:MOST_PHASES]},
            "adjustments": {name: value[name] for name in _ADJUSTMENTS},
            "shown": value.get("shown", [])[:MOST_SHOWN],
            "host_writes": host_writes,
            "guest_writes": guest_writes,
            "host_consent": dict(zip(("number", "answer"), host, strict=True)),
            "guest_consent": dict(zip(("number", "answer"), guest, strict=True)),
        }
        text = json.dumps(clean_json(parts, LONGEST_TEXT))
        return _usable(_adapter().validate_json(text, strict=True))
    except (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError):
        return None


def _usable(shared: Shared) -> Shared:
    """A copy whose phases all have names, and whose clock is adjusted for these alone."""
    adjustments = shared.adjustments
    phases = tuple(
        replace(phase, name=phase.name or "Phase", warnings=phase.warnings[:MOST_WARNINGS])
        for phase in shared.preset.phases
    )
    return replace(
        shared,
        preset=replace(shared.preset, phases=phases, rounds=1, rest=0),
        adjustments=replace(
            adjustments,
            station=as_utc(adjustments.station),
            added=adjustments.added[: len(phases)],
            paused_at=as_utc(adjustments.paused_at),
        ),
    )


@cache
def _adapter() -> TypeAdapter[Shared]:
    return TypeAdapter(Shared)


def _order(shared: Shared) -> tuple[int, int, str]:
    # The host's writes count first: a guest's write that did not know of them is older. The JSON
    # comes last, to order the writes of one person's two windows at the same time.
    state = json.dumps(_state(shared), sort_keys=True)
    return shared.host_writes, shared.guest_writes, state


def _state(shared: Shared) -> dict[str, Any]:
    exclude = {"preset": {"rounds", "rest"}}
    plain = _adapter().dump_python(shared, mode="json", exclude=exclude)
    writes = [shared.host_writes, shared.guest_writes]
    return {"preset": plain["preset"], **plain["adjustments"], "writes": writes}
