"""Users: what clients send of them, their rows, and what clients are shown of them."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from uuid import UUID, uuid4, uuid5

from psycopg.rows import DictRow

from medtui.local.auth.errors import AuthError
from medtui.local.bodies import Json
from medtui.local.connection import Db, one, the_one

PROVIDER: Json = {"provider": "email", "providers": ["email"]}

# A user has one way to sign in here, so its identity needs no row: its id follows from the user's.
_IDENTITIES = UUID("9b2f5c52-3a1b-4d0e-9f57-6a1c8e0b7d21")

_TIMES = ("created_at", "updated_at", "email_confirmed_at", "last_sign_in_at", "banned_until")
_SHOWN = ("id", "email", *_TIMES)


def email_of(body: Json) -> str:
    """The e-mail address that was sent, in lower case."""
    email = body.get("email")
    valid = r"(?=.{1,255}$)[^@\s\x00-\x1f\x7f]+@[^@\s\x00-\x1f\x7f]+"
    if not isinstance(email, str) or not re.fullmatch(valid, email):
        message = "Unable to validate email address: invalid format"
        raise AuthError("validation_failed", message)
    return email.lower()


def object_of(body: Json, name: str) -> Json:
    """A JSON object among what was sent; empty when it was not sent."""
    value = {} if body.get(name) is None else body[name]
    if not isinstance(value, dict):
        raise AuthError("bad_json")
    return value


async def by_email(db: Db, email: str) -> DictRow | None:
    return await one(db, "select * from auth.users where email = %s", email)


async def locked(db: Db, user_id: UUID) -> DictRow:
    """The user's row, which no one else changes before the transaction's end."""
    return await the_one(db, "select * from auth.users where id = %s for update", user_id)


async def update(db: Db, user: DictRow, **values: object) -> DictRow:
    """Set columns of a user's row (their names are ours), and return it."""
    columns = "".join(f"{name} = %s, " for name in values)
    query = f"update auth.users set {columns}updated_at = now() where id = %s returning *"  # noqa: S608
    return await the_one(db, query, *values.values(), user["id"])


async def create(db: Db, email: str, hashed: str, *, confirmed: bool, data: Json) -> DictRow | None:
    """A new user's row; None when the e-mail has one already."""
    query = """
        insert into auth.users
          (email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
        values (%s, %s, case when %s then now() end, %s, %s)
        on conflict (email) do nothing returning *
    """
    return await one(db, query, email, hashed, confirmed, json.dumps(PROVIDER), json.dumps(data))


def merged(old: Json, new: Json) -> str:
    """Metadata after a change: a null takes the key away."""
    return json.dumps({key: value for key, value in {**old, **new}.items() if value is not None})


def refuse_banned(user: DictRow, status: int = 0) -> None:
    """Raises AuthError for a user who is banned."""
    if user["banned_until"] is not None and user["banned_until"] > datetime.now(UTC):
        raise AuthError("user_banned", status=status)


async def factors_of(db: Db, user: DictRow) -> list[Json]:
    """The user's second factors, as GoTrue shows them."""
    query = (
        b"select id, friendly_name, factor_type, status, created_at, updated_at"
        b" from auth.mfa_factors where user_id = %s order by created_at"
    )
    return await (await db.execute(query, [user["id"]])).fetchall()


async def shown(db: Db, user: DictRow) -> Json:
    """GoTrue's user, with their second factors."""
    factors = await factors_of(db, user)
    return as_json(user) | ({"factors": factors} if factors else {})


def as_json(user: DictRow) -> Json:
    """GoTrue's user."""
    confirmed_at = user["email_confirmed_at"]
    identity = {
        "identity_id": uuid5(_IDENTITIES, str(user["id"])),
        "id": user["id"],
        "user_id": user["id"],
        "identity_data": {
            "sub": user["id"],
            "email": user["email"],
            "email_verified": confirmed_at is not None,
        },
        "provider": "email",
        "created_at": user["created_at"],
    }
    shown = {
        "aud": "authenticated",
        "role": "authenticated",
        "app_metadata": user["raw_app_meta_data"],
        "user_metadata": user["raw_user_meta_data"],
        "identities": [identity],
        "confirmed_at": confirmed_at,
        "new_email": user["email_change"],
    } | {name: user[name] for name in _SHOWN}
    return {name: value for name, value in shown.items() if value is not None}


def nobody(email: str, data: Json) -> Json:
    """A user that does not exist, in place of one that must not be told: without identities."""
    now = datetime.now(UTC)
    row: DictRow = dict.fromkeys((*_SHOWN, "email_change"))
    row |= {"id": uuid4(), "email": email, "created_at": now, "updated_at": now}
    row |= {"raw_app_meta_data": PROVIDER, "raw_user_meta_data": data}
    return as_json(row) | {"identities": []}
