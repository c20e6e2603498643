"""Each code that a server is recorded to answer becomes an error that says what to do."""

from __future__ import annotations

import httpx
import pytest
from postgrest.exceptions import APIError
from storage3.exceptions import StorageApiError
from supabase_auth.errors import AuthApiError, AuthRetryableError
from supabase_auth.helpers import handle_exception

from medtui.data import (
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
from medtui.data.error_mapping import (
    TokenRefused,
    from_auth,
    from_postgrest,
    from_storage,
    translated,
)


def postgrest(code: str, message: str = "", hint: str | None = None) -> DataError:
    return from_postgrest(APIError({"code": code, "message": message, "hint": hint}))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("PGRST301", NotSignedIn),
        ("PGRST303", NotSignedIn),
        ("42501", NotAllowed),
        ("PGRST202", ServerTooOld),
        ("PGRST205", ServerTooOld),
        ("42P01", ServerTooOld),
        ("42703", ServerTooOld),
        ("22P02", Invalid),
        ("23514", Invalid),
        ("23503", Invalid),
        ("429", TooOften),
        ("401", NotAllowed),
        ("500", Unreachable),
        ("502", Unreachable),
        ("57014", Unreachable),
        ("PGRST999", Unreachable),
    ],
)
def test_postgrest(code: str, error: type[DataError]) -> None:
    assert type(postgrest(code)) is error or isinstance(postgrest(code), error)


@pytest.mark.parametrize("status", ["301", "403", "404", "405", "501"])
def test_what_is_no_supabase_is_not_in_trouble(status: str) -> None:
    answer = httpx.Response(int(status), text="<html>", request=httpx.Request("POST", "http://x"))
    cause = httpx.HTTPStatusError("…", request=answer.request, response=answer)
    error = handle_exception(cause)
    error.__cause__ = cause  # as the client raises it
    assert "check the server's address" in postgrest(status).message
    if status != "403":  # at this door, that is a gateway's word about the key
        assert "check the server's address" in from_auth(error).message


@pytest.mark.parametrize(
    "said", ["Invalid API key", "No API key found in request", "Invalid authentication credentials"]
)
def test_what_a_gateway_says_of_the_key_is_about_the_key(said: str) -> None:
    error = from_postgrest(APIError({"message": said, "hint": "Double check it."}))
    assert isinstance(error, NotAllowed)
    assert "refuses medtui's key" in error.message


def test_a_room_link_in_use_blames_its_field() -> None:
    error = postgrest(
        "23505", 'duplicate key value violates unique constraint "practice_sessions_room_url_key"'
    )
    assert isinstance(error, Invalid)
    assert error.field == "room_url"


@pytest.mark.parametrize(
    ("table", "check", "field", "words"),
    [
        ("profiles", "medtui_first_name_check", "first_name", "names of 1 to 100"),
        ("profiles", "profiles_first_name_check", "first_name", "names of 1 to 100"),
        ("practice_sessions", "medtui_room_url_check", "room_url", "https link"),
        ("practice_sessions", "practice_sessions_room_url_check", "room_url", "https link"),
        ("practice_sessions", "medtui_room_url_link_check", "room_url", "https link"),
        ("profiles", "medtui_first_name_plain_check", "first_name", "names of 1 to 100"),
        ("session_briefs", "session_briefs_actor_brief_check", "actor_brief", "20,000"),
        ("session_briefs", "medtui_actor_brief_plain_check", "actor_brief", "20,000"),
        ("practice_sessions", "medtui_datetime_utc_check", "starts_at", "another time"),
        ("practice_sessions", "practice_sessions_mood_check", "mood", "does not accept"),
        ("practice_sessions", "something else", None, "does not accept"),
    ],
)
def test_a_check_blames_the_field_of_its_column(
    table: str, check: str, field: str | None, words: str
) -> None:
    message = f'new row for relation "{table}" violates check constraint "{check}"'
    error = postgrest("23514", message)
    assert isinstance(error, Invalid)
    assert error.field == field
    assert words in error.message


def test_what_our_guard_says_is_shown_and_what_postgres_says_is_not() -> None:
    ours = postgrest("42501", "This session began too long ago.", "too_late")
    theirs = postgrest("42501", 'permission denied for table "practice_sessions"')
    assert ours.message == "This session began too long ago."
    assert "practice_sessions" not in theirs.message


def test_a_refused_sign_in_and_an_unreachable_server_read_differently() -> None:
    refused = from_auth(AuthApiError("…", 400, "invalid_credentials"))
    away = from_auth(AuthRetryableError("…", 0))
    assert type(refused) is not type(away)
    assert refused.message != away.message


@pytest.mark.parametrize(
    "failure", [httpx.ConnectError("x"), httpx.ReadTimeout("x"), httpx.RemoteProtocolError("x")]
)
def test_a_failing_network_is_unreachable(failure: Exception) -> None:
    with pytest.raises(Unreachable), translated():
        raise failure


@pytest.mark.parametrize(
    ("status", "code", "message", "error"),
    [
        ("403", "Unauthorized", "new row violates row-level security policy", NotAllowed),
        ("403", "Unauthorized", "Access denied", NotAllowed),
        ("403", "Unauthorized", '"exp" claim timestamp check failed', TokenRefused),
        ("403", "Unauthorized", "JWS Protected Header is invalid", TokenRefused),
        ("403", "Unauthorized", "signature verification failed", TokenRefused),
        ("400", "InvalidJWT", "jwt expired", TokenRefused),
        ("400", "Error", "headers must have required property 'authorization'", TokenRefused),
        ("404", "not_found", "Object not found", Gone),
        ("404", "Bucket not found", "Bucket not found", ServerTooOld),
        ("409", "Duplicate", "The resource already exists", FileExists),
        ("400", "InvalidKey", "Invalid key: a\x1b[2Jb", Invalid),
        ("413", "Payload too large", "The object exceeded the maximum allowed size", Invalid),
        ("415", "invalid_mime_type", "mime type text/html is not supported", Invalid),
        ("429", "too_many_connections", "Too many connections", TooOften),
        ("500", "Internal", "Internal Server Error", Unreachable),
        ("544", "DatabaseTimeout", "The connection to the database timed out", Unreachable),
        (401, "InternalError", 'Unable to parse error message: {"message":"x"}', NotAllowed),
        (502, "InternalError", "Unable to parse error message: <html>", Unreachable),
        (400, "InternalError", 'Unable to parse error message: {"statusC', Unreachable),
    ],
)
def test_storage(status: str | int, code: str, message: str, error: type[DataError]) -> None:
    translated_ = from_storage(StorageApiError(message, code, status))
    assert isinstance(translated_, error)
    assert message not in translated_.message, "the server's own words are not for people"
