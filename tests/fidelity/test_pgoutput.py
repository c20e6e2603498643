"""The decoder of the log: what Postgres encodes is what is decoded, and nothing else does harm."""

from __future__ import annotations

import contextlib
import struct

from hypothesis import given
from hypothesis import strategies as st

from medtui.local.realtime.pgoutput import Decoder, Malformed, RowChange

TEXTS = st.none() | st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=20)


def tuple_data(values: list[str | None]) -> bytes:
    parts = [struct.pack("!H", len(values))]
    for value in values:
        if value is None:
            parts.append(b"n")
        else:
            data = value.encode()
            parts.append(b"t" + struct.pack("!I", len(data)) + data)
    return b"".join(parts)


def relation(width: int) -> bytes:
    columns = b"".join(
        bytes([n == 0]) + f"c{n}".encode() + b"\x00" + struct.pack("!II", 25, 0)
        for n in range(width)
    )
    return b"R" + struct.pack("!I", 7) + b"public\x00t\x00d" + struct.pack("!H", width) + columns


@given(st.lists(TEXTS, min_size=1, max_size=5))
def test_rows_are_decoded_as_they_were_encoded(values: list[str | None]) -> None:
    decoder = Decoder()
    decoder.decode(relation(len(values)))
    expected = {f"c{n}": value for n, value in enumerate(values)}
    head = struct.pack("!I", 7)
    for kind, mark, name in (
        (b"I", b"N", "INSERT"),
        (b"U", b"N", "UPDATE"),
        (b"D", b"K", "DELETE"),
    ):
        change = decoder.decode(kind + head + mark + tuple_data(values))
        assert isinstance(change, RowChange)
        assert (change.kind, change.values) == (name, expected)
    old = tuple_data(["old"] * len(values))
    change = decoder.decode(b"U" + head + b"K" + old + b"N" + tuple_data(values))
    assert isinstance(change, RowChange)
    assert change.values == expected, "not its old key"


@given(st.binary(max_size=60), st.integers(0, 60))
def test_no_bytes_do_worse_than_being_malformed(noise: bytes, cut: int) -> None:
    decoder = Decoder()
    decoder.decode(relation(2))
    for data in (noise, b"I" + noise, b"U\x00\x00\x00\x07" + noise, relation(3)[:cut]):
        with contextlib.suppress(Malformed):
            decoder.decode(data)
