"""How medtui ends by a fault of its own, or by a signal: plainly, and with a terminal left sane."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from typing import TYPE_CHECKING, Any

from textual._context import active_message_pump

from medtui import console
from medtui.config import state
from medtui.store import log
from medtui.ui import ending
from medtui.ui.removal import is_of_removed

if TYPE_CHECKING:
    from textual.app import App
    from textual.driver import Driver

    Base = App[int]
else:
    Base = object

logger = logging.getLogger(__name__)


def words(error: BaseException | None) -> str:
    """What happened, where the log is, how to go on."""
    what = f" ({log.place(error)})" if error else ""
    lines = [
        f"medtui had to quit because of an internal error{what}.",
        "Start it again: what the server had confirmed is safe.",
    ]
    if log.file is not None:
        lines.append(f"Details are in {log.file}, without names, texts or secrets.")
    lines.append("If it comes back, `medtui doctor` looks for a cause.")
    return "\n".join(lines)


def _print(error: BaseException | None) -> None:
    for line in words(error).splitlines():
        console.print_error(line)


def report(error: BaseException) -> int:
    """Print that a command has crashed, and return its exit code."""
    with contextlib.nullcontext() if log.file else log.logged(state()):
        logger.critical("crashed", exc_info=error)
        _print(error)
    return 1


class EndsPlainly(Base):
    """For an app: how it ends when no key was pressed for it.

    Textual's own report of a crash prints the values of all variables, tokens included. A
    terminal that is closed, or a polite kill, ends the app as its key does, so that nothing
    is left behind: neither a raw terminal nor the demo's folder. However it ends, the process is
    gone within two seconds.
    """

    _is_ending = False

    def get_driver_class(self) -> type[Driver]:
        chosen = super().get_driver_class()
        if chosen.__name__ != "LinuxDriver":  # Windows, a browser, a driver of the user's own
            return chosen
        from medtui.ui.driver import TerminalDriver

        return TerminalDriver

    def on_load(self) -> None:
        if self.is_headless:
            return
        loop = asyncio.get_running_loop()
        for name in ("SIGHUP", "SIGTERM"):  # Windows has neither, or no way to hear of it
            with contextlib.suppress(AttributeError, NotImplementedError):
                loop.add_signal_handler(getattr(signal, name), self.exit)

    def exit(self, *args: Any, **options: Any) -> None:
        super().exit(*args, **options)
        self._end_soon(self.return_code or 0)

    def _end_soon(self, code: int) -> None:
        if not (self._is_ending or self.is_headless):
            self._is_ending = True
            ending.begin(code, self._leave_terminal)

    def _leave_terminal(self) -> None:
        from medtui.ui.driver import TerminalDriver

        if isinstance(self._driver, TerminalDriver):
            self._driver.leave_at_once()

    def _handle_exception(self, error: Exception) -> None:
        if is_of_removed(error, active_message_pump.get(None)):
            logger.info("an error in what is being removed", exc_info=error)
        else:
            super()._handle_exception(error)

    def _fatal_error(self) -> None:
        self._end_soon(1)
        logger.critical("crashed", exc_info=self._exception)
        self._exit_renderables.append("")
        self._close_messages_no_wait()

    def _print_error_renderables(self) -> None:
        if self._exit_renderables:
            self._exit_renderables.clear()
            _print(self._exception)
