"""The unmodified `supabase` client keeps files, and is refused as a hosted project refuses."""

from __future__ import annotations

import pytest
from storage3.exceptions import StorageApiError

from tests.fidelity.storage.conftest import Scene

JSON = {"content-type": "application/json"}


async def test_a_session_and_its_files_from_end_to_end(scene: Scene) -> None:
    people = (scene.host, scene.guest, scene.stranger, None)
    host, guest, stranger, anon = [
        (await scene.stack.client(who)).storage.from_("assessments") for who in people
    ]
    folder = scene.folder
    transcript, assessment = f"{folder}/transcript.json", f"{folder}/assessment.json"

    assert await host.list(folder) == []
    assert not await host.exists(transcript)
    made = await host.upload(transcript, b'{"turns": []}', JSON)
    assert (made.path, made.full_path) == (transcript, f"assessments/{transcript}")
    await host.upload(assessment, b"{}", JSON)

    assert await guest.download(transcript) == b'{"turns": []}'
    assert await guest.exists(assessment)
    info = await guest.info(transcript)
    assert (info["size"], info["content_type"], info["bucket_id"]) == (
        13,
        "application/json",
        "assessments",
    )
    listed = await guest.list(folder, {"sortBy": {"column": "name", "order": "desc"}})
    assert [entry["name"] for entry in listed] == ["transcript.json", "assessment.json"]
    assert listed[0]["metadata"]["size"] == 13
    assert [entry["name"] for entry in await guest.list(folder, {"limit": 1})] == [
        "assessment.json"
    ]
    assert [entry["name"] for entry in await guest.list()] == [folder]

    with pytest.raises(StorageApiError) as taken:
        await host.upload(transcript, b"{}", JSON)
    assert (taken.value.status, taken.value.code) == ("409", "Duplicate")
    with pytest.raises(StorageApiError) as replaced:
        await host.upload(transcript, b"{}", {**JSON, "upsert": "true"})
    assert replaced.value.code == "NotSupported"
    with pytest.raises(StorageApiError) as written:
        await guest.upload(f"{folder}/mine.json", b"{}", JSON)
    assert written.value.status == "403"
    for nobody in (stranger, anon):
        with pytest.raises(StorageApiError) as read:
            await nobody.download(transcript)
        assert (read.value.status, read.value.code) == ("404", "not_found")
        assert await nobody.list(folder) == []
        assert not await nobody.exists(transcript)
        assert await nobody.remove([transcript, assessment]) == []
    assert await guest.remove([transcript]) == []
    with pytest.raises(StorageApiError) as moved:
        await host.move(transcript, f"{folder}/moved.json")
    assert moved.value.code == "NotSupported"

    gone = await host.remove([transcript, f"{folder}/never.json"])
    assert [row["name"] for row in gone] == [transcript]
    await host.upload(transcript, b"[1]", JSON)
    assert await guest.download(transcript) == b"[1]"
    assert len(await host.remove([transcript, assessment])) == 2
    assert list(scene.stack.files.iterdir()) == []
