"""On rooms: to listen in, and to speak with somebody else's voice."""

from __future__ import annotations

from tests.supabase.doors import Who
from tests.supabase.scene import Scene, attack, link

NOBODYS = ("anon", "stranger", "newcomer", "other")


@attack(24, by=NOBODYS)
async def forges_broadcasts_and_presence_in_a_room(scene: Scene, who: Who) -> None:
    topic = f"room:{await scene.booked()}"
    for extension in ("broadcast", "presence"):
        for participant, partner in ((scene.host, scene.guest), (scene.guest, scene.host)):
            assert await scene.doors.enter(participant, topic, extension)
            assert await scene.doors.reaches(participant, partner, topic, extension)
        assert not await scene.doors.enter(who, topic, extension)
        assert not await scene.doors.reaches(who, scene.guest, topic, extension)


@attack(24, by=("host", "guest", "stranger"))
async def enters_rooms_that_are_not_there(scene: Scene, who: Who) -> None:
    session_id = await scene.booked()
    assert await scene.doors.enter(scene.guest, f"room:{session_id}")
    theirs = await scene.stack.session(scene.other)
    for topic in (
        f"room:{theirs}",
        f"room:{str(session_id).upper()}",
        f"room:{session_id}:more",
        "room:",
        "room:%",
    ):
        assert not await scene.doors.enter(who, topic), topic


@attack(24, by=["guest"])
async def stays_in_the_room_after_leaving(scene: Scene, who: Who) -> None:
    session_id = await scene.booked()
    topic = f"room:{session_id}"
    assert await scene.doors.enter(who, topic)
    await scene.patch(who, session_id, guest_id=None)
    assert not await scene.doors.enter(who, topic)
    assert await scene.doors.enter(scene.host, topic)


@attack(26, by=["anon"])
async def learns_from_the_feed_what_they_may_not_read(scene: Scene, who: Who) -> None:
    session_id, secret = await scene.booked(), link()
    async with scene.doors.socket() as members, scene.doors.socket() as theirs:
        await members.follow(scene.stranger)
        await theirs.follow(who)
        await scene.patch(scene.host, session_id, room_url=secret)
        assert (await members.change("UPDATE"))["record"]["room_url"] == secret
        seen = await theirs.change("UPDATE")
        assert seen["record"]["id"] == str(session_id)
        assert "room_url" not in seen["record"]
        assert secret not in str(seen)
        await scene.doors.rest(scene.host, "DELETE", f"practice_sessions?id=eq.{session_id}")
        for follower in (members, theirs):
            gone = await follower.change("DELETE")
            assert gone["old_record"] == {"id": str(session_id)}
