"""What can be done with a session, and what enter does."""

from __future__ import annotations

from uuid import uuid4

from medtui.core.session_acts import enter_does, possible_acts
from tests.core.test_agenda import ME, NOW, person, session


def test_enter_does_what_one_wants() -> None:
    free, mine, taken = session(), session(guest_id=ME), session(guest_id=uuid4())
    for one, does in ((free, "book"), (mine, "room"), (taken, "")):
        assert enter_does(one, ME, NOW, shows_details=True) == does
        assert enter_does(one, ME, NOW, shows_details=False) == "details"


def test_what_a_row_allows_is_what_the_rules_allow() -> None:
    me = person().model_copy(update={"user_id": ME})
    free = session(room_url="https://example.org/1")
    booked, own = session(guest_id=ME), session(host=me)
    held = session(-30, host=me, guest_id=uuid4(), version=3)

    def acts(one: object, *, is_complete: bool = True) -> list[str]:
        return possible_acts(one, ME, NOW, is_complete=is_complete)  # type: ignore[arg-type]

    assert acts(free) == ["book", "open_link", "copy_link"]
    assert acts(booked) == ["room", "leave"]
    assert acts(booked, is_complete=False) == ["room"]
    assert acts(own) == ["room", "edit", "cancel"]
    assert acts(held) == ["room", "edit", "review"]
    assert acts(session(guest_id=uuid4())) == []
    assert possible_acts(own, ME, NOW, is_complete=True, with_files={own.id})[-1] == "review"
