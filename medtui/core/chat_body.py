"""The words in the body of a chat completion, as the servers that speak that protocol send it.

Servers differ: some stream although they are not asked to, some put what a model has thought beside
its words, and some put all that it says there.
"""

from __future__ import annotations

import json
from typing import Any

MOST_CHUNKS = 100_000


class NoChat(ValueError):
    """A body that is no answer of such a server. `is_fault`: it tells of an error of its own."""

    def __init__(self, *, is_fault: bool = False) -> None:
        super().__init__()
        self.is_fault = is_fault


def words_in(body: bytes) -> str:
    """What the model says; "" if it says nothing. Raises NoChat."""
    try:
        if body.lstrip()[:5] in (b"data:", b"event") or body.lstrip()[:1] == b":":
            return _streamed(body)
        told = json.loads(body)
        if not isinstance(told, dict) or not told.get("choices"):
            raise NoChat(is_fault=isinstance(told, dict) and bool(told.get("error")))
        return _said(told["choices"][0]["message"])
    except NoChat:
        raise
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError) as error:
        raise NoChat from error


def _streamed(body: bytes) -> str:
    """The words of all chunks. A chunk with the usage alone has no choices."""
    words: list[str] = []
    thoughts: list[str] = []
    is_chat = False
    for line in body.splitlines()[:MOST_CHUNKS]:
        if not line.startswith(b"data:") or line[5:].strip() in (b"", b"[DONE]"):
            continue
        told = json.loads(line[5:])
        if told.get("error"):
            raise NoChat(is_fault=True)
        is_chat = is_chat or "choices" in told
        for choice in told.get("choices", ())[:1]:
            part = choice.get("delta") or choice.get("message") or {}
            words.append(_text(part.get("content")))
            thoughts.append(_thought(part))
    if not is_chat:
        raise NoChat
    return "".join(words) if any(each.strip() for each in words) else "".join(thoughts)


def _said(message: dict[str, Any]) -> str:
    """A message's words; where it has none, what was thought: some servers put all of it there."""
    if not {"content", "reasoning_content", "reasoning"} & message.keys():
        raise NoChat
    words = _text(message.get("content"))
    return words if words.strip() else _thought(message)


def _thought(message: dict[str, Any]) -> str:
    told = (message.get("reasoning_content"), message.get("reasoning"))
    return next((text for text in told if isinstance(text, str)), "")


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(part["text"] for part in content if part.get("type") == "text")
    if content is not None and not isinstance(content, str):
        raise NoChat
    return content or ""
