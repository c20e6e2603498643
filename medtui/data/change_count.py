"""Which of the numbered changes have come."""

from __future__ import annotations


class ChangeCount:
    """Numbers 1, 2, 3 … of changes that have come, or are known otherwise, in any order."""

    def __init__(self) -> None:
        self._all_up_to = 0
        self._beyond: set[int] = set()
        """Those that have come behind a gap."""

    @property
    def has_gap(self) -> bool:
        return bool(self._beyond)

    def came(self, number: int) -> None:
        """Note a change; noting it twice does no harm."""
        if number > self._all_up_to:
            self._beyond.add(number)
            self._close_up()

    def has_all(self, count: int) -> bool:
        """Whether none up to `count` is missing."""
        return self._all_up_to >= count

    def settle(self, count: int) -> None:
        """Count all up to `count` as known, once their effect was read."""
        self._all_up_to = max(self._all_up_to, count)
        self._beyond = {number for number in self._beyond if number > self._all_up_to}
        self._close_up()

    def _close_up(self) -> None:
        while self._all_up_to + 1 in self._beyond:
            self._all_up_to += 1
            self._beyond.remove(self._all_up_to)
