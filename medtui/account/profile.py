"""Who one is: set up after the first login, edited later."""

from __future__ import annotations

import unicodedata
from typing import ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.getters import query_one
from textual.screen import Screen
from textual.widgets import Button, Input, Label, Select, Static

from medtui.account.context import AccountContext
from medtui.core.key_names import key_of
from medtui.core.models import TRAINING_LEVELS, Profile, ProfileDraft
from medtui.core.profile_fields import names_in
from medtui.core.text import clean_name
from medtui.ui import routes
from medtui.ui.draft_note import DraftNote
from medtui.ui.field import Field
from medtui.ui.footer import Footer
from medtui.ui.vim_select import VimSelect

OTHER = "other"
FORM = "profile"
MAX_NAME = 60
FIELDS = ("first_name", "last_name", "own_level", "avatar")


class ProfileScreen(Screen[None]):
    """Names, training level, avatar. `profile` None: it is being set up."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Save", id="app.save", tooltip="Save your profile"),
        Binding("ctrl+r", "start_afresh", "Discard draft", id="app.discard",
                tooltip="Discard the draft"),
        Binding("ctrl+o", "account", "Account", id="app.account",
                tooltip="Your account: password, e-mail, signing out"),
        Binding("escape", "leave", "Back", id="app.back",
                tooltip="Back (keeps your draft)"),
    ]  # fmt: skip

    level = query_one("#level", VimSelect)
    failure = query_one(".card--error", Static)

    def __init__(self, context: AccountContext, profile: Profile | None) -> None:
        super().__init__()
        self.context = context
        self._profile = profile
        self.draft = DraftNote("app.discard")
        self._first: dict[str, str] = {}

    def compose(self) -> ComposeResult:
        profile = self._profile
        known = profile is None or profile.training_level in TRAINING_LEVELS
        with VerticalScroll(classes="card", can_focus=False):
            yield Static("Your profile", classes="card--title")
            yield Static("This is how others see you on the board.", classes="card--words")
            yield self.draft
            first, last = (profile.first_name, profile.last_name) if profile else self._guessed()
            yield Field("First name", id="first_name", value=first)
            yield Field("Last name", id="last_name", value=last)
            yield Label("Training level", classes="field--label")
            yield VimSelect(
                [(label, value) for value, label in TRAINING_LEVELS.items()] + [("Other…", OTHER)],
                prompt="Choose your level",
                value=(profile.training_level if known else OTHER) if profile else Select.NULL,
                allow_blank=profile is None,
                id="level",
            )
            yield Static(id="level-note", classes="field--note -failed -empty", markup=False)
            yield Field(
                "Your level",
                id="own_level",
                value=profile.training_level if profile and not known else "",
                hint="In your own words, such as IMT2 or resident.",
            )
            yield Field(
                "Avatar (optional)",
                id="avatar",
                value=(profile.avatar or "") if profile else "",
                hint="An https link to a picture, or an emoji.",
            )
            yield Button("Save", id="submit", variant="primary", compact=True)
            yield Static(classes="card--error", markup=False)
        yield Footer()

    async def on_mount(self) -> None:
        kept = await self.draft.load(self.context.draft(FORM))
        self._first = self._typed()
        self._fill(self._first | {name: kept[name] for name in self._first if name in kept})
        has_names = self._profile is None and bool(self._field("last_name").value)
        (self.level if has_names else self._field("first_name")).focus()

    def _guessed(self) -> tuple[str, str]:
        """The names in the address that one has signed up with; the user sees them, and decides."""
        user = self.context.login.user
        return names_in(user.email) if user else ("", "")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.draft.is_shown if action == "start_afresh" else True

    def _typed(self) -> dict[str, str]:
        typed = {name: self._field(name).value for name in FIELDS}
        return {**typed, "level": self._level}

    @property
    def _level(self) -> str:
        """What is chosen in the list; empty where nothing is."""
        return "" if self.level.is_blank() else str(self.level.value)

    def _fill(self, values: dict[str, str]) -> None:
        for name in FIELDS:
            self._field(name).value = values[name]
        if values["level"] in (*TRAINING_LEVELS, OTHER):
            self.level.value = values["level"]
        elif self._profile is None:
            self.level.clear()

    @on(Input.Changed)
    @on(Select.Changed)
    def _save_draft(self) -> bool:
        """Have what was typed kept, as it is now. Whether there is anything to keep."""
        if not self._first:
            return False  # it is being filled
        typed = {name: text for name, text in self._typed().items() if text != self._first[name]}
        self.draft.save(typed)
        return bool(typed)

    def action_start_afresh(self) -> None:
        self.draft.start_afresh()
        self._fill(self._first)
        self._field("first_name").focus()

    def _field(self, name: str) -> Field:
        return self.query_one(f"#{name}", Field)

    @on(Select.Changed, "#level")
    def _level_chosen(self) -> None:
        self._field("own_level").display = self.level.value == OTHER
        self._refuse_level("")

    def _refuse_level(self, reason: str) -> None:
        note = self.query_one("#level-note", Static)
        note.update(reason)
        note.set_class(not reason, "-empty")

    def action_leave(self) -> None:
        """Back to the board; what was typed is there when one returns."""
        if self._profile is None:
            self.notify(
                "You need a profile to use the board. To sign out instead, press "
                f"{key_of('app.palette_everywhere')}."
            )
            return
        if self._save_draft() and self.draft.is_kept:
            self.notify(f"Draft saved: press {key_of('board.profile')} to continue.")
        self.draft.leave()
        self.app.pop_screen()

    def action_account(self) -> None:
        self.context.go(routes.Account())

    @on(Input.Submitted)
    def _next(self) -> None:
        self.focus_next()

    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        draft = self._draft()
        for name, value in (("first_name", draft.first_name), ("last_name", draft.last_name)):
            if reason := _refusal(value):
                self._field(name).fail(reason)
                return
        if not self._level:
            self._refuse_level("Choose your level, or the last in the list to type your own.")
            self.level.focus()
            return
        if self._level == OTHER and (reason := _refusal(draft.training_level)):
            self._field("own_level").fail(reason)
            return
        if draft.avatar and len(draft.avatar) > 16 and not draft.avatar.startswith("https://"):
            self._field("avatar").fail("Enter an https link, or a few characters.")
            return
        self._save(draft)

    def _draft(self) -> ProfileDraft:
        own = self._field("own_level").value.strip()
        return ProfileDraft(
            first_name=self._field("first_name").value.strip(),
            last_name=self._field("last_name").value.strip(),
            training_level=own if self._level == OTHER else self._level,
            avatar=self._field("avatar").value.strip() or None,
        )

    @work(exclusive=True, group="profile", exit_on_error=False)
    async def _save(self, draft: ProfileDraft) -> None:
        from medtui.data.answer import write

        context, backend = self.context, self.context.backend
        self.failure.update("Saving…")
        save = backend.profiles.edit if self._profile else backend.profiles.create
        answer = await write(save(draft))
        if answer.value is None:
            field = {"training_level": "own_level"}.get(answer.field or "", answer.field)
            self.failure.update("" if field in FIELDS else answer.words)
            if field in FIELDS:
                self._field(field).fail(answer.words)
            return
        context.login.profile = answer.value
        self.draft.drop()
        if self._profile is None:
            context.show_board()
        else:
            backend.live.apply_profile(answer.value)
            self.app.pop_screen()
            context.notify("Your profile is saved.")


def _refusal(text: str) -> str | None:
    """Why a name or a level cannot be taken, if it cannot."""
    if not clean_name(text):  # blanks of every kind are no name
        return "Enter something here."
    if len(text) > MAX_NAME:
        return f"Take {MAX_NAME} characters at most."
    if any(unicodedata.category(char) in ("Cc", "Cs") for char in text):
        return "Remove the control characters."
    return None
