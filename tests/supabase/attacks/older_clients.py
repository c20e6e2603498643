"""What a client that knows the data model alone does, works as it did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tests.supabase.doors import Who
from tests.supabase.scene import Scene, attack, link

COLUMNS = "id,host_id,guest_id,datetime_utc,type,room_url,case_id,candidate_id,version,created_at"


@attack("+", by=["host"])
async def and_an_older_client_goes_on_working(scene: Scene, who: Who) -> None:
    """It names its columns, chooses the case first, and knows nothing of hints and functions."""
    host, guest = scene.host, scene.guest
    new = scene.new(host, room_url=link())
    assert await scene.post(host, **new) == 201
    session_id = new["id"]
    query = f"practice_sessions?id=eq.{session_id}"
    later = datetime.now(UTC) + timedelta(hours=5)
    for person, values in (
        (host, {"datetime_utc": later, "type": "review", "room_url": link()}),
        (host, {"case_id": scene.case}),
        (guest, {"guest_id": guest.id}),
        (guest, {"guest_id": None}),
        (guest, {"guest_id": guest.id}),
        (host, {"candidate_id": guest.id}),
        (host, {"version": 2}),
        (host, {"version": 3}),
    ):
        assert await scene.patch(person, session_id, **values) == 204, values
        row = await scene.row(session_id)
        assert {column: row[column] for column in values} == values
    read = await scene.doors.rest(guest, "GET", f"{query}&select={COLUMNS}")
    assert read.json()[0]["case_id"] == str(scene.case)
    for name in (f"{session_id}/transcript.json", f"{session_id}/assessment.json"):
        assert await scene.doors.upload(host, name)
        for person in (host, guest):
            assert await scene.doors.download(person, name)
        assert await scene.doors.delete(host, name)
    assert await scene.patch(host, session_id, version=1) == 204
    assert (await scene.doors.rest(host, "DELETE", query)).status_code == 204
    assert not await scene.stack.sql("select from practice_sessions where id = %s", session_id)


@attack("+", by=["host"])
async def and_holds_a_round_as_an_ordinary_session(scene: Scene, who: Who) -> None:
    """A round that medtui has begun is a row like any other to a client that knows no rounds."""
    host, guest = scene.host, scene.guest
    first = await scene.booked(candidate_id=guest.id)
    for stage in (2, 3):
        assert await scene.patch(host, first, version=stage) == 204
    new = scene.new(host, room_url=link(), meeting_id=first)
    assert await scene.post(host, **new) == 201
    session_id = new["id"]
    query = f"practice_sessions?id=eq.{session_id}"
    read = await scene.doors.rest(guest, "GET", f"{query}&select={COLUMNS}")
    assert read.json()[0]["guest_id"] is None
    for person, values in (
        (host, {"type": "review", "room_url": link()}),
        (guest, {"guest_id": guest.id}),
        (host, {"candidate_id": host.id}),
        (host, {"case_id": scene.other_case}),
        (host, {"version": 2}),
        (host, {"version": 3}),
    ):
        assert await scene.patch(person, session_id, **values) == 204, values
        row = await scene.row(session_id)
        assert {column: row[column] for column in values} == values
    assert await scene.doors.upload(host, f"{session_id}/assessment.json")
