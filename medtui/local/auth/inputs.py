"""What clients send to the auth server, checked as GoTrue checks it."""

from __future__ import annotations

import json
import re
from typing import Any

from starlette.requests import Request

from medtui.local.auth.errors import AuthError, bad_json, validation_failed
from medtui.local.auth.passwords import MAX_BYTES, MIN_LENGTH

Body = dict[str, Any]

MAX_BODY = 1024 * 1024


async def body_of(request: Request) -> Body:
    """The JSON object that was sent; empty when nothing was."""
    raw = b""
    async for chunk in request.stream():
        raw += chunk
        if len(raw) > MAX_BODY:
            raise AuthError(413, "validation_failed", "Request body is too large")
    if not raw:
        return {}
    try:
        parsed = json.loads(raw)
        # Half a surrogate pair is no text that a database keeps.
        json.dumps(parsed, ensure_ascii=False).encode()
    except (ValueError, RecursionError) as error:
        raise bad_json() from error
    if not isinstance(parsed, dict):
        raise bad_json()
    return parsed


def email_of(body: Body) -> str:
    """The e-mail address that was sent, in lower case."""
    email = body.get("email")
    if not isinstance(email, str) or not email:
        raise validation_failed("An email address is required")
    if len(email) > 255:
        raise validation_failed("An email address is too long")
    if not re.fullmatch(r"[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+", email):
        raise validation_failed("Unable to validate email address: invalid format")
    return email.lower()


def checked(password: object) -> str:
    """The password, if GoTrue would take it as a new one."""
    if not isinstance(password, str):
        raise bad_json()
    if len(password) < MIN_LENGTH:
        raise AuthError(
            422,
            "weak_password",
            f"Password should be at least {MIN_LENGTH} characters.",
            weak_password={"reasons": ["length"]},
        )
    if len(password.encode()) > MAX_BYTES:
        raise validation_failed(f"Password cannot be longer than {MAX_BYTES} characters")
    return password


def object_of(body: Body, name: str) -> Body:
    """A JSON object among what was sent; empty when it was not sent."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_json()
    return value
