"""Users are made and listed with the service key; and with nothing less."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.helpers.auth_door import AuthDoor, said
from tests.helpers.stack import PASSWORD, Stack


@pytest.fixture
def admin(stack: Stack, auth: AuthDoor) -> Any:
    async def ask(method: str, path: str = "", body: Any = None) -> httpx.Response:
        return await auth(method, f"admin/users{path}", body, token=stack.service_key)

    return ask


async def test_nobody_else_may(stack: Stack, auth: AuthDoor) -> None:
    person = await stack.person()
    for token in (stack.anon_key, person.token, stack.token(person, role="anon")):
        for method, path in (("GET", ""), ("POST", "")):
            answer = await auth(method, f"admin/users{path}", {}, token=token)
            assert said(answer) == (403, "not_admin")
    assert said(await auth("GET", "admin/users")) == (401, "no_authorization")
    forged = await auth("GET", "admin/users", token="x.y.z")
    assert said(forged) == (403, "bad_jwt")
    assert len(await stack.sql("select 1 from auth.users")) == 1


async def test_make_and_see_a_user(stack: Stack, auth: AuthDoor, admin: Any) -> None:
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
    later = await stack.person("Amara")
    listed = (await admin("GET", "?page=1&per_page=2")).json()["users"]
    assert [user["email"] for user in listed] == [later.email, "made@example.org"]
    assert listed[1] == made

    login = {"email": "made@example.org", "password": PASSWORD}
    session = (await auth("POST", "token?grant_type=password", login)).json()
    ban = "update auth.users set banned_until = now() + interval '1 hour' where id = %s"
    await stack.sql(ban, chosen)
    assert said(await auth("POST", "token?grant_type=password", login)) == (400, "user_banned")
    refresh = {"refresh_token": session["refresh_token"]}
    assert said(await auth("POST", "token?grant_type=refresh_token", refresh)) == (
        400,
        "user_banned",
    )


async def test_refusals(stack: Stack, admin: Any) -> None:
    for method, path, body, status, code in (
        ("POST", "", {}, 400, "validation_failed"),
        ("POST", "", {"email": "a@example.org", "password": "abc"}, 422, "weak_password"),
        ("POST", "", {"email": "a@example.org", "id": "7"}, 400, "validation_failed"),
        ("POST", "", {"email": "a@example.org", "id": 7}, 400, "validation_failed"),
        ("POST", "", {"email": "a@example.org", "user_metadata": []}, 400, "bad_json"),
        ("GET", "?page=2", None, 400, "validation_failed"),
    ):
        assert said(await admin(method, path, body)) == (status, code)
    for method in ("GET", "PUT", "DELETE"):
        assert (await admin(method, f"/{uuid4()}", {})).status_code == 404
    assert await stack.sql("select 1 as one from auth.users") == []
