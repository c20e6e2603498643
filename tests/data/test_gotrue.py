"""Every code that the auth server is known to answer is one sentence that says what to do."""

from __future__ import annotations

import re
from typing import Any, get_args

import httpx
import pytest
from supabase_auth.errors import AuthApiError, AuthWeakPasswordError, ErrorCode
from supabase_auth.helpers import handle_exception

from medtui.data import (
    CodeSent,
    DataError,
    Invalid,
    NeedsCode,
    NeedsConfirmation,
    NeedsPassword,
    NotAllowed,
    NotSignedIn,
    TooOften,
    Unreachable,
)
from medtui.data.auth_errors import REFUSALS, SamePassword, WrongDigits
from medtui.data.error_mapping import LONGEST_WAIT, TokenRefused, from_auth

NEWER = {
    *("current_password_invalid", "current_password_required", "email_address_not_provided"),
    *("oauth_authorization_not_found", "oauth_client_not_found", "oauth_client_state_expired"),
    *("oauth_client_state_not_found", "oauth_consent_not_found", "oauth_invalid_state"),
    *("oauth_dynamic_client_registration_disabled", "refresh_token_already_used"),
    *("refresh_token_not_found", "session_expired", "sso_provider_disabled", "unknown"),
    *("web3_provider_disabled", "web3_unsupported_chain"),
}
"""What servers answer and the client's own list does not have."""

NOT_FOR_PEOPLE = re.compile(
    r"token|JWT|nonce|OTP|AAL|MFA|OAuth|SAML|SSO|hook|GoTrue|session|\b\w+_\w+\b|[45]\d\d", re.I
)


def answer(
    status: int, body: Any, headers: dict[str, str] | None = None, *, text: str = ""
) -> DataError:
    """The error for an HTTP answer, as the client raises it."""
    request = httpx.Request("POST", "http://localhost/auth/v1/x")
    content: dict[str, Any] = {"text": text} if text else {"json": body}
    response = httpx.Response(status, headers=headers, request=request, **content)
    try:
        try:
            response.raise_for_status()
        except httpx.HTTPStatusError as error:
            raise handle_exception(error) from error
    except Exception as error:
        return from_auth(error)  # type: ignore[arg-type]
    raise AssertionError


def said(code: str, status: int = 400, message: str = "…") -> DataError:
    return answer(status, {"code": status, "error_code": code, "msg": message})


@pytest.mark.parametrize("code", sorted({*get_args(ErrorCode), *NEWER}))
def test_every_code_is_a_sentence_of_its_own(code: str) -> None:
    assert code in REFUSALS
    error = said(code)
    assert re.fullmatch(r"[A-Zm].{20,140}[.]", error.message), "one line, and an end"
    assert not NOT_FOR_PEOPLE.search(error.message), "in words that are not for programs"
    # What to do stands behind a colon, or is all there is.
    assert re.search(r": [a-z]|^Enter", error.message), error.message


@pytest.mark.parametrize(
    ("code", "kind", "field"),
    [
        ("invalid_credentials", Invalid, "password"),
        ("email_not_confirmed", NeedsConfirmation, None),
        ("user_already_exists", Invalid, "email"),
        ("email_exists", Invalid, "email"),
        ("email_address_invalid", Invalid, "email"),
        ("email_address_not_authorized", Invalid, "email"),
        ("validation_failed", Invalid, "email"),
        ("same_password", SamePassword, "password"),
        ("current_password_required", NeedsPassword, "present"),
        ("current_password_invalid", NeedsPassword, "present"),
        ("otp_expired", Invalid, "code"),
        ("reauthentication_not_valid", Invalid, "code"),
        ("otp_disabled", Invalid, "email"),
        ("reauthentication_needed", NeedsCode, None),
        ("signup_disabled", NotAllowed, None),
        ("user_banned", NotAllowed, None),
        ("captcha_failed", NotAllowed, None),
        ("insufficient_aal", NotAllowed, None),
        ("mfa_verification_failed", WrongDigits, "code"),
        ("provider_disabled", NotAllowed, None),
        ("over_request_rate_limit", TooOften, None),
        ("over_email_send_rate_limit", TooOften, None),
        ("over_sms_send_rate_limit", TooOften, None),
        ("flow_state_expired", Unreachable, None),
        ("hook_timeout", Unreachable, None),
        ("request_timeout", Unreachable, None),
        ("unexpected_failure", Unreachable, None),
        ("refresh_token_not_found", NotSignedIn, None),
        ("refresh_token_already_used", NotSignedIn, None),
        ("user_not_found", NotSignedIn, None),
        ("session_not_found", TokenRefused, None),
        ("session_expired", TokenRefused, None),
        ("bad_jwt", TokenRefused, None),
        ("no_authorization", TokenRefused, None),
    ],
)
def test_a_code_is_one_of_our_errors(code: str, kind: type[DataError], field: str | None) -> None:
    error = said(code)
    assert type(error) is kind
    assert getattr(error, "field", None) == field


@pytest.mark.parametrize("code", [c for c in get_args(ErrorCode) if "mfa" in c or "aal" in c])
def test_a_second_factor_is_named_as_such(code: str) -> None:
    error = said(code)
    assert isinstance(error, NotAllowed | WrongDigits)
    assert re.search("second factor|app|rule of this server", error.message)


def test_a_newer_code_is_named_and_not_taken_for_a_fault_of_the_network() -> None:
    error = said("something_newer\x1b[2J[red]" + "x" * 500, 422)
    assert isinstance(error, NotAllowed)
    assert "(something_newer2jredx" in error.message, "harmless, as far as it is a word"
    assert len(error.message) < 250
    assert isinstance(said("something_newer", 500), Unreachable)


@pytest.mark.parametrize(
    ("status", "body", "headers", "kind", "seconds"),
    [
        (429, {"error_code": "over_email_send_rate_limit",
               "msg": "For security purposes, you can only request this after 42 seconds."},
         {}, TooOften, 42),
        (429, {"error_code": "over_request_rate_limit", "msg": "Request rate limit reached"},
         {"retry-after": "17"}, TooOften, 17),
        (429, {"error_code": "over_request_rate_limit", "msg": "Request rate limit reached"},
         {"retry-after": "Tue, 26 Nov 2030 18:05:30 GMT", "date": "Tue, 26 Nov 2030 18:04:00 GMT"},
         TooOften, 90),
        (429, {"error_code": "over_request_rate_limit", "msg": "…"},
         {"retry-after": "999999"}, TooOften, LONGEST_WAIT),
        (429, {"error_code": "over_request_rate_limit", "msg": "…"},
         {"retry-after": "soon"}, TooOften, None),
        (429, {"error_code": "over_email_send_rate_limit", "msg": "email rate limit exceeded"},
         {}, TooOften, None),
        (429, {"message": "slow down"}, {"retry-after": "5"}, TooOften, 5),
        (429, "<html>", {"retry-after": "5"}, TooOften, 5),
    ],
)  # fmt: skip
def test_a_pause_is_as_long_as_the_server_says(
    status: int, body: Any, headers: dict[str, str], kind: type[DataError], seconds: float | None
) -> None:
    text = body if isinstance(body, str) else ""
    error = answer(status, body, headers, text=text)
    assert isinstance(error, kind)
    assert isinstance(error, TooOften)
    assert error.seconds == seconds


def test_a_code_that_was_just_sent_is_told_from_a_server_that_has_sent_too_many() -> None:
    words = "For security purposes, you can only request this after 42 seconds."
    assert type(said("over_email_send_rate_limit", 429, words)) is CodeSent
    assert type(said("over_email_send_rate_limit", 429, "email rate limit exceeded")) is TooOften
    assert type(said("over_request_rate_limit", 429, words)) is TooOften


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, {"message": "Invalid API key"}, NotAllowed),
        (403, {"message": "no"}, NotAllowed),
        (502, "<html>bad gateway", Unreachable),
        (503, {"msg": "down"}, Unreachable),
        (504, "", Unreachable),
        (500, "<html>", Unreachable),
        (418, ["a", "list"], Unreachable),
    ],
)
def test_what_stands_before_the_auth_server_is_understood_too(
    status: int, body: Any, kind: type[DataError]
) -> None:
    error = answer(status, body, text=body if isinstance(body, str) and body else "")
    assert type(error) is kind


@pytest.mark.parametrize(
    ("reasons", "words"),
    [
        (["length"], "make it longer."),
        (["pwned", "length"], "make it longer, it is known from a leak, choose another."),
        (["length", "characters"], "make it longer, mix letters, digits and signs."),
        ([], "choose another."),
        (["\x1b[2J[red]new"], "choose another."),
        ({}, "choose another."),
        (None, "choose another."),
    ],
)
def test_a_weak_password_says_what_is_weak(reasons: Any, words: str) -> None:
    error = from_auth(AuthWeakPasswordError("weak", 422, reasons))
    assert isinstance(error, Invalid)
    assert (error.field, error.message) == ("password", f"This password is too weak: {words}")


def test_the_servers_own_words_are_not_repeated() -> None:
    hostile = "\x1b[2J[red]click here[/]"
    for code in REFUSALS:
        assert "click" not in from_auth(AuthApiError(hostile, 400, code)).message  # type: ignore[arg-type]
