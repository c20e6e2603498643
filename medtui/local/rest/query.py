"""What is asked, as plain data: the parsed query string, whatever it is then run on."""

from __future__ import annotations

from dataclasses import dataclass, field

PLAIN_EMBEDS = 4
"""So many embedded resources, none of them in another, are nothing out of the ordinary."""


@dataclass(frozen=True, slots=True)
class Column:
    """A selected column; `*` for all of them."""

    name: str
    alias: str | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """`column operator value`; `value` is a tuple for `in`, a keyword for `is`."""

    column: str
    operator: str
    value: str | tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Logic:
    """A tree of conditions: all of them (`and`), or any (`or`)."""

    operator: str
    operands: tuple[Condition | Logic, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    column: str
    direction: str = ""
    nulls: str = ""


@dataclass(slots=True)
class Query:
    """What is asked of one table, or of one that is embedded in it; of that, no order or page."""

    columns: list[Column] = field(default_factory=list)
    embeds: list[Embed] = field(default_factory=list)
    filters: list[Condition] = field(default_factory=list)
    logic: list[Logic] = field(default_factory=list)
    order: list[Order] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0

    @property
    def is_costly(self) -> bool:
        """Whether Postgres may have much to do: what is embedded has rows for each row of ours."""
        nested = any(embed.query.embeds for embed in self.embeds)
        return nested or len(self.embeds) > PLAIN_EMBEDS


@dataclass(slots=True)
class Embed:
    """A resource joined along a foreign key, shown under `alias` or its own name."""

    resource: str
    alias: str | None
    hint: str | None
    inner: bool
    query: Query

    @property
    def key(self) -> str:
        return self.alias or self.resource


@dataclass(frozen=True, slots=True)
class Parameters:
    """A whole query string."""

    query: Query
    columns: tuple[str, ...] | None  # Of a body, those that count.
    on_conflict: tuple[str, ...] | None
