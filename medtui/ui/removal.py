"""Whether an error only says that a widget was looked for in what is being removed."""

from __future__ import annotations

from textual.app import App
from textual.css.query import NoMatches
from textual.dom import DOMNode
from textual.message_pump import MessagePump
from textual.widget import MountError


def is_of_removed(error: BaseException, pump: MessagePump | None) -> bool:
    """Whether `error` comes from drawing in `pump` after it, or what holds it, began to go.

    A screen may be left, and an app may end, while a worker, a timer or a handler of it waits.
    What it draws afterwards is seen by no user, so the error is no fault.
    """
    if not isinstance(error, NoMatches | MountError):
        return False
    while pump is not None:
        if pump._closing or pump._closed:
            return True
        if isinstance(pump, DOMNode) and pump._pruning:
            return True
        if isinstance(pump, App) and pump._exit:
            return True
        pump = pump._parent
    return False
