"""The unmodified `supabase` client walks through the REST interface, refusals among its steps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from postgrest.exceptions import APIError

from tests.helpers.stack import Stack

COLUMNS = "id,type,host:profiles!practice_sessions_host_id_fkey(first_name),guest_id"


async def test_the_client_walks_through(stack: Stack) -> None:
    amara, daniel = await stack.person("Amara"), await stack.person("Daniel")
    host, guest = await stack.client(amara), await stack.client(daniel)
    visitor = await stack.client()
    soon = datetime.now(UTC) + timedelta(hours=1)
    one, two = (
        {"id": str(uuid4()), "host_id": str(amara.id), "type": type_, "room_url": f"room-{type_}",
         "datetime_utc": (soon + timedelta(minutes=n)).isoformat()}
        for n, type_ in enumerate(("mock", "review"))
    )  # fmt: skip

    # 1: one and many rows are inserted, and come back with who hosts them
    sessions = host.table("practice_sessions")
    made = await sessions.insert([one, two]).select(COLUMNS).execute()
    assert [row["host"] for row in made.data] == [{"first_name": "Amara"}] * 2

    # 2, refused: nobody posts for somebody else
    with pytest.raises(APIError) as refused:
        await guest.table("practice_sessions").insert({**one, "id": str(uuid4())}).execute()
    assert refused.value.code == "42501"

    # 3, refused: a room belongs to one session
    with pytest.raises(APIError) as refused:
        await sessions.insert({**one, "id": str(uuid4())}).execute()
    assert (refused.value.code, refused.value.message) == (
        "23505",
        'duplicate key value violates unique constraint "practice_sessions_room_url_key"',
    )

    # 4: filters, trees, order, a page, and the number of all
    query = guest.table("practice_sessions").select("type", count="exact")
    page = (
        await query.or_("type.eq.mock,type.ilike.REV*").order("type", desc=True).limit(1).execute()
    )
    assert (page.data, page.count) == ([{"type": "review"}], 2)
    ranged = (
        await guest.table("practice_sessions").select("type").order("type").range(1, 5).execute()
    )
    assert ranged.data == [{"type": "review"}]

    # 5: an update that finds its row, with a filter for nothing
    seat = guest.table("practice_sessions").update({"guest_id": str(daniel.id)})
    booked = await seat.eq("id", one["id"]).is_("guest_id", "null").select(COLUMNS).execute()
    assert booked.data[0]["guest_id"] == str(daniel.id)

    # 6, refused without an error: one that finds none, since the seat is taken
    again = guest.table("practice_sessions").update({"guest_id": str(daniel.id)})
    missed = await again.eq("id", one["id"]).is_("guest_id", "null").execute()
    assert missed.data == []

    # 7, refused: only the host changes the rest
    with pytest.raises(APIError) as refused:
        await guest.table("practice_sessions").update({"type": "x"}).eq("id", one["id"]).execute()
    assert (refused.value.code, refused.value.hint) == ("42501", "not_host")

    # 8, refused: one object, where there are two
    with pytest.raises(APIError) as refused:
        await visitor.table("practice_sessions").select("id").single().execute()
    assert refused.value.code == "PGRST116"
    maybe = (
        await visitor.table("practice_sessions")
        .select("id")
        .eq("type", "x")
        .maybe_single()
        .execute()
    )
    assert maybe is None

    # 9, refused: a visitor does not see where the room is
    with pytest.raises(APIError) as refused:
        await visitor.table("practice_sessions").select("room_url").execute()
    assert refused.value.code == "42501"

    # 10: a profile is written over
    profile = {
        "user_id": str(daniel.id),
        "first_name": "Dan",
        "last_name": "R",
        "training_level": "st2",
    }
    with pytest.raises(APIError):  # the key itself may not be updated, and an upsert would
        await guest.table("profiles").upsert(profile).execute()
    named = guest.table("profiles").update({"first_name": "Dan"}).eq("user_id", str(daniel.id))
    assert (await named.execute()).data[0]["first_name"] == "Dan"

    # 11: functions
    assert (await guest.rpc("server_time").execute()).data
    assert (await guest.rpc("session_case", {"session_id": one["id"]}).execute()).data == []

    # 12, refused: a function that is not there, and an operator that the local server has not
    with pytest.raises(APIError) as refused:
        await guest.rpc("nope").execute()
    assert refused.value.code == "PGRST202"
    with pytest.raises(APIError) as refused:
        await guest.table("profiles").select("*").text_search("first_name", "dan").execute()
    assert refused.value.message == "The local server does not support the operator fts"

    # 13: the host deletes
    gone = (
        await host.table("practice_sessions").delete().in_("id", [one["id"], two["id"]]).execute()
    )
    assert len(gone.data) == 2
    assert not await stack.sql("select 1 from practice_sessions")
