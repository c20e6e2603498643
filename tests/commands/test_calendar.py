"""`medtui calendar`: a file that calendars take, of what the server has now."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.routing import Route

from tests.helpers.calendars import read_calendar
from tests.helpers.commands import Script
from tests.helpers.http_clients import http_client
from tests.helpers.stack import Stack

MOVE = "update practice_sessions set datetime_utc = datetime_utc + interval '1 hour'"


async def test_a_session_moved_three_times_and_cancelled_is_one_entry(
    stack: Stack, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    case = await stack.case()
    id_ = await stack.session(amara, guest=mei, starts_in=timedelta(days=2), case_id=case)
    await stack.session(amara, starts_in=timedelta(days=1))  # not his
    script, file = Script(stack, mei, tmp_path), tmp_path / "my.ics"
    versions = []
    for _ in range(4):
        done = await script("calendar", "--output", str(file))
        assert (done.code, done.out, done.err) == (0, "", "")
        [(uid, event)] = read_calendar(file.read_bytes()).items()
        assert uid == str(id_)
        [row] = await stack.sql("select datetime_utc from practice_sessions where id = %s", id_)
        assert event.starts_at == row["datetime_utc"].replace(microsecond=0)
        versions.append(event)
        await stack.sql(f"{MOVE} where id = %s", id_)
    text = file.read_text()
    assert "Mock with Amara Okafor" in text
    assert not [word for word in ("Name of", "Red eye", "@example.org") if word in text]
    await stack.sql("delete from practice_sessions where id = %s", id_)
    out = (await script("calendar")).out
    [event] = read_calendar(out.encode()).values()
    assert event.status == "CANCELLED"
    versions.append(event)
    numbers = [event.sequence for event in versions]
    assert numbers == sorted(set(numbers))


async def test_an_address_is_printed_and_ended(stack: Stack, tmp_path: Path) -> None:
    mei = await stack.person("Mei", "Tanaka")
    mine = await stack.session(mei, starts_in=timedelta(days=1))
    script = Script(stack, mei, tmp_path)
    made = await script("calendar", "--feed")
    assert (made.code, made.err) == (0, "")
    assert made.out.startswith(f"{stack.url}/calendar/")
    async with http_client() as http:
        answer = await http.get(made.out.strip())
        assert set(read_calendar(answer.content)) == {str(mine)}
        assert (await script("calendar", "--revoke")).code == 0
        assert (await http.get(made.out.strip())).status_code == 404
    again = await script("calendar", "--revoke")
    assert (again.code, again.err.count("\n")) == (1, 1)
    assert "There is no address to end" in again.err


@pytest.mark.detail
@pytest.mark.parametrize("option", ["--feed", "--revoke"])
async def test_another_server_has_no_addresses(
    option: str, stack: Stack, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = Script(stack, await stack.person(), tmp_path)
    # A hosted project's gateway has no such route.
    monkeypatch.setattr(
        "medtui.local.gateway.Route",
        lambda path, *rest, **options: Route(path.replace("/cal", "/no"), *rest, **options),
    )
    await stack.restart_gateway()
    done = await script("calendar", option)
    monkeypatch.undo()
    await stack.restart_gateway()
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "Only medtui's own local server has calendar addresses" in done.err


@pytest.mark.detail
async def test_a_file_is_written_whole_or_not_and_keeps_its_rights(
    stack: Stack, tmp_path: Path
) -> None:
    script = Script(stack, await stack.person(), tmp_path)
    file = tmp_path / "my.ics"
    assert (await script("calendar", "--output", str(file))).code == 0
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o644)  # a web server shows it
    assert (await script("calendar", "--output", str(file))).code == 0
    assert file.stat().st_mode & 0o777 == 0o644
    assert read_calendar(file.read_bytes()) == {}
    before = file.read_bytes()
    away = {"SUPABASE_URL": "http://127.0.0.1:9"}
    done = await script("calendar", "--output", str(file), **away)
    assert (done.code, file.read_bytes()) == (1, before)
    for wrong, why in ((tmp_path, "is a folder"), (tmp_path / "no" / "x.ics", "no folder")):
        done = await script("calendar", "--output", str(wrong))
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert why in done.err
    if sys.platform == "linux":
        assert (await script("calendar", "--output", "/dev/stdout")).out.startswith("BEGIN:VCAL")
