"""The state that both sides of a room share beside the row: the preset and clock adjustments.

Each side keeps a copy, sends it when it changes and to a side that joins, and merges what
arrives. The merge is a maximum, so both sides end with the same state, in whatever order and
however often messages arrive. Of two changes at the same time, the host's wins.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from medtui.core.presets import DEFAULT, LONGEST, MOST_PHASES, Phase, Preset
from medtui.core.station_clock import MOST_ADDED, UNTOUCHED, Adjustments
from medtui.models import as_utc, clean_line

MOST_WRITES = 2**31
MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Shared:
    """One side's copy. `shown`: ids of the cases of which either has been shown anything."""

    preset: Preset = DEFAULT
    adjustments: Adjustments = UNTOUCHED
    shown: frozenset[UUID] = frozenset()
    host_writes: int = 0
    guest_writes: int = 0

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

    def merged(self, other: Shared) -> Shared:
        """The later of two copies, the host's if they are concurrent, with both `shown` sets."""
        later = max(self, other, key=_order)
        return replace(later, shown=self.shown | other.shown)

    def as_json(self) -> dict[str, Any]:
        """The copy as JSON, for a message or a file."""
        return {**_state(self), "shown": sorted(map(str, self.shown))}


def from_json(value: Any) -> Shared | None:
    """The copy in a received message; None if it is malformed, as strangers can send anything."""
    try:
        return _shared(value)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _order(shared: Shared) -> tuple[int, int, str]:
    # The host's writes count first: a guest's write that did not know of them is older. The JSON
    # comes last, to order the writes of one person's two windows at the same time.
    state = json.dumps(_state(shared), sort_keys=True)
    return shared.host_writes, shared.guest_writes, state


def _state(shared: Shared) -> dict[str, Any]:
    preset, adjustments = shared.preset, shared.adjustments
    return {
        "preset": {
            "id": preset.id,
            "name": preset.name,
            "phases": [
                {
                    "name": phase.name,
                    "seconds": phase.seconds,
                    "bell": phase.bell,
                    "warnings": list(phase.warnings),
                    "brief": phase.brief,
                }
                for phase in preset.phases
            ],
        },
        "station": _iso(adjustments.station),
        "added": list(adjustments.added),
        "paused": adjustments.paused,
        "paused_at": _iso(adjustments.paused_at),
        "writes": [shared.host_writes, shared.guest_writes],
    }


def _shared(value: Any) -> Shared:
    host_writes, guest_writes = (_whole(count, MOST_WRITES) for count in value["writes"])
    phases = tuple(_phase(phase) for phase in value["preset"]["phases"][:MOST_PHASES])
    paused = float(value["paused"])
    if not phases or not 0 <= paused < math.inf:
        raise ValueError
    return Shared(
        preset=Preset(
            id=_line(value["preset"]["id"]), name=_line(value["preset"]["name"]), phases=phases
        ),
        adjustments=Adjustments(
            station=_moment(value["station"]),
            added=tuple(
                _whole(seconds, MOST_ADDED, -LONGEST) for seconds in value["added"][: len(phases)]
            ),
            paused=paused,
            paused_at=_moment(value["paused_at"]),
        ),
        shown=frozenset(UUID(id_) for id_ in value.get("shown", [])[:MOST_SHOWN]),
        host_writes=host_writes,
        guest_writes=guest_writes,
    )


def _phase(value: Any) -> Phase:
    return Phase(
        name=_line(value["name"]) or "Phase",
        seconds=_whole(value["seconds"], LONGEST, 1),
        bell=_whole(value["bell"], 3),
        warnings=tuple(_whole(warning, LONGEST) for warning in value["warnings"][:10]),
        brief=bool(value["brief"]),
    )


def _line(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return clean_line(value)[:40]


def _whole(value: Any, most: int, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError
    return value


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    moment = as_utc(value)
    if not isinstance(moment, datetime):
        raise TypeError
    return moment
