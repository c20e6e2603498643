"""On rooms: to listen in, and to speak with somebody else's voice."""

from __future__ import annotations

from tests.supabase.doors import Who
from tests.supabase.scene import Scene, attack, link

NOBODYS = ("anon", "stranger", "newcomer", "other")


@attack(24, by=NOBODYS)
async def forges_broadcasts_and_presence_in_a_room(scene: Scene, who: Who) -> None:
    topic = scene.room(await scene.booked())
    for extension in ("broadcast", "presence"):
        for participant, partner in ((scene.host, scene.guest), (scene.guest, scene.host)):
            assert await scene.doors.enter(participant, topic, extension)
            assert await scene.doors.reaches(participant, partner, topic, extension)
        assert not await scene.doors.enter(who, topic, extension)
        assert not await scene.doors.reaches(who, scene.guest, topic, extension)


@attack(24, by=("host", "guest", "stranger"))
async def enters_rooms_that_are_not_there(scene: Scene, who: Who) -> None:
    session_id, free = await scene.booked(), await scene.open()
    right = scene.room(session_id)
    for participant in (scene.host, scene.guest):
        assert await scene.doors.enter(participant, right)
    theirs = await scene.stack.session(scene.other)
    host, guest = scene.host.id, scene.guest.id
    for topic in (
        f"room:{session_id}",
        f"room:{session_id}:{host}",
        f"room:{session_id}:{host}:",
        f"room:{session_id}:{guest}:{host}",
        f"room:{session_id}:{host}:{guest}:more",
        f"room:{session_id}:{host}:{scene.stranger.id}",
        f"room:{session_id}:{host}:{host}",
        f"room:{free}",
        f"room:{free}:{host}",
        f"room:{free}:{host}:",
        f"room:{free}:{host}:{guest}",
        f"room:{theirs}:{scene.other.id}:{guest}",
        right.upper().replace("ROOM", "room"),
        f"{right} ",
        "room:",
        "room:%",
        "room:::",
    ):
        assert not await scene.doors.enter(who, topic), topic


@attack(24, by=["guest"])
async def stays_in_the_room_after_leaving(scene: Scene, who: Who) -> None:
    session_id = await scene.booked()
    topic = scene.room(session_id)
    assert await scene.doors.enter(who, topic)
    await scene.patch(who, session_id, guest_id=None)
    for participant in (scene.guest, scene.host):
        assert not await scene.doors.enter(participant, topic)
    await scene.patch(scene.stranger, session_id, guest_id=scene.stranger.id)
    next_ = scene.room(session_id, scene.stranger)
    for participant in (scene.stranger, scene.host):
        assert await scene.doors.enter(participant, next_)
    for extension in ("broadcast", "presence"):
        assert not await scene.doors.enter(who, next_, extension)
        assert not await scene.doors.enter(who, topic, extension)


@attack(24, by=["guest"])
async def goes_on_hearing_and_speaking_after_leaving(scene: Scene, who: Who) -> None:
    """Realtime keeps the right that it found until a token is renewed: it is of no use."""
    if "realtime" not in scene.doors.open:
        return
    session_id = await scene.booked()
    old, new = scene.room(session_id), scene.room(session_id, scene.stranger)
    async with scene.doors.socket() as theirs, scene.doors.socket() as host:
        assert await theirs.join(who, old)
        await theirs.say(old, "broadcast", "I may")
        await scene.patch(who, session_id, guest_id=None)
        await scene.patch(scene.stranger, session_id, guest_id=scene.stranger.id)
        assert await host.join(scene.host, new)
        for topic in (old, new):
            await theirs.say(topic, "broadcast", "a receipt for what was never handed in")
        await theirs.settled()
        assert not await host.hears("a receipt", new)
        await host.say(new, "broadcast", "a mark sheet")
        await host.settled()
        assert not await theirs.hears("a mark sheet", old)


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
