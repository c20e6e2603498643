"""The form with which a session is posted, and with which it is edited."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar, cast
from uuid import UUID, uuid4

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.getters import query_one
from textual.screen import ModalScreen
from textual.widgets import Button, Footer, Input, Label, Select, Static

from medtui.board import countdown, room_link
from medtui.models import SESSION_TYPES, PracticeSession, SessionDraft, clean_line
from medtui.widgets.field import Field
from medtui.widgets.when import Unclear, parse_day, parse_time, resolve

if TYPE_CHECKING:
    from medtui.app import MedtuiApp
    from medtui.data import Backend

OTHER = "other"
OPEN = "open"
MAX_TYPE = 40


class SessionForm(ModalScreen[PracticeSession | None]):
    """Dismissed with the session as the server has it, or with None.

    `session` None posts a new one. A failure leaves the form as it is, with the reason
    where it belongs; esc keeps what was typed as a draft.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+s", "submit", "Save", id="form.save", priority=True),
        Binding("escape", "leave", "Back", id="form.back"),
    ]

    day = query_one("#day", Field)
    at = query_one("#at", Field)
    kind = query_one("#kind", Select)
    own_kind = query_one("#own_kind", Field)
    link = query_one("#link", Field)
    candidate = query_one("#candidate", Select)
    failure = query_one(".card--error", Static)

    def __init__(self, backend: Backend, session: PracticeSession | None = None) -> None:
        super().__init__()
        self._backend = backend
        self._session = session
        self._session_id = session.id if session else uuid4()
        self._first: dict[str, str] = {}

    @property
    def medtui(self) -> MedtuiApp:
        return cast("MedtuiApp", self.app)

    def compose(self) -> ComposeResult:
        session = self._session
        with VerticalScroll(classes="dialog", can_focus=False):
            yield Static("Edit the session" if session else "Post a session", classes="card--title")
            with Horizontal(classes="form--when"):
                yield Field("Day", id="day")
                yield Field("Time", id="at")
            yield Static(id="moment", classes="field--note", markup=False)
            yield Label("Type", classes="field--label")
            kinds = [(label, value) for value, label in SESSION_TYPES.items()]
            yield Select(
                [*kinds, ("Other…", OTHER)],
                id="kind",
                allow_blank=False,
                compact=True,
                value="mock",
            )
            yield Field("Your own type", id="own_kind", max_length=MAX_TYPE)
            yield Field("Room link", id="link", hint="An https link, or the name of a room.")
            yield Label("Candidate", classes="field--label")
            yield Select(
                self._candidates(), id="candidate", allow_blank=False, compact=True, value=OPEN
            )
            with Horizontal(classes="card--buttons"):
                words = "Save" if session else "Post"
                yield Button(f"{words} (ctrl+s)", id="submit", variant="primary", compact=True)
                yield Button("Back (esc)", id="back", compact=True)
            yield Static(classes="card--error", markup=False)
        yield Footer()

    def on_mount(self) -> None:
        self._first = self._defaults()
        values = self._first
        if draft := self.medtui.drafts.pop(self._draft_name, None):
            values = draft
            self._session_id = UUID(draft["id"])
            self.failure.update("This is what you typed before.")
        self._fill(values)
        self.at.focus()

    @property
    def _draft_name(self) -> str:
        return f"edit {self._session.id}" if self._session else "post"

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
        session, zone = self._session, self.medtui.zone
        if session is None:
            soon = self.medtui.now() + timedelta(minutes=30)
            # The next full or half hour that leaves somebody the time to see it.
            starts_at = soon + (datetime.min.replace(tzinfo=UTC) - soon) % timedelta(minutes=30)
            local = starts_at.astimezone(zone)
            link = room_link(self.medtui.settings.room_template, self._session_id)
            return self._values(local, "mock", link, OPEN)
        return self._values(
            session.starts_at.astimezone(zone),
            session.type,
            session.room_url or "",
            str(session.candidate_id) if session.candidate_id else OPEN,
        )

    def _values(self, local: datetime, kind: str, link: str, candidate: str) -> dict[str, str]:
        known = kind in SESSION_TYPES
        return {
            "id": str(self._session_id),
            "day": f"{local.day} {local:%b %Y}",
            "at": f"{local:%H:%M}",
            "kind": kind if known else OTHER,
            "own_kind": "" if known else kind,
            "link": link,
            "candidate": candidate,
        }

    def _typed(self) -> dict[str, str]:
        return {
            "id": str(self._session_id),
            "day": self.day.value,
            "at": self.at.value,
            "kind": str(self.kind.value),
            "own_kind": self.own_kind.value,
            "link": self.link.value,
            "candidate": str(self.candidate.value),
        }

    def _fill(self, values: dict[str, str]) -> None:
        for name in ("day", "at", "own_kind", "link"):
            self.query_one(f"#{name}", Field).value = values[name]
        self.kind.value = values["kind"]
        if values["candidate"] in {value for _, value in self._candidates()}:
            self.candidate.value = values["candidate"]

    @on(Input.Changed, "#day Input, #at Input")
    def _show_moment(self) -> None:
        """Say what day and time mean as they are typed, here and in UTC."""
        moment = self.query_one("#moment", Static)
        try:
            starts_at, remark = self._starts_at()
        except Unclear as unclear:
            moment.update(str(unclear))
            return
        local = starts_at.astimezone(self.medtui.zone)
        words = (
            f"{local:%A} {local.day} {local:%B}, {local:%H:%M} {local.tzname()}"
            f" · {starts_at:%H:%M} UTC · {countdown(starts_at, self.medtui.now())}"
        )
        moment.update(f"{words} ({remark})" if remark else words)

    @on(Select.Changed, "#kind")
    def _kind_chosen(self) -> None:
        self.own_kind.display = self.kind.value == OTHER

    @on(Button.Pressed, "#back")
    def action_leave(self) -> None:
        if self._typed() != self._first:
            self.medtui.drafts[self._draft_name] = self._typed()
            self.medtui.notify("What you typed is kept as a draft, until you come back to it.")
        self.dismiss(None)

    @on(Input.Submitted)
    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        try:
            starts_at, _ = self._starts_at()
        except Unclear as unclear:
            (self.day if "day" in str(unclear).split(" such")[0] else self.at).fail(str(unclear))
            return
        if starts_at < self.medtui.now() - timedelta(hours=1):
            self.at.fail("This is more than an hour ago: choose a time to come.")
            return
        kind = clean_line(self.own_kind.value) if self.kind.value == OTHER else self.kind.value
        if not kind:
            self.own_kind.fail("Say what type of session it is.")
            return
        link = self.link.value.strip()
        if reason := _link_refusal(link):
            self.link.fail(reason)
            return
        candidate = None if self.candidate.value == OPEN else UUID(str(self.candidate.value))
        self._save(starts_at, str(kind), link or None, candidate)

    def _starts_at(self) -> tuple[datetime, str]:
        zone = self.medtui.zone
        today = self.medtui.now().astimezone(zone).date()
        return resolve(parse_day(self.day.value, today), parse_time(self.at.value), zone)

    @work(exclusive=True, group="save", exit_on_error=False)
    async def _save(
        self, starts_at: datetime, kind: str, link: str | None, candidate: UUID | None
    ) -> None:
        from medtui.data import Changed, DataError, Invalid

        sessions = self._backend.sessions
        self.failure.update("Saving…")
        try:
            if self._session is None:
                saved = await sessions.create(
                    SessionDraft(
                        id=self._session_id,
                        starts_at=starts_at,
                        type=kind,
                        room_url=link,
                        host_is_candidate=candidate is not None,
                    )
                )
            else:
                saved = await sessions.edit(
                    self._session,
                    starts_at=starts_at,
                    type=kind,
                    room_url=link,
                    candidate_id=candidate,
                )
        except Changed as error:
            # What one sees now is the new truth; what was typed stays, to be sent again or not.
            self._session = error.present
            self.failure.update(error.message)
        except Invalid as error:
            self.failure.update("")
            name = {"starts_at": "at", "type": "own_kind", "room_url": "link"}.get(
                error.field or ""
            )
            if name:
                self.query_one(f"#{name}", Field).fail(error.message)
            else:
                self.failure.update(error.message)
        except DataError as error:
            self.failure.update(error.message)
        else:
            self.dismiss(saved)


def _link_refusal(link: str) -> str | None:
    """Why a room link cannot be taken, if it cannot: https, or a bare identifier."""
    if not link:
        return None
    if len(link) > 500:
        return "This is too long for a room link."
    if any(char.isspace() or not char.isprintable() for char in link):
        return "A room link has no spaces."
    if "://" in link and not link.startswith("https://"):
        return "Only https links can be used."
    if "://" not in link and not all(char.isalnum() or char in "-_." for char in link):
        return "Enter an https link, or a name of letters, digits, - _ and dots."
    return None
