"""Refuses files that are neither a talk nor an assessment, and says what to bring instead."""

from __future__ import annotations

import re
from typing import Any

from medtui.documents.errors import DocumentError
from medtui.documents.fields import clean, has_records, record, text_of

_LFS = re.compile(r"\s*version https://git-lfs\.github\.com/spec/")
_FAILED = {"error", "failed", "failure", "canceled", "cancelled", "expired"}
_PENDING = {"queued", "processing", "in_progress", "running", "pending", "notstarted", "submitted"}
_WORDS = ("text", "transcript", "utterances", "words", "results", "segments", "messages", "turns",
          "result", "output", "transcription", "items")  # fmt: skip
_XML_ERROR = re.compile(r"<(Code|Message|title|faultstring)>([^<]{1,300})</\1>", re.I)


def refuse_text(text: str) -> None:
    """Raise DocumentError for a pointer to a file, and for a service's error message."""
    head = text[:4_000].lstrip("\ufeff \r\n\t")
    if _LFS.match(head):
        raise DocumentError(
            "This is a Git LFS pointer, not the file itself: run git lfs pull and bring the file.",
            title="Only a pointer",
        )
    if head.startswith("/annex/objects/"):
        raise DocumentError(
            "This is a git-annex pointer, not the file itself: run git annex get and bring the"
            " file.",
            title="Only a pointer",
        )
    if head.startswith("<") and re.search(r"<Error>|<\w+:?Fault\b|<ErrorResponse\b", head):
        told = ": ".join(clean(match[2]) for match in _XML_ERROR.finditer(head))
        raise DocumentError(
            f"This is a service's error, not a file ({told or 'it gives no reason'}): download"
            " the file again.",
            title="An error message",
        )


def refuse_value(data: Any) -> None:
    """Raise DocumentError for a service's answer without words: failed, or not finished."""
    if isinstance(data, list) and len(data) == 1:
        data = data[0]
    answer = record(data)
    if not answer or any(_has_words(answer.get(name)) for name in _WORDS):
        return
    status = str(answer.get("status") or answer.get("state") or "").casefold().replace(" ", "")
    reason = _reason(answer)
    if status in _FAILED or (reason and ("error" in answer or "errors" in answer)):
        raise DocumentError(
            f"The transcription failed, and there are no words in this file. The service says:"
            f" {reason or status}. Transcribe the recording again.",
            title="It failed",
        )
    if status in _PENDING:
        raise DocumentError(
            f"The transcription is not finished: its status is {status}. Download it again when"
            " it is.",
            title="Not finished",
        )


def _reason(answer: dict[str, Any]) -> str:
    for name in ("error", "errors", "err_msg", "message", "detail", "failure_reason", "reason"):
        value = answer.get(name)
        if has_records(value):
            value = value[0]
        if isinstance(value, dict):
            value = value.get("message") or value.get("detail") or value.get("code")
        if isinstance(value, (str, list)) and (text := text_of(value)):
            return text[:300].rstrip(". ")
    return ""


def _has_words(value: Any) -> bool:
    return value not in (None, "", [], {})
