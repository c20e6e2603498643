"""Keys of the user's own: `[keys]` in the settings gives actions other keys, by their ids."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field

EVERYWHERE = "*"
"""The place of an action that is on every screen."""


@dataclass(slots=True)
class KnownAction:
    """An action that can be given other keys.

    Args:
        keys: those that it has without the settings.
        places: where it is; two actions with a place in common, or one that is everywhere, cannot
            have the same key.
        words: what it does, as the help says.
    """

    keys: list[str] = field(default_factory=list)
    places: set[str] = field(default_factory=set)
    words: str = ""

    def meets(self, other: KnownAction) -> bool:
        """Whether there is a screen with both."""
        return EVERYWHERE in (self.places | other.places) or bool(self.places & other.places)


Actions = Mapping[str, KnownAction]
"""All actions by their ids."""


def keys_in(value: object) -> list[str]:
    """The keys in a value of `[keys]`: "B", "ctrl+b f6", or a list of such; none for another."""
    if isinstance(value, list):
        return [key for part in value for key in keys_in(part)]
    if not isinstance(value, str):
        return []
    words = value.split()
    return [key for word in words for key in ([word] if len(word) == 1 else word.split(",")) if key]


def as_written(wanted: Iterable[tuple[str, object]]) -> dict[str, str]:
    """The first key of each action, as the settings have it, before it is known which count."""
    return {id_: keys[0] for id_, value in wanted if (keys := keys_in(value))}


def flattened(table: Mapping[str, object], before: str = "") -> list[tuple[str, object]]:
    """The ids and values in a table; a dot in an id makes a table of its own in TOML."""
    found: list[tuple[str, object]] = []
    for name, value in table.items():
        if isinstance(value, dict):
            found += flattened(value, f"{before}{name}.")
        else:
            found.append((f"{before}{name}", value))
    return found


def read(
    wanted: Iterable[tuple[str, object]], known: Actions, named: Callable[[str], str | None]
) -> tuple[dict[str, list[str]], list[str]]:
    """The keys that actions get, and a clause for each line that does not count, without a stop.

    `named`: a key as the program calls it; None if there is no such key.
    """
    given: dict[str, list[str]] = {}
    faults: list[str] = []
    for id_, value in wanted:
        keys = keys_in(value)
        wrong = next((key for key in keys if named(key) is None), None)
        if id_ not in known:
            faults.append(f"there is no action {id_}{_guess(id_, known)}")
        elif not keys:
            faults.append(f"{id_} has no key")
        elif wrong is not None:
            faults.append(f"{id_} has {wrong}, which is no key")
        else:
            given[id_] = [name for key in keys if (name := named(key))]
    while clash := _clash(given, known):
        id_, key, other = clash
        del given[id_]
        faults.append(f"{id_} wants {key}, which {other} has")
    return given, faults


def sentence(file: object, faults: Collection[str]) -> str:
    """One sentence for what is wrong in `[keys]`; empty if nothing is."""
    if not faults:
        return ""
    return f"[keys] in {file}: {'; '.join(faults)}. All other keys count."


def _guess(id_: str, known: Actions) -> str:
    close = difflib.get_close_matches(id_, known, 1)
    return f" (did you mean {close[0]}?)" if close else ""


def _clash(given: dict[str, list[str]], known: Actions) -> tuple[str, str, str] | None:
    """The last action that was given another's key: it, the key, and the other; None: none was."""
    for id_ in reversed(given):
        for other, action in known.items():
            if other == id_ or not action.meets(known[id_]):
                continue
            for key in given[id_]:
                shared = key in known[id_].keys and key in action.keys
                if key in given.get(other, action.keys) and not shared:
                    return id_, key, other
    return None
