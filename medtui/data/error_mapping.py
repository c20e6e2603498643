"""Maps the errors of servers and networks to the few `DataError`s that a user can act on.

It goes by error codes, never by HTTP statuses: PostgREST answers an anonymous
refusal with 401, Storage nearly everything with 400. Codes as recorded from
PostgREST 12, GoTrue and the guard of our own migrations (see
`medtui/supabase/README.md`).
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

from medtui.core.profile_fields import PROFILE_FIELDS
from medtui.core.session_fields import FIELDS
from medtui.data import auth_errors
from medtui.data.auth_errors import LOGIN_ENDED
from medtui.data.errors import (
    DataError,
    FileExists,
    Gone,
    Invalid,
    NotAllowed,
    NotSignedIn,
    ServerTooOld,
    TooOften,
    Unreachable,
)

if TYPE_CHECKING:
    from postgrest.exceptions import APIError
    from storage3.exceptions import StorageApiError
    from supabase_auth.errors import AuthError

TOKEN_CODES = frozenset({"PGRST301", "PGRST302", "PGRST303"})
"""PostgREST's codes for a token that is expired, forged, or has refused claims."""

_MISSING_CODES = frozenset({"PGRST202", "PGRST204", "PGRST205", "PGRST106", "42P01", "42703"})

_REFUSED_VALUE = "The server does not accept this value: change it and try again."
_REFUSED_VALUES: dict[str | None, str] = {
    **{field.column: field.refused for field in PROFILE_FIELDS if field.refused},
    **{field.name: field.refused for field in FIELDS if field.refused},
    "candidate_brief": "The server accepts briefs of up to 20,000 characters: change this one.",
    "actor_brief": "The server accepts briefs of up to 20,000 characters: change this one.",
}
"""Sentences for the checks of our migrations, by field."""

LONGEST_WAIT = 3600.0
"""The longest pause that is shown, in seconds, whatever the server says."""

NOT_UNDERSTOOD = (
    "The server's answer could not be understood: sign in to this network if it asks for that, "
    "or check the server's address."
)

_AFTER = re.compile(r"after (\d{1,6}) seconds?")

_KEY_WORDS = re.compile(r"\bAPI key\b|authentication credentials", re.I)
"""Words by which gateways refuse a public key, without a code."""

_TOKEN_WORDS = re.compile(r"\bJW[ST]\b|\"(exp|nbf|iat)\" claim|signature|authorization", re.I)


class TokenRefused(NotSignedIn):
    """The server refuses the access token; refreshing it may help."""


class BucketHidden(ServerTooOld):
    """Storage hides the bucket: it does not exist, or the access token has expired."""


@contextlib.contextmanager
def translated() -> Iterator[None]:
    """Turn what the `supabase` client raises in this block into `DataError`s."""
    import httpx
    from postgrest.exceptions import APIError
    from storage3.exceptions import StorageApiError
    from supabase_auth.errors import AuthError

    try:
        yield
    except APIError as error:
        raise from_postgrest(error) from error
    except StorageApiError as error:
        raise from_storage(error) from error
    except AuthError as error:
        raise from_auth(error) from error
    except httpx.TimeoutException as error:
        raise Unreachable("The server did not answer in time: try again in a moment.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unreachable(
            "The server cannot be reached: check the network and try again."
        ) from error
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise Unreachable(NOT_UNDERSTOOD) from error


def from_postgrest(error: APIError) -> DataError:
    """The error for an answer of PostgREST, or of a proxy in front of it."""
    code, message = error.code or "", error.message or ""
    if code in TOKEN_CODES:
        return TokenRefused(LOGIN_ENDED)
    if code == "42501":
        return NotAllowed(_guarded(error) or "The server does not allow you to do this.")
    if code in _MISSING_CODES:
        return ServerTooOld(
            "This server lacks a part of the platform that medtui needs: "
            "ask your administrator to apply medtui's migrations."
        )
    if code == "23505":
        if "room_url" in message:
            return Invalid(
                "Another session already uses this room link: choose another.", field="room_url"
            )
        return Invalid("This already exists.")
    if code == "23514" or code.startswith("22"):
        field = _column(message)
        return Invalid(_guarded(error) or _REFUSED_VALUES.get(field, _REFUSED_VALUE), field=field)
    if code in ("23502", "23503"):
        return Invalid(
            "Something this refers to is missing: reload and try again.", field=_column(message)
        )
    if code == "429":
        return TooOften("Too many requests: try again in a minute.")
    if code == "401" or (not code and _KEY_WORDS.search(message)):
        return NotAllowed("The server refuses medtui's key: check it in the settings.")
    if _is_strangers(code):
        return Unreachable(NOT_UNDERSTOOD)
    return Unreachable(
        "The server has a problem and could not do this: try again in a moment." + _named(code)
    )


def from_storage(error: StorageApiError) -> DataError:
    """The error for an answer of Storage. Its body's `statusCode` says more than HTTP's."""
    message, status = error.message or "", str(error.status)
    if status in ("400", "401", "403") and _TOKEN_WORDS.search(message):
        return TokenRefused(LOGIN_ENDED)
    match status:
        case "403":
            return NotAllowed("The server does not allow you to do this with a session's files.")
        case "404" if "bucket" in message.lower():
            return BucketHidden(
                "This server keeps no files of sessions: ask your administrator to apply medtui's "
                "migrations."
            )
        case "404":
            return Gone("There is no such file here, or it is not for you to read.")
        case "409":
            return FileExists("There is a file here already: delete it before you upload another.")
        case "413":
            return Invalid("This file is too large for the server.")
        case "415":
            return Invalid("The server does not keep files of this kind here.")
        case "400" if message.startswith("Unable to parse error message"):
            return Unreachable(NOT_UNDERSTOOD)  # the body has the reason
        case "400":
            return Invalid("The server does not accept this file.")
        case "401":
            return NotAllowed("The server refuses medtui's key: check it in the settings.")
        case "429":
            return TooOften("Too many requests: try again in a minute.")
    return Unreachable(
        f"The server has a problem and could not do this: try again in a moment.{_named(status)}"
    )


def from_auth(error: AuthError) -> DataError:
    """The error for an answer of GoTrue."""
    from supabase_auth.errors import AuthRetryableError, AuthWeakPasswordError

    if isinstance(error, AuthWeakPasswordError):
        return auth_errors.weak_password(error.reasons)
    if isinstance(error, AuthRetryableError):
        return Unreachable("The server cannot be reached: check the network and try again.")
    code: str = error.code or ""
    if code in auth_errors.TOKEN_CODES:
        return TokenRefused(LOGIN_ENDED)
    if code == "over_email_send_rate_limit" and _AFTER.search(error.message or ""):
        # The limit of this account; other codes are about the whole server's limit.
        return auth_errors.CodeSent(auth_errors.REFUSALS[code].sentence, seconds=_wait(error))
    if refusal := auth_errors.REFUSALS.get(code):
        return refusal.error(_wait(error))
    # A code that is newer than our list, or none, if a proxy has answered.
    status = getattr(error, "status", None) or _answer(error, "status_code")
    if status == 429:
        return TooOften("Too many attempts: wait a little before the next.", seconds=_wait(error))
    if status in (401, 403) and not code:
        return NotAllowed("The server refuses medtui's key: check it in the settings.")
    if isinstance(status, int) and 400 <= status < 500 and code:
        return NotAllowed(
            "The server refuses this for a reason that this medtui does not know "
            f"({_word(code)}): bring medtui up to date, or ask your administrator."
        )
    if not code and _is_strangers(str(status)):
        return Unreachable(NOT_UNDERSTOOD)
    return Unreachable("The server could not do this: try again in a moment.")


def _is_strangers(status: str) -> bool:
    """Whether a status without a code comes from neither a Supabase nor a proxy in front of one.

    A redirect, a missing page or an unknown method: a later attempt gets the same answer.
    """
    return re.fullmatch("[34]..|501", status) is not None and status != "408"


def _named(code: str) -> str:
    """ " (CODE)" to append for support, or "" if it is no code."""
    return f" ({code})" if re.fullmatch(r"[A-Z0-9]{2,10}", code) else ""


def _guarded(error: APIError) -> str | None:
    """The sentence of our database's guard, which is shown as it is; None for other errors.

    The guard puts a stable word into `hint`; Postgres' own errors have none. A server that is set
    to say little sends no hint: then it is told by being a sentence, which those of Postgres are
    not.
    """
    message, hint = error.message or "", error.hint
    is_ours = re.fullmatch(r"[a-z_]+", hint) if hint else re.fullmatch(r"[A-Z].*\.", message)
    return message if is_ours and message else None


def _column(message: str) -> str | None:
    """The column of a failed check or null, from the constraint's name; None if unknown."""
    match = re.search(
        r"constraint \"(?:medtui|profiles|practice_sessions|session_briefs|cases)_"
        r"(\w+?)(?:_plain|_link)?_check\"|column \"(\w+)\"",
        message,
    )
    column = next((group for group in match.groups() if group), None) if match else None
    return "starts_at" if column == "datetime_utc" else column


def _wait(error: AuthError) -> float | None:
    """Seconds that GoTrue, or a proxy in front of it, asks to wait; None if it does not say.

    GoTrue names it in its message ("…only request this after 42 seconds."), proxies in a
    header, which the client drops; the answer itself hangs on the error's cause.
    """
    headers = _answer(error, "headers") or {}
    said = str(headers.get("retry-after", ""))
    if match := _AFTER.search(error.message or ""):
        wait = float(match[1])
    elif re.fullmatch(r"\d{1,6}", said):
        wait = float(said)
    else:
        try:  # a date; and by the server's clock, as ours may be wrong
            until = parsedate_to_datetime(said) - parsedate_to_datetime(headers.get("date", ""))
        except (ValueError, TypeError):
            return None
        wait = until.total_seconds()
    return min(max(wait, 1.0), LONGEST_WAIT)


def _answer(error: AuthError, name: str) -> Any:
    """An attribute of the HTTP answer that caused the client's error; None without an answer."""
    causes = (error.__cause__, error, getattr(error, "original_error", None))
    answers = (getattr(cause, "response", None) for cause in causes)
    return next((getattr(answer, name) for answer in answers if answer is not None), None)


def _word(code: str) -> str:
    """A server's code, made harmless to show."""
    return "".join(re.findall(r"[a-z0-9_]", code.lower()))[:60] or "unnamed"
