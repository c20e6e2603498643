"""The form with which a session is posted, and with which it is edited."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Button, Input, Label, Select, Static

from medtui.board.series_fields import USUAL, SeriesFields, series_drafts
from medtui.core.board_rules import room_link, why_not_note, why_not_room_link
from medtui.core.date_parser import DateNotUnderstood, When, parse_when, writes_month_first
from medtui.core.key_names import key_of
from medtui.core.last_post import LastPost
from medtui.core.models import SESSION_TYPES, PracticeSession, SessionDraft, clean_line
from medtui.core.series import ONE, SessionSeries, why_no_own_rooms
from medtui.core.session_fields import INPUTS
from medtui.core.wording import GRACE, as_typed, in_full, moment, typed_moment
from medtui.ui.context import Context
from medtui.ui.dialogs.choose import ChooseScreen
from medtui.ui.dialogs.confirm import ConfirmScreen
from medtui.ui.draft_note import DraftNote
from medtui.ui.field import Field
from medtui.ui.footer import Footer
from medtui.ui.vim_select import VimSelect

OTHER = "other"
OPEN = "open"
POST = "post"
SENT = "sent"
MAX_TYPE = 40

Overlap = Callable[[datetime, UUID], PracticeSession | None]
"""Which other session of one's own overlaps with the one of this id, at this time."""


class SessionForm(ModalScreen[list[PracticeSession] | None]):
    """Dismissed with the sessions as the server has them, one where one is edited, or with None.

    `session` None posts a new one, at first like `like` if that is given. A failure leaves the
    form as it is, with the reason where it belongs. What is typed is kept as a draft until the
    server has confirmed it, together with the id under which it is posted, so that a restart does
    not post it twice.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Save", id="form.save", priority=True,
                tooltip="Send it to the board"),
        Binding("ctrl+r", "start_afresh", "Discard draft", id="form.discard", priority=True,
                tooltip="Discard the draft"),
        Binding("escape", "leave", "Back", id="form.back", tooltip="Back (keeps your draft)"),
    ]  # fmt: skip

    VERTICAL_BREAKPOINTS = [(0, "-low"), (28, "-tall")]  # noqa: RUF012  # as in Screen

    when = query_one("#when", Field)
    kind = query_one("#kind", VimSelect)
    own_kind = query_one("#own_kind", Field)
    candidate = query_one("#candidate", VimSelect)
    series = query_one("#series", SeriesFields)
    failure = query_one(".card--error", Static)

    def __init__(
        self,
        context: Context,
        overlap: Overlap,
        session: PracticeSession | None = None,
        *,
        like: LastPost | None = None,
    ) -> None:
        super().__init__()
        self.context = context
        self._backend = context.backend
        self._overlap = overlap
        self._session = session
        self._like = like
        self._form = f"edit-{session.id}" if session else POST
        self.draft = DraftNote("form.discard")
        # One id for as long as the draft is there: saving twice is saving once.
        self._session_id = session.id if session else uuid4()
        self._first: dict[str, str] = {}
        self._usual: datetime
        self._is_saving = False
        self._is_sent = False
        """Whether it was posted once without a refusal: then the server may have it."""

    def compose(self) -> ComposeResult:
        session = self._session
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Edit the session" if session else "Post a session", classes="card--title")
            yield self.draft
            yield Field("When", id="when", max_length=60)
            with Horizontal(classes="form--row"):
                with Vertical():
                    yield Label("Type", classes="field--label")
                    kinds = [(label, value) for value, label in SESSION_TYPES.items()]
                    yield VimSelect([*kinds, ("Other…", OTHER)], id="kind", allow_blank=False)
                with Vertical():
                    yield Label("Candidate", classes="field--label")
                    yield VimSelect(self._candidates(), id="candidate", allow_blank=False)
            yield Field("Your own type", id="own_kind", max_length=MAX_TYPE)
            for line in INPUTS.values():
                yield Field(line.label, id=line.id, hint=line.hint, max_length=line.most,
                            placeholder=line.example)  # fmt: skip
            yield SeriesFields(id="series")
            with Horizontal(classes="card--buttons"):
                words = "Save" if session else "Post"
                yield Button(f"{words} (ctrl+s)", id="submit", variant="primary", compact=True)
                yield Button(f"Back ({key_of('form.back')})", id="back", compact=True)
            yield Static(classes="card--error -empty", markup=False)
        yield Footer(show_command_palette=False)

    async def on_mount(self) -> None:
        kept = await self.draft.load(self.context.draft(self._form))
        if self._session is None and (known := _uuid(kept.get("id"))):
            self._session_id = known
        self._is_sent = SENT in kept
        self._input("note").display = self._backend.has_notes
        self.series.display = self._session is None
        self._first = self._defaults()
        self._fill(self._first | {name: kept[name] for name in self._first if name in kept})
        self.when.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return self.draft.is_shown if action == "start_afresh" else True

    def _candidates(self) -> list[tuple[str, str]]:
        options = [("decided in the room", OPEN)]
        session, user = self._session, self._backend.auth.user
        if user:
            options.append(("me", str(user.id)))
        if session and session.guest_id:
            name = session.guest.name if session.guest else "the guest"
            options.append((name, str(session.guest_id)))
        return options

    def _defaults(self) -> dict[str, str]:
        session = self._session
        if session is None:
            soon = self.context.now() + timedelta(minutes=30)
            # The next full or half hour that leaves others the time to see it.
            starts_at = soon + (datetime.min.replace(tzinfo=UTC) - soon) % timedelta(minutes=30)
            kind, candidate = "mock", OPEN
            if like := self._like:
                starts_at = like.next_start(self.context.now(), self.context.zone)
                kind = like.type
                candidate = str(self.context.me) if like.is_candidate else OPEN
            link = room_link(self.context.settings.room_template, self._session_id)
            note = (self._like and self._backend.has_notes and self._like.note) or ""
            texts = {"room_url": link, "note": note}
        else:
            starts_at, kind = session.starts_at, session.type
            texts = {name: getattr(session, name) or "" for name in INPUTS}
            candidate = str(session.candidate_id) if session.candidate_id else OPEN
        self._usual = starts_at.astimezone(self.context.zone)
        known = kind in SESSION_TYPES
        return {
            "when": f"{self._usual:%a} {self._usual.day} {self._usual:%b %H:%M}",
            "kind": kind if known else OTHER,
            "own_kind": "" if known else kind,
            "candidate": candidate,
            **{line.id: texts[name] for name, line in INPUTS.items()},
            **USUAL,
        }

    def _typed(self) -> dict[str, str]:
        return {
            "when": self.when.value,
            "kind": str(self.kind.value),
            "own_kind": self.own_kind.value,
            "candidate": str(self.candidate.value),
            **{line.id: self._input(name).value for name, line in INPUTS.items()},
            **self.series.values,
        }

    def _input(self, name: str) -> Field:
        """The line of text for a field of PracticeSession."""
        return self.query_one(f"#{INPUTS[name].id}", Field)

    def _fill(self, values: dict[str, str]) -> None:
        for id_ in ("when", "own_kind", *(line.id for line in INPUTS.values())):
            self.query_one(f"#{id_}", Field).value = values[id_]
        self.series.fill(values)
        if values["kind"] in (*SESSION_TYPES, OTHER):
            self.kind.value = values["kind"]
        if values["candidate"] in {value for _, value in self._candidates()}:
            self.candidate.value = values["candidate"]

    @on(Input.Changed, "#series Input")
    def _show_series(self) -> None:
        """Say which sessions will be posted."""
        with contextlib.suppress(DateNotUnderstood):
            when = self._when()
            self.series.show(when.at if when.is_clear else None, self.context.zone)

    @on(Input.Changed, "#when Input")
    def _show_moment(self) -> None:
        """Say what day and time mean as they are typed, here and in UTC."""
        try:
            when = self._when()
        except DateNotUnderstood as unclear:
            self.when.show_hint(("wrong", str(unclear)))
            return
        hints = [typed_moment(when, self.context.now(), self.context.zone)]
        if when.is_clear and (other := self._overlap(when.at, self._session_id)):
            hints.append(("warning", f"Overlaps with your session {self._moment(other)}."))
        self.when.show_hint(*hints)
        self._show_series()

    def _moment(self, session: PracticeSession) -> str:
        return moment(session.starts_at, self.context.now(), self.context.zone)

    @on(Select.Changed, "#kind")
    def _kind_chosen(self) -> None:
        self.own_kind.display = self.kind.value == OTHER

    @on(Input.Changed)
    @on(Select.Changed)
    def _save_draft(self) -> bool:
        """Have what was typed kept, as it is now. Whether there is anything to keep."""
        if not self._first:
            return False  # it is being filled
        typed = self._typed()
        if not self._is_sent:
            typed = {name: text for name, text in typed.items() if text != self._first[name]}
        if typed:
            typed["id"] = str(self._session_id)
        self.draft.save(typed | ({SENT: "yes"} if self._is_sent else {}))
        return bool(typed)

    @on(Button.Pressed, "#back")
    def action_leave(self) -> None:
        if self._save_draft() and self.draft.is_kept:
            self.context.notify("Draft saved.", markup=False)
        self.draft.leave()
        self.dismiss(None)

    def action_start_afresh(self) -> None:
        self._is_sent = False
        self.draft.start_afresh()
        if self._form == POST:
            self._session, self._session_id = None, uuid4()
            self._first = self._defaults()
        self._fill(self._first)
        self.when.focus()

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        if self._is_saving:
            return
        try:
            when = self._when()
        except DateNotUnderstood as unclear:
            self.when.fail(str(unclear))
            return
        kind = clean_line(self.own_kind.value) if self.kind.value == OTHER else self.kind.value
        if not kind:
            self.own_kind.fail("Enter the type of the session.")
            return
        texts = {name: self._input(name).value.strip() or None for name in INPUTS}
        if reason := why_not_room_link(texts["room_url"] or ""):
            self._input("room_url").fail(reason)
            return
        texts["note"] = clean_line(self._input("note").value) or None
        if reason := why_not_note(texts["note"] or ""):
            self._input("note").fail(reason)
            return
        try:
            series = self.series.series() if self._session is None else ONE
        except ValueError as error:
            self.series.fail(str(error))
            return
        template, room = self.context.settings.room_template, texts["room_url"] or ""
        reason = why_no_own_rooms(room, template, self._session_id)
        if series.count > 1 and reason:
            self._input("room_url").fail(reason)
            return
        candidate = None if self.candidate.value == OPEN else UUID(str(self.candidate.value))
        self._is_saving = True
        self._save(when, series, {"type": str(kind), "candidate_id": candidate, **texts})

    async def _settled(self, when: When, series: SessionSeries) -> datetime | None:
        """The moment that is meant, once it was asked where that is in doubt; None: not this one.

        What was answered is put into the field, so that it is not asked again.
        """
        at = when.at
        if not when.is_clear:
            choices = [(in_full(reading, self.context.zone), reading) for reading in when.readings]
            meant = await self.app.push_screen_wait(ChooseScreen("When do you mean?", choices))
            if meant is None:
                self.when.focus()
                return None
            at = meant
            self.when.value = as_typed(at, self.context.zone)
        is_seen = self._session is not None and self._session.starts_at == at
        if at < self.context.now() - GRACE and not is_seen:
            self.when.fail("This is more than an hour ago: choose a time to come.")
            return None
        weeks = series.starts(at, self.context.zone)
        others = (self._overlap(start, self._session_id) for week in weeks for start in week)
        if not is_seen and (other := next(filter(None, others), None)):
            verb = "Save" if self._session else "Post"
            which = "this one" if series.count == 1 else f"these {series.count}"
            question = f"You have another session {self._moment(other)}. {verb} {which} anyway?"
            if not await self.app.push_screen_wait(
                ConfirmScreen(question, yes=f"{verb} {'it' if series.count == 1 else 'them'}")
            ):
                self.when.focus()
                return None
        return at

    def _when(self) -> When:
        if self.when.value == self._first.get("when"):
            # The text shows no seconds, and no offset where an hour comes twice.
            return When((self._usual.astimezone(UTC),))
        return parse_when(
            self.when.value,
            self.context.now(),
            self.context.zone,
            usual=self._usual.time().replace(second=0, microsecond=0, fold=0),
            on=self._usual.date() if self._session else None,
            month_first=writes_month_first(os.environ),
        )

    def _show_status(self, words: str) -> None:
        self.failure.update(words)
        self.failure.set_class(not words, "-empty")
        if words:  # also where a low screen shows the form's upper part alone
            self.call_after_refresh(self.failure.scroll_visible, animate=False)

    @work(exclusive=True, group="save")
    async def _save(self, when: When, series: SessionSeries, values: dict[str, Any]) -> None:
        """Send these values, which are those of SessionValues without the time."""
        try:
            starts_at = await self._settled(when, series)
            if starts_at is None:
                return
            self._is_sent = self._session is None
            self._show_status("Saving…")
            self._save_draft()
            saved = await self._send(series, {"starts_at": starts_at, **values})
        finally:
            self._is_saving = False
        if saved is not None:
            self.draft.drop()
            self.dismiss(saved)

    async def _send(
        self, series: SessionSeries, values: dict[str, Any]
    ) -> list[PracticeSession] | None:
        """The sessions as the server has them; None when it failed, and the form says why."""
        posted: list[PracticeSession] = []

        async def post_all(drafts: list[SessionDraft]) -> PracticeSession:
            posted.extend(await self._backend.series.post(drafts))
            return posted[0]

        if self._session is not None:
            work = self._backend.sessions.edit(self._session, **values)
        else:
            is_candidate = values.pop("candidate_id") is not None
            draft = SessionDraft(id=self._session_id, host_is_candidate=is_candidate, **values)
            drafts = series_drafts(draft, series, self.context)
            work = post_all(drafts) if series.count > 1 else self._backend.sessions.create(draft)
        answer = await self.context.write(self._session, work)
        if answer.error is None:
            return posted or ([answer.value] if answer.value else None)
        if answer.present and series.count == 1:
            # What one sees now is the new truth; what was typed stays, to be sent again or not.
            self._session = answer.present
            self.series.display = False
            self._show_status(f"{answer.change or answer.words} Save again if you still want this.")
            return None
        if answer.is_refused:
            self._is_sent = False
        fields = {"starts_at": self.when, "type": self.own_kind}
        fields |= {name: self._input(name) for name in INPUTS}
        field = fields.get(answer.field or "")
        self._show_status("" if field else answer.words)
        if field:
            field.fail(answer.words)
        return None


def _uuid(text: str | None) -> UUID | None:
    with contextlib.suppress(ValueError):
        return UUID(text) if text else None
    return None
