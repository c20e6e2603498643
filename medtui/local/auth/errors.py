"""GoTrue's errors, in the two shapes that it answers with."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

MODERN = "2024-01-01"
"""The API version from which on an error's `code` is a word instead of the status."""


class AuthError(Exception):
    """An error for the client: status, GoTrue's code, a message, and what else the body has."""

    def __init__(self, status: int, code: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra

    def response(self, request: Request) -> JSONResponse:
        headers = {"x-sb-error-code": self.code}
        version = request.headers.get("x-supabase-api-version", "")
        if version >= MODERN:
            body = {"code": self.code, "message": self.message, **self.extra}
            headers["x-supabase-api-version"] = MODERN
        else:
            body = {
                "code": self.status,
                "error_code": self.code,
                "msg": self.message,
                **self.extra,
            }
        return JSONResponse(body, self.status, headers)


def invalid_credentials() -> AuthError:
    return AuthError(400, "invalid_credentials", "Invalid login credentials")


def validation_failed(message: str) -> AuthError:
    return AuthError(400, "validation_failed", message)


def bad_json() -> AuthError:
    return AuthError(400, "bad_json", "Could not parse request body as JSON")


def otp_expired() -> AuthError:
    return AuthError(403, "otp_expired", "Token has expired or is invalid")


def email_exists() -> AuthError:
    message = "A user with this email address has already been registered"
    return AuthError(422, "email_exists", message)


def bad_jwt(reason: str) -> AuthError:
    return AuthError(403, "bad_jwt", f"invalid JWT: unable to parse or verify signature, {reason}")


def unexpected_failure() -> AuthError:
    message = "Unexpected failure, please check server logs for more information"
    return AuthError(500, "unexpected_failure", message)
