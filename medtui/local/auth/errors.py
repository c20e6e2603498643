"""GoTrue's errors, in the shape that clients ask for."""

from __future__ import annotations

from typing import Any

from starlette.responses import JSONResponse

API_VERSION = "2024-01-01"
"""The one that all clients ask for: an error's `code` is a word instead of the status."""


class AuthError(Exception):
    """An error for the client: status, GoTrue's code, a message, and what else the body has."""

    def __init__(self, status: int, code: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.extra = extra

    def response(self) -> JSONResponse:
        body = {"code": self.code, "message": self.message, **self.extra}
        headers = {"x-sb-error-code": self.code, "x-supabase-api-version": API_VERSION}
        return JSONResponse(body, self.status, headers)


def invalid_credentials() -> AuthError:
    return AuthError(400, "invalid_credentials", "Invalid login credentials")


def rate_limited() -> AuthError:
    return AuthError(429, "over_request_rate_limit", "Request rate limit reached")


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
    return AuthError(403, "bad_jwt", f"invalid JWT: {reason}")
