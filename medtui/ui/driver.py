"""The terminal driver: survives a closed terminal, and a stop without a warning."""

from __future__ import annotations

import contextlib
import os
import sys
import termios
from collections.abc import Iterable
from typing import IO, Any

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from medtui.ui import terminal_cursor
from medtui.ui.pasting import Pastes


class Output:
    """The file that the app writes to; writing goes on without effect after the terminal closed.

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


LEAVE = (
    *("?1000l", "?1003l", "?1015l", "?1006l", "?1016l"),  # the mouse
    *("?2004l", "?1004l", "?2048l", "?7h"),  # pastes, focus, sizes, wrapped lines
    *("<u", "?1049l", "0 q", "?25h"),  # the keyboard's protocol, the screen, the cursor
)
"""The escape sequences that switch off all that Textual has switched on."""


class PasteSafeParser(XTermParser):
    """Textual's parser, without taking escape sequences in a pasted text for keys."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._pastes = Pastes()

    def feed(self, data: str) -> Iterable[Message]:
        text = self._pastes.feed(data) if data else ""
        if text or not data:  # an empty text would be the end of all input
            yield from super().feed(text)

    def tick(self) -> Iterable[Message]:
        if keys := self._pastes.tick():
            yield from super().feed(keys)
        yield from super().tick()


linux_driver.XTermParser = PasteSafeParser  # type: ignore[attr-defined]  # it makes its own


class TerminalDriver(LinuxDriver):
    """Textual's driver, made safe against a closed terminal, SIGSTOP and SIGCONT.

    SIGCONT comes with a hangup and after SIGSTOP, too, when nothing had been suspended.
    Textual then starts everything a second time beside the first: two threads share the keys
    out among themselves, and the raw terminal passes for the one to leave behind.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Standard error, which Textual takes, may be redirected to a file.
        self._file: Any = Output(sys.__stdout__ or self._file)
        self._is_left = False

    def stop_application_mode(self) -> None:
        self.write(terminal_cursor.RESET)
        super().stop_application_mode()
        self._is_left = True

    def start_application_mode(self) -> None:
        self._is_left = False
        super().start_application_mode()  # type: ignore[no-untyped-call]
        if getattr(self._app, "SHOWS_CURSOR", False):
            self.write(terminal_cursor.SHOW)

    def leave_at_once(self) -> None:
        """Restore the terminal from another thread, if the event loop hangs."""
        if self._is_left:
            return
        if self.attrs_before is not None:
            termios.tcsetattr(self.fileno, termios.TCSANOW, self.attrs_before)
        os.write(self._file.fileno(), b"".join(b"\x1b[%b" % mode.encode() for mode in LEAVE))

    def _sigcont_application(self, *_: object) -> None:
        # Not here: the thread that the signal interrupts may hold the lock of the queue.
        self._loop.call_soon_threadsafe(self._continued)

    def _continued(self) -> None:
        if not (self._auto_restart and self._app.is_running):
            return
        if not self._must_signal_resume:
            self.suspend_application_mode()
        self.resume_application_mode()
