"""Users: their rows, and what clients are shown of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from psycopg.rows import DictRow

from medtui.local.auth.db import Db, one

JsonObject = dict[str, Any]

PROVIDER: JsonObject = {"provider": "email", "providers": ["email"]}

# A user has one way to sign in here, so its identity needs no row: its id follows from the user's.
_IDENTITIES = UUID("9b2f5c52-3a1b-4d0e-9f57-6a1c8e0b7d21")


async def by_email(db: Db, email: str) -> DictRow | None:
    return await one(db, "select * from auth.users where email = %s", email)


async def create(
    db: Db,
    email: str,
    hashed: str,
    *,
    confirmed: bool,
    data: JsonObject,
    app: JsonObject | None = None,
    user_id: UUID | None = None,
) -> DictRow | None:
    """A new user's row; None when the e-mail has one already."""
    return await one(
        db,
        """
        insert into auth.users
          (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data)
        values (%s, %s, %s, case when %s then now() end, %s, %s)
        on conflict (email) do nothing returning *
        """,
        user_id or uuid4(),
        email,
        hashed,
        confirmed,
        json.dumps(PROVIDER | (app or {})),
        json.dumps(data),
    )


def merged(old: JsonObject, new: JsonObject) -> str:
    """Metadata after a change: a null takes the key away."""
    return json.dumps({key: value for key, value in {**old, **new}.items() if value is not None})


def is_banned(user: DictRow) -> bool:
    return user["banned_until"] is not None and user["banned_until"] > datetime.now(UTC)


def as_json(user: DictRow) -> JsonObject:
    """GoTrue's user. RFC 3339 with a `T`: the Python client refuses a space."""
    shown: JsonObject = {
        "id": str(user["id"]),
        "aud": "authenticated",
        "role": "authenticated",
        "email": user["email"],
        "phone": "",
        "app_metadata": user["raw_app_meta_data"],
        "user_metadata": user["raw_user_meta_data"],
        "identities": [_identity(user)],
        "created_at": _time(user["created_at"]),
        "updated_at": _time(user["updated_at"]),
        "is_anonymous": False,
    }
    times = {
        "email_confirmed_at": user["email_confirmed_at"],
        "confirmed_at": user["email_confirmed_at"],
        "last_sign_in_at": user["last_sign_in_at"],
        "banned_until": user["banned_until"],
    }
    shown |= {name: _time(moment) for name, moment in times.items() if moment}
    if user["email_change"]:
        shown["new_email"] = user["email_change"]
    return shown


def nobody(email: str, data: JsonObject) -> JsonObject:
    """A user that does not exist, in place of one that must not be told: without identities."""
    now = datetime.now(UTC)
    shown = {
        "id": uuid4(),
        "email": email,
        "raw_app_meta_data": PROVIDER,
        "raw_user_meta_data": data,
        "created_at": now,
        "updated_at": now,
    }
    empty = ("email_confirmed_at", "last_sign_in_at", "banned_until", "email_change")
    return as_json(dict.fromkeys(empty) | shown) | {"identities": []}


def _identity(user: DictRow) -> JsonObject:
    return {
        "identity_id": str(uuid5(_IDENTITIES, str(user["id"]))),
        "id": str(user["id"]),
        "user_id": str(user["id"]),
        "identity_data": {
            "email": user["email"],
            "email_verified": user["email_confirmed_at"] is not None,
            "phone_verified": False,
            "sub": str(user["id"]),
        },
        "provider": "email",
        "last_sign_in_at": _time(user["last_sign_in_at"] or user["created_at"]),
        "created_at": _time(user["created_at"]),
        "updated_at": _time(user["updated_at"]),
        "email": user["email"],
    }


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
