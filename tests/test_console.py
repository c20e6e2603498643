"""What the commands print: harmless to a terminal, in any encoding; and where no screen can be."""

from __future__ import annotations

import os
import pty
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.stack import Stack
from tests.helpers.terminal import Terminal
from tests.test_end_to_end import environment, medtui, server

SAMPLES = Path(__file__).parent / "documents" / "samples"
TALK = SAMPLES / "transcripts" / "assemblyai.json"
PROGRAM = [sys.executable, "-m", "medtui"]

HOSTILE = {
    "title": b"\x1b]0;PWNED\x07",
    "clipboard": b"\x1b]52;c;UFdO\x07",
    "C1": b"\xc2\x9b31m",
    "bare C1": b"\x9b31m",
    "bidi": "\u202egnp.\u2066".encode(),
    "not UTF-8": b"\xff\xfe",
    "lines": b"\nmedtui: all is well\r",
    "invisible": "\u200b\ufeff\u2028".encode(),
}
HARMFUL = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u202e\u2066\u200b\ufeff\u2028"}


def run(
    home: Path, *arguments: str | bytes | Path, **env: str
) -> subprocess.CompletedProcess[bytes]:
    command = [*PROGRAM, *arguments]
    given = {**os.environ, **environment(home, **env)}
    return subprocess.run(
        command, capture_output=True, stdin=subprocess.DEVNULL, env=given, timeout=60
    )


def assert_harmless(output: bytes) -> None:
    for line in output.decode("utf-8").split("\n"):
        assert not HARMFUL & set(line), line


@pytest.mark.detail
@pytest.mark.short(1)
@pytest.mark.parametrize("name", [b"".join(HOSTILE.values()), HOSTILE["bare C1"]])
def test_a_hostile_name_reaches_no_terminal(name: bytes, tmp_path: Path) -> None:
    """As a file's name, a folder's, an argument's, an option's, a zone's, an address."""
    folder = tmp_path / "files"
    folder.mkdir()
    file = os.fsencode(folder) + b"/talk" + name + b".json"
    markdown = os.fsencode(folder) + b"/case" + name + b".md"
    shutil.copy(TALK, file)
    Path(os.fsdecode(markdown)).write_text("no case")
    told = [
        run(tmp_path, "view", file),
        run(tmp_path, "view", file + b"none"),
        run(tmp_path, "view", "--json", file + b"none"),
        run(tmp_path, "cases", "import", file),
        run(tmp_path, "cases", "import", markdown),
        run(tmp_path, "cases", "import", folder),
        run(tmp_path, "cases", "import", file + b"none"),
        run(tmp_path, "--" + os.fsdecode(name).replace("\n", "")),
        run(tmp_path, "board", "--once", b"--zone=" + name),
        run(tmp_path, b"--url=http://" + name, "--key=x", "doctor"),
        run(tmp_path, "clock", b"--preset=" + name),
        run(tmp_path, "join", name),
        run(tmp_path, "local", "env", "--data", file),
    ]
    for done in told:
        assert done.stdout + done.stderr
        assert_harmless(done.stdout)
        assert_harmless(done.stderr)
        assert b"Traceback" not in done.stderr
        assert not any(line == b"medtui: all is well" for line in done.stderr.splitlines())


@pytest.mark.detail
async def test_a_hostile_name_reaches_no_screen(tmp_path: Path) -> None:
    names = HOSTILE["title"] + HOSTILE["clipboard"] + HOSTILE["C1"] + HOSTILE["bidi"]
    for content in (TALK.read_text(), "{"):
        file = tmp_path / f"talk{names.decode()}.json"
        file.write_text(content)
        async with Terminal([*PROGRAM, "view", str(file)], env=environment(tmp_path)) as terminal:
            await terminal.until("talk]0;PWNED]52;c;UFdO31mgnp..json")
            terminal.press("\x11")
            await terminal.process.wait()
        output = terminal.output.decode()
        assert "\x1b]0;PWNED" not in output
        assert "\x1b]52;c;UFdO" not in output
        assert not {"\x9b", "\u202e", "\u2066"} & set(output)


@pytest.mark.detail
@pytest.mark.short(2)
@pytest.mark.parametrize(
    "encoding",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "latin-1"},
        {"PYTHONIOENCODING": "ascii:strict"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"LC_ALL": "POSIX"},
        {"LANG": "xx_XX.nonsense"},
    ],
    ids=str,
)
async def test_every_encoding_prints(
    encoding: dict[str, str], stack: Stack, tmp_path: Path
) -> None:
    import asyncio

    amara = await stack.person("Zażółć", "Gęśla")
    await stack.session(amara)
    talk = tmp_path / "gęś.json"
    talk.write_text('[{"speaker": "A", "text": "Zażółć … 漢字 🙂"}]')
    commands: list[tuple[int, list[str]]] = [
        (0, ["--help"]),
        (0, ["view", str(talk)]),
        (0, ["view", "--json", str(talk)]),
        (0, ["board", "--once", "--names", "full"]),
        (0, ["board", "--json", "--names", "full"]),
        (0, ["doctor"]),
        (1, ["cases", "import", str(talk)]),
    ]
    for code, command in commands:
        env = {**server(stack), **encoding}
        done = await asyncio.to_thread(run, tmp_path, *command, **env)
        assert done.returncode == code, done.stderr
        assert b"Error" not in done.stderr
        if "--json" in command:
            assert b"Za\\u017c\\u00f3" in done.stdout


NEEDS_SCREEN = [[], ["demo"], ["board"], ["clock"], ["join", "http://sb_publishable_x@127.0.0.1:1"]]


@pytest.mark.detail
@pytest.mark.parametrize("arguments", NEEDS_SCREEN, ids=" ".join)
def test_without_a_terminal_one_sentence(arguments: list[str], tmp_path: Path) -> None:
    master, slave = pty.openpty()
    streams = {"input": slave, "output": slave}
    try:
        for missing, name in (("stdin", "input"), ("stdout", "output")):
            given = {"stdin": streams["input"], "stdout": streams["output"]}
            given[missing] = subprocess.PIPE
            done = subprocess.run(
                [*PROGRAM, *arguments],
                **given,
                stderr=subprocess.PIPE,
                env={**os.environ, **environment(tmp_path), "TERM": "xterm"},
                timeout=30,
                text=True,
            )
            assert done.returncode == 2
            assert done.stderr.startswith(f"medtui: This needs a terminal, and standard {name}")
            assert len(done.stderr.splitlines()) == 1
            assert not done.stdout
    finally:
        os.close(master)
        os.close(slave)
    assert list(tmp_path.iterdir()) == [], "nothing was begun"


@pytest.mark.detail
@pytest.mark.short(3)
@pytest.mark.parametrize(
    ("arguments", "kind"),
    [*((arguments, "dumb") for arguments in NEEDS_SCREEN), ([], ""), ([], "unknown")],
)
async def test_on_a_terminal_without_places_one_sentence(
    arguments: list[str], kind: str, tmp_path: Path
) -> None:
    async with medtui(tmp_path, *arguments, TERM=kind) as terminal:
        assert await terminal.process.wait() == 2
        await terminal.until("medtui: Nothing can be drawn on this terminal, as TERM")
    assert b"\x1b" not in terminal.output


@pytest.mark.detail
def test_closed_streams_are_no_fault(tmp_path: Path) -> None:
    line = f"{sys.executable} -m medtui view {TALK} >&-; echo $?; {sys.executable} -m medtui <&- "
    done = subprocess.run(
        ["sh", "-c", f"{line}; echo $?"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment(tmp_path)},
    )
    assert done.stdout.split() == ["0", "2"]
    assert "Traceback" not in done.stderr


@pytest.mark.detail(after=1)
@pytest.mark.parametrize("command", ["--help", f"view {TALK}", f"view --json {TALK}", "doctor"])
def test_a_reader_that_has_enough_hears_no_complaint(command: str, tmp_path: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m medtui {command} | true"],
        capture_output=True,
        text=True,
        env={**os.environ, **environment(tmp_path)},
    )
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.detail
@pytest.mark.short(2)
@pytest.mark.parametrize(
    "size", [("80", "24"), ("0", "0"), ("-5", "x"), ("999999999999", "1")], ids=" x ".join
)
async def test_the_terminal_is_as_large_as_it_is(size: tuple[str, str], tmp_path: Path) -> None:
    """Whatever is exported, at the start and when it changes."""
    exported = {"COLUMNS": size[0], "LINES": size[1]}
    file = [str(TALK)]
    async with medtui(tmp_path, "view", *file, columns=132, rows=40, **exported) as terminal:
        await terminal.until("Good morning")
        await terminal.drawn(132, 40)
        terminal.resize(110, 30)
        await terminal.drawn(110, 30)
        terminal.press("\x11")
        await terminal.process.wait()
    assert b"Traceback" not in terminal.output


@pytest.mark.detail
@pytest.mark.short(2)
@pytest.mark.parametrize("columns", ["1", "0", "-3", "x", "99999999999999999999"])
def test_help_and_doctor_fit_any_exported_width(columns: str, tmp_path: Path) -> None:
    plain = run(tmp_path, "--help")
    done = run(tmp_path, "--help", COLUMNS=columns, LINES=columns)
    assert (done.returncode, done.stdout, done.stderr) == (0, plain.stdout, b"")
    assert run(tmp_path, "doctor", COLUMNS=columns, LINES=columns).returncode == 0
