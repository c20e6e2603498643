"""What a client asks for when it joins a topic."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from medtui.local.realtime.pgoutput import RowChange

PREFIX = "realtime:"
_FILTER = re.compile(r"([^=]+)=(\w+)\.(.*)", re.DOTALL)


class Refused(Exception):
    """What is not granted: the code and the message are Realtime's, or Phoenix's without code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}" if code else message)
        self.message = message


class BadFilter(Exception):
    """A binding that cannot be had."""

    def __init__(self, reason: object) -> None:
        super().__init__(f"Unable to subscribe to changes with given parameters: {reason}")


@dataclass(frozen=True)
class Binding:
    """The changes that a channel asks for."""

    event: Literal["*", "INSERT", "UPDATE", "DELETE"] = "*"
    schema: str = "public"
    table: str = "*"
    filter: str | None = None
    select: Any = None

    @cached_property
    def id(self) -> int:
        """Comes back with each change: a digest, as the real one's."""
        wish = json.dumps([self.event, self.schema, self.table, self.filter])
        return int.from_bytes(hashlib.sha256(wish.encode()).digest()[:4]) >> 1

    def terms(self) -> tuple[str, str] | None:
        """Column and value of the filter, which must be equal. Raises BadFilter."""
        if self.select:
            raise BadFilter("The local server does not support `select`")
        if not self.filter:
            return None
        match = _FILTER.fullmatch(self.filter)
        if not match:
            raise BadFilter(f"Error parsing `filter` params: {self.filter}")
        if match[2] != "eq":
            raise BadFilter(f"The local server does not support filters by {match[2]}")
        return match[1], match[3]


@dataclass(frozen=True)
class Subscription:
    """A binding that was checked; `value` is what the log must say of the filter's column."""

    binding: Binding
    column: str | None = None
    value: str | None = None

    def wants(self, change: RowChange) -> bool:
        """Whether it is for this change, by its kind, table and, if there is one, the filter."""
        wanted, relation = self.binding, change.relation
        return (
            wanted.event in ("*", change.kind)
            and wanted.schema in ("*", relation.schema)
            and wanted.table in ("*", relation.table)
            and (self.column is None or change.values.get(self.column) == self.value)
        )


@dataclass(frozen=True)
class BroadcastConfig:
    """`ack`: broadcasts are answered. `echo`: they come back to their sender, too.

    `replication_ready`: it is told when broadcasts from the database will come.
    """

    ack: bool = False
    replication_ready: bool = False
    echo: Annotated[bool, Field(alias="self")] = False


@dataclass(frozen=True)
class PresenceConfig:
    """Whether it wants to know who is there, and under which key it shows up itself."""

    enabled: bool = True
    key: str = ""


@dataclass(frozen=True)
class JoinConfig:
    """The `config` of a join."""

    private: bool = False
    broadcast: BroadcastConfig = BroadcastConfig()
    presence: PresenceConfig = PresenceConfig()
    postgres_changes: list[Binding] = field(default_factory=list)

    @classmethod
    def of(cls, payload: dict[str, Any]) -> JoinConfig:
        """The config in the payload of a `phx_join`. Raises Refused."""
        try:
            return _CONFIG.validate_python(payload.get("config", {}))
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(map(str, ("config", *first["loc"])))
            raise Refused("", f"The join cannot be read: {where}: {first['msg']}") from error


_CONFIG = TypeAdapter(JoinConfig)
