"""The terminal: it may close under the app, and the app may be stopped in it without a word."""

from __future__ import annotations

import contextlib
from typing import IO, Any

from textual.drivers.linux_driver import LinuxDriver


class Output:
    """Where the app writes to, also when nobody is there any more.

    Textual writes from a thread that an error would end; its queue then fills up, and the
    app waits for ever to write into it, instead of ending.
    """

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.fileno = file.fileno

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._file.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._file.flush()


class TerminalDriver(LinuxDriver):
    """Textual's driver, where a terminal closes, or somebody sends SIGSTOP and SIGCONT.

    SIGCONT comes with a hangup and after SIGSTOP, too, when nothing had been suspended.
    Textual then starts everything a second time beside the first: two threads share the keys
    out among themselves, and the raw terminal passes for the one to leave behind.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._file: Any = Output(self._file)

    def _sigcont_application(self, *_: object) -> None:
        # Not here: the thread that the signal interrupts may hold the lock of the queue.
        self._loop.call_soon_threadsafe(self._continued)

    def _continued(self) -> None:
        if not (self._auto_restart and self._app.is_running):
            return
        if not self._must_signal_resume:
            self.suspend_application_mode()
        self.resume_application_mode()
