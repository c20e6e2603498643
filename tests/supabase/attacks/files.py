"""On transcripts and assessments: to read them, to put other files in their place, to lose them."""

from __future__ import annotations

from uuid import uuid4

from tests.supabase.attacks.seats import id_of
from tests.supabase.doors import Who
from tests.supabase.scene import ALL, OUTSIDERS, Scene, attack

NOBODYS = ("anon", "stranger", "newcomer", "other")


@attack(8, by=NOBODYS)
async def reads_the_transcript_of_others(scene: Scene, who: Who) -> None:
    session_id = await scene.held()
    name = f"{session_id}/transcript.json"
    for participant in (scene.host, scene.guest):
        assert await scene.doors.download(participant, name)
        assert await scene.doors.sees(participant, str(session_id))
    async with scene.holds():
        await scene.patch(who, session_id, guest_id=id_of(who))
        await scene.patch(who, session_id, guest_id=id_of(who), host_id=id_of(who))
        assert not await scene.doors.download(who, name)
        assert not await scene.doors.sees(who, str(session_id))


@attack(10, by=OUTSIDERS)
async def uploads_or_deletes_files_of_others(scene: Scene, who: Who) -> None:
    session_id = await scene.held()
    transcript, assessment = (f"{session_id}/{n}.json" for n in ("transcript", "assessment"))
    assert await scene.doors.upload(scene.host, assessment)
    assert await scene.doors.delete(scene.host, assessment)
    async with scene.holds():
        for upsert in (False, True):
            assert not await scene.doors.upload(who, assessment, upsert=upsert)
            assert not await scene.doors.upload(who, transcript, upsert=upsert)
        assert not await scene.doors.delete(who, transcript)
        assert not await scene.doors.move(who, transcript, assessment)


@attack(20, by=["host"])
async def uploads_files_of_any_name_and_depth(scene: Scene, who: Who) -> None:
    session_id = await scene.booked()
    for name in ("transcript.json", "assessment.json"):
        assert await scene.doors.upload(who, f"{session_id}/{name}")
    others = await scene.stack.session(scene.other)
    async with scene.holds():
        for name in (
            f"{session_id}/notes.json",
            f"{session_id}/transcript.JSON",
            f"{session_id}/transcript.json.exe",
            f"{session_id}/a/transcript.json",
            f"{session_id}/a/b/c/d/transcript.json",
            f"{session_id}x/transcript.json",
            f"{session_id}/ transcript.json",
            f"{others}/transcript.json",
            f"{uuid4()}/transcript.json",
            f"{str(session_id).upper()}/transcript.json",
            "transcript.json",
            "not-a-uuid/transcript.json",
            f"a/{session_id}/transcript.json",
        ):
            for upsert in (False, True):
                assert not await scene.doors.upload(who, name, upsert=upsert), name
        for target in ("notes.json", "a/transcript.json"):
            moved = f"{session_id}/transcript.json", f"{session_id}/{target}"
            assert not await scene.doors.move(who, *moved)


@attack(20, by=["host"])
async def uploads_other_types_and_sizes(scene: Scene, who: Who) -> None:
    """The service holds these limits; what it holds is in the bucket's row."""
    query = "select public, file_size_limit, allowed_mime_types from storage.buckets"
    assert await scene.stack.sql(query + " where id = 'assessments'") == [
        {
            "public": False,
            "file_size_limit": 20 * 1024 * 1024,
            "allowed_mime_types": ["application/json"],
        }
    ]
    if "storage" not in scene.doors.open:
        return
    name = f"{await scene.booked()}/transcript.json"
    limit = 20 * 1024 * 1024
    async with scene.holds():
        for kind in ("text/html", "image/svg+xml", "application/octet-stream"):
            assert not await scene.doors.upload(who, name, kind=kind)
        assert not await scene.doors.upload(who, name, b"1" * (limit + 1))
    assert await scene.doors.upload(who, name, b"1" * limit)
    assert await scene.doors.delete(who, name)


@attack(21, by=["host"])
async def orphans_files_by_cancelling(scene: Scene, who: Who) -> None:
    session_id = await scene.held()
    cancel = f"practice_sessions?id=eq.{session_id}"
    async with scene.holds():
        answer = await scene.doors.rest(who, "DELETE", cancel)
        assert answer.json()["hint"] == "files"
        await scene.doors.rest(who, "DELETE", f"practice_sessions?host_id=eq.{id_of(who)}")
    assert await scene.doors.delete(who, f"{session_id}/transcript.json")
    assert (await scene.doors.rest(who, "DELETE", cancel)).is_success
    assert not await scene.stack.sql("select from practice_sessions where id = %s", session_id)


@attack(29, by=["stranger"])
async def books_what_holds_the_files_of_the_last_guest(scene: Scene, who: Who) -> None:
    session_id = await scene.held()
    await scene.patch(scene.host, session_id, guest_id=None)
    assert (await scene.row(session_id))["guest_id"] is None
    async with scene.holds():
        await scene.patch(who, session_id, guest_id=id_of(who))
        assert not await scene.doors.download(who, f"{session_id}/transcript.json")
    assert not await scene.doors.download(scene.guest, f"{session_id}/transcript.json")
    assert await scene.doors.delete(scene.host, f"{session_id}/transcript.json")
    await scene.patch(who, session_id, guest_id=id_of(who))
    assert (await scene.row(session_id))["guest_id"] == id_of(who)


@attack(32, by=["host"])
async def loses_a_file_by_replacing_it(scene: Scene, who: Who) -> None:
    name = f"{await scene.held()}/transcript.json"
    async with scene.holds():
        assert not await scene.doors.upload(who, name)
        assert not await scene.doors.upload(who, name, upsert=True)
    assert await scene.doors.delete(who, name)
    assert await scene.doors.upload(who, name)


@attack("+", by=ALL)
async def moves_files_in_from_elsewhere_or_opens_the_bucket(scene: Scene, who: Who) -> None:
    session_id = await scene.booked()
    name = f"{session_id}/transcript.json"
    await scene.stack.sql(
        "insert into storage.buckets (id, name) values ('elsewhere', 'elsewhere')"
        " on conflict do nothing"
    )
    await scene.stack.sql(
        "insert into storage.objects (bucket_id, name) values ('elsewhere', 'a.json')"
        " on conflict do nothing"
    )
    async with scene.holds():
        assert not await scene.doors.move(who, "a.json", name, bucket="elsewhere")
        assert not await scene.doors.publish(who)
