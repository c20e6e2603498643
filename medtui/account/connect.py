"""A Supabase project's URL and key, checked before they are saved."""

from __future__ import annotations

from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Button, Input, Static

from medtui.account.context import AccountContext
from medtui.config import BadConfig, invited, is_invitation
from medtui.core.api_keys import is_public, is_secret, tidy
from medtui.data import Invalid
from medtui.ui.draft_note import DraftNote
from medtui.ui.field import Field
from medtui.ui.footer import Footer


class ConnectScreen(Screen[None]):
    """Asks for a project, and says what is wrong with it where that was typed.

    Both fields take an invitation, too. `is_invited`: one has such a line, and is asked for it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Connect", id="app.connect",
                tooltip="Check the server, and connect to it"),
        Binding("ctrl+r", "start_afresh", "Discard draft", id="app.discard",
                tooltip="Discard the draft"),
        Binding("escape", "leave", "Back", id="app.back",
                tooltip="Back to the choices"),
    ]  # fmt: skip

    url = query_one("#url", Field)
    key = query_one("#key", Field)

    def __init__(self, context: AccountContext, *, is_invited: bool = False) -> None:
        super().__init__()
        self.context = context
        self._is_invited = is_invited
        self.draft = DraftNote("app.discard")

    def compose(self) -> ComposeResult:
        with VerticalScroll(classes="card", can_focus=False):
            yield Static(
                "Join with an invitation" if self._is_invited else "Connect to a Supabase project",
                classes="card--title",
            )
            yield self.draft
            yield Field(
                "Invitation" if self._is_invited else "Project URL",
                id="url",
                placeholder="medtui join http://sb_publishable_…@192.168.1.20:54321"
                if self._is_invited
                else "https://abc.supabase.co",
                joins_lines=True,
            )
            yield Field(
                "Public key",
                id="key",
                hint="The anon or publishable key, from the project's API settings.",
                joins_lines=True,
            )
            yield Button("Connect", id="submit", variant="primary", compact=True)
            yield Static(classes="card--error", markup=False)
        yield Footer()

    async def on_mount(self) -> None:
        form = "invitation" if self._is_invited else "connect"
        kept = await self.draft.load(self.context.drafts.load(form))
        self.url.value, self.key.value = kept.get("url", ""), kept.get("key", "")
        self.key.display = not self._is_invited
        self.url.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.draft.is_shown if action == "start_afresh" else True

    @on(Input.Changed)
    def _save_draft(self) -> None:
        url, key = self.url.value, tidy(self.key.value)
        # It may be the wrong key of the two, or in the wrong field: no secret is kept.
        typed = {"url": "" if is_secret(url) else url, "key": key if is_public(key) else ""}
        self.draft.save({name: text for name, text in typed.items() if text})

    def action_start_afresh(self) -> None:
        self.draft.start_afresh()
        self.url.value = self.key.value = ""
        self.url.focus()

    def action_leave(self) -> None:
        self.draft.leave()
        self.app.pop_screen()

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        self._connect(self.url.value, self.key.value)

    @work(exclusive=True, group="connect", exit_on_error=False)
    async def _connect(self, url: str, key: str) -> None:
        from medtui.data import DataError, check_server, is_unprotected

        failure = self.query_one(".card--error", Static)
        failure.update("Checking the server…")
        self.url.clear_error()
        self.key.clear_error()
        try:
            url, key = _project(url, key, is_invited=self._is_invited)
            url = await check_server(url, key)
        except Invalid as error:
            failure.update("")
            is_of_key = error.field == "key" and self.key.display
            (self.key if is_of_key else self.url).fail(error.message)
            return
        except DataError as error:
            failure.update("")
            self.url.fail(error.message)
            return
        await self.context.servers.remember(url, key)
        self.draft.drop()
        if is_unprotected(url):
            self.context.notify(
                "Traffic to this server is not encrypted: others on the network can read it.",
                severity="warning",
                timeout=10,
            )
        self.context.servers.open(url, key, is_invited=self._is_invited)


def _project(url: str, key: str, *, is_invited: bool = False) -> tuple[str, str]:
    """The URL and the key that were typed, or those of the invitation in one of the fields.

    `is_invited`: the first is to hold one.

    Raises Invalid (`field` url or key).
    """
    for field, text in ("url", url), ("key", key):
        if is_invitation(text) or (is_invited and field == "url"):
            try:
                return invited(text)
            except BadConfig as error:
                raise Invalid(str(error), field=field) from error
    return url, tidy(key)
