"""With the token of an account that was deleted: it is good for up to an hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.helpers.stack import Person
from tests.supabase.attacks.briefs import write
from tests.supabase.attacks.spoilers import brief
from tests.supabase.doors import Who
from tests.supabase.scene import Scene, attack

ENDS = (
    "delete from auth.users where id = %s",
    "update auth.users set banned_until = now() + interval '1 day' where id = %s",
    "update auth.users set deleted_at = now() where id = %s",
)


@attack(40, by=("host", "guest", "stranger", "newcomer"))
async def goes_on_without_an_account(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    await scene.stack.sql("alter table auth.users add column if not exists deleted_at timestamptz")
    for end in ENDS:
        mine = await scene.stack.session(who) if who is not scene.newcomer else None
        held = await scene.held(candidate_id=scene.host.id, version=2)
        free = await scene.open()
        if who is scene.host:
            await scene.patch(who, held, type="review")
            assert (await scene.row(held))["type"] == "review"
        await scene.stack.sql(end, who.id)
        topic, name = scene.room(held), f"{held}/transcript.json"
        async with scene.holds():
            for target in (held, free, mine or free):
                for values in ({"type": "x"}, {"guest_id": str(who.id)}, {"guest_id": None}):
                    await scene.patch(who, target, **values)
                await scene.doors.rest(who, "DELETE", f"practice_sessions?id=eq.{target}")
                assert not (await write(scene, who, target, actor_brief="x")).is_success
                assert await brief(scene, who, target) is None
            await scene.post(who, **scene.new(who))
            row = {"first_name": "Nell", "last_name": "New", "training_level": "st1"}
            await scene.doors.rest(who, "POST", "profiles", row)
            await scene.doors.rest(who, "PATCH", f"profiles?user_id=eq.{who.id}", row)
            assert not await scene.doors.upload(who, f"{held}/assessment.json")
            assert not await scene.doors.delete(who, name)
            assert not await scene.doors.download(who, name)
            assert not await scene.doors.sees(who, str(held))
            for extension in ("broadcast", "presence"):
                assert not await scene.doors.enter(who, topic, extension)
        await revive(scene, who)


async def revive(scene: Scene, person: Person) -> None:
    await scene.stack.sql(
        "insert into auth.users (id, email) values (%s, %s)"
        " on conflict (id) do update set banned_until = null, deleted_at = null",
        person.id,
        person.email,
    )
    if person is not scene.newcomer:
        await scene.stack.sql(
            "insert into profiles values (%s, 'Back', 'Again', 'st1') on conflict do nothing",
            person.id,
        )


@attack(41, by=("host", "guest"))
async def leaves_sessions_behind_on_the_board(scene: Scene, who: Who) -> None:
    """What is coming goes; what was held, and its files, stay with the partner."""
    assert isinstance(who, Person)
    partner = scene.guest if who is scene.host else scene.host
    ago = -timedelta(hours=5)
    coming_hosted = await scene.stack.session(who, guest=partner)
    forgotten = await scene.stack.session(who, starts_in=ago)
    past = await scene.stack.session(who, guest=partner, starts_in=ago)
    coming_booked = await scene.stack.session(partner, guest=who, candidate_id=who.id)
    also_booked = await scene.stack.session(scene.other, guest=who, candidate_id=scene.other.id)
    held = await scene.held(version=3, candidate_id=scene.guest.id, starts_in=ago)
    all_ = [coming_hosted, forgotten, past, coming_booked, also_booked, held]
    query = "select * from practice_sessions where id = any(%s)"
    await scene.stack.sql("delete from auth.users where id = %s", who.id)

    rows = {r["id"]: r for r in await scene.stack.sql(query, all_)}
    assert rows.keys() == {past, coming_booked, also_booked, held}
    for booked, candidate in ((coming_booked, None), (also_booked, scene.other.id)):
        assert (rows[booked]["guest_id"], rows[booked]["candidate_id"]) == (None, candidate)
    assert (rows[held]["host_id"], rows[held]["guest_id"]) == (scene.host.id, scene.guest.id)
    assert await scene.doors.download(partner, f"{held}/transcript.json")
    names = "select first_name, last_name, avatar from profiles where user_id = %s"
    assert await scene.stack.sql(names, who.id) == [
        {"first_name": "Former", "last_name": "member", "avatar": None}
    ]
    # The service key can delete the profile, and with it what it hosts.
    await scene.stack.sql("delete from profiles where user_id = %s", who.id)
    left = {r["id"]: r for r in await scene.stack.sql(query, all_)}
    if who is scene.guest:
        assert (left.keys(), left[held]["guest_id"]) == ({coming_booked, also_booked, held}, None)
    else:
        assert left.keys() == {coming_booked, also_booked}
    await revive(scene, who)


@attack("+", by=["stranger"])
async def and_a_profile_without_sessions_goes_with_its_account(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    start = datetime.now(UTC) + timedelta(hours=1)
    assert await scene.post(who, **scene.new(who, datetime_utc=start)) == 201
    await scene.stack.sql("delete from auth.users where id = %s", who.id)
    query = "select from profiles where user_id = %s"
    assert not await scene.stack.sql(query, who.id)
    assert not await scene.stack.sql("select from practice_sessions where host_id = %s", who.id)
