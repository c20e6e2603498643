"""What one does with the files of a session: add, replace, delete, save a copy."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from medtui.core.key_names import ENTER
from medtui.core.models import FileKind, SessionFile
from medtui.core.wording import moment
from medtui.data import DataError, Gone, HalfDone
from medtui.documents.assessment import Owner
from medtui.documents.assessments.owner import named
from medtui.review.wording import size_words
from medtui.ui.protocol import Dialog, SaveCopy, Ui

if TYPE_CHECKING:
    from medtui.core.models import PracticeSession
    from medtui.documents.assessment import Assessment
    from medtui.documents.bringing import Brought
    from medtui.documents.transcript import Transcript
    from medtui.ui.context import Context

Copy = FileKind | Literal["review"]

Send = Callable[[Callable[[int], None]], Awaitable[None]]
"""Sends a file, and calls back with how many bytes are sent."""


@dataclass(frozen=True, slots=True)
class FileToBring(Dialog["Brought"]):
    """Which file of the disk. `then` says what enter does with it."""

    then: Callable[[Brought], str]


@dataclass(frozen=True, slots=True)
class Sending(Dialog["DataError | bool"]):
    """How far a file is sent; answered with whether it was sent, or the error.

    `size`: its bytes.
    """

    what: str
    size: int
    send: Send


@dataclass(slots=True)
class DeleteQuestion(Dialog[bool]):
    """Whether to delete a file now. `wants_copy`: a copy is to be saved first."""

    words: str
    wants_copy: bool = False


class FilesUi(Ui, Protocol):
    """What the actions on files ask of the review of a session."""

    session: PracticeSession
    files: dict[FileKind, SessionFile] | None
    transcript: Transcript | None
    assessment: Assessment | None

    def look_again(self) -> None:
        """Look at once whether a file has come, gone or changed."""

    async def save_markdown(self, name: str) -> None:
        """Save what is shown, as Markdown; asks where."""


class FileActions:
    """The keys that act on files. The server decides who may; others are not offered them."""

    def __init__(self, ui: FilesUi, context: Context) -> None:
        self._ui = ui
        self._context = context
        self._files = context.backend.assessments
        self.are_writing = False
        """True during an upload; the poll must not report intermediate states."""

    async def add(self) -> None:
        """Bring a file from disk; in place of another, if there is one."""
        ui = self._ui
        if not ui.is_active:  # the key was pressed twice
            return
        if ui.files is None:
            self._ui.refuse("Still asking the server which files there are: try again in a moment.")
            return
        brought = await ui.open(FileToBring(self._then))
        if brought is not None:
            await self._send(await self._named(brought))

    async def _named(self, brought: Brought) -> Brought:
        """What medtui has made of another file says whose it is; what is JSON stays as it is."""
        if not brought.how:
            return brought
        session = self._ui.session
        owner = Owner(session.candidate_id, session.id, session.case_id)
        content = await asyncio.to_thread(named, brought.content, owner)
        return replace(brought, content=content)

    def _then(self, brought: Brought) -> str:
        kind = FileKind(brought.kind)
        there = (self._ui.files or {}).get(kind)
        if there is None:
            return f"{size_words(len(brought.content))}: press {ENTER} to upload."
        return f"Press {ENTER} to upload it and replace the {self._called(there)}."

    async def _send(self, brought: Brought) -> None:
        ui, kind = self._ui, FileKind(brought.kind)
        keep = self._context.settings.state

        async def send(sent: Callable[[int], None]) -> None:
            await self._files.replace(
                ui.session.id, kind, brought.content, keep=keep, sent=sent
            )  # fmt: skip

        self.are_writing = True
        try:
            ended = await ui.open(Sending(f"the {kind}", len(brought.content), send))
        finally:
            self.are_writing = False
        if isinstance(ended, HalfDone):
            self._context.notify(ended.message, title=ended.title, severity="warning", markup=False)
        elif isinstance(ended, DataError):
            self._context.notify_error(ended)
        else:
            words = (
                f"{str(kind).replace('_', '-').capitalize()} uploaded."
                if ended
                else await self._stopped(kind, brought)
            )
            ui.notify(words, markup=False)
        ui.look_again()

    async def _stopped(self, kind: FileKind, brought: Brought) -> str:
        """What has become of a file that was stopped on its way."""
        try:
            is_there = await self._files.read(self._ui.session.id, kind) == brought.content
        except Gone:
            is_there = False
        except DataError as error:
            return f"Upload cancelled. {error.message}"
        return (
            "The upload had already finished."
            if is_there
            else "Upload cancelled: nothing has changed."
        )

    async def delete(self) -> None:
        """Delete a file, for both, for good."""
        ui = self._ui
        if not ui.is_active or not ui.files:
            return
        files = list(ui.files.values())
        file: SessionFile | None = files[0]
        if len(files) > 1:
            choices = [(f"the {self._called(file)}", file) for file in files]
            file = await ui.choose("Delete which file?", choices)
        if file is None:
            return
        partner = ui.session.partner_of(self._context.me)
        loses = f"{partner.name} loses it, too." if partner else "There is no other copy of it."
        question = f"Delete the {self._called(file)} for good? {loses} s saves a copy first."
        while not await ui.open(asked := DeleteQuestion(question)):
            if not asked.wants_copy:
                return
            await self._save_file(file.kind)
        try:
            await self._files.delete(ui.session.id, file.kind)
        except DataError as error:
            self._context.notify_error(error)
        else:
            ui.notify(f"The {file.kind} is deleted.", markup=False)
        ui.look_again()

    async def save(self) -> None:
        """Save a copy: of the review as Markdown, or of a file as it is."""
        ui = self._ui
        if not ui.is_active:
            return
        choices: list[tuple[str, Copy]] = []
        if ui.transcript is not None or ui.assessment is not None:
            choices.append(("the review, as Markdown", "review"))
        choices += [(f"the {self._called(f)}, as it is", f.kind) for f in (ui.files or {}).values()]
        if not choices:
            self._ui.refuse("There is nothing to save yet.")
            return
        copy = await ui.choose("Save a copy of what?", choices)
        if copy == "review":
            await ui.save_markdown(f"review-{self._day}.md")
        elif copy is not None:
            await self._save_file(copy)

    async def _save_file(self, kind: FileKind) -> None:
        ui = self._ui
        try:
            content = await self._files.read(ui.session.id, kind)
        except DataError as error:
            self._context.notify_error(error)
            return
        path = Path.home() / f"{kind}-{self._day}.json"
        title = f"Save the {kind} as it is, {size_words(len(content))}"
        saved = await ui.open(SaveCopy(path, lambda: content, title))
        if saved is not None:
            ui.notify(f"Saved as {saved}.", markup=False)

    @property
    def _day(self) -> str:
        return f"{self._ui.session.starts_at.astimezone(self._context.zone):%Y-%m-%d}"

    def _called(self, file: SessionFile) -> str:
        when = moment(file.uploaded_at, self._context.now(), self._context.zone)
        return f"{file.kind} of {when} ({size_words(file.size)})"
