"""The line at the top: the server, whether the board is current, open seats, zone and time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, tzinfo

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

NARROW = 60
"""Below so many cells there is room for what matters most only."""

SERVER_CELLS = 18, 40
"""The most cells of the server's name: on narrow terminals, and on others."""


@dataclass(frozen=True, slots=True)
class ConnectionState:
    """The feed's state: live, or stale since a time (None: nothing was read yet)."""

    is_live: bool = False
    since: datetime | None = None
    reason: str = ""


class StatusLine(Static):
    """One line, updated only when its text changes. `server`: the server's name."""

    def __init__(self, zone: tzinfo, server: str = "") -> None:
        super().__init__(markup=False)
        self._zone = zone
        self._server = server
        self._shown: tuple[ConnectionState, tuple[int, int] | None, str, datetime] | None = None
        self._written: object = None
        """The values that the line was written for last."""
        self._content: Content | None = None

    def show(
        self, feed: ConnectionState, *, seats: tuple[int, int] | None, view: str, now: datetime
    ) -> None:
        """Show these, until it is called again or the terminal's width changes."""
        self._shown = feed, seats, view, now
        values = feed, seats, view, now.replace(second=0, microsecond=0), self.size.width
        if values != self._written:
            self._written = values
            self._write(*self._shown)

    def on_resize(self) -> None:
        if self._shown is not None:
            self._write(*self._shown)

    def _write(
        self, feed: ConnectionState, seats: tuple[int, int] | None, view: str, now: datetime
    ) -> None:
        local = now.astimezone(self._zone)
        if feed.is_live:
            state = Content.styled("● LIVE", "bold $text-success")
        elif feed.since is None:
            state = Content.styled(
                "○ connecting…" + (f" {feed.reason}" if feed.reason else ""), "$text-warning"
            )
        else:
            since = feed.since.astimezone(self._zone)
            words = f"▲ STALE since {since:%H:%M}"
            state = Content.styled(words, "bold $text-error") + Content.styled(
                f" {feed.reason}", "$text-error"
            )
        if self.size.width < NARROW:
            self._put(self._narrow(feed, seats, local))
            return
        server = Content(self._server).truncate(SERVER_CELLS[self.size.width >= 100], ellipsis=True)
        name = Content.assemble((" medtui ", "bold"), ("· ", "$faint"), server, " ")
        left = (name if server else Content.styled(" medtui ", "bold")) + " " + state
        zone = getattr(self._zone, "key", None) or local.tzname() or "UTC"
        parts = [f"{local:%a} {local.day} {local:%b %H:%M}"]
        if self.size.width >= 100:
            parts.insert(0, zone)
        if seats and (feed.is_live or self.size.width >= 100):  # else the reason needs the room
            parts.insert(0, f"{seats[0]} open of {seats[1]}")
        if view != "all":
            parts.insert(0, f"view: {view}")
        right = Content(" · ".join(parts) + " ")
        room = max(0, self.size.width - cell_len(right.plain) - 1)
        left = left.truncate(room, ellipsis=True)
        self._put(left + " " * (room - cell_len(left.plain) + 1) + right)

    def _narrow(
        self, feed: ConnectionState, seats: tuple[int, int] | None, local: datetime
    ) -> Content:
        """Whether it is current, free seats and the time: what matters most, in few cells."""
        right = f"{local:%H:%M} "
        if seats and feed.is_live:
            right = f"{seats[0]} open of {seats[1]} · {right}"
        room = max(0, self.size.width - len(right) - 2)
        left = _short_words(feed, self._zone).truncate(room, ellipsis=True)
        return Content.assemble(" ", left, " " * (room - cell_len(left.plain) + 1), right)

    def _put(self, content: Content) -> None:
        if self._content is None or not content.is_same(self._content):
            self._content = content
            self.update(content, layout=False)


def _short_words(feed: ConnectionState, zone: tzinfo) -> Content:
    if feed.is_live or feed.since is None:
        return feed_words(feed, zone, with_reason=False)
    return Content.styled(f"▲ STALE since {feed.since.astimezone(zone):%H:%M}", "bold $text-error")


def feed_words(
    feed: ConnectionState, zone: tzinfo, *, with_reason: bool, is_short: bool = False
) -> Content:
    """Whether what is shown is current. `is_short`: without since when it is not."""
    if feed.is_live:
        return Content.styled("● LIVE", "bold $text-success")
    if feed.since is None:
        return Content.styled("○ connecting…", "$text-warning")
    if is_short:
        return Content.styled("▲ NOT LIVE", "bold $text-error")
    words = f"▲ NOT LIVE since {feed.since.astimezone(zone):%H:%M}"
    if with_reason and feed.reason:
        words += f" ({feed.reason})"
    return Content.styled(words, "bold $text-error")
