"""What is pasted reaches the app as pasted text, whatever is in it; keys around it stay keys."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events

from medtui.ui.driver import PasteSafeParser
from medtui.ui.pasting import END, START

UP, BACK_TAB = "\x1b[A", "\x1b[Z"


def parsed(*reads: str) -> list[str]:
    """What an app is told of these reads: "key …" and "paste …"; pastes in a row are one."""
    parser = PasteSafeParser()
    found: list[str] = []
    for read in reads:
        for event in [*parser.feed(read), *parser.tick()]:
            add(found, event)
    for event in parser.tick():  # nothing came for a moment
        add(found, event)
    return found


def add(found: list[str], event: object) -> None:
    if isinstance(event, events.Key):
        found.append(f"key {event.key}")
    elif isinstance(event, events.Paste) and found and found[-1].startswith("paste "):
        found[-1] += event.text
    elif isinstance(event, events.Paste):
        found.append(f"paste {event.text}")


@pytest.mark.parametrize(
    ("reads", "told"),
    [
        ([f"{START}hello{END}"], ["paste hello"]),
        ([f"a{START}hello{END}\r"], ["key a", "paste hello", "key enter"]),
        ([f"{START}up{UP}S\r\x03{END}j"], ["paste up[AS\r\x03", "key j"]),
        ([f"{START}x{END}y\r{END}"], ["paste xy\r"]),
        ([f"{START}x{END}y{END}n{END}", "k"], ["paste xyn", "key k"]),
        ([f"{START}x{END}", f"y{END}"], ["paste xy"]),
        ([f"{START}x{START}y{END}j"], ["paste xy", "key j"]),
        ([f"{START}x{END}y{START}z{END}"], ["paste xyz"]),
        ([f"{START}me{END}\t{START}secret{END}\r"],
         ["paste me", "key tab", "paste secret", "key enter"]),
        ([f"{START}me{END}{BACK_TAB}{START}b{END}"], ["paste me", "key shift+tab", "paste b"]),
        ([START[:3], START[3:] + "a" + END[:2], END[2:] + "j"], ["paste a", "key j"]),
        ([f"{START}a\x1b", f"[20{END}k"], ["paste a[20", "key k"]),
        ([f"j{END}k"], ["key j", "key k"]),
        (["j", UP], ["key j", "key up"]),
    ],
)  # fmt: skip
def test_pasted_text_is_never_keys(reads: list[str], told: list[str]) -> None:
    assert parsed(*reads) == told


PARTS = st.lists(st.sampled_from(["S", "y", "\r", "\x1b", "[", UP, END, START, "\x1b[20", "é"]))


@pytest.mark.detail
@given(PARTS, st.integers(1, 9))
def test_no_pasted_text_makes_a_key(parts: list[str], size: int) -> None:
    text = START + "".join(parts) + END
    reads = [text[at : at + size] for at in range(0, len(text), size)]
    # Two whole pastes with a tab between are told from one by nothing; there is no tab here.
    assert not [told for told in parsed(*reads) if told.startswith("key")]


def test_keys_are_held_back_only_until_nothing_follows() -> None:
    parser = PasteSafeParser()
    assert len(list(parser.feed(f"{START}x{END}j"))) == 1
    assert list(parser.tick()) == []
    [key] = parser.tick()
    assert isinstance(key, events.Key)
    [key] = parser.feed("k")
    assert isinstance(key, events.Key)
