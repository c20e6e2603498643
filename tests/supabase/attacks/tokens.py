"""With tokens that are expired, forged, or of another role."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import jwt

from tests.helpers.stack import Person
from tests.supabase.doors import Who
from tests.supabase.scene import Scene, attack

OTHER_ROLES = (
    "postgres",
    "supabase_admin",
    "supabase_auth_admin",
    "supabase_storage_admin",
    "authenticator",
    "pg_read_all_data",
    "nobody",
    "",
)

REFUSED = (400, 401, 403)
"""400 is Postgres' word for a role that there is not."""


def forged_tokens(scene: Scene, person: Person) -> dict[str, str]:
    """Tokens that must not be taken for the person's, by what is wrong with them."""
    stack = scene.stack
    good = jwt.decode(person.token, options={"verify_signature": False})
    header, payload, signature = person.token.split(".")
    service = jwt.encode(good | {"role": "service_role"}, "another secret " * 3, "HS256")
    tokens = {
        "expired": stack.token(person, expires_in=-60),
        "signed with another key": jwt.encode(good, "another secret " * 3, "HS256"),
        "service role signed with another key": service,
        "unsigned": jwt.encode(good, "", algorithm="none"),
        "signature cut off": f"{header}.{payload}.",
        "another's signature": f"{scene.other.token.rpartition('.')[0]}.{signature}",
        "payload exchanged": f"{header}.{service.split('.')[1]}.{signature}",
        "no token at all": "anything",
    }
    for role in OTHER_ROLES:
        tokens[f"role {role!r}"] = stack.token(person, role=role)
    return tokens


@attack(23, by=["host"])
async def comes_with_an_expired_or_forged_token(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    session_id = await scene.held()
    await scene.patch(who, session_id, type="review")
    assert (await scene.row(session_id))["type"] == "review"
    name, topic = f"{session_id}/transcript.json", scene.room(session_id)
    for what, token in forged_tokens(scene, who).items():
        forger = replace(who, token=token)
        async with scene.holds():
            assert await scene.patch(forger, session_id, type="stolen") in REFUSED, what
            assert await scene.post(forger, **scene.new(who)) in REFUSED, what
            call = {"session_id": str(session_id)}
            answer = await scene.doors.rest(forger, "POST", "rpc/session_case", call)
            assert answer.status_code in REFUSED, what
            assert "secret" not in answer.text
            await scene.doors.rest(forger, "DELETE", f"practice_sessions?id=eq.{session_id}")
            if "storage" in scene.doors.open:
                assert not await scene.doors.download(forger, name), what
                assert not await scene.doors.upload(forger, f"{session_id}/assessment.json"), what
                assert not await scene.doors.delete(forger, name), what
            if "realtime" in scene.doors.open:
                assert not await scene.doors.enter(forger, topic), what


@attack(23, by=["host"])
async def comes_with_a_token_of_nobody(scene: Scene, who: Who) -> None:
    """Signed by the server, for the role of users, and of no user."""
    assert isinstance(who, Person)
    session_id, free = await scene.held(), await scene.open()
    for claims in ({}, {"sub": None}, {"sub": ""}, {"sub": "x"}, {"sub": str(uuid4())}):
        nobody = replace(who, id=uuid4(), token=scene.stack.token(None, **claims))
        async with scene.holds():
            for target in (session_id, free):
                for values in ({"type": "stolen"}, {"guest_id": None}, {"guest_id": nobody.id}):
                    await scene.patch(nobody, target, **values)
                await scene.doors.rest(nobody, "DELETE", f"practice_sessions?id=eq.{target}")
            await scene.post(nobody, **scene.new(who))
            await scene.post(nobody, **scene.new(nobody))
            call = {"session_id": str(session_id)}
            answer = await scene.doors.rest(nobody, "POST", "rpc/session_case", call)
            assert "secret" not in answer.text
            if "storage" in scene.doors.open:
                assert not await scene.doors.download(nobody, f"{session_id}/transcript.json")
