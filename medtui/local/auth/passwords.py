"""Passwords, hashed with Argon2id: slow and memory-hard, so always in a thread."""

from __future__ import annotations

import asyncio
from functools import cache

import argon2

# OWASP's second choice (19 MiB, two passes): a laptop in a teaching room checks 24 people's
# passwords at once without running out of memory.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)


def hash_password(password: str) -> str:
    """The password's Argon2id hash, as a PHC string. Takes some 20 ms."""
    return _HASHER.hash(password)


async def matches(password: str, hashed: str | None) -> bool:
    """Whether the password is the hashed one. For a user who does not exist it takes as long."""
    return await asyncio.to_thread(_matches, password, hashed)


def _matches(password: str, hashed: str | None) -> bool:
    try:
        return _HASHER.verify(hashed or _nobody(), password) and hashed is not None
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return hash_password("")
