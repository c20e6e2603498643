"""Who has joined which topic, what they tell each other, and who shows up in presence."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakValueDictionary

from medtui.local.limiter import Limiter
from medtui.local.realtime.frames import VERSIONS, encode

EXTENSIONS = frozenset({"broadcast", "presence"})
Shown = dict["Member", dict[str, Any]]
Metas = dict[str, dict[str, list[dict[str, Any]]]]
"""Phoenix's shape of presence: by key, the `metas` of all members that show up under it."""


class MemberSocket(Protocol):
    """A client's websocket, as far as its channels use it."""

    version: str
    messages: Limiter

    def send(self, text: str) -> None: ...
    def drop(self, channel: Member) -> None: ...


@dataclass(eq=False)
class Member:
    """What a topic knows of a channel that has joined it."""

    topic: str
    outlet: MemberSocket
    presence_key: str
    receives: frozenset[str] = EXTENSIONS
    """Of broadcast and presence; on a private topic what the policies grant."""


class Topic:
    """One topic, as long as a channel has joined it. A private and a public one are two."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[Member, None] = {}
        self._present: Shown = {}

    def leave(self, channel: Member) -> None:
        """Remove a member; broadcasts a presence leave."""
        del self.members[channel]
        self.untrack(channel)

    def broadcast(self, payload: str, sender: Member | None = None) -> None:
        """Send a message, JSON already, to all but the sender who may receive broadcasts."""
        self._send("broadcast", "broadcast", payload, sender)

    def state(self) -> Metas:
        """What all members show in presence."""
        return _grouped(self._present)

    def track(self, channel: Member, payload: dict[str, Any]) -> None:
        """Show a channel in presence, or change what it shows."""
        before = self._present.get(channel)
        meta = {**payload, "phx_ref": secrets.token_urlsafe(9)}
        if before is not None:
            meta["phx_ref_prev"] = before["phx_ref"]
        self._present[channel] = meta
        self._diff({channel: meta}, {} if before is None else {channel: before})

    def untrack(self, channel: Member) -> None:
        """Take a channel out of presence, if it was there."""
        meta = self._present.pop(channel, None)
        if meta is not None:
            self._diff({}, {channel: meta})

    def _diff(self, joins: Shown, leaves: Shown) -> None:
        diff = {"joins": _grouped(joins), "leaves": _grouped(leaves)}
        self._send("presence", "presence_diff", json.dumps(diff))

    def _send(self, extension: str, event: str, payload: str, sender: Member | None = None) -> None:
        texts = {version: encode(version, self.name, event, payload) for version in VERSIONS}
        for member in list(self.members):
            if member is not sender and extension in member.receives:
                member.outlet.send(texts[member.outlet.version])


Topics = WeakValueDictionary[tuple[str, bool], Topic]
"""By name, and whether they are private; each as long as a channel has joined it."""


def _grouped(present: Shown) -> Metas:
    grouped: Metas = {}
    for channel, meta in present.items():
        grouped.setdefault(channel.presence_key, {"metas": []})["metas"].append(meta)
    return grouped
