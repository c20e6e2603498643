"""What one does with the files of a session: add, replace, delete, save a copy."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from textual.binding import Binding, BindingType

from medtui.core.wording import moment
from medtui.data import DataError, Gone, HalfDone
from medtui.models import FileKind, SessionFile
from medtui.review.wording import size_words
from medtui.ui.dialogs.choose import ChooseScreen
from medtui.ui.dialogs.confirm import ConfirmScreen

if TYPE_CHECKING:
    from medtui.documents.bringing import Brought
    from medtui.review.session_review import SessionReviewScreen

Copy = FileKind | Literal["review"]


class DeleteScreen(ConfirmScreen):
    """Dismissed with whether to delete a file now. `wants_copy`: a copy is to be saved first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("s", "copy", "Save a copy", id="delete.copy", tooltip="Save a copy first"),
    ]

    def __init__(self, question: str) -> None:
        super().__init__(question, yes="Delete it")
        self.wants_copy = False

    def action_copy(self) -> None:
        self.wants_copy = True
        self.dismiss(False)


class FileActions:
    """The keys that act on files. The server decides who may; others are not offered them."""

    def __init__(self, screen: SessionReviewScreen) -> None:
        self._screen = screen
        self._files = screen.context.backend.assessments
        self.are_writing = False
        """True during an upload; the poll must not report intermediate states."""

    async def add(self) -> None:
        """Bring a file from disk; in place of another, if there is one."""
        from medtui.review.pick_file_dialog import BringScreen

        screen = self._screen
        if not screen.is_active:  # the key was pressed twice
            return
        if screen.files is None:
            self._refuse("What is there is not known yet: wait until the server has answered.")
            return
        brought = await screen.app.push_screen_wait(BringScreen(self._then, Path.cwd()))
        if brought is not None:
            await self._send(brought)

    def _then(self, brought: Brought) -> str:
        kind = FileKind(brought.kind)
        there = (self._screen.files or {}).get(kind)
        if there is None:
            return f"enter sends it, {size_words(len(brought.content))}."
        return f"enter sends it in place of the {self._called(there)}."

    async def _send(self, brought: Brought) -> None:
        from medtui.review.upload_dialog import SendingScreen

        screen, kind = self._screen, FileKind(brought.kind)
        keep = screen.context.settings.state

        async def send(sent: Callable[[int], None]) -> None:
            await self._files.replace(
                screen.session.id, kind, brought.content, keep=keep, sent=sent
            )  # fmt: skip

        self.are_writing = True
        try:
            ended = await screen.app.push_screen_wait(
                SendingScreen(f"the {kind}", len(brought.content), send)
            )
        finally:
            self.are_writing = False
        if isinstance(ended, HalfDone):
            screen.notify(ended.message, title=ended.title, severity="warning", markup=False)
        elif isinstance(ended, DataError):
            screen.context.notify_error(ended)
        else:
            words = f"The {kind} is there." if ended else await self._stopped(kind, brought)
            screen.notify(words, markup=False)
        screen.look_again()

    async def _stopped(self, kind: FileKind, brought: Brought) -> str:
        """What has become of a file that was stopped on its way."""
        try:
            is_there = await self._files.read(self._screen.session.id, kind) == brought.content
        except Gone:
            is_there = False
        except DataError as error:
            return f"Stopped. {error.message}"
        return "It had arrived before it was stopped." if is_there else "Stopped: all is as it was."

    async def delete(self) -> None:
        """Delete a file, for both, for good."""
        screen = self._screen
        if not screen.is_active or not screen.files:
            return
        files = list(screen.files.values())
        file: SessionFile | None = files[0]
        if len(files) > 1:
            choices = [(f"the {self._called(file)}", file) for file in files]
            file = await screen.app.push_screen_wait(ChooseScreen("Delete which file?", choices))
        if file is None:
            return
        partner = screen.session.partner_of(screen.me)
        loses = f"{partner.name} loses it, too." if partner else "There is no other copy of it."
        question = f"Delete the {self._called(file)} for good? {loses} s saves a copy first."
        while not await screen.app.push_screen_wait(asked := DeleteScreen(question)):
            if not asked.wants_copy:
                return
            await self._save_file(file.kind)
        try:
            await self._files.delete(screen.session.id, file.kind)
        except DataError as error:
            screen.context.notify_error(error)
        else:
            screen.notify(f"The {file.kind} is deleted.", markup=False)
        screen.look_again()

    async def save(self) -> None:
        """Save a copy: of the review as Markdown, or of a file as it is."""
        screen = self._screen
        if not screen.is_active:
            return
        choices: list[tuple[str, Copy]] = []
        if screen.transcript is not None or screen.assessment is not None:
            choices.append(("the review, as Markdown", "review"))
        choices += [
            (f"the {self._called(f)}, as it is", f.kind) for f in (screen.files or {}).values()
        ]
        if not choices:
            self._refuse("There is nothing to save yet.")
            return
        copy = await screen.app.push_screen_wait(ChooseScreen("Save a copy of what?", choices))
        if copy == "review":
            await screen.save_markdown(f"review-{self._day}.md")
        elif copy is not None:
            await self._save_file(copy)

    async def _save_file(self, kind: FileKind) -> None:
        from medtui.ui.dialogs.save import SaveScreen

        screen = self._screen
        try:
            content = await self._files.read(screen.session.id, kind)
        except DataError as error:
            screen.context.notify_error(error)
            return
        path = Path.home() / f"{kind}-{self._day}.json"
        title = f"Save the {kind} as it is, {size_words(len(content))}"
        saved = await screen.app.push_screen_wait(SaveScreen(path, lambda: content, title))
        if saved is not None:
            screen.notify(f"Saved as {saved}.", markup=False)

    @property
    def _day(self) -> str:
        return f"{self._screen.session.starts_at.astimezone(self._screen.context.zone):%Y-%m-%d}"

    def _called(self, file: SessionFile) -> str:
        context = self._screen.context
        when = moment(file.uploaded_at, context.now(), context.zone)
        return f"{file.kind} of {when} ({size_words(file.size)})"

    def _refuse(self, reason: str) -> None:
        self._screen.notify(reason, severity="warning", markup=False)
