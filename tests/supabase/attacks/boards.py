"""On what the database broadcasts to boards: to hear more than one may, and to speak for it."""

from __future__ import annotations

import json
from uuid import uuid4

from tests.supabase.doors import Who
from tests.supabase.scene import Scene, attack, link

STRANGERS, USERS = "board:strangers", "board:users"
EVERYBODY = ("anon", "stranger", "guest", "newcomer", "host")


@attack("+", by=["anon"])
async def hears_what_users_are_told(scene: Scene, who: Who) -> None:
    assert await scene.doors.enter(scene.newcomer, USERS)
    assert await scene.doors.enter(who, STRANGERS)
    for topic in (USERS, "board:", "board", "board:%", "board:users ", "board:Users", "board:anon"):
        assert not await scene.doors.enter(who, topic), topic


@attack("+", by=EVERYBODY)
async def hears_more_than_their_role_may_read(scene: Scene, who: Who) -> None:
    """Of each kind of change, on each topic that they may join; the host sees that all came."""
    if "realtime" not in scene.doors.open:
        return
    secret, later = link(), link()
    async with scene.doors.socket() as theirs, scene.doors.socket() as hosts:
        assert await hosts.join(scene.host, USERS)
        assert await theirs.join(who, STRANGERS)
        session_id = await scene.booked(room_url=secret, candidate_id=scene.guest.id)
        await scene.stack.sql(
            "update practice_sessions set room_url = %s, kept_for = %s, note = 'SCA' where id = %s",
            later, scene.other.id, session_id,
        )  # fmt: skip
        await scene.stack.sql("delete from practice_sessions where id = %s", session_id)
        told = await hosts.told(session_id, "DELETE")
        assert secret in told
        assert later in told
        told = await theirs.told(session_id, "DELETE")
        assert "UPDATE" in told
        assert "SCA" in told  # the note, which is for all who choose a session
        for hidden in (secret, later, "room_url", "kept_for", "guard"):
            assert hidden not in told, hidden
        gone = json.loads(told.splitlines()[-1])["payload"]["payload"]
        assert gone["record"] is None
        assert gone["old_record"] == {"id": str(session_id)}


@attack("+", by=EVERYBODY)
async def speaks_for_the_board(scene: Scene, who: Who) -> None:
    for topic, listener in ((STRANGERS, scene.newcomer), (USERS, scene.newcomer)):
        for extension in ("broadcast", "presence"):
            assert not await _says(scene, who, listener, topic, extension), (topic, extension)


async def _says(scene: Scene, who: Who, listener: Who, topic: str, extension: str) -> bool:
    """Whether something that they say there arrives, before a change of the database does."""
    if "realtime" not in scene.doors.open:
        assert listener is not None
        return await scene.doors.reaches(who, listener, topic, extension)
    words = f"forged {uuid4()}"
    async with scene.doors.socket() as theirs, scene.doors.socket() as ours:
        assert await ours.join(listener, topic)
        if not await theirs.join(who, topic):
            await theirs.join(who, topic, private=False)
        await theirs.say(topic, extension, words)
        await theirs.settled()
        return words in await ours.told(await scene.open(), "INSERT")


@attack("+", by=EVERYBODY)
async def sends_by_the_functions_of_the_database(scene: Scene, who: Who) -> None:
    """Realtime's own schema, and ours, are not reached by the API; the count can be read alone."""
    counted = await scene.doors.rest(who, "POST", "rpc/board_changes", {})
    assert counted.status_code == 200
    assert set(counted.json()[0]) == {"sessions", "names"}
    for name in ("send", "broadcast_session", "count_names", "may_hear_board", "nextval"):
        answer = await scene.doors.rest(who, "POST", f"rpc/{name}", {})
        assert answer.status_code == 404, name
    for name in ("session_changes", "name_changes", "messages"):
        assert (await scene.doors.rest(who, "GET", name)).status_code == 404, name
    profiles = {"Accept-Profile": "realtime", "Content-Profile": "realtime"}
    body = {"payload": {}, "event": "INSERT", "topic": USERS}
    answer = await scene.doors.rest(who, "POST", "rpc/send", body, **profiles)
    assert not answer.is_success


@attack("+", by=EVERYBODY)
async def hears_of_sessions_that_a_policy_hides(scene: Scene, who: Who) -> None:
    """All members of a topic are sent the same: where some may see less, nobody may join."""
    role, topic = ("authenticated", USERS) if who else ("anon", STRANGERS)
    assert await scene.doors.enter(who, topic)
    await scene.stack.sql(
        f"create policy hidden on practice_sessions as restrictive for select to {role}"
        " using (type <> 'secret')"
    )
    try:
        assert not await scene.doors.enter(who, topic)
        before = await scene.stack.sql("select last_value from medtui_private.session_changes")
        if "realtime" in scene.doors.open and who is None:
            # Nor are those told who had joined before, as users here who hear what strangers do.
            async with scene.doors.socket() as earlier:
                await scene.stack.sql("alter policy hidden on practice_sessions using (true)")
                await scene.stack.sql("drop policy hidden on practice_sessions")
                assert await earlier.join(who, topic)
                await scene.stack.sql(
                    f"create policy hidden on practice_sessions as restrictive for select to {role}"
                    " using (type <> 'secret')"
                )
                hidden = await scene.open(type="secret")
                await scene.stack.sql("drop policy hidden on practice_sessions")
                assert str(hidden) not in await earlier.told(await scene.open(), "INSERT")
        else:
            await scene.open(type="secret")
        assert before != await scene.stack.sql(
            "select last_value from medtui_private.session_changes"
        )
    finally:
        await scene.stack.sql("drop policy if exists hidden on practice_sessions")
    assert await scene.doors.enter(who, topic)
