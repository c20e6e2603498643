"""Keeps pasted text from acting as keys, even if it contains escape sequences or an end mark."""

from __future__ import annotations

import re
import time
from enum import Enum, auto

START, END = "\x1b[200~", "\x1b[201~"
"""Between these two a terminal sends what is pasted (bracketed paste)."""

DOUBT_SECONDS = 1.0
"""The most seconds that keys right after a paste are held back."""

BULK = 1024
"""More characters than this in one read were not typed."""

_MARK = re.compile(f"{re.escape(START)}|{re.escape(END)}")
_MOVES = re.compile(r"(\t|\x1b\[Z)*")


class _State(Enum):
    KEYS = auto()
    PASTE = auto()
    DOUBT = auto()
    """After an end mark that may be part of the pasted text."""


class Pastes:
    """Rewrites a terminal's input, so that each paste is a start, text without escapes, an end.

    A terminal that does not clean a pasted text passes on end marks in it. The real end follows,
    and shows that the text between the two was pasted. So input right after an end is held back
    until none has followed for a moment. Between two pastes only keys that move to another field
    count as keys.
    """

    def __init__(self) -> None:
        self._state = _State.KEYS
        self._tail = ""
        """The last keys, as a start may be read in two parts."""
        self._held = ""
        self._is_fresh = False
        self._is_bulk = False
        self._since = 0.0

    def feed(self, text: str) -> str:
        """The input to read in place of this text."""
        self._is_fresh, self._is_bulk = True, len(text) >= BULK
        before = ""
        if self._state is _State.KEYS:
            joined = self._tail + text
            at = joined.find(START)
            if at < 0:
                self._tail = joined[1 - len(START) :]
                return text
            cut = at + len(START) - len(self._tail)
            before, text = text[:cut], text[cut:]
            self._state, self._tail = _State.PASTE, ""
        self._held += text
        return before + "".join(self._resolved())

    def tick(self) -> str:
        """The input that is held no longer. To be called after each read, even an empty one."""
        was_fresh, self._is_fresh = self._is_fresh, False
        is_over = time.monotonic() - self._since > DOUBT_SECONDS and not self._is_bulk
        if self._state is not _State.DOUBT or (was_fresh and not is_over):
            return ""
        keys, self._held = self._held, ""
        self._state, self._tail = _State.KEYS, keys[1 - len(START) :]
        return keys

    def _resolved(self) -> list[str]:
        """The part of the held text that is certain."""
        out: list[str] = []
        while mark := _MARK.search(self._held):
            text, self._held = self._held[: mark.start()], self._held[mark.end() :]
            if self._state is _State.PASTE:
                out.append(_plain(text))
                if mark[0] == END:
                    out.append(END)
                    self._state, self._since = _State.DOUBT, time.monotonic()
            elif mark[0] == END:
                out += [START, _plain(text), END]
            else:
                is_keys = _MOVES.fullmatch(text)
                out += [text, START] if is_keys else [START, _plain(text), END, START]
                self._state = _State.PASTE
        if self._state is _State.PASTE:
            split = len(self._held) - _begun(self._held)
            out.append(_plain(self._held[:split]))
            self._held = self._held[split:]
        return out


def _plain(text: str) -> str:
    return text.replace("\x1b", "")


def _begun(text: str) -> int:
    """How many characters at the end of a text may be the beginning of a mark."""
    lengths = range(len(START) - 1, 0, -1)
    return next((n for n in lengths if text.endswith((START[:n], END[:n]))), 0)
