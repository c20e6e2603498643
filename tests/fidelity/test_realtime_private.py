"""Private channels: who may receive and send is what the policies on `realtime.messages` say."""

from __future__ import annotations

from tests.helpers.realtime_door import (
    POLICIES,
    PRESENT,
    WARD,
    allow,
    diff,
    heard,
    shout,
    show,
    subscriber,
)
from tests.helpers.stack import Stack


async def test_a_private_topic_is_for_those_whom_the_policies_let_in(stack: Stack) -> None:
    await stack.sql(POLICIES)
    member, stranger = await stack.person(), await stack.person()
    await allow(stack, member, "receive broadcast", "send broadcast")
    refusal = "Unauthorized: You do not have permissions to read from this Channel topic: ward"
    async with subscriber(stack) as here, subscriber(stack) as other:
        for token, private in [(stranger.token, True), (stack.anon_key, True), (None, "true")]:
            reply = await other.join(token, WARD, private=private)
            assert reply == {"status": "error", "response": {"reason": refusal}}
            ref = await shout(other, "let me in")
            assert (await other.answer(ref))["response"] == {"reason": "unmatched topic"}
        assert (await here.join(member.token, WARD, private=True))["status"] == "ok"
        assert (await other.join(stack.service_key, WARD, private=True))["status"] == "ok"
        await shout(other, "from the server")
        assert await heard(here) == "from the server"


async def test_a_public_topic_of_the_same_name_is_another_one(stack: Stack) -> None:
    await stack.sql(POLICIES)
    member, stranger = await stack.person(), await stack.person()
    await allow(stack, member, "receive broadcast", "send broadcast", "send presence")
    async with subscriber(stack) as inside, subscriber(stack) as outside:
        await inside.join(member.token, WARD, private=True)
        await outside.join(stranger.token, WARD, presence=PRESENT)
        await outside.frame("presence_state")
        await shout(inside, "secret")
        await show(inside, name="secret")
        assert await outside.silent()
        await shout(outside, "forged")
        await show(outside)
        assert await inside.silent()


async def test_who_may_only_listen_is_not_heard(stack: Stack) -> None:
    await stack.sql(POLICIES)
    listens, speaks = await stack.person(), await stack.person()
    both = "receive broadcast", "receive presence"
    await allow(stack, listens, *both)
    await allow(stack, speaks, *both, "send broadcast", "send presence")
    async with subscriber(stack) as one, subscriber(stack) as two:
        await one.join(listens.token, WARD, private=True, presence=PRESENT)
        await two.join(speaks.token, WARD, private=True, presence={**PRESENT, "key": "two"})
        await two.frame("presence_state")
        await shout(one, "unheard")
        assert await show(one) == {"status": "error", "response": {}}
        assert await two.silent()
        await shout(two, "heard")
        await show(two)
        assert await heard(one) == "heard"
        assert await diff(one) == ({"two": [{}]}, {})


async def test_broadcast_and_presence_are_permitted_apart(stack: Stack) -> None:
    await stack.sql(POLICIES)
    listeners, eyes, full = [await stack.person() for _ in range(3)]
    await allow(stack, listeners, "receive broadcast", "send presence")
    await allow(stack, eyes, "receive presence", "send broadcast")
    await allow(stack, full, "receive broadcast", "receive presence")
    async with subscriber(stack) as one, subscriber(stack) as two, subscriber(stack) as three:
        await one.join(
            listeners.token, WARD, private=True, presence={**PRESENT, "key": "listeners"}
        )
        await two.join(eyes.token, WARD, private=True, presence={**PRESENT, "key": "eyes"})
        await three.join(full.token, WARD, private=True, presence=PRESENT)
        await two.frame("presence_state")
        await three.frame("presence_state")
        await show(one)
        assert await diff(two) == ({"listeners": [{}]}, {})
        assert await diff(three) == ({"listeners": [{}]}, {})
        await shout(two, "from eyes")
        assert await heard(one) == "from eyes"
        assert await heard(three) == "from eyes"
        assert await show(two) == {"status": "error", "response": {}}
        for here in (one, two, three):
            assert await here.silent(0.05)


async def test_the_policies_are_asked_again_when_the_token_is_renewed(stack: Stack) -> None:
    await stack.sql(POLICIES)
    member, guest = await stack.person(), await stack.person()
    for person in (member, guest):
        await allow(stack, person, "receive broadcast", "send broadcast")
    async with subscriber(stack) as one, subscriber(stack) as two:
        await one.join(member.token, WARD, private=True)
        await two.join(guest.token, WARD, private=True)
        await shout(two, "still in")
        assert await heard(one) == "still in"
        await stack.sql("delete from may where member = %s and action = 'send'", guest.id)
        await two.send(WARD, "access_token", {"access_token": stack.token(guest, expires_in=99)})
        await shout(two, "muted")
        assert await one.silent()
        await stack.sql("delete from may where member = %s", guest.id)
        await two.send(WARD, "access_token", {"access_token": stack.token(guest, expires_in=98)})
        said = (await two.frame("system"))["payload"]
        assert said == {
            "channel": "ward",
            "extension": "system",
            "status": "error",
            "message": "You do not have permissions to read from this Channel topic: ward",
        }
        assert (await two.frame())["event"] == "phx_close"
        await shout(one, "without them")
        assert await two.silent(0.1)


async def test_nothing_that_was_tried_stays_in_the_database(stack: Stack) -> None:
    await stack.sql(POLICIES)
    person = await stack.person()
    await allow(stack, person, "receive broadcast", "receive presence", "send broadcast")
    async with subscriber(stack) as here:
        await here.join(person.token, WARD, private=True, broadcast={"ack": True})
        assert (await here.answer(await shout(here, "hi")))["status"] == "ok"
    assert await stack.sql("select * from realtime.messages") == []


async def test_a_policy_that_raises_refuses(stack: Stack) -> None:
    await stack.sql(
        "create policy broken on realtime.messages for select to authenticated"
        " using (realtime.topic()::uuid = auth.uid())"
    )
    person = await stack.person()
    async with subscriber(stack) as here:
        reply = await here.join(person.token, WARD, private=True)
        assert "You do not have permissions" in reply["response"]["reason"]
        own = f"realtime:{person.id}"
        assert (await here.join(person.token, own, private=True))["status"] == "ok"


async def test_a_sessions_room_is_its_hosts_and_its_guests(stack: Stack) -> None:
    host, guest, stranger = [await stack.person() for _ in range(3)]
    session_id = await stack.session(host, guest=guest)
    room = f"realtime:room:{session_id}:{host.id}:{guest.id}"
    async with subscriber(stack) as one, subscriber(stack) as two, subscriber(stack) as out:
        for token in (stranger.token, stack.anon_key):
            reply = await out.join(token, room, private=True, presence=PRESENT)
            assert "You do not have permissions" in reply["response"]["reason"]
        await one.join(host.token, room, private=True, presence={**PRESENT, "key": "host"})
        await two.join(guest.token, room, private=True, presence={**PRESENT, "key": "guest"})
        await show(two, room, role="guest")
        assert await diff(one) == ({"guest": [{"role": "guest"}]}, {})
        await shout(one, "ready?", room)
        assert await heard(two) == "ready?"

        await out.join(stranger.token, room, presence={**PRESENT, "key": "host"})
        await shout(out, "forged", room)
        await show(out, room, role="host")
        await stack.sql("update practice_sessions set guest_id = null where id = %s", session_id)
        renewed = stack.token(guest, expires_in=99)
        await two.send(room, "access_token", {"access_token": renewed})
        assert "You do not have permissions" in (await two.frame("system"))["payload"]["message"]
        assert await diff(one) == ({}, {"guest": [{"role": "guest"}]})
        assert await one.silent()
