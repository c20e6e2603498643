"""Stores a secret of any length in a keyring that limits the length of a secret.

It is cut into pieces, stored in one of two slots: "LOGIN #a.0", "LOGIN #a.1" … or "LOGIN #b.0"
…; "LOGIN" itself, the head, names the slot in use, the number of pieces, and their digest. A new
secret is written to the other slot, and the head last: whatever ends the program in between
leaves the old secret whole. What is left in the other slot is overwritten next time.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "medtui"
PIECE = 1_000
"""Characters in one secret: Windows' Credential Manager takes 2,560 bytes of UTF-16."""

SLOTS = ("a", "b")
HEAD = re.compile(r"([ab])\.(\d{1,3})\.([0-9a-f]{16})")
READINGS = 5


def read(backend: KeyringBackend, login: str) -> str | None:
    """The secret; None if there is none, or a piece is missing. Raises what backends do."""
    head = None
    for _ in range(READINGS):
        before, head = head, backend.get_password(SERVICE, login)
        found = HEAD.fullmatch(head or "")
        if found is None or before == head:
            return None  # none, or one that was being cleared when its program was killed
        slot, count, digest = found.groups()
        pieces = [backend.get_password(SERVICE, _name(login, slot, i)) for i in range(int(count))]
        secret = "".join(piece or "" for piece in pieces)
        if _digest(secret) == digest:
            return secret
        # Another program has replaced it meanwhile: then the head is another, too.
    return None


def write(backend: KeyringBackend, login: str, secret: str) -> None:
    """Replace the secret. Raises what backends do."""
    found = HEAD.fullmatch(backend.get_password(SERVICE, login) or "")
    before = found[1] if found else None
    slot = "b" if before == "a" else "a"
    pieces = [secret[start : start + PIECE] for start in range(0, len(secret), PIECE)]
    for i, piece in enumerate(pieces):
        backend.set_password(SERVICE, _name(login, slot, i), piece)
    _drop(backend, login, slot, after=len(pieces))
    backend.set_password(SERVICE, login, f"{slot}.{len(pieces)}.{_digest(secret)}")
    for other in SLOTS:
        if other != slot:
            _drop(backend, login, other)


def clear(backend: KeyringBackend, login: str) -> None:
    """Delete the secret: the pieces first, so that none is left without its head."""
    for slot in SLOTS:
        _drop(backend, login, slot)
    if backend.get_password(SERVICE, login) is not None:
        backend.delete_password(SERVICE, login)


def _drop(backend: KeyringBackend, login: str, slot: str, after: int = 0) -> None:
    """Delete a slot's pieces, last first, so that any left over are found next time."""
    end = after
    while backend.get_password(SERVICE, _name(login, slot, end)) is not None:
        end += 1
    for i in reversed(range(after, end)):
        backend.delete_password(SERVICE, _name(login, slot, i))


def _name(login: str, slot: str, number: int) -> str:
    return f"{login} #{slot}.{number}"


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
