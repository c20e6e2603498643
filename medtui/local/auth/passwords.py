"""Passwords, hashed with Argon2id: slow and memory-hard, so always in a thread."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import argon2

from medtui.local.auth.errors import AuthError

MIN_LENGTH, MAX_BYTES = 6, 72  # GoTrue's limits: what fits here fits a hosted project.

# OWASP's second choice (19 MiB, two passes): a laptop in a teaching room checks 24 people's
# passwords at once without running out of memory.
_HASHER = argon2.PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)

# Threads of their own, no more than cores: a rush of sign-ins waits for itself alone.
AT_A_TIME = os.cpu_count() or 1
_THREADS = ThreadPoolExecutor(AT_A_TIME, thread_name_prefix="passwords")


def checked(password: object) -> str:
    """The password, if GoTrue would take it as a new one."""
    if not isinstance(password, str):
        raise AuthError("bad_json")
    if len(password) < MIN_LENGTH:
        message = f"Password should be at least {MIN_LENGTH} characters."
        raise AuthError("weak_password", message, weak_password={"reasons": ["length"]})
    if len(password.encode()) > MAX_BYTES:
        message = f"Password cannot be longer than {MAX_BYTES} characters"
        raise AuthError("validation_failed", message)
    return password


def hash_password(password: str) -> str:
    """The password's Argon2id hash, as a PHC string. Takes some 20 ms."""
    return _HASHER.hash(password)


async def hashed(password: str) -> str:
    """As `hash_password`, without blocking the loop."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, hash_password, password)


async def matches(password: str, hashed: str | None) -> bool:
    """Whether the password is the hashed one. For a user who does not exist it takes as long."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, _matches, password, hashed)


def _matches(password: str, hashed: str | None) -> bool:
    try:
        return _HASHER.verify(hashed or _nobody(), password) and hashed is not None
    except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
        return False


@cache
def _nobody() -> str:
    return hash_password("")
