"""Who has joined which topic, what they tell each other, and who shows up in presence."""

from __future__ import annotations

import json
import secrets
from typing import TYPE_CHECKING, Any
from weakref import WeakValueDictionary

from medtui.local.realtime.frames import VERSIONS, encode

if TYPE_CHECKING:
    from medtui.local.realtime.channel import Channel

Metas = dict[str, dict[str, list[dict[str, Any]]]]
"""Phoenix's shape of presence: by key, the `metas` of everybody who shows up under it."""


class Topic:
    """One topic, as long as anybody has joined it. A private and a public one are two."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.members: dict[Channel, None] = {}
        self._present: dict[Channel, dict[str, Any]] = {}

    def leave(self, channel: Channel) -> None:
        """Remove a member; broadcasts a presence leave."""
        del self.members[channel]
        self.untrack(channel)

    def broadcast(self, payload: str, sender: Channel | None = None) -> None:
        """Send a message, JSON already, to all but the sender who may receive broadcasts."""
        self._send("broadcast", "broadcast", payload, sender)

    def state(self) -> Metas:
        """Everybody in presence."""
        return _grouped(self._present)

    def track(self, channel: Channel, payload: dict[str, Any]) -> None:
        """Show a channel in presence, or change what it shows."""
        before = self._present.get(channel)
        meta = {**payload, "phx_ref": secrets.token_urlsafe(9)}
        if before is not None:
            meta["phx_ref_prev"] = before["phx_ref"]
        self._present[channel] = meta
        self._diff({channel: meta}, {} if before is None else {channel: before})

    def untrack(self, channel: Channel) -> None:
        """Take a channel out of presence, if it was there."""
        meta = self._present.pop(channel, None)
        if meta is not None:
            self._diff({}, {channel: meta})

    def _diff(
        self, joins: dict[Channel, dict[str, Any]], leaves: dict[Channel, dict[str, Any]]
    ) -> None:
        diff = {"joins": _grouped(joins), "leaves": _grouped(leaves)}
        self._send("presence", "presence_diff", json.dumps(diff))

    def _send(
        self, extension: str, event: str, payload: str, sender: Channel | None = None
    ) -> None:
        texts = {version: encode(version, self.name, event, payload) for version in VERSIONS}
        for member in list(self.members):
            if member is not sender and extension in member.receives:
                member.outlet.send(texts[member.outlet.version])


Topics = WeakValueDictionary[tuple[str, bool], Topic]
"""By name, and whether they are private; each as long as a channel has joined it."""


def _grouped(present: dict[Channel, dict[str, Any]]) -> Metas:
    grouped: Metas = {}
    for channel, meta in present.items():
        grouped.setdefault(channel.presence_key, {"metas": []})["metas"].append(meta)
    return grouped
