"""What the viewer is told of their own sessions, held against the truth.

The viewer is thought of as a reader. At the beginning they have seen the board, they know what
they have done themselves and were answered, and from then on they read nothing but notices. Once
the feed is right again, the picture that they have is to be true:

- **Nothing lost.** For each session that the reader takes for theirs, the picture is the server's:
  whether they still have the seat, when it begins, and who has booked the one that they host.
  Several changes that come together may be told as one, or as nothing where the last undoes the
  first: booked and left again is told as both or not at all, moved twice as one move to the last
  time. What counts is the state that lasts.
- **Nothing twice, and nothing that never was.** No more notices of a kind, with these names and
  times, than commits of others that made it so. What the viewer did is told as nothing.
- **Nothing about sessions of others.** A commit counts only where the session was the viewer's
  before it, as host or as guest.

Where the answer to an act of the viewer's own was lost, they do not know whether the seat is
theirs. Such a session may be told as lost when it is gone, and what it is told as otherwise is not
judged by the first rule.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.helpers.stack import Person, Stack

TYPE = "review"
"""Of the viewer's sessions that others change, and that the viewer leaves alone."""

CHANGES = 14

TRUTH = (
    "create table if not exists commits (n bigserial, actor uuid, old jsonb, new jsonb)",
    """create or replace function write_down() returns trigger language plpgsql security definer as
        $$ begin
            insert into public.commits (actor, old, new) values (auth.uid(), to_jsonb(old),
                to_jsonb(new));
            return null;
        end $$""",
    """create or replace trigger write_down after insert or update or delete on practice_sessions
        for each row execute function write_down()""",
    "delete from commits",
)

Key = tuple[str, str, str | None]
"""A change that a notice tells: what, of which session, and by whom or to when."""

LOST_SEAT = "seat lost"
"""Freed, or cancelled: to a guest, either is the end of their session."""


class Mine:
    """The sessions of a viewer that others change, and what a reader of notices should know."""

    def __init__(self, stack: Stack, seed: int) -> None:
        self._stack = stack
        self._rng = random.Random(seed + 3)
        self._began: dict[str, dict[str, Any]] = {}

    async def prepare(self, me: Person) -> None:
        """Make sessions of the viewer's, and have every commit written down."""
        self._me = me
        self._hosts = [await self._stack.person(name, "Host") for name in ("Priya", "Tom")]
        self._guests = [await self._stack.person(name, "Guest") for name in ("Mei", "Sam")]
        for guest in (None, None, self._guests[0]):
            await self._post(me, guest)
        for _ in range(4):
            await self._post(self._rng.choice(self._hosts), me)
        for statement in TRUTH:
            await self._stack.sql(statement)

    def moments(self, over: float) -> list[float]:
        """When others change them, in seconds from the beginning; some come together."""
        single = [self._rng.uniform(0.5, over - 0.2) for _ in range(CHANGES // 2)]
        return sorted(single + [moment + 0.01 for moment in single])

    async def change(self) -> None:
        """One change by others, to a session that the viewer hosts or has a seat in."""
        what = self._rng.choices(("book", "leave", "move", "free", "cancel"), (6, 5, 5, 1, 2))[0]
        hosted = what in ("book", "leave")
        condition = {"book": "and guest_id is null", "leave": "and guest_id is not null"}
        rows = await self._stack.sql(
            f"select id from practice_sessions where {'host_id' if hosted else 'guest_id'} = %s"
            f" and type = '{TYPE}' {condition.get(what, '')} order by datetime_utc, id",
            self._me.id,
        )
        if not rows:
            return
        id_ = self._rng.choice(rows)["id"]
        match what:
            case "book":
                guest = self._rng.choice(self._guests).id
                await self._update("guest_id = %s", id_, guest)
            case "leave" | "free":
                await self._update("guest_id = null", id_)
            case "move":
                minutes = await self._minutes(id_)
                await self._update(f"datetime_utc = datetime_utc + interval '{minutes} min'", id_)
            case "cancel":
                await self._stack.sql("delete from practice_sessions where id = %s", id_)

    async def _minutes(self, id_: Any) -> int:
        """How far to move a session: on, or back to where it was at the beginning."""
        [row] = await self._stack.sql(
            "select datetime_utc as at from practice_sessions where id = %s", id_
        )
        began = datetime.fromisoformat(self._began[str(id_)]["starts_at"])
        back = round((began - row["at"]) / timedelta(minutes=1))
        return back if back and self._rng.random() < 0.4 else 7

    async def wrong(self, said: list[dict[str, Any]]) -> list[str]:
        """A sentence for each rule that is broken by what the client has said so far."""
        commits = await self._stack.sql("select * from commits order by n")
        return [*self._lost(said, await self._rows()), *self._too_much(said, commits)]

    async def look(self) -> None:
        """The board is seen: what is there now needs no notice."""
        self._began = await self._rows()

    # The reader

    def _lost(self, said: list[dict[str, Any]], rows: dict[str, dict[str, Any]]) -> list[str]:
        pictures: dict[str, dict[str, Any] | None] = {
            id_: row for id_, row in self._began.items() if str(self._me.id) in _people(row)
        }
        unanswered = _unanswered(said)
        for each in said:
            match each["is"]:
                case "done" if each["outcome"] == "done":
                    pictures[each["id"]] = each["row"]
                case "notice" if (picture := pictures.get(each["session"])) is not None:
                    pictures[each["session"]] = _told(picture, each)
        return [
            f"a change is lost: {id_} is {rows.get(id_)}, and told as {picture}"
            for id_, picture in pictures.items()
            if id_ not in unanswered and not self._is_true(picture, rows.get(id_))
        ]

    def _is_true(self, picture: dict[str, Any] | None, row: dict[str, Any] | None) -> bool:
        me = str(self._me.id)
        if picture is None or me not in _people(picture):
            # One that somebody else cancelled after the seat was lost is nothing to the viewer.
            return row is None or me not in _people(row)
        if row is None or me not in _people(row):
            return False
        if picture["host_id"] == me:
            return picture["guest"] == row["guest"]
        return picture["starts_at"] == row["starts_at"]

    # What was told too much

    def _too_much(self, said: list[dict[str, Any]], commits: Iterable[dict[str, Any]]) -> list[str]:
        happened: Counter[Key] = Counter((LOST_SEAT, id_, None) for id_ in _unanswered(said))
        for commit in commits:
            happened.update(self._told_of(commit["actor"], commit["old"], commit["new"]))
        notices = [each for each in said if each["is"] == "notice"]
        return [
            f"told {n} times, and happened {happened[key]} times to the viewer: {key}"
            for key, n in Counter(map(_key, notices)).items()
            if n > happened[key]
        ]

    def _told_of(
        self, actor: Any, old: dict[str, Any] | None, new: dict[str, Any] | None
    ) -> list[Key]:
        """What may be told of a commit."""
        me = str(self._me.id)
        if old is None or me not in (old["host_id"], old["guest_id"]) or str(actor) == me:
            return []
        id_, names = old["id"], {str(p.id): p.name for p in self._guests}
        if new is None or (old["guest_id"] == me and new["guest_id"] != me):
            return [(LOST_SEAT, id_, None)]
        if old["guest_id"] == me:
            has_moved = old["datetime_utc"] != new["datetime_utc"]
            return [("moved", id_, _time(new["datetime_utc"]))] if has_moved else []
        if old["guest_id"] == new["guest_id"]:
            return []
        people = (("left", old["guest_id"]), ("booked", new["guest_id"]))
        return [(what, id_, names.get(person)) for what, person in people if person]

    async def _rows(self) -> dict[str, dict[str, Any]]:
        return {
            str(row["id"]): {
                "starts_at": row["starts_at"].astimezone(UTC).isoformat(),
                "host_id": str(row["host_id"]),
                "guest_id": str(row["guest_id"]) if row["guest_id"] else None,
                "guest": row["guest"],
            }
            for row in await self._stack.sql(
                "select s.id, s.datetime_utc as starts_at, s.host_id, s.guest_id,"
                " p.first_name || ' ' || p.last_name as guest from practice_sessions s"
                " left join profiles p on p.user_id = s.guest_id"
            )
        }

    async def _post(self, host: Person, guest: Person | None) -> None:
        starts_in = timedelta(minutes=self._rng.randint(60, 600))
        await self._stack.session(host, starts_in=starts_in, type=TYPE, guest=guest)

    async def _update(self, setting: str, id_: Any, *values: Any) -> None:
        await self._stack.sql(f"update practice_sessions set {setting} where id = %s", *values, id_)


def _unanswered(said: Iterable[dict[str, Any]]) -> set[str]:
    """The sessions of which the viewer does not know what their last acts have come to."""
    found: set[str] = set()
    for each in said:
        match each.get("outcome", ""):
            case "done":
                found.discard(each["id"])
            case "" | "changed" | "gone":
                pass
            case _:
                found.add(each["id"])
    return found


def _people(row: dict[str, Any]) -> tuple[str, str | None]:
    return row["host_id"], row["guest_id"]


def _told(picture: dict[str, Any], notice: dict[str, Any]) -> dict[str, Any] | None:
    """What the reader takes a session for after a notice; None: it is theirs no more."""
    match notice["what"]:
        case "moved":
            return picture | {"starts_at": notice["moved_to"]}
        case "booked":
            return picture | {"guest": notice["who"]}
        case "left":
            return picture | {"guest": None}
        case "cancelled" | "freed":
            return None
    return picture


def _key(notice: dict[str, Any]) -> Key:
    what, id_ = notice["what"], notice["session"]
    match what:
        case "moved":
            return what, id_, notice["moved_to"]
        case "cancelled" | "freed":
            return LOST_SEAT, id_, None
    return what, id_, notice["who"]


def _time(text: str) -> str:
    return datetime.fromisoformat(text).astimezone(UTC).isoformat()
