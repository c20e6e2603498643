"""On the note of a session: who writes it, what it may hold, and who reads it."""

from __future__ import annotations

from tests.helpers.stack import Person
from tests.supabase.doors import Who
from tests.supabase.scene import OUTSIDERS, Scene, attack

WORDS = "SCA, breaking bad news, in Español 🇪🇸"


@attack("+", by=OUTSIDERS)
async def writes_the_note_of_anothers_session(scene: Scene, who: Who) -> None:
    """Alone, beside a booking, in a post under another's name; all read what the host wrote."""
    booked, free = await scene.booked(), await scene.open()
    for session_id in (booked, free):
        await scene.patch(scene.host, session_id, note=WORDS)
        assert (await scene.row(session_id))["note"] == WORDS
    mine = who.id if who else scene.stranger.id
    async with scene.holds():
        await scene.patch(who, booked, note="mine")
        await scene.patch(who, booked, note=None)
        await scene.patch(who, booked, guest_id=None, note="mine")
        await scene.patch(who, free, guest_id=mine, note="mine")
        await scene.post(who, **scene.new(scene.host, note="mine"))
    read = await scene.doors.rest(who, "GET", f"practice_sessions?id=eq.{free}&select=note")
    assert read.json() == [{"note": WORDS}]
    if who is scene.stranger:  # who may book it does so with the note as it is
        await scene.patch(who, free, guest_id=who.id)
        row = await scene.row(free)
        assert (row["guest_id"], row["note"]) == (who.id, WORDS)


@attack("+", by=["host"])
async def hides_something_in_a_note(scene: Scene, who: Who) -> None:
    """A link, control characters, a turned line, piled marks, what cannot be seen, and too much."""
    assert isinstance(who, Person)
    session_id = await scene.booked()
    for good in ("x" * 120, "口頭試問", "עברית, אנגלית", "नमस्ते", None, "plain: a/b, 50 %"):
        await scene.patch(who, session_id, note=good)
        assert (await scene.row(session_id))["note"] == good
    async with scene.holds():
        for bad in (
            "x" * 121,
            "",
            "   ",
            "two\nlines",
            "tab\there",
            "\x1b[31mred",
            "\x9b31m",
            "turned \u202e round",
            "isolated \u2066 text",
            "line \u2028 separator",
            "\u200b",
            "\u3164",
            "a" + 20 * "\u0301",
            "tags \U000e0041\U000e0042",
            "https://meet.jit.si/medtui-1",
            "come to zoomus://zoom.us/join?confno=1",
        ):
            await scene.patch(who, session_id, note=bad)
            await scene.post(who, **scene.new(who, note=bad))
