"""The base of all our apps: themes, style, help and palette."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar
from uuid import UUID

from textual import events, work
from textual.app import App, SystemCommand
from textual.binding import Binding, BindingType
from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content
from textual.filter import LineFilter
from textual.geometry import Offset
from textual.keys import format_key
from textual.screen import Screen
from textual.theme import Theme
from textual.worker import get_current_worker

from medtui.core import key_names
from medtui.core.keymap import sentence as keymap_faults
from medtui.core.text import clean_block, clean_line
from medtui.store import log
from medtui.ui import garbage
from medtui.ui.crash import EndsPlainly
from medtui.ui.keyboard import IN_TURN, Keyboard
from medtui.ui.plain_colours import PlainColours
from medtui.ui.style import Style
from medtui.ui.terminal_cursor import place_of
from medtui.ui.toasts import Severity, ToastLine, Told, ToldList
from medtui.ui.workers import Workers

logger = logging.getLogger(__name__)

_PLAIN = PlainColours()

DARK = Theme(
    name="medtui-dark",
    primary="#5fb3b3",
    accent="#5fb3b3",
    foreground="#d8dee9",
    background="#11161c",
    surface="#11161c",
    panel="#1b232c",
    success="#7fc98f",
    warning="#e3b567",
    error="#f08a80",
    dark=True,
    variables={"input-selection-background": "#2c5660"},
)
LIGHT = Theme(
    name="medtui-light",
    primary="#0b6e6e",
    accent="#0b6e6e",
    foreground="#1f2933",
    background="#fbfaf7",
    surface="#fbfaf7",
    panel="#ece9e2",
    success="#1d6b35",
    warning="#855400",
    error="#a82c20",
    dark=False,
)


CONTRAST = Theme(
    name="medtui-contrast",
    primary="#4df3ff",
    accent="#4df3ff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#1a1a1a",
    success="#5dff7f",
    warning="#ffd24d",
    error="#ff9d94",
    dark=True,
    variables={"text-muted": "#e6e6e6", "input-selection-background": "#00485c"},
)
"""For eyes that need it: each text at least 7:1."""


def theme_variables(theme: Theme, *, is_plain: bool = False) -> dict[str, str]:
    """Our own variables, opaque because a line's styles are not blended; for any theme.

    `is_plain`: only the terminal's own colours, where the cursor's line is reversed.
    """
    if is_plain or theme.ansi:
        plain = dict.fromkeys(("faint", "field", "cursor-line"), "ansi_default")
        return {**plain, "cursor-style": "reverse"}
    return {**_colours(theme), "cursor-style": "none"}


def _colours(theme: Theme) -> dict[str, str]:
    if theme.name == CONTRAST.name:
        return {"faint": "#d9d9d9", "field": "#262626", "cursor-line": "#00384d"}
    if theme.dark:
        return {"faint": "#93a1b0", "field": "#232d38", "cursor-line": "#1f3a42"}
    return {"faint": "#4e5862", "field": "#e3dfd6", "cursor-line": "#cfe3e0"}


_OURS = (
    "app.", "board.", "cases.", "clock.", "filter.", "form.", "history.", "notices.", "review.",
    "room.", "settings.", "sheet.",
)  # fmt: skip
"""Prefixes of binding ids; the palette lists these bindings' actions."""


class ActionCommands(Provider):
    """Every action of the present screen, by name; the keys are its live bindings."""

    async def discover(self) -> Hits:
        for name, help_text, run in self._actions():
            yield DiscoveryHit(name, run, help=help_text)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, help_text, run in self._actions():
            if (score := matcher.match(name)) > 0:
                yield Hit(score, matcher.highlight(name), run, help=help_text)

    def _actions(self) -> list[tuple[str, str, Callable[[], object]]]:
        actions: dict[str, tuple[str, str, Callable[[], object]]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if binding.description and (binding.id or "").startswith(_OURS):
                run = partial(self.app.run_action, binding.action, active.node)
                words = binding.tooltip or binding.description
                key = self.app.get_key_display(binding)
                actions.setdefault(binding.action, (words, f"key {key}", run))
        return list(actions.values())


class AppBase(EndsPlainly, App[int]):
    """An app that looks like medtui, and answers the keys that every screen has.

    `theme` is a theme's name; one that is not known is the dark one.
    """

    COMMANDS = App.COMMANDS | {ActionCommands}

    SHOWS_CURSOR = True
    """Whether the terminal's cursor is shown: not by programs that nothing is typed into."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark", "keys", "Help", key_display="?", id="app.help",
                tooltip="All keys of this screen"),
        # These reach the app over dialogs and fields, too.
        Binding("f1", "keys", "Help", key_display="?", priority=True, id="app.help_everywhere",
                tooltip="All keys of this screen"),
        Binding("ctrl+p", "command_palette", "Palette", show=False, priority=True,
                id="app.palette_everywhere", tooltip="Every action by name"),
        Binding("colon", "command_palette", "Palette", show=False, id="app.palette",
                tooltip="Every action by name"),
        Binding("ctrl+q", "quit", "Quit", show=False, priority=True, id="app.quit",
                tooltip="Quit"),
    ]  # fmt: skip

    def __init__(self, theme: str | None = None, *, moves: bool = True) -> None:
        # With NO_COLOR the terminal's own colours are the only ones, and of these its default.
        super().__init__(ansi_color=True if "NO_COLOR" in os.environ else None)
        self._moves = moves
        if not moves:
            self.animation_level = "none"
        self.keyboard = Keyboard(self)
        self.told = ToldList()
        """All that the user was told in this run."""
        self._toasts = ToastLine()
        self._workers = Workers(self, self.report_fault)
        self.fault: BaseException | None = None
        """The last unexpected error that did not end the app; None: none so far."""
        self.register_theme(DARK)
        self.register_theme(LIGHT)
        self.register_theme(CONTRAST)
        self.theme = theme if theme in self.available_themes else DARK.name
        self.style = Style(variables=self.get_css_variables())
        self.stylesheet = self.style
        self._styled_with: str | None = self.theme

    def on_ready(self) -> None:
        self.set_timer(garbage.START_SECONDS, garbage.resume)

    @property
    def cursor_position(self) -> Offset:
        """Where the terminal's own cursor stands in each frame: at what has the focus."""
        return place_of(self.screen.focused) if self.screen_stack else Offset(0, 0)

    @cursor_position.setter
    def cursor_position(self, _: Offset) -> None:
        """Textual's fields set theirs; it is looked up at each frame instead."""

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if not self._moves and hasattr(event.widget, "cursor_blink"):
            event.widget.cursor_blink = False

    async def on_event(self, event: events.Event) -> None:
        if isinstance(event, IN_TURN) and not event.is_forwarded:
            if not self.keyboard.may_act(event):
                return
            if isinstance(event, events.Paste):
                event.text = clean_block(event.text)
            self._toasts.acted()
        await super().on_event(event)

    if not TYPE_CHECKING:  # where it keeps the types that it has in Textual

        async def push_screen_wait(self, screen, *, mode=None):
            with self.keyboard.asks(get_current_worker()):
                return await super().push_screen_wait(screen, mode=mode)

        def push_screen(self, screen, *arguments, **options):
            self._end_toast()
            self.style.prepare(screen)
            return super().push_screen(screen, *arguments, **options)

        def pop_screen(self):
            self._end_toast()
            return super().pop_screen()

        def switch_screen(self, screen, *arguments, **options):
            self._end_toast()
            self.style.prepare(screen)
            return super().switch_screen(screen, *arguments, **options)

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: Severity = "information",
        timeout: float | None = None,
        markup: bool = True,
        about: UUID | None = None,
    ) -> None:
        """Show a toast, and keep it in the list of notices.

        `about`: the session that it is about; None: none.
        """
        words = Content.from_markup(message).plain if markup else message
        told = self.record(
            f"{title.rstrip('.')}: {words}" if title else words, severity=severity, about=about
        )
        seconds = self.NOTIFICATION_TIMEOUT if timeout is None else timeout
        shown, line, seconds = self._toasts.show(told, seconds)
        super().clear_notifications()
        super().notify(line, severity=shown.severity, timeout=seconds, markup=False)

    def record(
        self, words: str, *, severity: Severity = "information", about: UUID | None = None
    ) -> Told:
        """Add to the list of notices what the screen itself shows."""
        told = Told(self.now(), severity, clean_line(words), about)
        self.told.add(told)
        return told

    def clear_notifications(self) -> None:
        self._toasts.clear()
        super().clear_notifications()

    def _end_toast(self) -> None:
        """Another screen comes."""
        if self._toasts.ends_with_screen():
            super().clear_notifications()

    def set_motion(self, *, moves: bool) -> None:
        """Have things move on the screen, or not."""
        self._moves = moves
        self.animation_level = "full" if moves else "none"

    def use_keymap(self, keymap: Mapping[str, list[str]]) -> None:
        """Give actions other keys, by the ids of their bindings, and name these in sentences."""
        key_names.use({id_: format_key(keys[0]) for id_, keys in keymap.items()})
        self.set_keymap({id_: ",".join(keys) for id_, keys in keymap.items()})

    def use_own_keys(self, wanted: Sequence[tuple[str, object]], file: Path) -> None:
        """Give actions the keys of the settings, and say which of these do not count.

        `wanted`: the ids of `[keys]` in `file`, with the keys as they are written there.
        """
        if wanted:
            from medtui.ui.key_table import unchecked

            self.use_keymap(unchecked(wanted))
            self._check_own_keys(wanted, file)

    @work(group="keys")
    async def _check_own_keys(self, wanted: Sequence[tuple[str, object]], file: Path) -> None:
        """It reads the bindings of all screens, which takes seconds."""
        from medtui.ui.key_table import keys_of

        keymap, faults = await asyncio.to_thread(keys_of, wanted)
        self.use_keymap(keymap)
        if faults:
            words = clean_line(keymap_faults(file, faults))
            self.notify(words, severity="warning", markup=False, timeout=10)

    def now(self) -> datetime:
        """The time, aware and in UTC."""
        return datetime.now(UTC)

    def write_terminal(self, text: str) -> None:
        """Write control sequences to the terminal, between two frames; nothing without one."""
        if self._driver is not None and not self.is_headless and not self.is_web:
            self._driver.write(text)

    def refresh_css(self, animate: bool = True) -> None:
        """As Textual's; which would read the whole style twice when the first theme is set."""
        is_first = self._styled_with == self.theme
        self._styled_with = None
        if is_first:
            self.stylesheet.update(self, animate=animate)
        else:
            super().refresh_css(animate)

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return theme_variables(self.current_theme, is_plain=self.no_color)

    def get_line_filters(self) -> Sequence[LineFilter]:
        filters = super().get_line_filters()
        return [*filters, _PLAIN] if self.native_ansi_color else filters

    def get_css_variables(self) -> dict[str, str]:
        variables = super().get_css_variables()
        if self.no_color:  # what is chosen has no other background then
            variables["block-cursor-text-style"] = "bold underline"
        return variables

    def get_system_commands(self, screen: Screen[Any]) -> Iterable[SystemCommand]:
        """Of Textual's own in the palette, the theme: the others are ours, or for programmers."""
        yield SystemCommand("Theme", "Change the current theme", self.action_change_theme)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "command_palette" and not self.use_command_palette:
            return False
        return super().check_action(action, parameters)

    def report_fault(self, error: BaseException) -> None:
        """Show in a sentence that background work has failed, and log the error."""
        self.fault = error
        logger.error("work beside the loop failed", exc_info=error)
        where = f" Details are in {log.file}." if log.file else ""
        self.notify(
            f"An internal error ({log.place(error)}) has stopped what was under way: "
            f"check whether it was done, and try again.{where}",
            title="That did not work", severity="error", markup=False, timeout=10,
        )  # fmt: skip

    def action_change_theme(self) -> None:
        from medtui.ui.dialogs.theme import ThemeScreen

        before = self.theme

        def chosen(name: str | None) -> None:
            self.theme = before if name is None else name
            self.theme_changed_signal.publish(self.current_theme)

        self.push_screen(ThemeScreen(list(self.available_themes), before), chosen)

    def action_keys(self) -> None:
        from medtui.ui.dialogs.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss(None)
        else:
            self.push_screen(HelpScreen(self.screen))
