"""What goes over the wire: Phoenix's frames, in both versions that the clients speak.

1.0.0 (Python) is an object; 2.0.0 (supabase-js) an array, and its broadcasts come as bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from medtui.local.bodies import loads

VERSIONS = ("1.0.0", "2.0.0")
USER_BROADCAST_PUSH = 3
"""The kind of the bytes that a 2.0.0 client sends for a broadcast."""


class BadFrame(Exception):
    """Bytes that are no frame of this version."""


@dataclass(frozen=True)
class ClientMessage:
    topic: str
    event: str
    payload: dict[str, Any]
    ref: str | None
    join_ref: str | None


def decode(data: str | bytes, version: str) -> ClientMessage:
    """One frame of a client. Raises BadFrame."""
    try:
        if isinstance(data, bytes):
            return _broadcast(data)
        read = loads(data)
        if version == "1.0.0":
            fields = [read.get(name) for name in ("join_ref", "ref", "topic", "event", "payload")]
        else:
            fields = read
        join_ref, ref, topic, event, payload = fields
        if not (isinstance(topic, str) and isinstance(event, str)):
            raise BadFrame("a frame without topic or event")
        topic.encode(), event.encode()  # half a surrogate is no text
    except (ValueError, TypeError, AttributeError, IndexError) as error:
        raise BadFrame(f"not a frame of {version}: {error}") from error
    return ClientMessage(
        topic, event, payload if isinstance(payload, dict) else {}, _text(ref), _text(join_ref)
    )


def encode(
    version: str,
    topic: str,
    event: str,
    payload: str,
    ref: str | None = None,
    join_ref: str | None = None,
) -> str:
    """One frame of ours; `payload` is JSON already, as many may be sent the same."""
    head, tail = json.dumps(topic), json.dumps(event)
    if version == "1.0.0":
        # Clients insist on the key `ref` being there, null where the frame is no answer.
        return (
            f'{{"topic": {head}, "event": {tail}, "payload": {payload}, "ref": {json.dumps(ref)}}}'
        )
    return f"[{json.dumps(join_ref)}, {json.dumps(ref)}, {head}, {tail}, {payload}]"


def _broadcast(data: bytes) -> ClientMessage:
    """A 2.0.0 client's broadcast: lengths, texts, then the payload. Raises ValueError and such."""
    kind, *lengths, is_json = data[:7]
    if kind != USER_BROADCAST_PUSH or not is_json:
        raise BadFrame("bytes that are no broadcast of JSON")
    texts, at = [], 7
    for length in lengths:
        texts.append(data[at : at + length].decode())
        at += length
    join_ref, ref, topic, event, _metadata = texts
    payload = loads(data[at:])
    message = {"type": "broadcast", "event": event, "payload": payload}
    return ClientMessage(topic, "broadcast", message, ref or None, join_ref or None)


def _text(ref: object) -> str | None:
    return None if ref is None else str(ref)[:64]
