"""The keys that sentences name: an action's usual one, or the one that the settings give it.

No sentence says "press n": it asks `key_of("board.post")`. `tests/core/test_key_names.py` reads all
sentences, and compares `USUAL` with the bindings.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

ENTER = "enter"
"""The key of fields and lists themselves. It is no action, so the settings do not change it."""

USUAL = {
    "app.discard": "ctrl+r",
    "app.notices": "!",
    "app.palette_everywhere": "ctrl+p",
    "app.quit": "ctrl+q",
    "ask.back": "esc",
    "board.account": "A",
    "board.book": "b",
    "board.cancel": "x",
    "board.choose_filter": "f",
    "board.clear": "esc",
    "board.copy_link": "y",
    "board.edit": "e",
    "board.history": "h",
    "board.invite": "I",
    "board.keep": "i",
    "board.leave": "l",
    "board.open_link": "o",
    "board.post": "n",
    "board.profile": "p",
    "board.read_notice": "d",
    "board.review": "R",
    "board.select": "enter",
    "board.settings": ",",
    "board.undo": "z",
    "board.view": "v",
    "board.week": "w",
    "brief.back": "esc",
    "brief.discard": "ctrl+r",
    "bring.back": "esc",
    "cases.load": "l",
    "cases.search": "/",
    "cases.without": "n",
    "cases.write": "b",
    "choose.1": "1",
    "choose.2": "2",
    "choose.3": "3",
    "choose.4": "4",
    "choose.5": "5",
    "choose.6": "6",
    "choose.7": "7",
    "choose.8": "8",
    "choose.9": "9",
    "clock.pause": "space",
    "confirm.no": "n",
    "confirm.yes": "y",
    "drafting.stop": "esc",
    "form.back": "esc",
    "form.discard": "ctrl+r",
    "history.back": "esc",
    "history.domain": "d",
    "history.review": "enter",
    "history.switch": "tab",
    "invitation.back": "esc",
    "invitation.copy": "y",
    "link.back": "esc",
    "link.copy": "y",
    "path.complete": "tab",
    "review.add": "a",
    "review.begin": "b",
    "review.delete": "d",
    "review.save": "s",
    "review.search": "/",
    "review.who": "w",
    "room.again": "u",
    "room.brief": "b",
    "room.case": "c",
    "room.finish": "f",
    "room.less": "-",
    "room.mark": "m",
    "room.more": "+",
    "room.notes": "i",
    "room.record": "k",
    "room.remove_guest": "X",
    "room.review": "R",
    "room.roles": "r",
    "room.start": "s",
    "room.timing": "t",
    "save.back": "esc",
    "sending.stop": "esc",
    "sheet.evidence": "e",
    "sheet.flag": "f",
    "sheet.hand_in": "h",
    "sheet.improvement": "i",
    "sheet.less": "-",
    "sheet.more": "+",
    "sheet.note": "n",
    "sheet.remarks": "enter",
    "sheet.save": "w",
    "sheet.strength": "s",
    "sheet.unsure": "u",
    "week.before": "[",
    "week.next": "]",
}
"""The keys of all actions that sentences name, as people write them."""

_MARK = re.compile(r"\{([a-z_]+\.[a-z_0-9]+)\}")

_own: dict[str, str] = {}


def use(own: Mapping[str, str]) -> None:
    """From now on name these keys, by the ids of their actions, and the usual ones of the rest."""
    _own.clear()
    _own.update(own)


def key_of(action: str) -> str:
    """The key to name for an action, by its id; of several the first. Raises KeyError for an id
    that `USUAL` does not have."""
    return _own.get(action) or USUAL[action]


def with_keys(text: str) -> str:
    """A text that is written before the keys are known, with them for its `{board.post}`."""
    return _MARK.sub(lambda found: key_of(found[1]), text)
