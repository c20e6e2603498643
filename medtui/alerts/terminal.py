"""A notice by means of the terminal: a bell, its title, and its own notification where it has one.

Which terminals have which: OSC 9 is iTerm2's, and OSC 777 is rxvt's; others took them over.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from medtui.alerts.pace import Pace
from medtui.core.text import clean_line

BELL = "\a"

OSC_9 = ("iTerm.app", "WezTerm", "ghostty", "WarpTerminal")
"""Values of TERM_PROGRAM."""

OSC_777 = ("rxvt-unicode", "foot", "xterm-kitty", "contour")
"""Beginnings of TERM."""

NO_TITLE = ("linux", "dumb", "unknown", "cons", "")
"""Beginnings of TERM, or all of it, of terminals without a title."""


def sequence(words: str, env: Mapping[str, str], *, bell: bool = True) -> str:
    """What to write to the terminal that `env` describes, so that it tells a sentence.

    `bell`: whether its bell rings, too.
    """
    # A semicolon would begin another field, and a number before it another command.
    words = clean_line(words).replace(";", ",")
    return (BELL if bell else "") + _title(f"medtui: {words}", env) + _notification(words, env)


def keeping_title(env: Mapping[str, str]) -> str:
    """What to write before the first `sequence`, so that the title can be had back."""
    return "\x1b[22;2t" if _title("", env) else ""


def usual_title(env: Mapping[str, str]) -> str:
    """What to write once the notices were read: the earlier title, if the terminal has kept it."""
    return f"{_title('medtui', env)}\x1b[23;2t" if _title("", env) else ""


def _title(words: str, env: Mapping[str, str]) -> str:
    term = env.get("TERM", "")
    has_title = term and not any(name and term.startswith(name) for name in NO_TITLE)
    return f"\x1b]2;{words}{BELL}" if has_title else ""


def _notification(words: str, env: Mapping[str, str]) -> str:
    if "TMUX" in env or env.get("TERM", "").startswith("screen"):
        return ""  # it would not be passed on, and might be shown as text
    if env.get("TERM_PROGRAM", "") in OSC_9:
        return f"\x1b]9;{words}{BELL}"
    if env.get("TERM", "").startswith(OSC_777):
        return f"\x1b]777;notify;medtui;{words}{BELL}"
    return ""


class TerminalSink:
    """Tells by the terminal.

    Args:
        write: writes to it; may raise OSError.
        env: describes it.
        bell: whether its bell rings.
    """

    name = "terminal"
    pace: Pace | None = None

    def __init__(
        self, write: Callable[[str], object], env: Mapping[str, str], *, bell: bool = True
    ) -> None:
        self._write = write
        self._env = env
        self._bell = bell
        self._has_title = False

    async def send(self, words: str) -> None:
        before = "" if self._has_title else keeping_title(self._env)
        self._has_title = True
        self._write(before + sequence(words, self._env, bell=self._bell))

    def rest(self) -> None:
        if self._has_title:
            self._has_title = False
            self._write(usual_title(self._env))
