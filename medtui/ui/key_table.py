"""All actions that have keys, from the bindings of all classes; and keys of the user's own."""

from __future__ import annotations

import importlib
import pkgutil
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import KEY_NAME_REPLACEMENTS, Keys
from textual.screen import Screen

from medtui.core import keymap
from medtui.core.keymap import EVERYWHERE, KnownAction

_FEATURES = "account", "board", "history", "marking", "review", "room", "shared_screen", "ui"
WITH_KEYS = ("medtui.app", "medtui.ui.dialogs", *(f"medtui.{name}" for name in _FEATURES))
"""Modules and packages with classes that bind keys, by name: they are imported for the check."""

_MODIFIERS = {"ctrl", "shift", "alt", "super", "hyper", "meta"}

_ALIASES = {"esc": "escape", "return": "enter", "del": "delete", "pgup": "pageup",
            "pgdn": "pagedown", "ins": "insert"}  # fmt: skip
"""What people write for some keys."""

_NAMED = {key.value for key in Keys} - {""}


def key_named(text: str) -> str | None:
    """A key as Textual calls it, as "question_mark" for "?"; None if there is no such key."""
    if not text:
        return None
    if len(text) == 1:
        return _of_character(text) if text.isprintable() and text != " " else None
    *modifiers, base = text.split("+") if not text.endswith("+") else (*text[:-2].split("+"), "+")
    if not {modifier.lower() for modifier in modifiers} <= _MODIFIERS:
        return None
    base = _of_character(base) if len(base) == 1 else base.lower()
    base = _ALIASES.get(base, base)
    if len(base) > 1 and base not in _NAMED and not _is_character(base):
        return None
    return "+".join((*(modifier.lower() for modifier in modifiers), base))


def _of_character(character: str) -> str:
    """The name of a character's key, as Textual's bindings have it."""
    [binding] = Binding.make_bindings([Binding("comma" if character == "," else character, "none")])
    return binding.key


def _is_character(name: str) -> bool:
    """Whether a name is that of a character, as "question_mark"."""
    if name in KEY_NAME_REPLACEMENTS.values():
        return True
    try:
        return bool(unicodedata.lookup(name.replace("_", " ").upper()))
    except KeyError:
        return False


def unchecked(wanted: Iterable[tuple[str, object]]) -> dict[str, list[str]]:
    """The keys that `[keys]` gives to actions, before it is known which of them clash."""
    keys = {id_: [key_named(key) for key in keymap.keys_in(value)] for id_, value in wanted}
    return {id_: [key for key in named if key] for id_, named in keys.items() if any(named)}


def keys_of(
    wanted: Iterable[tuple[str, object]], packages: Sequence[str] = WITH_KEYS
) -> tuple[dict[str, list[str]], list[str]]:
    """The keys that `[keys]` gives to actions, and what is wrong in it: see `keymap.read`."""
    return keymap.read(wanted, all_actions(packages), key_named)


def all_actions(packages: Sequence[str]) -> dict[str, KnownAction]:
    """The actions of the classes in these packages and modules, by the ids of their bindings."""
    found: dict[str, KnownAction] = {}
    for kind, binding in _bindings(packages):
        action = found.setdefault(binding.id or "", KnownAction())
        action.keys += [key for key in (binding.key,) if key not in action.keys]
        action.places |= _places(kind, binding.id or "")
        action.words = action.words or binding.tooltip or binding.description
    return dict(sorted(found.items()))


def _places(kind: type[DOMNode], id_: str) -> set[str]:
    prefix = id_.partition(".")[0]
    if prefix == "move" or (issubclass(kind, App) and prefix == "app"):
        return {EVERYWHERE}
    # What begins with app is on several screens; else all widgets of a screen have its prefix.
    names = {prefix} - {"app"}
    return names | {kind.__name__} if issubclass(kind, Screen) else names


def _bindings(packages: Sequence[str]) -> Iterator[tuple[type[DOMNode], Binding]]:
    """Each class of ours with each of its own bindings that has an id, a key at a time."""
    for name in packages:
        module = importlib.import_module(name)
        inside = pkgutil.iter_modules(getattr(module, "__path__", []), f"{name}.")
        for each in (name, *(info.name for info in inside if not info.ispkg)):
            for kind in vars(importlib.import_module(each)).values():
                if isinstance(kind, type) and issubclass(kind, DOMNode) and kind.__module__ == each:
                    own: list[Any] = vars(kind).get("BINDINGS", [])
                    for binding in Binding.make_bindings(own):
                        if binding.id:
                            yield kind, binding
