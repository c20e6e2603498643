"""One-time codes. Nothing is sent: the table is everybody's mailbox, and the operator reads it.

Each code has a link, too, as hosted projects e-mail it: with GoTrue's hash of address and code.
"""

from __future__ import annotations

import secrets

from psycopg.rows import DictRow

from medtui.local.auth.errors import AuthError
from medtui.local.connection import Db, one

LAST = "1 hour"
PAUSE_SECONDS = 60  # Seconds until a user can be sent another code for the same purpose.

SIGN_UP = "signup"
RECOVERY = "recovery"
CHANGE_FROM, CHANGE_TO = "email_change_current", "email_change_new"
"""Changing one's e-mail takes a code from the present address, and one from the new."""
REAUTHENTICATION = "reauthentication"
"""Changing one's password in a login that is older than a day takes a code."""

PURPOSES = {
    "signup": (SIGN_UP,),
    "invite": (SIGN_UP,),
    "recovery": (RECOVERY,),
    "magiclink": (RECOVERY,),
    "email": (SIGN_UP, RECOVERY),
    "email_change": (CHANGE_FROM, CHANGE_TO),
    REAUTHENTICATION: (REAUTHENTICATION,),
}
"""Which codes are good for what they are entered for."""
VERIFIED = PURPOSES.keys() - {REAUTHENTICATION}  # The types of `/verify`.


async def send(db: Db, user: DictRow, purpose: str, email: str | None = None) -> None:
    """Put a fresh code into the mailbox; the one before it is void. 429 within the pause."""
    query = (
        "select extract(epoch from now() - sent_at)::int as age from auth.one_time_codes"
        " where user_id = %s and purpose = %s"
    )
    sent = await one(db, query, user["id"], purpose)
    if sent and sent["age"] < PAUSE_SECONDS:
        left = f"{PAUSE_SECONDS - sent['age']} seconds"
        message = f"For security purposes, you can only request this after {left}."
        raise AuthError("over_email_send_rate_limit", message)
    await db.execute(
        """
        insert into auth.one_time_codes (user_id, purpose, email, code) values (%s, %s, %s, %s)
        on conflict (user_id, purpose) do update
          set email = excluded.email, code = excluded.code, sent_at = now()
        """,
        [user["id"], purpose, email or user["email"], f"{secrets.randbelow(10**6):06}"],
    )


HASH = "encode(sha224(convert_to(email || code, 'UTF8')), 'hex')"
"""The token of a code's link, in SQL."""
LINK_TYPES = {CHANGE_FROM: "email_change", CHANGE_TO: "email_change"}
"""What a link says that it is for, where that is not the purpose's own name."""


async def redeem(db: Db, kind: str, email: str, code: str) -> DictRow | None:
    """Use up a code that was sent to this address; without one, by its link's token.

    Its row, or None when it is wrong or old.
    """
    query = f"""
        update auth.one_time_codes set code = null
        where case when %s = '' then {HASH} else code end = %s and %s in ('', email)
          and purpose = any(%s) and sent_at > now() - interval '{LAST}'
        returning user_id, purpose
    """  # noqa: S608  # ours
    return await one(db, query, email, code, email, list(PURPOSES[kind]))


async def are_known(db: Db, email: str) -> bool:
    """Whether a code was ever sent to this address, or an account has it."""
    query = (
        "select from auth.users where email = %s"
        " union all select from auth.one_time_codes where email = %s limit 1"
    )
    return await one(db, query, email, email) is not None


async def void(db: Db, user: DictRow, *purposes: str) -> None:
    """Take back what codes of these purposes there are."""
    await db.execute(
        "update auth.one_time_codes set code = null where user_id = %s and purpose = any(%s)",
        [user["id"], list(purposes)],
    )
