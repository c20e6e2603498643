"""What can go wrong between a client and a server, and random schedules of it."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    DROP = "drop"
    """Connections end without a word, before or after the request is obeyed."""
    RESET = "reset"
    """As that, with an RST."""
    DELAY = "delay"
    """Everything comes late."""
    TRUNCATE = "truncate"
    """Answers and frames end in their middle."""
    DUPLICATE = "duplicate"
    """Requests reach the server twice, and frames the client: at once, or late."""
    REFUSE = "refuse"
    """A middlebox answers 429, 500, 502, 503 or 504, before or after the request is obeyed."""
    HALF_CLOSE = "half-close"
    """One side of a connection is told that the other has finished, and it stays open."""
    BLACK_HOLE = "black hole"
    """Nothing comes through, in one direction or in both, while the sockets stay open."""
    FORGOTTEN = "forgotten"
    """The connections of before are dead for ever without a word; new ones work."""
    WITHHOLD = "withhold"
    """Of the websocket's frames, those with changes do not come; heartbeats go on."""
    PAUSE = "pause"
    """The client's process stands still, as on a laptop that is closed."""


STATUSES = (429, 500, 502, 503, 504)
PLACES = ("rest", "auth", "storage", "websocket")
EVERYWHERE = "everywhere"
SILENCE_SECONDS = 20.0
"""How long a client may take to notice that a connection is dead without a word."""


@dataclass(frozen=True)
class Fault:
    """One fault. `start` and `end` in seconds from the schedule's beginning."""

    kind: Kind
    place: str
    start: float
    end: float
    details: dict[str, Any] = field(default_factory=dict)

    def concerns(self, place: str) -> bool:
        return self.place in (EVERYWHERE, place)

    @property
    def over(self) -> float:
        """When the network is back as far as this fault is concerned."""
        is_silent = self.kind is Kind.FORGOTTEN or (
            self.kind is Kind.HALF_CLOSE and not self.details["to_client"]
        )
        if is_silent and self.concerns("websocket"):
            return max(self.end, self.start + SILENCE_SECONDS)
        return self.end

    def __str__(self) -> str:
        details = " ".join(f"{name}={value}" for name, value in self.details.items())
        return f"{self.start:5.1f}-{self.end:4.1f} s {self.kind} ({self.place}) {details}".rstrip()


@dataclass(frozen=True)
class Schedule:
    """What happens in one run: faults and the moments of others' writes, all from the seed."""

    seed: int
    faults: tuple[Fault, ...]
    writes: tuple[float, ...]

    @property
    def over(self) -> float:
        """When the network has returned for good."""
        return max(fault.over for fault in self.faults)

    @property
    def stops_changes(self) -> bool:
        """Whether the change stream alone stops, which only reading again can find."""
        return any(fault.kind is Kind.WITHHOLD for fault in self.faults)

    def __str__(self) -> str:
        return "\n".join([f"seed {self.seed}", *map(str, self.faults)])


WRITES = 20


def make_schedule(seed: int) -> Schedule:
    """Three to six faults of at least two kinds over twenty seconds or more, and twenty writes."""
    rng = random.Random(seed)
    while True:
        faults = sorted(
            (_fault(rng) for _ in range(rng.randint(3, 6))), key=lambda fault: fault.start
        )
        if len({fault.kind for fault in faults}) > 1 and max(f.end for f in faults) >= 20:
            break
    last = max(fault.end for fault in faults)
    writes = sorted(rng.uniform(0.5, last - 0.2) for _ in range(WRITES))
    return Schedule(seed, tuple(faults), tuple(writes))


def _fault(rng: random.Random) -> Fault:
    # The feed that stops alone needs a minute to be found: one schedule in some ten.
    kind = rng.choices(list(Kind), [2 if kind is Kind.WITHHOLD else 10 for kind in Kind])[0]
    start = rng.uniform(1, 18)
    end = start + rng.choice((rng.uniform(0.5, 4), rng.uniform(3, 10), rng.uniform(8, 14)))
    place = rng.choice((EVERYWHERE, EVERYWHERE, *PLACES, "rest", "websocket", "websocket"))
    details: dict[str, Any] = {}
    match kind:
        case Kind.DROP | Kind.RESET:
            details = {"obeyed": rng.random() < 0.5}
        case Kind.HALF_CLOSE:
            details = {"obeyed": rng.random() < 0.5, "to_client": rng.random() < 0.5}
        case Kind.DELAY:
            details = {"seconds": round(rng.uniform(0.3, 3), 1)}
        case Kind.TRUNCATE:
            details = {"honest": rng.random() < 0.5}
        case Kind.DUPLICATE:
            details = {"late": round(rng.choice((0.0, rng.uniform(0.5, 3))), 1)}
        case Kind.REFUSE:
            details = {"status": rng.choice(STATUSES), "obeyed": rng.random() < 0.3}
            if details["status"] in (429, 503) and rng.random() < 0.5:
                details["retry_after"] = rng.randint(1, 30)
        case Kind.BLACK_HOLE:
            details = {
                "direction": rng.choice(("both", "both", "up", "down")),
                "ends": rng.choice(("resume", "reset")),
            }
        case Kind.WITHHOLD:
            place = "websocket"
        case Kind.PAUSE:
            place = "client"
    return Fault(kind, place, round(start, 1), round(end, 1), details)
