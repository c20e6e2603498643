"""Files of a given size that are as bad for a reader as they can be."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

RECORDED = Path(__file__).parent / "samples" / "transcripts" / "deepgram-utterances.json"
"""A talk as the platform's recorder writes it."""

_TURN = b'{"speaker":"A","start":1.25,"end":2.5,"text":"and then I went home again"}'
_WORD = b'{"word":"hello","start":1.2,"end":1.5,"confidence":0.97,"speaker":0}'
_HEARD = {"word": "hello", "start": 1.25, "end": 1.5, "confidence": 0.970001, "speaker": 0,
          "speaker_confidence": 0.810001, "punctuated_word": "Hello,"}  # fmt: skip
_UTTERANCE = json.dumps(
    {"start": 1.25, "end": 9.5, "confidence": 0.93, "channel": 0, "speaker": 0,
     "transcript": "Hello " * 130, "words": [_HEARD] * 26}
).encode()  # fmt: skip
_TEXT = b'[{"speaker":"a","text":"'

FILLED: dict[str, tuple[bytes, bytes, bytes]] = {
    "lists": (b"[", b"[],", b"[]]"),
    "objects": (b"[", b"{},", b"{}]"),
    "numbers": (b"[", b"1,", b"1]"),
    "floats": (b"[", b"1.5,", b"1]"),
    "short texts": (b"[", b'"a b",', b'"a b"]'),
    "turns": (b"[", _TURN + b",", _TURN + b"]"),
    "words": (
        b'{"results":{"channels":[{"alternatives":[{"words":[',
        _WORD + b",", _WORD + b"]}]}]}}",
    ),
    "one emoji": (
        b'{"results":{"utterances":[' + _UTTERANCE.replace(b"Hello ", "😀 ".encode()) + b",",
        _UTTERANCE + b",", _UTTERANCE + b"]}}",
    ),
    "one text": (_TEXT, b"word ", b'"}]'),
    "one word": (_TEXT, b"a", b'"}]'),
    "odd spaces": (_TEXT, b"a \\n", b'"}]'),
    "escapes": (_TEXT, b"\\u001b", b'"}]'),
    "surrogates": (_TEXT, b"\\ud800 ", b'"}]'),
    "emoji": (_TEXT, "😀 ".encode(), b'"}]'),
    "brackets": (b"", b"[", b""),
    "quotes": (b"", b'"', b""),
    "lines": (b"", b"Doctor: How are you?\n", b""),
    "stamps": (b"", b"[00:12] a: b\n", b""),
    "no lines": (b"", b"word ", b""),
    "captions": (b"WEBVTT\n\n", b"00:00:01.000 --> 00:00:02.000\nA: hi\n\n", b""),
    "no captions": (b"WEBVTT\n\n", b"00:00\n", b""),
    "strengths": (b'{"strengths":[', b'"Kind to all",', b'"x"]}'),
    "criteria": (b'{"criteria":[', b'{"text":"Greets","met":true},', b'{"text":"x"}]}'),
    "prose": (b'{"dimensions":[],"overall_feedback":"', b"Well done; ", b'"}'),
    "fences": (b'{"result":"', b"```json\\n{", b'"}'),
    "json lines": (b"", b'{"speaker":"a","text":"b c"}\n', b""),
}  # fmt: skip
"""A beginning, what is repeated, and an end."""

MADE: dict[str, Callable[[int], bytes]] = {
    "deep": lambda size: b"[" * (size // 2) + b"]" * (size // 2),
    "spaces": lambda size: b"Doctor: x" + b" " * (size - 20) + b"y",
    "keys": lambda size: b"{" + b",".join(b'"k%d":1' % n for n in range(size // 14)) + b"}",
    "keys of lists": lambda size: (
        b"{" + b",".join(b'"k%d":[]' % n for n in range(size // 14)) + b"}"
    ),
    "late names": lambda size: b"Not yet.\n" * (size // 9 - 5) + b"\nAnn: Hi.\nBo: Hi.\n" * 2,
    "encoded again": lambda size: json.dumps(extreme("turns", size * 4 // 5).decode()).encode(),
}

NAMES = [*FILLED, *MADE]


def extreme(name: str, size: int) -> bytes:
    """One of them, of about this size."""
    if name in MADE:
        return MADE[name](size)
    head, part, tail = FILLED[name]
    return head + part * ((size - len(head) - len(tail)) // len(part)) + tail


def long_talk(turns: int) -> str:
    """A talk of so many turns, as the platform's recorder writes it."""
    data = json.loads(RECORDED.read_text())
    few = data["results"]["utterances"][:3]
    data["results"]["utterances"] = [
        {**few[n % 3], "speaker": n // 3 % 2, "start": n // 3 * 3.0, "end": n // 3 * 3.0 + 2}
        for n in range(turns)
    ]
    return json.dumps(data)
