"""`medtui sessions`, `post`, `book`, `leave`, `cancel`: as scripts run them, and as SQL sees it."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from medtui.commands.posting import moment_of
from medtui.commands.signed_in import CommandRefused
from medtui.data import StoredTokens
from tests.helpers.commands import Script, checked, run
from tests.helpers.seats import login_of
from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, server

LONDON = ZoneInfo("Europe/London")
NOW = datetime(2026, 11, 30, 18, 4, tzinfo=UTC)

SEATS = "select guest_id from practice_sessions where id = %s"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("tomorrow 18:30", datetime(2026, 12, 1, 18, 30, tzinfo=UTC)),
        ("6pm fri", datetime(2026, 12, 4, 18, 0, tzinfo=UTC)),
        ("1 Jul 2027 18:30", datetime(2027, 7, 1, 17, 30, tzinfo=UTC)),
        ("in 20 min", datetime(2026, 11, 30, 18, 24, tzinfo=UTC)),
        ("tomorrow 18:00 New York", datetime(2026, 12, 1, 23, 0, tzinfo=UTC)),
    ],
)
def test_words_of_the_board_are_exact_times(text: str, at: datetime) -> None:
    assert moment_of(text, NOW, LONDON) == at


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("tomorrow", "“tomorrow” has no time"),
        ("25 dec", "“25 dec” has no time"),
        ("14/13 10:00", "There is no month 13"),
        ("soon", "^“soon” is not understood. Type a day and a time"),
        ("5/4 18:00", "more than one meaning. Write the month as a word."),
        ("tue at 7", "more than one meaning. Add am or pm."),
        ("30 Nov 2026 09:00", "more than an hour ago"),
        ("28 Mar 2027 01:30", "does not exist that day"),
    ],
)
def test_a_script_guesses_no_time(text: str, why: str) -> None:
    with pytest.raises(CommandRefused, match=why) as refusal:
        moment_of(text, NOW, LONDON)
    assert refusal.value.code == 2


async def test_a_session_is_posted_booked_left_and_cancelled(stack: Stack, tmp_path: Path) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    sam = Script(stack, await stack.person("Sam", "Oduya"), tmp_path)
    hers, his = Script(stack, amara, tmp_path), Script(stack, mei, tmp_path)

    post = ("post", "tomorrow 18:30", "--note", "SCA, in Spanish", "--json")
    [posted] = (await hers(*post)).json("sessions")["sessions"]
    assert (posted["type"], posted["my_seat"], posted["is_open"]) == ("mock", "host", True)
    assert posted["note"] == "SCA, in Spanish"
    assert posted["code"] in (await his("sessions", "--filter", "spanish")).out
    assert posted["link"] == posted["room"] == f"https://meet.jit.si/medtui-{as_hex(posted)}"
    [row] = await stack.sql("select * from practice_sessions")
    assert (str(row["id"]), row["host_id"]) == (posted["id"], amara.id)
    local = row["datetime_utc"].astimezone(LONDON)
    tomorrow = datetime.now(LONDON).date() + timedelta(days=1)
    assert (local.date(), f"{local:%H:%M}") == (tomorrow, "18:30")

    code = posted["code"]
    assert (await his("sessions", "--mine")).out == ""
    [seen] = (await his("sessions", "--open", "--json")).json("sessions")["sessions"]
    assert (seen["code"], seen["host"]["name"]) == (code, "Amara Okafor")
    done = await his("book", code)
    assert done.out == f"Booked {code}, Mock with Amara Okafor, tomorrow 18:30.\n"
    assert (await stack.sql(SEATS, row["id"]))[0]["guest_id"] == mei.id
    assert "● you" in (await his("sessions", "--mine")).out

    [waited] = (await sam("book", code, "--wait", "--json")).json("sessions")["sessions"]
    assert (waited["my_seat"], waited["my_place"], waited["people_waiting"]) == (None, 1, 1)
    assert (waited["guest"]["name"], waited["is_open"]) == ("Mei Tanaka", False)

    for command in ("leave", "cancel"):
        script = his if command == "leave" else hers
        asked = await script(command, code)
        assert (asked.code, asked.out) == (2, "")
        assert "add --yes to do it without a question" in asked.err
    assert len(await stack.sql(SEATS, row["id"])) == 1
    [left] = (await his("leave", code, "--yes", "--json")).json("sessions")["sessions"]
    assert (left["is_open"], left["my_seat"]) == (True, None)
    [seat] = await stack.sql("select guest_id, kept_for from practice_sessions")
    assert (seat["guest_id"], seat["kept_for"]) == (None, sam.person.id)
    [gone] = (await hers("cancel", code, "--yes", "--json")).json("sessions")["sessions"]
    assert gone["code"] == code
    assert await stack.sql(SEATS, row["id"]) == []


def as_hex(session: dict[str, Any]) -> str:
    return str(session["id"]).replace("-", "")


async def test_ten_rooms_in_one_line_of_a_shell(stack: Stack, tmp_path: Path) -> None:
    amara = await stack.person("Amara", "Okafor")
    # As an examiner would write it, but for `jq`, which this machine may not have.
    medtui, python = f"{sys.executable} -m medtui", sys.executable
    links = "print(*[s['link'] for s in json.load(sys.stdin)['sessions']], sep='\\n')"
    line = (
        f'{medtui} post "tomorrow 18:30" --rooms 10 >/dev/null &&'
        f' {medtui} sessions --mine --json | {python} -c "import json, sys; {links}"'
    )
    shell = await asyncio.create_subprocess_exec(
        *("/bin/sh", "-c", line),
        stdout=asyncio.subprocess.PIPE,
        env=environment(tmp_path, **Script(stack, amara, tmp_path).environment),
    )
    out, _ = await shell.communicate()
    rows = await stack.sql("select room_url, datetime_utc from practice_sessions")
    assert len(rows) == 10
    assert len({row["datetime_utc"] for row in rows}) == 1
    assert sorted(out.decode().split()) == sorted(row["room_url"] for row in rows)


@pytest.mark.detail
async def test_nothing_is_posted_if_one_of_the_times_is_not_understood(
    stack: Stack, tmp_path: Path
) -> None:
    script = Script(stack, await stack.person(), tmp_path)
    for words, why in [
        (["sat 09:00", "sat nine"], "“sat nine”"),
        (["tomorrow", "18:30"], "“tomorrow” has no time: write day and time in one pair of quotes"),
        (["sat 09:00", "--room", "http://zoom.us/j/1"], "Only https links"),
        (["sat 09:00", "sun 09:00", "--room", "ward-7"], "--room names the room of one session"),
        (["sat 09:00", "--rooms", "0"], "0 is not possible"),
        (["sat 09:00", "--type", " "], "--type is empty"),
    ]:
        done = await script("post", *words)
        assert (done.code, done.out) == (2, "")
        assert why in done.err
    assert await stack.sql("select from practice_sessions") == []


@pytest.mark.detail
async def test_several_are_posted_all_or_none(stack: Stack, tmp_path: Path) -> None:
    amara = await stack.person()
    for number in range(98):  # a host may have a hundred to come
        await stack.session(amara, starts_in=timedelta(days=2 + number))
    done = await Script(stack, amara, tmp_path)("post", "tomorrow 18:30", "--rooms", "5", "--json")
    assert done.code == 1
    assert "cancel one before you post another. None was posted." in done.err
    assert checked(json.loads(done.out), "sessions")["sessions"] == []
    assert len(await stack.sql("select from practice_sessions")) == 98


@pytest.mark.detail
async def test_an_evening_of_stations_is_one_line(stack: Stack, tmp_path: Path) -> None:
    script = Script(stack, await stack.person(), tmp_path)
    evening = ("post", "tomorrow 18:00", "--every", "20", "--times", "3")
    done = await script(*evening, "--rooms", "2", "--weekly", "2", "--note", "SCA")
    assert done.code == 0
    assert ": 12 sessions: " in done.err
    assert " 18:00, 18:20, 18:40, 2 at each time, each with its own room, weekly until " in done.err
    assert done.out.count("Posted ") == 12
    rows = await stack.sql("select datetime_utc, room_url, note from practice_sessions order by 1")
    assert len({row["room_url"] for row in rows}) == 12
    local = [row["datetime_utc"].astimezone(LONDON) for row in rows]
    assert [f"{at:%H:%M}" for at in local[::2]] == ["18:00", "18:20", "18:40"] * 2
    assert (local[6].date() - local[0].date()).days == 7
    assert {row["note"] for row in rows} == {"SCA"}
    for words, why in (
        (("--weekly", "27"), "Sessions repeat for 26 weeks at most"),
        (("--times", "0"), "0 is not possible"),
        (("--rooms", "34"), "These are 102 sessions, and a host has 100 at most"),
    ):
        wrong = await script(*evening, *words)
        assert (wrong.code, wrong.out) == (2, "")
        assert why in wrong.err


@pytest.mark.detail
async def test_each_session_that_is_refused_is_named_and_the_others_are_done(
    stack: Stack, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    own = await stack.session(mei, starts_in=timedelta(days=3))
    beside = await stack.session(amara, starts_in=timedelta(days=3, minutes=30))
    taken = await stack.session(amara, guest=await stack.person("Sam", "Oduya"))
    free = await stack.session(amara, starts_in=timedelta(days=1))
    his = Script(stack, mei, tmp_path)
    done = await his("book", *map(str, (own, beside, taken, free)), "--json")
    assert done.code == 1
    [booked] = checked(json.loads(done.out), "sessions")["sessions"]
    assert booked["id"] == str(free)
    why = done.err.splitlines()
    assert [line.partition(": ")[2][:8] for line in why] == [
        str(id_)[:8] for id_ in (own, beside, taken)
    ]
    assert "You host this session" in why[0]
    assert "add --overlap to book this one, too" in why[1]
    assert "already booked by Sam Oduya" in why[2]
    assert (await his("book", str(beside), "--overlap")).code == 0
    assert "medtui cancel" in (await his("leave", str(own), "--yes")).err
    assert "only the host can change or cancel it" in (await his("cancel", str(free), "--yes")).err


@pytest.mark.detail
async def test_a_script_waits_for_a_taken_seat_and_stops_waiting(
    stack: Stack, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    taken = await stack.session(amara, guest=mei, starts_in=timedelta(days=1))
    free = await stack.session(amara, starts_in=timedelta(days=2))
    running = await stack.session(amara, guest=mei, version=2)
    first, his = [Script(stack, await stack.person(), tmp_path) for _ in range(2)]
    code = str(taken)[:8]

    refused = await his("book", code)
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.endswith("already booked by Mei Tanaka: add --wait to wait for the seat.\n")
    assert (await first("book", code, "--wait")).code == 0
    for _ in range(2):  # the place stays
        done = await his("book", code, str(free), str(running), "--wait")
        assert done.code == 1
        waiting, *_ = done.out.splitlines()
        assert waiting.startswith(f"Waiting for {code}, Mock with Amara Okafor, ")
        assert waiting.endswith(", 2nd in line.")
    assert "You have booked this session already" in done.err
    assert f"{str(running)[:8]}: This session is already booked by Mei Tanaka." in done.err
    assert (await stack.sql(SEATS, free))[0]["guest_id"] == his.person.id

    assert "● Mei Tanaka, you wait" in (await his("sessions")).out
    told = (await his("sessions", "--json")).json("sessions")["sessions"]
    places = {s["id"]: (s["my_place"], s["people_waiting"]) for s in told}
    assert places[str(taken)] == (2, 2)
    assert places[str(free)] == (None, None)
    [hosts, *_] = (await Script(stack, amara, tmp_path)("sessions", "--json")).json("sessions")[
        "sessions"
    ][-2:]
    assert (hosts["my_place"], hosts["people_waiting"]) == (None, 2)

    asked = await his("leave", code)
    assert (asked.code, asked.out) == (2, "")
    done = await his("leave", code, "--yes")
    assert done.out.startswith(f"No longer waiting for {code}, Mock with Amara Okafor, ")
    assert "You have not booked this session" in (await his("leave", code, "--yes")).err
    # What is offered is passed on by the same command, or taken by `book`.
    await his("book", code, "--wait")
    await stack.sql("update practice_sessions set guest_id = null where id = %s", taken)
    kept = await his("book", code)
    assert "This seat is kept for another person" in kept.err
    [passed] = (await first("leave", code, "--yes", "--json")).json("sessions")["sessions"]
    assert (passed["is_kept_for_me"], passed["my_place"]) == (False, None)
    assert (await his("book", code, "--wait")).out.startswith(f"Booked {code}, ")


@pytest.mark.detail
async def test_a_session_is_named_by_any_part_of_its_id_that_is_its_own(
    stack: Stack, tmp_path: Path
) -> None:
    amara, mei = await stack.person(), await stack.person("Mei", "Tanaka")
    await stack.session(amara, id="7f3a1c2e-9d04-4d51-8a66-000000000001")
    await stack.session(amara, id="7f3a1c2f-9d04-4d51-8a66-000000000001", room_url=None)
    his = Script(stack, mei, tmp_path)
    for code, exit_code, why in [
        ("7f3a", 1, "More than one session begins with 7f3a"),
        ("7f3b", 1, "There is no session 7f3b"),
        ("7f", 2, "“7f” is not a session's code"),
        ("x'; drop", 2, "is not a session's code"),
    ]:
        done = await his("book", code)
        assert (done.code, done.out) == (exit_code, "")
        assert why in done.err
    assert (await his("book", "7F3A1C2E")).code == 0


@pytest.mark.detail
async def test_what_cannot_be_done_is_one_sentence(stack: Stack, tmp_path: Path) -> None:
    person = await stack.person()
    away = {"SUPABASE_URL": "http://127.0.0.1:9", "SUPABASE_ANON_KEY": stack.anon_key}
    login = {"MEDTUI_EMAIL": person.email, "MEDTUI_PASSWORD": "wrong"}
    for env, code, why in [
        ({}, 2, "No server is configured"),
        (server(stack), 1, "You are not signed in: run medtui and sign in, or set MEDTUI_EMAIL"),
        ({**server(stack), "MEDTUI_EMAIL": person.email}, 2, "MEDTUI_EMAIL needs MEDTUI_PASSWORD"),
        ({**server(stack), **login}, 1, "password"),
        ({**away, **login}, 1, "The server cannot be reached"),
    ]:
        done = await run(tmp_path, "sessions", "--json", **env)
        assert (done.code, done.out, done.err.count("\n")) == (code, "", 1)
        assert why in done.err


@pytest.mark.detail
async def test_the_login_that_this_machine_keeps_is_used_and_stays(
    stack: Stack, tmp_path: Path
) -> None:
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    session = await stack.session(amara, guest=mei)
    state = tmp_path / "state"
    tokens = StoredTokens(stack.url, state)
    await tokens.write(login_of(mei))
    kept = await tokens.read()
    assert "● you" in (await run(tmp_path, "sessions", **server(stack))).out
    # A script's own login does not take its place.
    assert "you" in (await Script(stack, amara, tmp_path)("sessions", "--mine")).out
    assert await tokens.read() == kept
    # The app is not to say that the host has freed the seat.
    assert (await run(tmp_path, "leave", str(session), "--yes", **server(stack))).code == 0
    [news] = (state / "news").glob("*.json")
    assert str(session) in json.loads(news.read_text())["own"]


@pytest.mark.detail
async def test_a_terminal_is_asked_and_ctrl_c_is_an_answer(stack: Stack, tmp_path: Path) -> None:
    amara = await stack.person("Amara", "Okafor")
    session = await stack.session(amara)
    env = environment(tmp_path, **Script(stack, amara, tmp_path).environment)
    command = [sys.executable, "-m", "medtui", "cancel", str(session)]
    for keys, code, is_left in [("\r", 1, True), ("\x03", 130, True), ("y\r", 0, False)]:
        async with Terminal(command, env=env, columns=120) as terminal:
            await terminal.until("for good? [y/N]")
            terminal.press(keys)
            assert await asyncio.wait_for(terminal.process.wait(), 30) == code
        assert bool(await stack.sql(SEATS, session)) == is_left


@pytest.mark.detail
async def test_names_of_strangers_are_harmless(stack: Stack, tmp_path: Path) -> None:
    await stack.without_checks()
    amara = await stack.person("Ama\x1b[31mra", "O\u202ekafor")
    await stack.session(amara, type="[b]mock\n", room_url="javascript:alert(1)")
    script = Script(stack, await stack.person(), tmp_path)
    out = (await script("sessions")).out
    assert "Ama" in out
    assert not {"\x1b", "\u202e"} & set(out)
    assert out.count("\n") == 1
    [told] = (await script("sessions", "--json")).json("sessions")["sessions"]
    assert told["link"] is None


@pytest.mark.detail
async def test_a_server_with_the_data_model_alone(data_model_stack: Stack, tmp_path: Path) -> None:
    stack = data_model_stack
    amara, mei = await stack.person("Amara", "Okafor"), await stack.person("Mei", "Tanaka")
    hers, his = Script(stack, amara, tmp_path), Script(stack, mei, tmp_path)
    noted = await hers("post", "tomorrow 18:30", "--note", "SCA")
    assert (noted.code, noted.out) == (1, "")
    assert "This server keeps no notes with sessions" in noted.err
    [posted] = (await hers("post", "tomorrow 18:30", "--json")).json("sessions")["sessions"]
    assert (await his("book", posted["code"])).code == 0
    late = Script(stack, await stack.person("Sam", "Oduya"), tmp_path)
    waits = await late("book", posted["code"], "--wait")
    assert (waits.code, waits.out) == (1, "")
    assert waits.err.endswith("This seat is not free, and this server has no waiting lists:"
                              " try again later, or book another session.\n")  # fmt: skip
    assert "--wait" not in (await late("book", posted["code"])).err
    left = await his("leave", posted["code"], "--yes")
    assert (left.code, left.out) == (1, "")
    assert "does not let guests leave" in left.err
