"""What a client asks for when it joins a topic."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

PREFIX = "realtime:"


@dataclass(frozen=True)
class JoinConfig:
    """The `config` of a join. What is not of its kind is as if it were not there."""

    private: bool
    acknowledge: bool
    echo: bool
    """Whether its own broadcasts come back to it."""

    presence: bool
    """Whether it wants to know who is there."""

    presence_key: str
    """Under which it shows up; one of its own where it has named none."""

    changes: list[dict[str, Any]]

    @classmethod
    def of(cls, payload: dict[str, Any]) -> JoinConfig:
        """The wishes in the payload of a `phx_join`."""
        config = _section(payload, "config")
        broadcast, presence = _section(config, "broadcast"), _section(config, "presence")
        key, changes = presence.get("key"), config.get("postgres_changes")
        return cls(
            private=_flag(config, "private"),
            acknowledge=_flag(broadcast, "ack"),
            echo=_flag(broadcast, "self"),
            presence=_flag(presence, "enabled", unsaid=True),
            presence_key=key if key and isinstance(key, str) else str(uuid.uuid4()),
            changes=[wanted for wanted in changes if isinstance(wanted, dict)]
            if isinstance(changes, list)
            else [],
        )


def _section(mapping: dict[str, Any], name: str) -> dict[str, Any]:
    section = mapping.get(name)
    return section if isinstance(section, dict) else {}


def _flag(section: dict[str, Any], name: str, *, unsaid: bool = False) -> bool:
    """A boolean, or the word for one; the real one takes both."""
    return str(section.get(name, unsaid)).lower() == "true"
