"""What goes over the wire: Phoenix's frames, in both versions that the clients speak.

1.0.0 (Python) is an object; 2.0.0 (supabase-js) an array, and its broadcasts come as bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import BeforeValidator, TypeAdapter

from medtui.local.bodies import loads

VERSIONS = ("1.0.0", "2.0.0")
USER_BROADCAST_PUSH = 3  # The kind of the bytes that a 2.0.0 client sends for a broadcast.

Payload = Annotated[
    dict[str, Any], BeforeValidator(lambda value: value if isinstance(value, dict) else {})
]
Ref = Annotated[str | None, BeforeValidator(lambda ref: ref and str(ref)[:64])]


class BadFrame(Exception):
    """Bytes that are no frame of this version."""


@dataclass(frozen=True)
class ClientMessage:
    topic: str
    event: str
    payload: Payload = field(default_factory=dict)
    ref: Ref = None
    join_ref: Ref = None


_MESSAGE = TypeAdapter(ClientMessage)


def decode(data: str | bytes, version: str) -> ClientMessage:
    """One frame of a client. Raises BadFrame."""
    try:
        if isinstance(data, bytes):
            return _broadcast(data)
        read = loads(data)
        if version != "1.0.0":
            names = ("join_ref", "ref", "topic", "event", "payload")
            read = dict(zip(names, read, strict=True))
        message = _MESSAGE.validate_python(read)
        (message.topic + message.event).encode()  # half a surrogate is no text
        return message
    except (ValueError, TypeError, IndexError) as error:
        raise BadFrame(f"not a frame of {version}: {error}") from error


def encode(
    version: str, topic: str, event: str, payload: str, ref: Ref = None, join_ref: Ref = None
) -> str:
    """One frame of ours; `payload` is JSON already, as many may be sent the same."""
    head, tail, answered = json.dumps(topic), json.dumps(event), json.dumps(ref)
    if version == "1.0.0":
        # Clients insist on the key `ref` being there, null where the frame is no answer.
        return f'{{"topic": {head}, "event": {tail}, "payload": {payload}, "ref": {answered}}}'
    return f"[{json.dumps(join_ref)}, {answered}, {head}, {tail}, {payload}]"


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
    message = {"type": "broadcast", "event": event, "payload": loads(data[at:])}
    return ClientMessage(topic, "broadcast", message, ref or None, join_ref or None)
