"""Recording the station in the room: who has agreed, the microphone, and what is shown."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol

from textual.widgets import Static

from medtui.core import recording_consent as consent
from medtui.core.key_names import key_of
from medtui.core.models import Stage
from medtui.core.recording_consent import UNANSWERED, Answer, Consent, RecordingState
from medtui.core.room_rules import other_of, person
from medtui.core.room_state import RoomState
from medtui.listening import model_download, speech_models
from medtui.listening.errors import ListenError
from medtui.listening.extra import why_not_record
from medtui.listening.microphone import Microphone
from medtui.store.recordings import Recording
from medtui.ui.protocol import Ui

if TYPE_CHECKING:
    from medtui.room.facts import Presence
    from medtui.store.files import Claim
    from medtui.ui.context import Context

WIDTH = 8
"""Cells of the bar that shows how loud the microphone hears."""

ABOUT = (
    "Each computer records its own microphone, and makes words of it after the station: no sound is"
    " ever sent. Both of you get the transcript."
)


class RecordingUi(Ui, Protocol):
    """What recording asks of the room."""

    room: RoomState
    presence: Presence

    def share(self) -> None:
        """Send the room's shared state to the other side, and save it."""


class RoomRecording:
    """The recording of one room by this program. `follow` often; `close` at the end."""

    def __init__(self, ui: RecordingUi, context: Context) -> None:
        self._ui = ui
        self._context = context
        session = ui.room.session
        self._recording = Recording(context.settings.state, context.me, session.id)
        self._has_agreed = False
        """Whether this machine's user has: what the room's channel says of it is no proof."""
        self._microphone: Microphone | None = None
        self._answered = 0
        """The number of the other one's answer that the user's own last one came after."""
        self._claim: Claim | None = None
        self._is_elsewhere = False
        """Whether another window of the user's records."""
        self._turn = asyncio.Lock()
        self._before = RecordingState.OFF

    async def load(self) -> None:
        """Read whether the user has agreed in an earlier run."""
        self._has_agreed = await asyncio.to_thread(lambda: self._recording.has_agreed)

    @property
    def level(self) -> float:
        return self._microphone.level if self._microphone else 0.0

    @property
    def state(self) -> RecordingState:
        mine, theirs = self._consents
        reading = self._ui.room.reading(self._context.now())
        is_paused = reading is not None and reading.is_paused
        return consent.recording_state(self._ui.room.session, mine, theirs, is_paused=is_paused)

    @property
    def _consents(self) -> tuple[Consent, Consent]:
        mine, theirs = self._ui.room.consents
        if mine.answer == "yes" and not self._has_agreed:
            mine = UNANSWERED
        if mine.answer == "no" and theirs.number > self._answered:
            mine = UNANSWERED
        if theirs.answer == "no" and theirs.number <= self._answered:
            theirs = UNANSWERED
        return mine, theirs

    @property
    def _partner(self) -> str:
        session, me = self._ui.room.session, self._ui.room.me
        return person(session, other_of(session, me), me)

    def words(self) -> str:
        """The state of the recording, for the room's line; "" if there is nothing to show."""
        partner = self._partner
        match self.state:
            case RecordingState.ON if self._microphone is not None:
                loud = round(self.level * WIDTH)
                return f"● REC {'▇' * loud}{'▁' * (WIDTH - loud)} k stops"
            case RecordingState.ON:
                if self._is_elsewhere:
                    return "● REC in another window of yours"
                return "○ REC: the microphone is being opened"
            case RecordingState.PAUSED:
                return "○ REC paused with the clock"
            case RecordingState.READY:
                return f"○ REC begins with the station. {key_of('room.record')} stops it."
            case RecordingState.ASKED:
                return f"○ REC: {partner} is asked. {key_of('room.record')} takes it back."
            case RecordingState.ASKS:
                return f"○ REC: {partner} asks to record. {key_of('room.record')} answers."
        if self._ui.room.session.stage is Stage.WRAP_UP:
            return self._context.sheets.listening(self._ui.room.session.id)
        return ""

    async def press(self) -> None:
        """The key: ask, answer, or stop."""
        ui, session = self._ui, self._ui.room.session
        is_refused = ui.presence.is_refused
        if ui.refuse(consent.why_not_record(session, is_refused=is_refused)):
            return
        state = self.state
        if state is RecordingState.ASKS:
            yes = f"record, as {self._partner} asks"
            if await ui.ask(f"{self._partner} asks to record this station. {ABOUT}", yes):
                if await self._is_able():
                    await self._answer("yes")
            else:
                await self._answer("no")
        elif state is RecordingState.OFF:
            question = f"Ask {self._partner} to record this station? {ABOUT}"
            if await self._is_able() and await ui.ask(question, "ask"):
                await self._answer("yes")
        elif state is RecordingState.ASKED or await ui.ask(
            "Stop the recording, for both? What was recorded becomes words after the station.",
            "stop it",
        ):
            await self._answer("no")

    async def _is_able(self) -> bool:
        """Whether this machine can record and listen; downloads the model if the user agrees."""
        ui, name = self._ui, self._context.settings.listen_model
        if ui.refuse(why_not_record()):
            return False
        try:
            folder = await asyncio.to_thread(speech_models.folder_of, name)
            model = speech_models.named(name)
            if folder is None and model is not None:
                question = (
                    f"The model {model.name} is not on this computer yet. Download it once,"
                    f" {model.megabytes:,} MB from {model.address}?"
                )
                if not await ui.ask(question, "download it"):
                    return False
                ui.notify("The model is being downloaded.", markup=False)
                await model_download.fetch(model)
        except ListenError as error:
            ui.refuse(str(error))
            return False
        return True

    async def _answer(self, answer: Answer) -> None:
        self._has_agreed = answer == "yes"
        self._answered = self._ui.room.consents[1].number
        try:
            await asyncio.to_thread(self._recording.agree, agrees=self._has_agreed)
        except OSError as error:
            self._ui.refuse(f"The disk refuses the recording: {error.strerror}.")
            self._has_agreed, answer = False, "no"
        self._ui.room.answer(answer)
        self._ui.share()

    async def follow(self) -> None:
        """Open or close the microphone as both have agreed, and tell what the other one did."""
        if self._turn.locked():
            return
        async with self._turn:
            await self._tell()
            is_on, microphone = self.state is RecordingState.ON, self._microphone
            if microphone is not None and microphone.fault:
                self._ui.refuse(microphone.fault)
                await self._close_microphone()
                await self._answer("no")
            elif is_on and microphone is None:
                await self._open_microphone()
            elif not is_on and microphone is not None:
                await self._close_microphone()

    async def _tell(self) -> None:
        state, before = self.state, self._before
        mine, theirs = self._consents
        agreed = {RecordingState.READY, RecordingState.PAUSED, RecordingState.ON}
        if state is RecordingState.ASKS and before is not state:
            self._ui.notify(
                f"{self._partner} asks to record this station: {key_of('room.record')} answers.",
                markup=False,
            )
        elif state in agreed and before is RecordingState.ASKED:
            self._ui.notify(f"{self._partner} has agreed to the recording.", markup=False)
        elif mine.answer == "yes" and theirs.answer == "no":
            did = "does not agree to" if before is RecordingState.ASKED else "has stopped"
            self._ui.notify(f"{self._partner} {did} the recording.", markup=False)
            await self._answer("")
        self._before = self.state

    async def _open_microphone(self) -> None:
        room = self._ui.room
        try:
            if self._claim is None:
                self._claim = await asyncio.to_thread(self._recording.claim)
            self._is_elsewhere = self._claim is None
            if self._claim is None:
                return
            if room.since is not None:
                await asyncio.to_thread(self._recording.note_station, room.since)
            microphone = Microphone(self._recording, self._context.now)
            await asyncio.to_thread(microphone.start)
        except (ListenError, OSError) as error:
            words = str(error) if isinstance(error, ListenError) else f"{error.strerror}."
            self._ui.refuse(f"Not recorded: {words}")
            await self._answer("no")
        else:
            self._microphone = microphone

    async def _close_microphone(self) -> None:
        microphone, self._microphone = self._microphone, None
        if microphone is not None:
            await asyncio.to_thread(microphone.stop)
        claim, self._claim = self._claim, None
        if claim is not None:
            await asyncio.to_thread(claim.release)

    async def close(self) -> None:
        """Stop recording, as one leaves the room; coming back goes on with it."""
        async with self._turn:
            await self._close_microphone()


class RecordingLine(Static):
    """One line, there only while there is something to say."""

    def __init__(self) -> None:
        super().__init__(markup=False, id="recording")
        self._words = ""

    def show(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.update(words)
            self.set_class(bool(words), "-shown")
