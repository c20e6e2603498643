"""On what one may post: sessions and profiles, their values, and how many."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from tests.helpers.stack import Person
from tests.supabase.attacks.seats import id_of
from tests.supabase.doors import Who
from tests.supabase.scene import ALL, OUTSIDERS, Scene, attack, link, plain

SIGNED_IN = ("stranger", "guest", "host")


@attack(15, by=ALL)
async def posts_with_forged_values(scene: Scene, who: Who) -> None:
    host = who or scene.host
    if who not in (None, scene.newcomer):
        forged = scene.new(host, created_at="2020-01-01T00:00:00Z")
        assert await scene.post(who, **forged) == 201
        made = await scene.row(forged["id"])
        assert abs(made["created_at"] - datetime.now(UTC)) < timedelta(minutes=1)
    left_behind, held = uuid4(), uuid4()
    if "medtui_private.held" in await scene.truth():
        await scene.stack.sql("insert into medtui_private.held values (%s, %s)", held, uuid4())
    await scene.stack.sql(
        "insert into storage.objects (bucket_id, name) values ('assessments', %s)",
        f"{left_behind}/transcript.json",
    )
    async with scene.holds():
        for values in (
            {"version": 3},
            {"version": 2},
            {"version": 0},
            {"host_id": scene.other.id},
            {"host_id": None},
            {"candidate_id": scene.other.id},
            {"guest_id": scene.guest.id},
            {"datetime_utc": "2020-01-01T00:00:00Z"},
            {"datetime_utc": datetime.now(UTC) - timedelta(minutes=61)},
            {"id": left_behind},
            {"id": held},
        ):
            await scene.post(who, **scene.new(host, **values))
        if who in (None, scene.newcomer):
            await scene.post(who, **scene.new(host))


@attack(16, by=["stranger"])
async def posts_ten_thousand_sessions(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    hundred = [plain(scene.new(who)) for _ in range(100)]
    async with scene.holds():
        for many in (101, 10_000):
            rows = [plain(scene.new(who)) for _ in range(many)]
            answer = await scene.doors.rest(who, "POST", "practice_sessions", rows)
            assert answer.json()["hint"] == "too_many"
    assert (await scene.doors.rest(who, "POST", "practice_sessions", hundred)).is_success
    async with scene.holds():
        await scene.post(who, **scene.new(who))
    await scene.stack.sql("delete from practice_sessions where host_id = %s", who.id)


@attack(28, by=["stranger"])
async def dodges_the_limit_by_past_sessions(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    before = datetime.now(UTC) - timedelta(days=2)
    just_over = await scene.stack.session(who, starts_in=-timedelta(hours=2), created_at=before)
    also_over = await scene.stack.session(who, starts_in=-timedelta(hours=3), created_at=before)
    later = datetime.now(UTC) + timedelta(days=1)
    await scene.stack.sql(
        "insert into practice_sessions (host_id, datetime_utc, type)"
        " select %s, now() + interval '1 day', 'mock' from generate_series(1, 99)",
        who.id,
    )
    async with scene.holds():
        everything = f"practice_sessions?host_id=eq.{who.id}"
        await scene.doors.rest(who, "PATCH", everything, plain({"datetime_utc": later}))
    await scene.patch(who, just_over, datetime_utc=later)
    assert (await scene.row(just_over))["datetime_utc"] == later, "the hundredth is allowed"
    async with scene.holds():
        await scene.patch(who, also_over, datetime_utc=later)
        recent = datetime.now(UTC) - timedelta(minutes=30)
        await scene.post(who, **scene.new(who, datetime_utc=recent))
    moved = later + timedelta(hours=1)
    await scene.patch(who, just_over, datetime_utc=moved)
    assert (await scene.row(just_over))["datetime_utc"] == moved
    await scene.stack.sql("delete from practice_sessions where host_id = %s", who.id)


@attack(37, by=["stranger"])
async def posts_and_posts_what_is_over_in_a_moment(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    almost_over = datetime.now(UTC) - timedelta(minutes=59)
    hundred = [plain(scene.new(who, datetime_utc=almost_over)) for _ in range(100)]
    assert (await scene.doors.rest(who, "POST", "practice_sessions", hundred)).is_success
    everything = "update practice_sessions set datetime_utc = now() - interval '2 hours'"
    await scene.stack.sql(everything + " where host_id = %s", who.id)
    later = datetime.now(UTC) + timedelta(days=1)
    async with scene.holds():
        for time in (almost_over, later):
            row = plain(scene.new(who, datetime_utc=time))
            answer = await scene.doors.rest(who, "POST", "practice_sessions", row)
            assert answer.json()["hint"] == "too_many"
    first = hundred[0]["id"]
    await scene.patch(who, first, datetime_utc=later)
    assert (await scene.row(first))["datetime_utc"] == later, "it counts already"
    await scene.stack.sql("update practice_sessions set created_at = now() - interval '25 hours'")
    assert await scene.post(who, **scene.new(who)) == 201, "a day later they do not count"
    await scene.stack.sql("delete from practice_sessions where host_id = %s", who.id)


UNSEEN = ("\u3164", "\u2800", "\u115f", "\u1160", "\uffa0", "\u200b", "\u00a0", "\u00ad", "\ufeff")
UNSEEN += (
    "\u2060",
    "\u180e",
    "\u3000 \u2003",
    "\ufe0f",
    "\u034f",
    "\u061c",
    "\U0001d159",
    "\u0301",
)


@attack(38, by=SIGNED_IN)
async def has_a_name_that_cannot_be_seen_or_piles_up(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    profile = f"profiles?user_id=eq.{who.id}"
    session_id = await scene.stack.session(who)
    for name in (
        "Zo\u0065\u0308",  # decomposed
        "Nguyê\u0303\u0323n",
        "क्षत्रिय",
        "กี้",
        "ကြွေး",
        "בְּרֵאשִׁ֖ית",
        "نام‌خانوادگی",
        "❤️ 👩🏽‍⚕️ 🏳️‍🌈",
        "ㅎ",
    ):
        answer = await scene.doors.rest(who, "PATCH", profile, {"first_name": name})
        assert answer.is_success, name
        await scene.patch(who, session_id, type=name)
        assert (await scene.row(session_id))["type"] == name
    piles = [letter + 98 * mark for letter in "aก" for mark in ("\u0301", "\u0e47", "\u20dd")]
    piles += ["a" + 40 * "\u0301\u200d", "a" + 40 * "\u0301\u034f", "a" + 9 * "\U0001d165\u0489"]
    hidden = ["Ann\U000e0041\U000e0042", "\U0001f3f4\U000e0067\U000e007f", "\U000e0001"]
    async with scene.holds():
        for name in (*UNSEEN, "".join(UNSEEN), *piles, *hidden):
            for column in ("first_name", "last_name", "training_level", "avatar"):
                answer = await scene.doors.rest(who, "PATCH", profile, {column: name})
                assert answer.status_code == 400, ascii(name)
            for column in ("type", "room_url"):
                await scene.patch(who, session_id, **{column: name})
                await scene.post(who, **scene.new(who, **{column: name}))


@attack(39, by=SIGNED_IN)
async def disguises_where_a_link_leads(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    profile = f"profiles?user_id=eq.{who.id}"
    session_id = await scene.stack.session(who)
    for good in (
        "https://zoom.us/j/1?pwd=a@b#@c",
        "https://Meet.Example:8443/raum-süd",
        "HTTPS://xn--bcher-kva.example",
        "https://127.0.0.1/a",
        "https://[2001:db8::1]:443/a",
        "https://teams.example./l/meetup-join/19%3ameeting_x%40thread.v2/0?context=%7b%22Tid%22",
        "room_7@home",
    ):
        await scene.patch(who, session_id, room_url=good)
        assert (await scene.row(session_id))["room_url"] == good
    await scene.patch(who, session_id, room_url=None)
    async with scene.holds():
        for address in (
            "https://zoom.us@evil.example/j/1",
            "https://zoom.us:443@evil.example/j/1",
            "https://user:password@zoom.us/j/1",
            "https://@evil.example",
            "https://zoom.us%40evil.example",
            "https://zoom.us%2f@evil.example",
            "https://zооm.us/j/1",
            "https://zoom。us",
            "https://zoom．us",
            "https://ｚoom.us",
            "https://zoom.us\u00adevil.example",
            "https://\u212aoom.us",
            "https://\u017foom.us",
            "https://zoom.us\\@evil.example",
            "https:\\\\evil.example",
            "https:/evil.example",
            "https:evil.example",
            "https://zoom.us\u2003/j",
            "https://zoom.us/j\u3164/1",
            "https://zoom.us:x/",
            "https://zoom.us:443:1/",
            "https://.zoom.us",
            "https://zoom..us",
            "https://[zoom.us]/",
            "https://zoom.us;evil.example",
        ):
            assert await scene.patch(who, session_id, room_url=address) == 400, address
            await scene.post(who, **scene.new(who, room_url=address))
            picture = await scene.doors.rest(who, "PATCH", profile, {"avatar": address})
            assert picture.status_code == 400, address


@attack(17, by=("anon", "stranger", "newcomer"))
async def squats_a_room_link(scene: Scene, who: Who) -> None:
    taken = link()
    assert await scene.post(scene.host, **scene.new(scene.host, room_url=taken)) == 201
    mine = await scene.stack.session(scene.other)
    async with scene.holds():
        status = await scene.post(who, **scene.new(who or scene.host, room_url=taken))
        if who is None:
            assert status == 401, "whether a link exists is not told to who may not read it"
        await scene.patch(scene.other, mine, room_url=taken)


@attack(22, by=SIGNED_IN)
async def writes_a_megabyte_or_escapes(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    names = {"first_name": "Zoë 芽衣 👩🏽‍⚕️", "last_name": "أمل", "training_level": "x" * 100}
    profile = f"profiles?user_id=eq.{who.id}"
    for avatar in ("🦉", "https://pictures.example/a.png?size=2", "avatars/a.png", None):
        answer = await scene.doors.rest(who, "PATCH", profile, names | {"avatar": avatar})
        assert answer.is_success
    session_id = await scene.stack.session(who)
    for room in ("room-7", "Raum_Süd.2", "https://meet.example/a?b#c", None):
        await scene.patch(who, session_id, room_url=room, type="an OSCE of ours")
        assert (await scene.row(session_id))["room_url"] == room
    hostile = ["x" * 1000, "a\x1b[31mb", "a\x9bb", "a\nb", "a\u202eb", "\x7f"]
    async with scene.holds():
        await scene.doors.rest(who, "PATCH", profile, {"first_name": "x" * 1_000_000})
        await scene.post(who, **scene.new(who, type="x" * 1_000_000))
        for text in hostile:
            for column in (*names, "avatar"):
                await scene.doors.rest(who, "PATCH", profile, {column: text})
            for column in ("type", "room_url"):
                await scene.patch(who, session_id, **{column: text})
                await scene.post(who, **scene.new(who, **{column: text}))
        for column in (*names, "type"):
            for blank in ("", "   "):
                await scene.doors.rest(who, "PATCH", profile, {column: blank})
                await scene.patch(who, session_id, **{column: blank})
        for address in (
            "javascript:alert(1)",
            "http://meet.example/a",
            "ftp://meet.example",
            "//meet.example/a",
            "data:text/html,x",
            "https://",
            "https:///path",
            'https://meet.example/"><script>',
            "https://meet.example/a b",
            "file:///etc/passwd",
        ):
            await scene.patch(who, session_id, room_url=address)
            await scene.doors.rest(who, "PATCH", profile, {"avatar": address})
        for room in ("a b", "a/b", "", "a<b>", "x" * 501, "https://m.example/" + "x" * 500):
            await scene.patch(who, session_id, room_url=room)


@attack("+", by=SIGNED_IN)
async def posts_for_the_end_of_time(scene: Scene, who: Who) -> None:
    assert isinstance(who, Person)
    far = "2099-12-31T23:00:00Z"
    session = scene.new(who, datetime_utc=far)
    assert await scene.post(who, **session) == 201
    async with scene.holds():
        for time in ("infinity", "-infinity", "200000-01-01", "2100-01-01T00:00:00Z", None):
            await scene.post(who, **scene.new(who, datetime_utc=time))
            await scene.patch(who, session["id"], datetime_utc=time)


@attack(31, by=ALL)
async def edits_the_profile_of_another(scene: Scene, who: Who) -> None:
    mine = f"profiles?user_id=eq.{id_of(who)}"
    victim = scene.other
    if who not in (None, scene.newcomer):
        await scene.doors.rest(who, "PATCH", mine, {"last_name": "Changed"})
        query = "select last_name from profiles where user_id = %s"
        assert (await scene.stack.sql(query, id_of(who)))[0]["last_name"] == "Changed"
    theirs = f"profiles?user_id=eq.{victim.id}"
    row = {
        "user_id": str(victim.id),
        "first_name": "Eve",
        "last_name": "Evil",
        "training_level": "st1",
    }
    async with scene.holds():
        for query in (theirs, "profiles", "profiles?user_id=not.is.null"):
            if query == theirs or who in (None, scene.newcomer):
                await scene.doors.rest(who, "PATCH", query, {"first_name": "Eve"})
            await scene.doors.rest(who, "DELETE", query)
        await scene.doors.rest(who, "PATCH", mine, {"user_id": str(uuid4())})
        for other in (str(victim.id), str(uuid4())):
            await scene.doors.rest(who, "POST", "profiles", row | {"user_id": other})
        merge = "resolution=merge-duplicates"
        await scene.doors.rest(who, "POST", "profiles?on_conflict=user_id", row, prefer=merge)


@attack("+", by=["newcomer"])
async def and_a_newcomer_sets_up_one_profile(scene: Scene, who: Who) -> None:
    row = {"first_name": "Nell", "last_name": "New", "training_level": "st1"}
    assert (await scene.doors.rest(who, "POST", "profiles", row)).is_success, (
        "its id is the token's"
    )
    query = "select first_name from profiles where user_id = %s"
    assert await scene.stack.sql(query, id_of(who)) == [{"first_name": "Nell"}]
    async with scene.holds():
        await scene.doors.rest(who, "POST", "profiles", row)
    await scene.stack.sql("delete from profiles where user_id = %s", id_of(who))


@attack(25, by=["anon"])
async def reads_room_links_anonymously(scene: Scene, who: Who) -> None:
    secret = f"https://meet.example/{uuid4()}"
    session_id = await scene.open(room_url=secret)
    sessions = f"practice_sessions?id=eq.{session_id}"
    allowed = await scene.doors.rest(scene.stranger, "GET", f"{sessions}&select=room_url")
    assert allowed.json() == [{"room_url": secret}]
    seen = await scene.doors.rest(who, "GET", f"{sessions}&select=id,type,stage_since")
    assert len(seen.json()) == 1
    for query in (
        f"{sessions}&select=room_url",
        f"{sessions}&select=*",
        f"{sessions}&select=id&room_url=eq.{secret}",
        f"{sessions}&select=id&room_url=like.https*",
        f"{sessions}&select=id&order=room_url",
        f"{sessions}&select=id&or=(room_url.eq.{secret},type.eq.x)",
        "profiles?select=practice_sessions!practice_sessions_host_id_fkey(room_url)",
    ):
        answer = await scene.doors.rest(who, "GET", query)
        assert answer.status_code >= 400, query
        assert secret not in answer.text


@attack("+", by=OUTSIDERS)
async def looks_into_other_schemas(scene: Scene, who: Who) -> None:
    assert (await scene.doors.rest(who, "GET", "profiles?select=user_id")).is_success
    for schema, path in (
        ("medtui_private", "rpc/session_case"),
        ("medtui_private", "rpc/has_files"),
        ("auth", "users"),
        ("storage", "objects"),
        ("realtime", "messages"),
    ):
        answer = await scene.doors.rest(who, "GET", path, accept_profile=schema)
        assert answer.status_code == 406, schema
    for function in ("has_files", "coming", "refuse", "guard_session"):
        assert (await scene.doors.rest(who, "POST", f"rpc/{function}", {})).status_code == 404
