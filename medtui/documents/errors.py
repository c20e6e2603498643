"""The error for a document that cannot be read."""

from __future__ import annotations


class DocumentError(Exception):
    """A file cannot be read; `message` is one sentence: what is wrong, where, what to do next."""

    title = "It cannot be read"

    def __init__(self, message: str, *, title: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        if title is not None:
            self.title = title
