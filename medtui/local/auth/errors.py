"""GoTrue's errors, in the shape that clients ask for."""

from __future__ import annotations

from typing import Any

from medtui.local.bodies import RefusedRequest

API_VERSION = "2024-01-01"
"""The one that all clients ask for: an error's `code` is a word instead of the status."""

ERRORS = {
    "bad_json": (400, "Could not parse request body as JSON"),
    "bad_jwt": (403, "invalid JWT"),
    "email_exists": (422, "A user with this email address has already been registered"),
    "email_not_confirmed": (400, "Email not confirmed"),
    "insufficient_aal": (403, "AAL2 session is required"),
    "invalid_credentials": (400, "Invalid login credentials"),
    "mfa_challenge_expired": (422, "MFA challenge has expired, create a new challenge."),
    "mfa_factor_name_conflict": (422, "A factor of this user has this friendly name already"),
    "mfa_factor_not_found": (404, "Factor not found"),
    "mfa_phone_enroll_not_enabled": (422, "MFA enroll is disabled for Phone"),
    "mfa_verification_failed": (422, "Invalid TOTP code entered"),
    "no_authorization": (401, "This endpoint requires a valid Bearer token"),
    "not_admin": (403, "User not allowed"),
    "otp_disabled": (422, "Signups not allowed for otp"),
    "otp_expired": (403, "Token has expired or is invalid"),
    "over_email_send_rate_limit": (429, "For security purposes, this must wait."),
    "over_request_rate_limit": (429, "Request rate limit reached"),
    "reauthentication_needed": (400, "Password update requires reauthentication"),
    "reauthentication_not_valid": (422, "Nonce has expired or is invalid"),
    "refresh_token_already_used": (400, "Invalid Refresh Token: Already Used"),
    "refresh_token_not_found": (400, "Invalid Refresh Token: Refresh Token Not Found"),
    "same_password": (422, "New password should be different from the old password."),
    "session_not_found": (403, "Session from session_id claim in JWT does not exist"),
    "too_many_enrolled_mfa_factors": (422, "Maximum number of factors reached, unenroll first"),
    "unexpected_failure": (500, "Unexpected failure, please check server logs"),
    "user_already_exists": (422, "User already registered"),
    "user_banned": (400, "User is banned"),
    "user_not_found": (403, "User from sub claim in JWT does not exist"),
    "validation_failed": (400, "The request is not valid"),
    "weak_password": (422, "Password should be longer"),
}
"""GoTrue's codes: the status of each, and what it says unless there is more to say."""


class AuthError(RefusedRequest):
    """An error for the client: GoTrue's code, and where they differ from its usual ones a message,
    the status, and what else the body has.
    """

    def __init__(self, code: str, message: str = "", *, status: int = 0, **extra: Any) -> None:
        usual_status, usual_message = ERRORS[code]
        body = {"code": code, "message": message or usual_message, **extra}
        headers = {"x-sb-error-code": code, "x-supabase-api-version": API_VERSION}
        super().__init__(status or usual_status, body, headers)
        self.code = code
