"""What is written to a terminal tells a sentence, and is nothing else to it."""

from __future__ import annotations

import re

import pyte
import pytest

from medtui.alerts.terminal import TerminalSink, keeping_title, sequence, usual_title

WORDS = "Mei Tanaka booked your mock of Thu 24 Dec, 18:00."
TITLE = f"\x1b]2;medtui: {WORDS}\a"


@pytest.mark.parametrize(
    ("env", "written"),
    [
        ({"TERM": "xterm-256color"}, f"\a{TITLE}"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, f"\a{TITLE}\x1b]9;{WORDS}\a"),
        ({"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, f"\a{TITLE}\x1b]9;{WORDS}\a"),
        ({"TERM": "foot"}, f"\a{TITLE}\x1b]777;notify;medtui;{WORDS}\a"),
        ({"TERM": "xterm-kitty"}, f"\a{TITLE}\x1b]777;notify;medtui;{WORDS}\a"),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/x,1,0"}, f"\a{TITLE}"),
        ({"TERM": "linux"}, "\a"),
        ({"TERM": "dumb"}, "\a"),
        ({}, "\a"),
    ],
)
def test_each_terminal_gets_what_it_knows(env: dict[str, str], written: str) -> None:
    assert sequence(WORDS, env) == written
    assert sequence(WORDS, env, bell=False) == written.removeprefix("\a")


@pytest.mark.parametrize("term", ["xterm-256color", "foot"])
def test_strangers_names_end_no_sequence_and_begin_no_other(term: str) -> None:
    evil = "\x1b]0;x\a4;3;99 \x9c\x1b\\ booked\r\n;your mock"
    written = sequence(evil, {"TERM": term})
    bodies = re.findall(r"\x1b\](\d+);([^\a\x1b\x9c]*)\a", written)
    assert "\a" + "".join(f"\x1b]{n};{body}\a" for n, body in bodies) == written
    assert all(body.count(";") == (2 if n == "777" else 0) for n, body in bodies)
    screen = pyte.Screen(80, 2)
    pyte.Stream(screen).feed(written)
    assert "".join(screen.display).strip() == ""


async def test_the_title_comes_back_when_all_was_read() -> None:
    written: list[str] = []
    sink = TerminalSink(written.append, {"TERM": "xterm"})
    sink.rest()
    await sink.send("One.")
    await sink.send("Two.")
    sink.rest()
    sink.rest()
    await sink.send("Three.")
    one, two, three = (f"\a\x1b]2;medtui: {word}.\a" for word in ("One", "Two", "Three"))
    back = "\x1b]2;medtui\a\x1b[23;2t"
    assert written == [f"\x1b[22;2t{one}", two, back, f"\x1b[22;2t{three}"]


def test_a_terminal_without_a_title_is_given_none() -> None:
    assert keeping_title({"TERM": "dumb"}) == usual_title({"TERM": "linux"}) == ""
