"""The servers that were used here: go to another one, or give one a name."""

from __future__ import annotations

import asyncio
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from medtui.account.context import AccountContext
from medtui.config import LOCAL, BadConfig, KnownServer
from medtui.core.text import clean_line
from medtui.ui.dialogs.ask import AskScreen
from medtui.ui.footer import Footer
from medtui.ui.vim_keys import VimOptionList

LONGEST_NAME = 40


class ServersScreen(Screen[None]):
    """A list; the present server stays the one to use until the chosen one has answered."""

    AUTO_FOCUS = "OptionList"

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("r", "rename", "Rename", id="app.rename_server",
                tooltip="Give the server a name of your own"),
        Binding("escape", "app.pop_screen", "Back", id="app.back", tooltip="Back"),
    ]  # fmt: skip

    options = query_one(VimOptionList)
    failure = query_one(".card--error", Static)

    def __init__(self, context: AccountContext) -> None:
        super().__init__()
        self.context = context

    def compose(self) -> ComposeResult:
        with Vertical(classes="card"):
            yield Static("Servers", classes="card--title")
            yield Static(
                "Each keeps its own login. Enter goes to one.", classes="card--words", markup=False
            )
            yield VimOptionList(compact=True)
            yield Static(classes="card--error", markup=False)
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        self._fill()
        here = [server.url == self.context.servers.url for server in self._servers]
        self.options.highlighted = here.index(True) if True in here else 0

    def _fill(self) -> None:
        self._servers = self.context.settings.known_servers
        at = self.options.highlighted
        self.options.set_options(self._option(server) for server in self._servers)
        self.options.highlighted = at

    def _option(self, server: KnownServer) -> Option:
        context = self.context
        is_here = server.url == context.servers.url
        where = "Starts when needed" if server.url == LOCAL else clean_line(server.url)
        name = context.settings.name_of(server.url) + (" (you are here)" if is_here else "")
        return Option(Content.assemble((name, "bold"), "\n", where))

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        servers, server = self.context.servers, self._servers[event.option_index]
        servers.forget_login()  # it was meant for the server that was configured
        if server.url == servers.url and servers.backend is not None:
            self.app.pop_screen()
        elif server.url == LOCAL:
            servers.start_local()
        else:
            self._go(server)

    @work(exclusive=True, group="connect", exit_on_error=False)
    async def _go(self, server: KnownServer) -> None:
        from medtui.data import DataError
        from medtui.data.server_address import probe, usable

        self.failure.update(f"Asking {self.context.settings.name_of(server.url)}…")
        try:
            url, key = usable(server.url, server.key)
            await probe(url.rstrip("/"), key)
        except DataError as error:
            self.failure.update(error.message)
            return
        await self.context.servers.remember(server.url, server.key)
        self.context.servers.open(server.url, server.key)

    def action_rename(self) -> None:
        if self.options.highlighted is not None:
            self._rename(self._servers[self.options.highlighted])

    @work(exclusive=True, group="rename")
    async def _rename(self, server: KnownServer) -> None:
        name = await self.app.push_screen_wait(
            AskScreen("What do you call this server?", value=server.name, check=_too_long)
        )
        if name is None:
            return
        context, name = self.context, clean_line(name)
        try:  # in a thread: another program may hold the file
            context.settings = await asyncio.to_thread(context.settings.with_name, server, name)
        except BadConfig as error:
            self.failure.update(str(error))
            return
        self._fill()


def _too_long(name: str) -> str | None:
    if len(name) > LONGEST_NAME:
        return f"Use at most {LONGEST_NAME} characters."
    return None
