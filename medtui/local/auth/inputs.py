"""What clients send to the auth server, checked as GoTrue checks it."""

from __future__ import annotations

import re

from medtui.local.auth.errors import AuthError
from medtui.local.auth.passwords import MAX_BYTES, MIN_LENGTH
from medtui.local.bodies import Json


def email_of(body: Json) -> str:
    """The e-mail address that was sent, in lower case."""
    email = body.get("email")
    valid = r"(?=.{1,255}$)[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+"
    if not isinstance(email, str) or not re.fullmatch(valid, email):
        message = "Unable to validate email address: invalid format"
        raise AuthError("validation_failed", message)
    return email.lower()


def checked(password: object) -> str:
    """The password, if GoTrue would take it as a new one."""
    if not isinstance(password, str):
        raise AuthError("bad_json")
    if len(password) < MIN_LENGTH:
        message = f"Password should be at least {MIN_LENGTH} characters."
        raise AuthError("weak_password", message, weak_password={"reasons": ["length"]})
    if len(password.encode()) > MAX_BYTES:
        raise AuthError(
            "validation_failed", f"Password cannot be longer than {MAX_BYTES} characters"
        )
    return password


def object_of(body: Json, name: str) -> Json:
    """A JSON object among what was sent; empty when it was not sent."""
    value = {} if body.get(name) is None else body[name]
    if not isinstance(value, dict):
        raise AuthError("bad_json")
    return value
