"""Decodes `pgoutput`, the messages of Postgres' logical replication, version 1.

https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
UNCHANGED = object()
"""Stands for a long value that an UPDATE did not touch: the log does not repeat it."""

KINDS = {"I": "INSERT", "U": "UPDATE", "D": "DELETE"}
Values = dict[str, str | object | None]
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
class WalRelation:
    """A table as it is from here on in the log; `key` is the first column of its identity."""

    oid: int
    schema: str
    table: str
    columns: tuple[str, ...]
    key: str | None


@dataclass(frozen=True)
class RowChange:
    """`kind` is INSERT, UPDATE or DELETE; of a row that is gone there are the key's values alone.

    The other columns of a deleted row are None.
    """

    kind: str
    relation: WalRelation
    values: Values


class Decoder:
    """Decodes messages in the order of the log; remembers the relations it was told of."""

    def __init__(self) -> None:
        self._relations: dict[int, WalRelation] = {}

    def decode(self, data: bytes) -> Begin | Commit | RowChange | None:
        """One message; None for a kind that says nothing of rows. Raises Malformed."""
        try:
            return self._decode(_Reader(data))
        except (IndexError, ValueError, KeyError, OverflowError, struct.error) as error:
            raise Malformed(f"not a message of pgoutput: {error}") from error

    def _decode(self, reader: _Reader) -> Begin | Commit | RowChange | None:
        match reader.char():
            case "B":
                _position, microseconds, xid = reader.numbers("qqI")
                return Begin(EPOCH + timedelta(microseconds=microseconds), xid)
            case "C":
                return Commit()
            case "R":
                relation = _relation(reader)
                self._relations[relation.oid] = relation
            case "I" | "U" | "D" as kind:
                [oid] = reader.numbers("I")
                relation = self._relations[oid]
                if reader.char() in "KO" and kind == "U":  # the old key, as it has changed
                    _values(reader, relation)
                    reader.char()
                return RowChange(KINDS[kind], relation, _values(reader, relation))
        return None


def _relation(reader: _Reader) -> WalRelation:
    [oid] = reader.numbers("I")
    schema, table = reader.string() or "pg_catalog", reader.string()
    _identity, count = reader.numbers("BH")
    columns: dict[str, bool] = {}
    for _ in range(count):
        [is_key] = reader.numbers("?")
        columns[reader.string()] = is_key
        reader.numbers("Ii")  # the type and its modifier
    key = next((name for name, is_key in columns.items() if is_key), None)
    return WalRelation(oid, schema, table, tuple(columns), key)


def _values(reader: _Reader, relation: WalRelation) -> Values:
    values: Values = {}
    [count] = reader.numbers("H")
    if count != len(relation.columns):
        raise Malformed(f"a row of {count} columns for {len(relation.columns)}")
    for column in relation.columns:
        match reader.char():
            case "n":
                values[column] = None
            case "u":
                values[column] = UNCHANGED
            case "t":
                [length] = reader.numbers("I")
                values[column] = reader.take(length).decode()
            case other:
                raise Malformed(f"a value of the unknown kind {other!r}")
    return values


class _Reader:
    """Reads from left to right. Raises IndexError or ValueError where there is too little."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 0

    def take(self, length: int) -> bytes:
        taken = self._data[self._at : self._at + length]
        if len(taken) < length:
            raise IndexError("it ends too early")
        self._at += length
        return taken

    def numbers(self, kinds: str) -> tuple[Any, ...]:
        """Numbers, each of the kind that a letter of `struct` names."""
        return struct.unpack(f"!{kinds}", self.take(struct.calcsize(f"!{kinds}")))

    def char(self) -> str:
        return self.take(1).decode("ascii")

    def string(self) -> str:
        text = self.take(self._data.index(0, self._at) - self._at)
        self.take(1)  # the null at its end
        return text.decode()
