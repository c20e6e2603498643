"""Looking after users with the service key; and with nothing less."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.local.auth_door import AuthDoor, said
from tests.stack import PASSWORD, Stack


@pytest.fixture
def admin(stack: Stack, auth: AuthDoor) -> Any:
    async def ask(method: str, path: str = "", body: Any = None) -> httpx.Response:
        return await auth(method, f"admin/users{path}", body, token=stack.service_key)

    return ask


async def test_nobody_else_may(stack: Stack, auth: AuthDoor) -> None:
    person = await stack.person()
    for token in (stack.anon_key, person.token, stack.token(person, role="anon")):
        for method, path in (("GET", ""), ("POST", ""), ("DELETE", f"/{person.id}")):
            answer = await auth(method, f"admin/users{path}", {}, token=token)
            assert said(answer) == (403, "not_admin")
    assert said(await auth("GET", "admin/users")) == (401, "no_authorization")
    forged = await auth("GET", "admin/users", token="x.y.z")
    assert said(forged) == (403, "bad_jwt")
    assert len(await stack.sql("select 1 from auth.users")) == 1


async def test_make_see_change_and_delete_a_user(stack: Stack, auth: AuthDoor, admin: Any) -> None:
    chosen = str(uuid4())
    wanted = {
        "id": chosen,
        "email": "Made@Example.org",
        "password": PASSWORD,
        "email_confirm": True,
        "user_metadata": {"ward": 7},
        "app_metadata": {"staff": True},
    }
    made = (await admin("POST", "", wanted)).json()
    assert (made["id"], made["email"]) == (chosen, "made@example.org")
    assert made["user_metadata"] == {"ward": 7}
    assert made["app_metadata"] == {"provider": "email", "providers": ["email"], "staff": True}
    assert said(await admin("POST", "", wanted | {"id": None})) == (422, "email_exists")
    assert (await admin("GET", f"/{chosen}")).json() == made

    login = {"email": "made@example.org", "password": PASSWORD}
    session = (await auth("POST", "token?grant_type=password", login)).json()
    ban = await admin(
        "PUT", f"/{chosen}", {"ban_duration": "1h30m", "user_metadata": {"ward": None}}
    )
    assert ban.json()["user_metadata"] == {}
    assert said(await auth("POST", "token?grant_type=password", login)) == (400, "user_banned")
    refresh = {"refresh_token": session["refresh_token"]}
    assert said(await auth("POST", "token?grant_type=refresh_token", refresh)) == (
        400,
        "user_banned",
    )
    await admin("PUT", f"/{chosen}", {"ban_duration": "none", "password": "another one"})
    # A password that somebody else has set ends the logins that the old one opened.
    assert said(await auth("GET", "user", token=session["access_token"])) == (
        403,
        "session_not_found",
    )
    assert said(await auth("POST", "token?grant_type=password", login)) == (
        400,
        "invalid_credentials",
    )

    assert (await admin("DELETE", f"/{chosen}", {"should_soft_delete": False})).json() == {}
    assert said(await admin("DELETE", f"/{chosen}")) == (404, "user_not_found")
    assert await stack.sql("select 1 from auth.users") == []


async def test_users_are_listed_by_page(stack: Stack, admin: Any) -> None:
    people = [await stack.person(name) for name in ("Amara", "Daniel", "Mei")]
    first, second = (
        await admin("GET", "?page=1&per_page=2"),
        await admin("GET", "?page=2&per_page=2"),
    )
    listed = [user["email"] for page in (first, second) for user in page.json()["users"]]
    assert listed == [person.email for person in reversed(people)]
    assert first.headers["x-total-count"] == "3"
    assert 'rel="next"' in first.headers["link"]
    assert 'rel="next"' not in second.headers["link"]
    for wrong in ("?page=0", "?per_page=-1", "?page=x"):
        assert said(await admin("GET", wrong)) == (400, "validation_failed")


async def test_refusals(stack: Stack, admin: Any) -> None:
    for method, path, body, status, code in (
        ("POST", "", {}, 400, "validation_failed"),
        ("POST", "", {"email": "a@example.org", "password": "abc"}, 422, "weak_password"),
        ("POST", "", {"email": "a@example.org", "id": "7"}, 400, "validation_failed"),
        ("POST", "", {"email": "a@example.org", "user_metadata": []}, 400, "bad_json"),
        ("POST", "", {"email": "a@example.org", "ban_duration": "soon"}, 400, "validation_failed"),
        ("POST", "", {"email": "a@example.org", "ban_duration": "9" * 20 + "h"}, 400,
         "validation_failed"),
        ("GET", "/seven", None, 404, "validation_failed"),
        ("PUT", f"/{uuid4()}", {}, 404, "user_not_found"),
        ("DELETE", f"/{uuid4()}", {"should_soft_delete": True}, 400, "validation_failed"),
    ):  # fmt: skip
        assert said(await admin(method, path, body)) == (status, code)
    assert await stack.sql("select 1 as one from auth.users") == []
