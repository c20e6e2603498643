"""The station clock alone, full screen, for a whole room. Needs no server."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Static

from medtui.config import Settings
from medtui.core import station_clock
from medtui.core.key_names import key_of
from medtui.core.presets import Preset, circuit, minutes, round_of
from medtui.core.station_clock import UNTOUCHED, ClockReading
from medtui.ui.app_base import AppBase
from medtui.ui.clock_face import bar, digits, fitting, mark_clock, state_of, time_of
from medtui.ui.footer import Footer

TOLD_SECONDS = 4
"""For how long what the bell has said stands on the screen."""

LOOK_SECONDS = 0.25
"""How often the clock looks at the time at least, as machines sleep."""


class ClockScreen(Screen[None]):
    """The clock of a circuit: so many stations of one preset in a row."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "pause", "Start, pause", id="clock.pause",
                tooltip="Start, pause, resume"),
        Binding("plus,equals_sign", "add(60)", "1 min", key_display="+", id="clock.more",
                tooltip="A minute more in this phase"),
        Binding("minus", "add(-60)", "1 min", key_display="-", id="clock.less",
                tooltip="A minute less in this phase"),
        Binding("q", "app.quit", "Quit", id="clock.quit", tooltip="Quit"),
    ]  # fmt: skip

    face = query_one("#station-clock", Static)

    def __init__(self, preset: Preset, rounds: int, now: Callable[[], datetime]) -> None:
        super().__init__()
        self._preset = preset
        self._circuit = circuit(preset, rounds)
        self._now = now
        self._since: datetime | None = None
        self._adjustments = UNTOUCHED
        self._looked = now()
        self._told = ""
        self._told_until = self._looked
        self._drawn: Content | None = None

    def compose(self) -> ComposeResult:
        yield Static(id="station-clock", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._tick()

    def on_resize(self) -> None:
        self._draw(self._now())

    def _tick(self) -> None:
        """Draw, and come again when the digits read differently."""
        now = self._now()
        if self._since is not None:
            told = station_clock.signal(
                self._since, self._circuit, self._adjustments, self._looked, now
            )
            if told:
                self._told, self._told_until = told.words, now + timedelta(seconds=TOLD_SECONDS)
                for _ in range(told.strokes):
                    self.app.bell()
        self._looked = now
        reading = self._draw(now)
        self.set_timer(min(LOOK_SECONDS, reading.changes_in + 0.01), self._tick)

    def _draw(self, now: datetime) -> ClockReading:
        since = self._since or now
        reading = station_clock.read(since, self._circuit, self._adjustments, now)
        told = self._told if now < self._told_until else ""
        mark_clock(self.face, reading, told)
        content = self._content(reading, told)
        if self._drawn is None or not content.is_same(self._drawn):
            self._drawn = content
            self.face.update(content)
        return reading

    def _content(self, reading: ClockReading, told: str) -> Content:
        # A toast takes lines from the face.
        width, height = self.size.width, self.face.size.height or max(0, self.size.height - 1)
        text = time_of(reading)
        big = digits(text, fitting(text.rjust(5, "0"), width - 4, height - 10))
        first = self._preset.name
        if self._circuit.rounds > 1:
            round_ = round_of(self._preset, reading.number)
            first += f" · round {round_} of {self._circuit.rounds}"
        state = state_of(reading) if reading.is_paused else told or state_of(reading)
        if self._since is None:
            state = f"press {key_of('clock.pause')} to start"
        following = self._circuit.phases[reading.number + 1 : reading.number + 2]
        then = [f"then {phase.name} {minutes(phase.seconds)}" for phase in following]
        lines = [
            Content.styled(first, "$faint"),
            Content(""),
            Content.styled(reading.phase.name.upper(), "bold"),
            Content(""),
            *map(Content, big),
            Content(""),
            Content(bar(reading.gone, min(60, width - 4))),
            Content.styled(f" {state} ", "bold reverse") if state else Content(""),
            Content(""),
            Content.styled(then[0] if then else "", "$faint"),
        ]
        return Content("\n").join(
            " " * max(0, (width - cell_len(line.plain)) // 2) + line
            for line in _squeezed(lines, height)
        )

    def action_pause(self) -> None:
        now = self._now()
        if self._since is None:
            self._since = now
            self._looked = now - timedelta(microseconds=1)
            return
        self._adjustments = station_clock.pause(self._since, self._adjustments, now)
        self._draw(now)

    def action_add(self, seconds: int) -> None:
        now = self._now()
        if self._since is None:
            self.notify(
                f"The clock is not running yet: {key_of('clock.pause')} starts it.", markup=False
            )
            return
        self._adjustments = station_clock.add(
            self._since, self._circuit, self._adjustments, now, seconds
        )
        self._draw(now)


def _squeezed(lines: list[Content], height: int) -> list[Content]:
    """These lines without so many blank ones that the rest has room, if it can have it."""
    lines = list(lines)
    for number in reversed(range(len(lines))):
        if len(lines) > height and not lines[number].plain.strip():
            del lines[number]
    return lines


class ClockApp(AppBase):
    """What `medtui clock` runs.

    Args:
        preset: of each station.
        rounds: how many stations; None: as many as the preset says.
        settings: theme, bell and keys; None: as they are without a file.
        now: the time, for tests; None: counted on from when the program began, so that a
            change of the machine's clock changes nothing.
    """

    TITLE = "medtui clock"

    def __init__(
        self,
        preset: Preset,
        *,
        rounds: int | None = None,
        settings: Settings | None = None,
        now: Callable[[], datetime] | None = None,
    ) -> None:
        self._settings = settings or Settings(file=Path())
        super().__init__(self._settings.theme)
        self._preset = preset
        self._rounds = rounds or preset.rounds
        began = datetime.now(UTC), time.monotonic()
        self._now = now or (lambda: began[0] + timedelta(seconds=time.monotonic() - began[1]))

    def bell(self) -> None:
        if self._settings.bell:
            super().bell()

    def on_mount(self) -> None:
        self.use_own_keys(self._settings.keys, self._settings.file)
        self.push_screen(ClockScreen(self._preset, self._rounds, self._now))
