"""Decodes `pgoutput`, the messages of Postgres' logical replication, version 1.

https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
UNCHANGED = object()
"""Stands for a long value that an UPDATE did not touch: the log does not repeat it."""

KINDS = {"I": "INSERT", "U": "UPDATE", "D": "DELETE"}
Value = str | None | object
Values = dict[str, Value]
"""A row's values as Postgres' text, None, or UNCHANGED, by column."""


class Malformed(Exception):
    """Bytes that are no message of pgoutput."""


@dataclass(frozen=True)
class Begin:
    """`xid` is the transaction's, without its epoch."""

    committed_at: datetime
    xid: int


@dataclass(frozen=True)
class Commit:
    pass


@dataclass(frozen=True)
class RelationColumn:
    name: str
    is_key: bool


@dataclass(frozen=True)
class WalRelation:
    """A table as it is from here on in the log."""

    oid: int
    schema: str
    table: str
    columns: tuple[RelationColumn, ...]


@dataclass(frozen=True)
class RowChange:
    """`kind` is INSERT, UPDATE or DELETE; of a row that is gone there are the key's values alone.

    The other columns of a deleted row are None.
    """

    kind: str
    relation: WalRelation
    values: Values


Message = Begin | Commit | WalRelation | RowChange


class Decoder:
    """Decodes messages in the order of the log; remembers the relations it was told of."""

    def __init__(self) -> None:
        self._relations: dict[int, WalRelation] = {}

    def decode(self, data: bytes) -> Message | None:
        """One message; None for a kind that says nothing of rows. Raises Malformed."""
        try:
            return self._decode(_Reader(data))
        except (IndexError, ValueError, KeyError, OverflowError) as error:
            raise Malformed(f"not a message of pgoutput: {error}") from error

    def _decode(self, reader: _Reader) -> Message | None:
        match reader.char():
            case "B":
                reader.number("q")  # the commit's position
                committed_at = EPOCH + timedelta(microseconds=reader.number("q"))
                return Begin(committed_at, reader.number("I"))
            case "C":
                return Commit()
            case "R":
                relation = _relation(reader)
                self._relations[relation.oid] = relation
                return relation
            case "I" | "U" | "D" as kind:
                relation = self._relations[reader.number("I")]
                if reader.char() in "KO" and kind == "U":  # the old key, as it has changed
                    _values(reader, relation)
                    reader.char()
                return RowChange(KINDS[kind], relation, _values(reader, relation))
        return None


def _relation(reader: _Reader) -> WalRelation:
    oid = reader.number("I")
    schema, table = reader.string() or "pg_catalog", reader.string()
    reader.char()  # the replica identity
    columns = []
    for _ in range(reader.number("H")):
        is_key = reader.number("B") == 1
        columns.append(RelationColumn(reader.string(), is_key))
        reader.take(8)  # the type and its modifier
    return WalRelation(oid, schema, table, tuple(columns))


def _values(reader: _Reader, relation: WalRelation) -> Values:
    values: Values = {}
    count = reader.number("H")
    if count != len(relation.columns):
        raise Malformed(f"a row of {count} columns for {len(relation.columns)}")
    for column in relation.columns:
        match reader.char():
            case "n":
                values[column.name] = None
            case "u":
                values[column.name] = UNCHANGED
            case "t":
                values[column.name] = reader.take(reader.number("I")).decode()
            case other:
                raise Malformed(f"a value of the unknown kind {other!r}")
    return values


class _Reader:
    """Reads from left to right. Raises IndexError or ValueError where there is too little."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, length: int) -> bytes:
        taken = self._data[self._at : self._at + length]
        if len(taken) < length:
            raise IndexError("it ends too early")
        self._at += length
        return taken

    def number(self, kind: str) -> int:
        """A number, of the kind that a letter of `struct` names."""
        number: int = struct.unpack(f"!{kind}", self.take(struct.calcsize(f"!{kind}")))[0]
        return number

    def char(self) -> str:
        return self.take(1).decode("ascii")

    def string(self) -> str:
        text = self.take(self._data.index(0, self._at) - self._at)
        self.take(1)  # the null at its end
        return text.decode()
