"""Checks the key, the tables, our migrations, and who may read what."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from medtui.core.api_keys import claims_of, is_secret
from medtui.core.profile_fields import PROFILE_COLUMNS
from medtui.core.session_fields import FIELDS, KEPT_SEATS, NOTES
from medtui.data.connection import BROADCAST, DELETION, NIL, WAITING
from medtui.data.doctor.address import ServerAnswer
from medtui.data.doctor.finding import Finding, failed, note, ok
from medtui.data.server_address import json_object

if TYPE_CHECKING:
    import httpx

TABLES = {
    "profiles": ",".join(PROFILE_COLUMNS),
    "cases": "id,category,domain",
    "practice_sessions": ",".join(
        field.column for field in FIELDS if not (field.level > 1 or field.needs_login)
    )
    + (
        ",created_at,"
        "host:profiles!practice_sessions_host_id_fkey(user_id),"
        "guest:profiles!practice_sessions_guest_id_fkey(user_id),"
        "case:cases!practice_sessions_case_id_fkey(id)"
    ),
}
"""The public columns of each table, and the keys between them."""

DEPLOY = "Apply medtui's migrations: supabase --workdir medtui db push."

WITHOUT = (
    (DELETION, "users cannot delete their accounts"),
    (WAITING, "users cannot wait for a seat"),
    (BROADCAST, "for hundreds of viewers changes come late"),
    (NOTES, "sessions have no notes"),
    (KEPT_SEATS, "shared screens call a seat free that is kept for a person"),
)
"""What is not there on a server below a level, the lowest first."""


def key(text: str, answer: ServerAnswer) -> Finding:
    """The line `key`: whether it is public, of this project, and not expired."""
    if not text:
        return failed("key", "There is none.", "Set SUPABASE_ANON_KEY, or choose the server again.")
    if is_secret(text):
        return failed(
            "key",
            "This is the secret key, which may do everything.",
            "Put the public one in its place (anon or publishable), and make a new secret one.",
        )
    claims = claims_of(text)
    expires = claims.get("exp")
    if isinstance(expires, int | float) and expires < datetime.now(UTC).timestamp():
        day = datetime.fromtimestamp(expires, UTC)
        return failed("key", f"It has expired on {day:%d %B %Y}.", "Copy the project's new one.")
    if answer.status in (401, 403):
        return failed("key", "The server refuses it.", "Copy the project's public key again.")
    kind = "anon, of the older kind" if claims else "publishable"
    return ok("key", f"It is the public one ({kind}).")


async def tables(http: httpx.AsyncClient, url: str) -> Finding:
    """The line `tables`: whether those of the data model are there, with columns and keys."""
    wrong = []
    for table, columns in TABLES.items():
        response = await http.get(
            f"{url}/rest/v1/{table}", params={"select": columns, "limit": "0"}
        )
        if response.is_success:
            continue
        body = json_object(response.text)
        match body.get("code"):
            case "42P01" | "PGRST205":
                wrong.append(f"there is no {table}")
            case "42703":
                wrong.append(f"{table}: {body.get('message')}")
            case "PGRST200":
                wrong.append(f"{table} lacks a key to profiles or cases")
            case "42501":
                wrong.append(f"no user may read {table}")
            case code:
                wrong.append(f"{table} cannot be read ({code or response.status_code})")
    if wrong:
        return failed("tables", f"{'; '.join(wrong)}.", DEPLOY)
    return ok("tables", "Profiles, sessions and cases are as the data model says.")


async def migrations(http: httpx.AsyncClient, url: str) -> tuple[Finding, bool | None]:
    """The line `migrations`, and whether the server has ours; None if it does not say."""
    rest = f"{url}/rest/v1"
    asked = await http.post(f"{rest}/rpc/session_case", json={"session_id": NIL})
    code = json_object(asked.text).get("code")
    if code == "PGRST202":
        return note(
            "migrations",
            "The data model's alone: guests cannot leave, profiles cannot be changed, and this "
            "server does not protect briefs and links: other clients can read them.",
            DEPLOY,
        ), False
    if not asked.is_success and code != "42501":  # it exists, but may not be called without a login
        return failed(
            "migrations",
            f"The server does not say which ones it has ({code or asked.status_code}).",
            "Try again in a moment.",
        ), None
    missing = []
    if (await http.post(f"{rest}/rpc/server_time", json={})).status_code != 200:
        missing.append("server_time")
    column = await http.get(
        f"{rest}/practice_sessions", params={"select": "stage_since", "limit": "0"}
    )
    if not column.is_success:
        missing.append("stage_since")
    if missing:
        return failed(
            "migrations", f"The second one is there in part: {' and '.join(missing)} lacks.", DEPLOY
        ), True
    level = await http.post(f"{rest}/rpc/medtui_level", json={})
    if level.status_code != 200:
        return note(
            "migrations",
            "The newest is missing: no seat is kept for the next round of a meeting, and no "
            "self-assessment can be uploaded.",
            DEPLOY,
        ), True
    level_ = int(level.text)
    if missing := [words for needed, words in WITHOUT if level_ < needed]:
        which = "The last is" if len(missing) == 1 else "Newer ones are"
        return note("migrations", f"{which} missing: {missing[0]}.", DEPLOY), True
    return ok("migrations", "All are there."), True


async def policies(
    http: httpx.AsyncClient, url: str, *, is_complete: bool, token: str | None
) -> Finding:
    """The line `policies`: what strangers, and signed-in users, can read but should not.

    Checked by reading alone: who may write cannot be checked without writing.
    """
    lax = []
    rest = f"{url}/rest/v1"

    async def reads(table: str, column: str, bearer: str | None = None) -> bool:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        params = {"select": column, "limit": "1"}
        response = await http.get(f"{rest}/{table}", params=params, headers=headers)
        # With column grants it is refused; without them, only returned rows prove access.
        is_open = is_complete or response.text.strip() not in ("[]", "")
        return bool(response.is_success) and is_open

    if await reads("cases", "actor_brief") or await reads("cases", "candidate_brief"):
        lax.append("anybody can read the cases' briefs")
    if is_complete:
        if await reads("practice_sessions", "room_url"):
            lax.append("anybody can read room links")
        asked = await http.post(f"{rest}/rpc/session_case", json={"session_id": NIL})
        if asked.is_success:
            lax.append("anybody can call session_case")
        if token and await reads("cases", "actor_brief", token):
            lax.append("every signed-in user can read the cases' briefs")
    if await _is_public(http, url):
        lax.append("anybody can read transcripts and assessments")
    if lax:
        return failed(
            "policies",
            f"They are laxer than they should be: {'; '.join(lax)}.",
            "Look through the database's own policies and grants. " + DEPLOY,
        )
    seen = "a stranger and by you" if token else "a stranger"
    return ok("policies", f"Nothing is open that should not be, as seen by {seen}.")


async def _is_public(http: httpx.AsyncClient, url: str) -> bool:
    """Whether the bucket gives files without a key: then the answer misses the file only."""
    response = await http.get(f"{url}/storage/v1/object/public/assessments/{NIL}/none.json")
    said: Any = json_object(response.text)
    return bool(said.get("message") == "Object not found")
