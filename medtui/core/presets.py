"""Presets: the phases of a station, how long each lasts, and when the bell rings.

The built-in ones are real exams' own timings (typical ones where schools differ).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Annotated

from annotated_types import Interval, Len

WARNINGS = (120, 60)
"""Seconds before the end of a phase at which a warning is given."""

LONG_ENOUGH_TO_WARN = 240
"""A phase of at least this many seconds has warnings unless it says otherwise."""

LONGEST = 4 * 3600
MOST_PHASES = 12
MOST_ROUNDS = 60


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a station.

    `bell`: how often the bell rings when it begins. `warnings`: seconds before its end at which a
    warning is given. `brief`: whether the candidate may read the brief in it.
    """

    name: str
    seconds: Annotated[int, Interval(ge=1, le=LONGEST)]
    bell: Annotated[int, Interval(ge=0, le=3)] = 1
    warnings: tuple[Annotated[int, Interval(ge=0, le=LONGEST)], ...] = ()
    brief: bool = True


@dataclass(frozen=True, slots=True)
class Preset:
    """The phases of one station, and the number of stations in a circuit.

    `rest` is the seconds between two stations of a circuit.
    """

    id: str
    name: str
    phases: Annotated[tuple[Phase, ...], Len(1)]
    rounds: int = 1
    rest: int = 0

    @property
    def seconds(self) -> int:
        return sum(phase.seconds for phase in self.phases)

    @property
    def lengths(self) -> str:
        """ "Reading 1:30, Station 8:00"."""
        return ", ".join(f"{phase.name} {minutes(phase.seconds)}" for phase in self.phases)


def _station(name: str, seconds: int) -> Phase:
    return Phase(name, seconds, warnings=WARNINGS)


PRESETS = (
    Preset("platform", "Platform default", (_station("Interview", 480),)),
    Preset("plab2", "PLAB 2", (Phase("Reading", 90), _station("Station", 480)), rounds=16),
    Preset("cpsa", "UKMLA CPSA", (Phase("Reading", 90), _station("Station", 480))),
    Preset("paces-consultation", "PACES23 consultation",
           (_station("Consultation", 900), _station("Questions", 300)), rest=300),
    Preset("paces-communication", "PACES23 communication",
           (_station("Communication", 600),), rest=300),
    Preset("paces-examination", "PACES23 examination", (_station("Examination", 600),), rest=300),
    Preset("sca", "RCGP SCA", (Phase("Notes", 180), _station("Consultation", 720)), rounds=12),
    Preset("casc-1", "MRCPsych CASC, circuit 1",
           (Phase("Reading", 240), _station("Station", 420)), rounds=8),
    Preset("casc-2", "MRCPsych CASC, circuit 2",
           (Phase("Reading", 90), _station("Station", 420)), rounds=8),
    Preset("nac", "NAC OSCE", (_station("Encounter", 480), Phase("Questions", 180)), rest=120),
    Preset("amc", "AMC clinical", (Phase("Reading", 120), _station("Station", 480))),
    Preset("step2-cs", "Step 2 CS style",
           (_station("Encounter", 900), _station("Patient note", 600))),
)  # fmt: skip
DEFAULT = PRESETS[0]


def find(wanted: str, presets: tuple[Preset, ...]) -> Preset | None:
    """The preset with this id or name, None if there is none; the user's own come first."""
    folded = wanted.casefold().strip()
    for preset in reversed(presets):
        if folded in (preset.id.casefold(), preset.name.casefold()):
            return preset
    return None


def circuit(preset: Preset, rounds: int) -> Preset:
    """A preset with the phases of several stations in a row, and a change-over between them."""
    change = (Phase("Change over", preset.rest),) if preset.rest else ()
    phases = (*preset.phases, *change) * rounds
    return replace(preset, phases=phases[: len(phases) - len(change)], rounds=rounds)


def round_of(preset: Preset, phase: int) -> int:
    """The round, from 1, of a phase in a `circuit` of this preset."""
    return phase // (len(preset.phases) + bool(preset.rest)) + 1


def minutes(seconds: float) -> str:
    """ "1:30", "12:00"; for negative seconds, the time since the end."""
    whole = abs(int(seconds))
    return f"{whole // 60}:{whole % 60:02}"
