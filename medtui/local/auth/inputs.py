"""What clients send to the auth server, checked as GoTrue checks it."""

from __future__ import annotations

import re

from starlette.requests import Request

from medtui.local.auth.errors import AuthError, bad_json, validation_failed
from medtui.local.auth.passwords import MAX_BYTES, MIN_LENGTH
from medtui.local.bodies import Json, json_object


async def body_of(request: Request) -> Json:
    """The JSON object that was sent; empty when nothing was."""
    try:
        return await json_object(request)
    except ValueError as error:
        raise bad_json() from error


def email_of(body: Json) -> str:
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
        message = f"Password should be at least {MIN_LENGTH} characters."
        raise AuthError(422, "weak_password", message, weak_password={"reasons": ["length"]})
    if len(password.encode()) > MAX_BYTES:
        raise validation_failed(f"Password cannot be longer than {MAX_BYTES} characters")
    return password


def object_of(body: Json, name: str) -> Json:
    """A JSON object among what was sent; empty when it was not sent."""
    value = body.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise bad_json()
    return value
