"""What the operator of a local server does at the desk, whether it runs or not."""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import shlex
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

from medtui.local import LocalError
from medtui.local.folder import AlreadyRunning, claimed, empty, existing, held, running
from medtui.local.postgres import Cluster

PURPOSES = {
    "signup": "finishing the sign-up",
    "recovery": "signing in without the password",
    "email_change_current": "giving up this e-mail",
    "email_change_new": "using this e-mail",
    "reauthentication": "changing the password",
}


def env(data: Path | None) -> str:
    """Shell lines with the running server's settings, as `eval "$(…)"` takes them."""
    from medtui.local.keys import ServerSettings

    folder = existing(data)
    server = running(folder)
    if server is None:
        raise LocalError(f"No local server runs in {folder}: start it with medtui local run.")
    keys = ServerSettings.of(folder).keys
    values = {name: value for name, value in server.items() if name != "HOLD"} | {
        "PUBLISHABLE_KEY": keys.publishable_key,
        "SECRET_KEY": keys.secret_key,
        # What medtui itself, and most that is written for Supabase, look for.
        "SUPABASE_URL": server["API_URL"],
        "SUPABASE_ANON_KEY": keys.anon_key,
        "SUPABASE_SERVICE_ROLE_KEY": keys.service_role_key,
    }
    return "\n".join(f"export {name}={shlex.quote(value)}" for name, value in values.items())


async def mail(data: Path | None) -> str:
    """The codes that still work, the newest first; or their links, where e-mails hold those."""
    from medtui.local.auth.codes import HASH, LAST, LINK_TYPES
    from medtui.local.keys import ServerSettings

    folder = existing(data)
    settings = ServerSettings.of(folder)
    async with database(folder) as db:
        rows = await db.execute(
            f"select email, purpose, code, {HASH} as token, now() - sent_at as age"  # noqa: S608
            " from auth.one_time_codes"
            " where code is not null and sent_at > now() - %s::interval order by sent_at desc",
            [LAST],
        )
        sent = await rows.fetchall()
    if not sent:
        return "No codes waiting."
    server = f"http://127.0.0.1:{settings.port}/auth/v1/verify"

    def shown(row: dict[str, Any]) -> str:
        kind = LINK_TYPES.get(row["purpose"], row["purpose"])
        has_link = settings.mail == "link" and kind != "reauthentication"
        return f"{server}?token={row['token']}&type={kind}" if has_link else row["code"]

    width = max(len(row["email"]) for row in sent)
    return "\n".join(
        f"{shown(row)}  {row['email']:{width}}  {_ago(row['age'])}"
        f", for {PURPOSES.get(row['purpose'], row['purpose'])}"
        for row in sent
    )


async def set_password(data: Path | None, email: str, ask: Callable[[str], str]) -> str:
    """Set a user's password, and end the logins that the old one has opened."""
    from medtui.local.auth import passwords, users
    from medtui.local.auth.errors import AuthError
    from medtui.local.auth.sessions import end_sessions

    async with database(existing(data)) as db:
        user = await users.by_email(db, email.lower())
        if user is None:
            raise LocalError(f"There is no account for {email}: check the e-mail address.")
        try:
            password = passwords.checked(ask(f"New password for {user['email']}: "))
        except AuthError as error:
            raise LocalError(f"{str(error).rstrip('.')}: nothing is changed.") from error
        hashed = await passwords.hashed(password)
        async with db.transaction():
            await users.update(db, user, encrypted_password=hashed)
            await end_sessions(db, user)
    return f"{user['email']} has a new password, and is signed out everywhere."


async def remove_second_factor(data: Path | None, email: str) -> str:
    """Remove a user's second factor, as when their phone is lost."""
    from medtui.local.auth import factors, users

    async with database(existing(data)) as db:
        user = await users.by_email(db, email.lower())
        if user is None:
            raise LocalError(f"There is no account for {email}: check the e-mail address.")
        removed = await factors.remove(db, user)
    had = "no longer has a second factor" if removed else "had no second factor"
    return f"{user['email']} {had}."


async def reset(data: Path | None, confirm: Callable[[str], str] | None) -> str:
    """Delete all that is in the folder. Refuses while a server runs; `confirm` asks first."""
    folder = existing(data)
    try:
        async with claimed(folder):
            question = f"Delete every account, session and file in {folder}? Type yes to do it: "
            if confirm is not None and confirm(question).strip().lower() != "yes":
                raise LocalError("Nothing is deleted.")
            left = await asyncio.to_thread(empty, folder)
    except AlreadyRunning as error:
        raise LocalError(f"{error} Stop it first.") from None
    also = f" ({', '.join(left)} is not medtui's, and stays)" if left else ""
    return f"The data in {folder} is deleted{also}."


def ask_password(question: str) -> str:
    """The password from the terminal, twice; or a line of standard input when that is none."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(question)
    if getpass.getpass("Again: ") != first:
        raise LocalError("These were two different passwords: nothing is changed.")
    return first


def ask(question: str) -> str:
    """A line from the terminal. Raises LocalError if standard input is no terminal."""
    if not sys.stdin.isatty():
        raise LocalError("There is no terminal to ask at: add --yes to delete without asking.")
    return input(question)


@contextlib.asynccontextmanager
async def database(folder: Path) -> AsyncIterator[Any]:
    """A connection as `postgres`: to the server that runs, else to PostgreSQL started for it."""
    from psycopg.rows import dict_row

    from medtui.local.connection import OwnConnection

    async with contextlib.AsyncExitStack() as stack:
        if server := stack.enter_context(held(folder)):
            url = server["DB_URL"]
        else:
            await stack.enter_async_context(claimed(folder))
            cluster = await Cluster.start(folder)
            stack.push_async_callback(cluster.stop)
            url = cluster.dsn()
        connection = await OwnConnection.connect(url, autocommit=True, row_factory=dict_row)
        yield await stack.enter_async_context(connection)


def _ago(age: Any) -> str:
    minutes = int(age.total_seconds() // 60)
    return "just now" if minutes < 1 else f"{minutes} min ago"
