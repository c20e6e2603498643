"""The review of a session, from the bucket: what is there is read, what comes is shown."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.css.query import NoMatches
from textual.screen import Screen

from medtui.core.key_names import key_of
from medtui.core.marks_owner import about
from medtui.core.models import FileKind, PracticeSession, SessionFile
from medtui.core.notices import Notice, What
from medtui.data import DataError, Gone
from medtui.data.events import Event, FeedWentLive, SessionsChanged, SheetMoved
from medtui.documents.assessment import Assessment
from medtui.documents.decode import MAX_BYTES
from medtui.documents.errors import DocumentError
from medtui.documents.kinds import Document, Kind
from medtui.documents.reading import Reading
from medtui.documents.transcript import Transcript
from medtui.review.file_actions import DeleteQuestion, FileActions, FileToBring, Sending
from medtui.review.files_line import FilesLine
from medtui.review.header import ReviewHeader
from medtui.review.interrupted_replacements import Unfinished
from medtui.review.recordings import Recordings
from medtui.review.screen import ReviewScreen
from medtui.review.wording import missing, review_title, size_words
from medtui.store.read_marks import note_read
from medtui.store.speaker_names import SpeakerNames
from medtui.ui import routes
from medtui.ui.context import Context
from medtui.ui.protocol import Dialog

if TYPE_CHECKING:
    from medtui.documents.model_draft import ModelDraft
    from medtui.review.draft_actions import DraftNeeds
    from medtui.store.model_drafts import KeptDraft

LOOK_SECONDS = 8
"""How often one looks whether a file has come, or another has taken its place."""


class SessionReviewScreen(ReviewScreen):
    """Over the board, the room or the history. Shows both files, each as soon as it is there.

    Args:
        context: of a signed-in user.
        session: one of the viewer's own, whenever it was.
    """

    # One of the review's keys makes room in the footer for those that act on files.
    BINDINGS: ClassVar[list[BindingType]] = [
        *(replace(binding, show=False) for binding in ReviewScreen.BINDINGS
          if isinstance(binding, Binding) and binding.key == "f"),
        Binding("a", "add", "Add", id="review.add", tooltip="Add or replace a file, from disk"),
        Binding("d", "delete", "Delete", id="review.delete", tooltip="Delete a file"),
        Binding("s", "save", "Save", id="review.save",
                tooltip="Save a copy: the review as Markdown, or a file as it is"),
    ]  # fmt: skip

    def __init__(self, context: Context, session: PracticeSession) -> None:
        title = review_title(session, context.me, context.now(), context.zone)
        people = [person.name for person in (session.host, session.guest) if person]
        told = "Looking for the transcript and the assessment …"
        super().__init__(title, people=people, told=told)
        self.context = context
        self.session = session
        self.me = context.me
        self._backend = context.backend
        memory = context.settings.state / "reviews.json"
        self._names = SpeakerNames(memory, f"session:{session.id}")
        self.memory = self._names
        self.files: dict[FileKind, SessionFile] | None = None
        """The files that are there; None: not known yet."""
        self._own_file: SessionFile | None = None
        """The self-assessment that is shown."""
        self._shown: dict[Kind, SessionFile | bool] = {}
        """What is shown of each: its file, or, where it is missing, whether the other is there."""
        self._wake = asyncio.Event()
        self._acts = FileActions(self, context)
        self._unfinished = Unfinished(self, context, session.id)

    @property
    def is_host(self) -> bool:
        return self.session.host_id == self.me

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            yield widget
            if isinstance(widget, ReviewHeader):
                yield FilesLine()

    def shows(self, notice: Notice) -> bool:
        """See `ShowsNotices`: that a file has come."""
        return notice.session_id == self.session.id and notice.what is What.CAME

    def on_mount(self) -> None:
        self.context.feed.events.subscribe(self, self._on_feed_event)
        self.context.sheets.attend(self.session.id)
        self.watch_files()

    def on_unmount(self) -> None:
        self.context.sheets.unattend(self.session.id)

    def _on_feed_event(self, event: Event) -> None:
        if isinstance(event, FeedWentLive | SheetMoved) or (
            isinstance(event, SessionsChanged) and self.session.id in event.removed
        ):
            self.look_again()

    def look_again(self) -> None:
        self._wake.set()

    @work(exclusive=True, group="files")
    async def watch_files(self) -> None:
        """Ask the bucket for the session's files at intervals: the feed does not report files."""
        while True:
            self._wake.clear()
            with contextlib.suppress(NoMatches):  # the screen is just being taken away
                if not self._acts.are_writing:  # else what is being replaced looks as if gone
                    await self._unfinished.end()
                    await self._look()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()

    async def _look(self) -> None:
        try:
            found = await self._backend.assessments.files(self.session.id)
        except DataError as error:
            if self.files is None:  # else what is shown is still what was there
                self.show_words("transcript", f"{error.message}\n\nTrying again…", failed=True)
            return
        if self._acts.are_writing:  # since one asked
            return
        files = {file.kind: file for file in found}
        if files != self.files:
            self.files = files
            self.query_one(FilesLine).show(found, self.context.now(), self.context.zone)
            self.refresh_bindings()
        await self._update_own(files.get(FileKind.SELF_ASSESSMENT))
        await asyncio.gather(
            self._update("transcript", files.get(FileKind.TRANSCRIPT), files),
            self._update("assessment", files.get(FileKind.ASSESSMENT), files),
        )

    async def _update_own(self, file: SessionFile | None) -> None:
        """Show the self-assessment beside the assessment, or, while there is none, alone."""
        if file == self._own_file:
            return
        own = None
        if file is not None and (file.size or 0) <= MAX_BYTES:
            try:
                data = await self._backend.assessments.read(self.session.id, file.kind)
                document = await Reading(data, "assessment").result()
            except (DataError, DocumentError):
                return  # the next look tries again, or says why the file is broken
            if isinstance(document, Assessment) and not document.is_draft:
                own = document
        self._own_file, self.own = file, own
        if self.assessment is not None:
            self.show(self.assessment)

    async def _update(
        self, kind: Kind, file: SessionFile | None, files: dict[FileKind, SessionFile]
    ) -> None:
        to_show = file or bool(files)
        if to_show == self._shown.get(kind):
            return
        if file is None:
            self._show_missing(kind)
        elif not await self._read(kind, file):
            return
        self._shown[kind] = to_show

    def _show_missing(self, kind: Kind) -> None:
        self.forget(kind)
        if kind == "assessment" and not self.files:
            self.hide("assessment")  # the sentence beside it is about both files
        else:
            words = missing(kind, self.session, self.me, any_there=bool(self.files))
            if kind == "assessment" and self._own_file is not None:
                words += "\n\nYour self-assessment is uploaded: it will be shown beside it."
            self.show_words(kind, words)

    async def _read(self, kind: Kind, file: SessionFile) -> bool:
        """Show a file, or say why it cannot be shown. Whether that needs not be tried again."""
        if getattr(self, kind) is None:
            self.show_words(kind, f"Reading the {kind} ({size_words(file.size)}) …")
        try:
            if (file.size or 0) > MAX_BYTES:
                raise DocumentError(
                    f"It is larger than {MAX_BYTES // 1024**2} MB: too large to show."
                )
            data = await self._backend.assessments.read(self.session.id, file.kind)
            reading = Reading(data, kind)
            document = await self.follow(reading, self._names)
            if isinstance(document, Transcript) and document.source == "unknown":
                reading.stop()
                reading = Reading(data)  # it may be the other, with its words
                document = await reading.first()
            if isinstance(document, Transcript):
                await self.recall()
            self._show_file(kind, document)
            if document is self.heard:
                await self.complete(reading)
        except Gone:
            return False  # it was deleted just now: the next look says so
        except DataError as error:
            if getattr(self, kind) is None:
                self.show_words(kind, f"{error.message}\n\nTrying again…", failed=True)
            return False
        except DocumentError as error:
            self._show_broken(file.kind, error.message)
        return True

    def _show_file(self, kind: Kind, document: Document) -> None:
        is_transcript = isinstance(document, Transcript)
        if is_transcript != (kind == "transcript"):
            other = "a transcript" if is_transcript else "an assessment"
            self._show_broken(FileKind(kind), f"This is no {kind}, but {other}.")
        else:
            self.show(document)
            if kind == "assessment" and self.session.candidate_id == self.me:
                self._note_read()

    @work(thread=True)
    def _note_read(self) -> None:
        """From here on a self-assessment says that it was written after reading this."""
        with contextlib.suppress(OSError):
            note_read(self.context.settings.state, self.me, self.session.id)

    def about(self, assessment: Assessment) -> tuple[str, str]:
        file = (self.files or {}).get(FileKind.ASSESSMENT)
        came_at = (file.updated_at or file.uploaded_at) if file else None
        return about(assessment, self.session, came_at, self.me)

    # A draft by a model

    @property
    def kept_draft(self) -> KeptDraft:
        from medtui.store.model_drafts import KeptDraft

        return KeptDraft.of_session(self.context.settings.state, self.me, self.session.id)

    def draft_needs(self) -> DraftNeeds | None:
        from medtui.core.speaker_roles import ACTOR, CANDIDATE
        from medtui.review.draft_actions import DraftNeeds

        candidate = self.session.candidate_id
        people = {
            person.name: CANDIDATE if person.user_id == candidate else ACTOR
            for person in (self.session.host, self.session.guest)
            if person is not None
        }
        own = FileKind.SELF_ASSESSMENT if candidate == self.me else FileKind.ASSESSMENT
        has_to_mark = candidate is not None and own not in (self.files or {})
        return DraftNeeds(self.context.settings, self.kept_draft, people, has_to_mark)

    def show_draft(self, draft: ModelDraft) -> None:
        super().show_draft(draft)
        if self.session.candidate_id == self.me:
            self._note_read()

    # Keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What only a host may do is offered to the host alone."""
        if action == "add":
            return self.is_host
        if action == "delete":
            return self.is_host and bool(self.files)
        return super().check_action(action, parameters)

    @work(group="act")
    async def action_add(self) -> None:
        await self._acts.add()

    @work(group="act")
    async def action_delete(self) -> None:
        await self._acts.delete()

    @work(group="act")
    async def action_save(self) -> None:
        await self._acts.save()

    def dialog(self, dialog: Dialog[Any]) -> Screen[Any]:
        from medtui.review.delete_dialog import DeleteScreen
        from medtui.review.pick_file_dialog import BringScreen
        from medtui.review.upload_dialog import SendingScreen

        match dialog:
            case FileToBring(then):
                return BringScreen(then, Path.cwd(), self._recordings())
            case Sending(what, size, send):
                return SendingScreen(what, size, send)
            case DeleteQuestion():
                return DeleteScreen(dialog)
        return super().dialog(dialog)

    def _recordings(self) -> Recordings:
        settings = self.context.settings
        host = self.session.host.name if self.session.host else ""
        case = partial(self._backend.cases.debriefed, self.session)
        return Recordings(settings.listen_model, settings.state, host, case)

    def _show_broken(self, kind: FileKind, reason: str) -> None:
        shown: Kind = "transcript" if kind is FileKind.TRANSCRIPT else "assessment"
        self.forget(shown)
        words = f"{kind.filename}: {reason}"
        if self.is_host:
            words += (
                f"\n\n{key_of('review.add')} replaces it, {key_of('review.save')} saves this one "
                "as it is."
            )
        self.show_words(shown, words, failed=True)

    def action_mark_sheet(self) -> None:
        self.context.go(routes.MarkSheet(self.session))
