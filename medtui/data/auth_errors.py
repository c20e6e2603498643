"""The error and sentence for each of the auth server's refusals, by GoTrue's error code.

The list is GoTrue's own, with codes about ways to sign in that medtui lacks, as a server can be
set up to demand them. For a code that is newer than this list, the answer's status decides
(`medtui.data.error_mapping`).
"""

from __future__ import annotations

from dataclasses import dataclass

from medtui.data.errors import (
    DataError,
    Invalid,
    NotAllowed,
    NotSignedIn,
    TooOften,
    Unreachable,
)

LOGIN_ENDED = "Your login has ended: sign in again to go on."


@dataclass(frozen=True, slots=True)
class Refusal:
    """The error for some codes: its class, its sentence, and the field that is wrong."""

    kind: type[DataError]
    sentence: str
    field: str | None = None

    def error(self, seconds: float | None = None) -> DataError:
        """The error; `seconds` is how long the server asks to wait, if it says so."""
        if issubclass(self.kind, Invalid):
            return self.kind(self.sentence, field=self.field)
        if issubclass(self.kind, TooOften):
            return self.kind(self.sentence, seconds=seconds)
        return self.kind(self.sentence)


class NeedsConfirmation(NotSignedIn):
    """The account exists, but its e-mailed code was not entered yet."""

    title = "One step is missing"


class NeedsCode(NotAllowed):
    """The server asks for an e-mailed code before it does this."""

    title = "One step is missing"


class SamePassword(Invalid):
    """The new password is the one that the account has already."""


class CodeSent(TooOften):
    """A code was sent so recently that no other is sent yet: that one can be entered."""


class NeedsPassword(Invalid):
    """The server asks for the present password before it does this."""

    title = "One step is missing"


class WrongDigits(Invalid):
    """The digits are not those that the app of the second factor shows now."""


_WEB = "medtui cannot do that: use the platform's web client, or ask your administrator."
_FACTOR = (
    "This account is protected by a second factor of a kind that medtui does not know: "
    "use the platform's web client for this."
)
_HOOK = "A rule of this server has failed: try again in a moment, or tell your administrator."
_TROUBLE = "The server has a problem and could not do this: try again in a moment."
_AGAIN = "The server lost track of this sign-in: start it again."

_TABLE: dict[tuple[str, ...], Refusal] = {
    # Accounts and credentials
    ("invalid_credentials",): Refusal(
        Invalid,
        "E-mail and password do not match: try again, or create an account if you are new.",
        "password",
    ),
    ("email_not_confirmed", "provider_email_needs_verification"): Refusal(
        NeedsConfirmation, "Enter the code that was e-mailed to you to finish signing up."
    ),
    ("user_already_exists", "email_exists", "identity_already_exists", "conflict"): Refusal(
        Invalid, "This e-mail already has an account: sign in instead, or use another.", "email"
    ),
    ("email_address_invalid", "email_address_not_provided"): Refusal(
        Invalid, "The server does not accept this e-mail address: check it.", "email"
    ),
    ("email_address_not_authorized",): Refusal(
        Invalid,
        "This server sends e-mails only to its own team: ask your administrator to set up e-mail.",
        "email",
    ),
    ("validation_failed", "bad_json"): Refusal(
        Invalid, "The server does not accept this e-mail or password: check them.", "email"
    ),
    ("user_banned",): Refusal(NotAllowed, "This account is blocked: ask your administrator."),
    # Passwords and codes
    ("weak_password",): Refusal(Invalid, "This password is too weak: choose another.", "password"),
    ("same_password",): Refusal(
        SamePassword, "This is already your password: choose another.", "password"
    ),
    ("current_password_required",): Refusal(
        NeedsPassword, "This server also asks for your current password: enter it.", "present"
    ),
    ("current_password_invalid", "current_password_mismatch"): Refusal(
        NeedsPassword, "This is not your current password: try again.", "present"
    ),
    ("otp_expired", "reauthentication_not_valid", "bad_code_verifier"): Refusal(
        Invalid, "This code is wrong or too old: check it, or send a new one.", "code"
    ),
    ("otp_disabled",): Refusal(
        Invalid,
        "The server sends no code to this e-mail: check it, or sign in with your password.",
        "email",
    ),
    ("reauthentication_needed", "reauth_nonce_missing"): Refusal(
        NeedsCode, "The server needs to be sure it is you: enter the code that it e-mails."
    ),
    # Features that the server has switched off
    ("signup_disabled",): Refusal(
        NotAllowed, "This server does not accept sign-ups: ask your administrator for an account."
    ),
    ("email_provider_disabled",): Refusal(
        NotAllowed,
        "This server does not accept e-mail and password, and medtui has no other "
        "way to sign in: ask your administrator.",
    ),
    ("captcha_failed",): Refusal(
        NotAllowed,
        "This server asks for a captcha, which a terminal cannot show: "
        "ask your administrator to switch it off.",
    ),
    ("user_sso_managed",): Refusal(
        NotAllowed,
        "Your school or hospital manages this account: change it there, not here.",
    ),
    ("not_admin",): Refusal(NotAllowed, "Only your administrator may do this: ask them."),
    ("invite_not_found",): Refusal(
        NotAllowed, "This invitation is used or too old: ask for a new one."
    ),
    # The second factor
    (
        "mfa_verification_failed",
        "mfa_challenge_expired",
        "mfa_ip_address_mismatch",
        "mfa_factor_not_found",
    ): Refusal(
        WrongDigits,
        "These digits are not current: enter what the app shows now, and check that "
        "your phone's clock is right.",
        "code",
    ),
    ("insufficient_aal",): Refusal(
        NotAllowed,
        "This needs your second factor: sign out and in again, with the digits from your app.",
    ),
    ("mfa_totp_enroll_not_enabled", "mfa_totp_verify_not_enabled"): Refusal(
        NotAllowed,
        "This server does not accept digits from an app: ask your administrator to allow "
        "authenticator apps.",
    ),
    ("too_many_enrolled_mfa_factors", "mfa_factor_name_conflict"): Refusal(
        NotAllowed,
        "The account already has such a second factor: remove that first, or wait five minutes "
        "if you have just begun to set one up.",
    ),
    ("mfa_verification_rejected",): Refusal(
        NotAllowed, "A rule of this server refuses the sign-in: ask your administrator."
    ),
    (
        "mfa_phone_enroll_not_enabled",
        "mfa_phone_verify_not_enabled",
        "mfa_verified_factor_exists",
        "mfa_webauthn_enroll_not_enabled",
        "mfa_webauthn_verify_not_enabled",
    ): Refusal(NotAllowed, _FACTOR),
    (
        "anonymous_provider_disabled",
        "bad_oauth_callback",
        "bad_oauth_state",
        "email_conflict_identity_not_deletable",
        "identity_not_found",
        "manual_linking_disabled",
        "oauth_authorization_not_found",
        "oauth_client_not_found",
        "oauth_client_state_expired",
        "oauth_client_state_not_found",
        "oauth_consent_not_found",
        "oauth_dynamic_client_registration_disabled",
        "oauth_invalid_state",
        "oauth_provider_not_supported",
        "phone_exists",
        "phone_not_confirmed",
        "phone_provider_disabled",
        "provider_disabled",
        "saml_assertion_no_email",
        "saml_assertion_no_user_id",
        "saml_entity_id_mismatch",
        "saml_idp_already_exists",
        "saml_idp_not_found",
        "saml_metadata_fetch_failed",
        "saml_provider_disabled",
        "saml_relay_state_expired",
        "saml_relay_state_not_found",
        "single_identity_not_deletable",
        "sms_send_failed",
        "sso_domain_already_exists",
        "sso_provider_disabled",
        "sso_provider_not_found",
        "unexpected_audience",
        "web3_provider_disabled",
        "web3_unsupported_chain",
    ): Refusal(NotAllowed, f"This server asks for another way to sign in, and {_WEB}"),
    # Pauses
    ("over_request_rate_limit",): Refusal(
        TooOften, "Too many attempts: wait a little before the next."
    ),
    ("over_email_send_rate_limit", "over_sms_send_rate_limit"): Refusal(
        TooOften, "The server sends no more codes for now: wait a little, then try again."
    ),
    # Errors of the server
    ("flow_state_not_found", "flow_state_expired"): Refusal(Unreachable, _AGAIN),
    (
        "hook_timeout",
        "hook_timeout_after_retry",
        "hook_payload_over_size_limit",
        "hook_payload_invalid_content_type",
    ): Refusal(Unreachable, _HOOK),
    ("request_timeout",): Refusal(
        Unreachable, "The server took too long to do this: try again in a moment."
    ),
    ("unexpected_failure", "unknown"): Refusal(Unreachable, _TROUBLE),
    # Logins that have ended
    (
        "refresh_token_not_found",
        "refresh_token_already_used",
        "session_not_found",
        "session_expired",
        "user_not_found",
        "bad_jwt",
        "invalid_jwt",
        "no_authorization",
    ): Refusal(NotSignedIn, LOGIN_ENDED),
}

REFUSALS: dict[str, Refusal] = {code: each for codes, each in _TABLE.items() for code in codes}
"""The refusal for each code of GoTrue."""

TOKEN_CODES = frozenset(
    {"bad_jwt", "invalid_jwt", "no_authorization", "session_expired", "session_not_found"}
)
"""Codes by which an access token is refused; a fresh one may be accepted."""

_REASONS = {
    "length": "make it longer",
    "characters": "mix letters, digits and signs",
    "pwned": "it is known from a leak, choose another",
}


def weak_password(reasons: object) -> DataError:
    """The error for a weak password, with the known ones of the server's reasons."""
    known = [_REASONS[reason] for reason in _REASONS if reason in _listed(reasons)]
    return Invalid(
        f"This password is too weak: {', '.join(known) or 'choose another'}.", field="password"
    )


def _listed(reasons: object) -> list[object]:
    return list(reasons) if isinstance(reasons, (list, tuple)) else []
