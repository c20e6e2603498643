"""The settings: each is changed by a key, written to the file, and in force at once."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from rich.cells import cell_len
from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from medtui import config
from medtui.account.context import AccountContext
from medtui.account.settings_flow import overriding
from medtui.config import BadConfig
from medtui.core.key_names import with_keys
from medtui.core.setting_rows import GROUPS, Form, SettingRow, shown, switched, why_not
from medtui.core.text import clean_line
from medtui.ui.cells import fit
from medtui.ui.dialogs.ask import AskScreen
from medtui.ui.dialogs.choose import ChooseScreen
from medtui.ui.dialogs.theme import ThemeScreen, label
from medtui.ui.field import TONES
from medtui.ui.footer import Footer
from medtui.ui.vim_keys import VimOptionList

TITLE_WIDTH = 24
"""Cells of a row before its value."""

NARROW = 60
"""With fewer columns the titles have less room."""


class SettingsScreen(Screen[None]):
    """A list of all settings, and what the one under the cursor means."""

    AUTO_FOCUS = "OptionList"
    VERTICAL_BREAKPOINTS = [(0, "-low"), (16, "-tall")]  # noqa: RUF012  # as in Screen

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,space", "change", "Change", key_display="enter", priority=True,
                id="settings.change", tooltip="Change the setting"),
        Binding("backspace,delete", "restore", "Default", id="settings.default",
                tooltip="Give the setting its default"),
        Binding("escape,comma,q", "app.pop_screen", "Back", key_display="esc",
                id="settings.back", tooltip="Back"),
    ]  # fmt: skip

    options = query_one(VimOptionList)
    about = query_one("#about", Static)

    def __init__(self, context: AccountContext) -> None:
        super().__init__()
        self.context = context
        self._failure = ""
        """Why the last change failed; empty: it did not."""

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Static("Settings", classes="card--title")
            yield VimOptionList(compact=True)
            yield Static(id="about", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        options = []
        for group, rows in GROUPS.items():
            options.append(Option(Content.styled(group, "$accent bold"), disabled=True))
            options += [Option(self._prompt(row), id=_id(row)) for row in rows]
        self.options.add_options(options)
        self.options.highlighted = 1

    def on_resize(self, event: events.Resize) -> None:
        self.call_later(self._draw)

    @property
    def row(self) -> SettingRow | None:
        """The row under the cursor."""
        option = self.options.highlighted_option
        return _ROWS.get(option.id or "") if option else None

    def _value(self, row: SettingRow) -> object:
        return getattr(self.context.settings, row.name)

    def _words(self, row: SettingRow) -> str:
        value = self._value(row)
        return label(str(value)) if row.name == "theme" else clean_line(shown(row, value))

    def _prompt(self, row: SettingRow) -> Content:
        """A row: the title, the value, and the variable that counts instead of it."""
        words = " " + self._words(row)
        width = TITLE_WIDTH
        if self.size.width < NARROW:  # a title is whole where its value leaves the room
            room = self.options.scrollable_content_region.width - cell_len(words)
            width = max(TITLE_WIDTH - 7, min(cell_len(row.title), room))
        variable = overriding(row)
        return Content.assemble(
            fit(row.title, width),
            (words, "bold"),
            f"  ! {variable}" if variable else "",
        )

    def _draw(self) -> None:
        """Show the values as they are now."""
        for option_id, row in _ROWS.items():
            self.options.replace_option_prompt(option_id, self._prompt(row))
        self._explain()

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._failure = ""
        self._explain()

    def _explain(self) -> None:
        row, settings = self.row, self.context.settings
        if row is None:
            return
        lines = [Content(with_keys(row.about))]
        if row.effect:
            lines.append(Content(row.effect))
        wrong: list[Content] = []
        if variable := overriding(row):
            words = f"The environment variable {variable} is set: it counts, not this setting."
            wrong.append(_toned("warning", words))
        if self._failure:
            wrong.append(_toned("wrong", self._failure))
        if self.has_class("-low"):  # there are few lines: what is wrong is the first of them
            lines = wrong[::-1] + lines
        else:
            lines += wrong
            lines.append(Content.styled(f"{row.name} in {settings.file}", "$text-muted"))
        self.about.update(Content("\n").join(lines))

    # Changing

    @on(OptionList.OptionSelected)  # a click: enter is ours
    def action_change(self) -> None:
        if row := self.row:
            self._change(row)

    def action_restore(self) -> None:
        if row := self.row:
            self._keep(row, None)

    @work(group="setting")
    async def _change(self, row: SettingRow) -> None:
        if not self.is_active:  # the key was pressed twice
            return
        match row.form:
            case Form.SWITCH:
                self._keep(row, switched(row, self._value(row)))
            case Form.CHOICE:
                await self._choose(row)
            case Form.NUMBER | Form.TEXT:
                await self._ask(row)

    async def _choose(self, row: SettingRow) -> None:
        value = self._value(row)
        if row.name == "theme":
            before = self.app.theme
            chosen = await self.app.push_screen_wait(
                ThemeScreen(list(self.app.available_themes), before)
            )
            self.app.theme = before if chosen is None else chosen
        else:
            choices = [(words, choice) for choice, words in row.choices]
            if row.name == "preset":
                choices = await self._presets()
            if not choices:
                return
            at = [choice for _, choice in choices]
            current = at.index(str(value)) if value in at else 0
            chosen = await self.app.push_screen_wait(ChooseScreen(row.title, choices, current))
        if chosen is not None:
            self._keep(row, chosen)

    async def _presets(self) -> list[tuple[str, str]]:
        """The station timings to choose from; none, and said why, if they cannot be read."""
        try:
            known = await asyncio.to_thread(config.presets, self.context.settings)
        except BadConfig as error:
            self._fail(str(error))
            return []
        return [(preset.name, preset.id) for preset in known]

    async def _ask(self, row: SettingRow) -> None:
        text = await self.app.push_screen_wait(
            AskScreen(row.about, value=str(self._value(row)), check=lambda text: _wrong(row, text))
        )
        if text is not None:
            text = clean_line(text)
            self._keep(row, int(text) if row.form is Form.NUMBER else text)

    @work(group="keep-setting")
    async def _keep(self, row: SettingRow, value: object) -> None:
        failure = await self.context.preferences.change(row.name, value)
        self._draw()
        self._fail(failure)

    def _fail(self, words: str) -> None:
        self._failure = words
        self._explain()


def _toned(tone: str, words: str) -> Content:
    sign, colour = TONES[tone]
    return Content.styled(sign + words, colour)


def _id(row: SettingRow) -> str:
    return f"{row.name}-{row.member}" if row.member else row.name


_ROWS = {_id(row): row for rows in GROUPS.values() for row in rows}


def _wrong(row: SettingRow, text: str) -> str | None:
    if row.name == "zone" and text.strip():
        from medtui.store.zones import NoZone, zone_named

        try:
            zone_named(text)
        except NoZone as error:
            guess = f"Did you mean {error.guess}?" if error.guess else "Type one as Europe/London."
            return f"There is no such time zone. {guess}"
        return None
    return why_not(row, text)
