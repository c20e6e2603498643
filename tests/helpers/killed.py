"""Acts on what is kept, each killed at every operation on the disk in turn.

`python -m tests.helpers.killed FOLDER [STRIDE [FIRST]]` prints a line of JSON for each kill: the
act, the number of the operation, and what the next start finds. An operation is a write (of which
half is done), a sync, a rename, a removal, a new file or folder; the kill is a SIGKILL to itself,
before the operation or after it. Each run is a fork, so that none inherits what another had in
memory.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import keyring
import keyring.backends.fail

from medtui import config
from medtui.data.tokens import StoredTokens
from medtui.store import files
from medtui.store.drafts import Drafts
from medtui.store.speaker_names import Remembered, SpeakerNames
from tests.data.folder_keyring import FolderKeyring

OPERATIONS = ("open", "write", "fsync", "replace", "rename", "unlink", "mkdir", "utime")
URL = "https://abc.supabase.co"
OLD, NEW = "o" * 2345, "n" * 3456  # of three pieces, and of four


def die() -> NoReturn:
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("still alive")


def arm(number: int, *, after: bool) -> None:
    """Have this process killed at its operation of this number."""
    done = 0

    def wrap(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def operation(*words: Any, **named: Any) -> Any:
            nonlocal done
            if name == "open" and not words[1] & os.O_CREAT:
                return real(*words, **named)
            done += 1
            if done != number:
                return real(*words, **named)
            if name == "write":
                real(words[0], bytes(words[1])[: len(words[1]) // 2])
            if after and name != "write":
                real(*words, **named)
            die()

        return operation

    for name in OPERATIONS:
        setattr(os, name, wrap(name, getattr(os, name)))


# What is kept: how it is made, changed, and read by the next start.


def settings(folder: Path) -> config.Settings:
    os.environ["MEDTUI_CONFIG"] = str(folder / "config.toml")
    return config.load()


def make_settings(folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    (folder / "config.toml").write_text('# mine\nserver = "https://abc.supabase.co"\ntheme = "old"')


def read_settings(folder: Path) -> str:
    found = settings(folder)
    text = found.file.read_text() if found.file.exists() else ""
    return f"{found.theme} {found.server} {'# mine' in text}"


def tokens(folder: Path) -> StoredTokens:
    return StoredTokens(URL, folder / "state")


def in_keyring(act: Callable[[Path], Any]) -> Callable[[Path], Any]:
    def done(folder: Path) -> Any:
        secrets = folder / "keyring"
        secrets.mkdir(exist_ok=True)
        os.environ["MEDTUI_TEST_KEYRING"] = str(secrets)
        keyring.set_keyring(FolderKeyring())
        return act(folder)

    return done


def in_file(act: Callable[[Path], Any]) -> Callable[[Path], Any]:
    def done(folder: Path) -> Any:
        keyring.set_keyring(keyring.backends.fail.Keyring())
        return act(folder)

    return done


def write_tokens(session: str) -> Callable[[Path], Any]:
    return lambda folder: asyncio.run(tokens(folder).write(session))


def read_tokens(folder: Path) -> Any:
    return asyncio.run(tokens(folder).read())


def clear_tokens(folder: Path) -> None:
    asyncio.run(tokens(folder).clear())


def drafts(folder: Path) -> Drafts:
    return Drafts(folder / "drafts")


async def keep_draft(folder: Path, text: str, *, drop: bool = False) -> None:
    here = drafts(folder)
    draft = await here.load("post", "amara")
    draft.save({"link": text})
    await here.written()
    if drop:
        draft.drop()
    else:
        draft.leave()
    await here.written()


async def read_draft(folder: Path) -> str | None:
    return (await drafts(folder).load("post", "amara")).found.get("link")


def memory(folder: Path) -> SpeakerNames:
    return SpeakerNames(folder / "state" / "reviews.json", "session:1")


Act = tuple[Callable[[Path], Any], Callable[[Path], Any], Callable[[Path], Any]]

ACTS: dict[str, Act] = {
    "first settings": (
        lambda folder: None,
        lambda folder: settings(folder).with_changes(theme="new", server=URL),
        read_settings,
    ),
    "settings": (
        make_settings,
        lambda folder: settings(folder).with_changes(theme="new"),
        read_settings,
    ),
    "first login in the file": (
        lambda folder: None,
        in_file(write_tokens(NEW)),
        in_file(read_tokens),
    ),
    "login in the file": (
        in_file(write_tokens(OLD)),
        in_file(write_tokens(NEW)),
        in_file(read_tokens),
    ),
    "sign-out from the file": (
        in_file(write_tokens(OLD)),
        in_file(clear_tokens),
        in_file(read_tokens),
    ),
    "login in the keyring": (
        in_keyring(write_tokens(OLD)),
        in_keyring(write_tokens(NEW)),
        in_keyring(read_tokens),
    ),
    "login that comes to the keyring from the file": (
        in_file(write_tokens(OLD)),
        in_keyring(write_tokens(NEW)),
        in_keyring(read_tokens),
    ),
    "sign-out from the keyring": (
        in_keyring(write_tokens(OLD)),
        in_keyring(clear_tokens),
        in_keyring(read_tokens),
    ),
    "draft": (
        lambda folder: asyncio.run(keep_draft(folder, OLD)),
        lambda folder: asyncio.run(keep_draft(folder, NEW)),
        lambda folder: asyncio.run(read_draft(folder)),
    ),
    "draft that is confirmed": (
        lambda folder: asyncio.run(keep_draft(folder, OLD)),
        lambda folder: asyncio.run(keep_draft(folder, OLD, drop=True)),
        lambda folder: asyncio.run(read_draft(folder)),
    ),
    "memory": (
        lambda folder: memory(folder).save(Remembered({"A": OLD})),
        lambda folder: memory(folder).save(Remembered({"A": NEW})),
        lambda folder: memory(folder).recall().names.get("A"),
    ),
}


def forked(run: Callable[[], Any]) -> tuple[int, Any]:
    """Run it in a fork. Its exit status, and what it returned."""
    reader, writer = os.pipe()
    if (child := os.fork()) == 0:
        answer = run()
        with os.fdopen(writer, "w") as pipe:
            json.dump(answer, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = pipe.read()
    _, status = os.waitpid(child, 0)
    return status, json.loads(text) if text else None


def swept(folder: Path) -> list[str]:
    """What is left of killed writes once a later start has swept."""
    files.ABANDONED_SECONDS = -1
    files.sweep(folder)
    return [path.name for path in folder.rglob(f"*{files.PART}")]


def kill(folder: Path, name: str, number: int, *, after: bool) -> bool:
    """Do an act, killed at an operation; print what follows. Whether it came so far."""
    make, act, read = ACTS[name]
    place = folder / "here"
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)

    def killed() -> None:
        arm(number, after=after)
        act(place)

    made, _ = forked(lambda: make(place))
    status, _ = forked(killed)
    assert made == 0
    assert status == 0 or os.WTERMSIG(status) == signal.SIGKILL
    started, found = forked(lambda: read(place))
    again, _ = forked(lambda: act(place) and None)
    _, then = forked(lambda: read(place))
    line = {"act": name, "at": number, "after": after, "killed": status != 0}
    line |= {"starts": started == 0, "found": found, "works": again == 0, "then": then}
    print(json.dumps(line | {"left": swept(place)}), flush=True)
    return status != 0


def main(folder: Path, stride: int = 1, first: int = 1) -> None:
    for name in ACTS:
        for number in range(first, 1000, stride):
            before = kill(folder, name, number, after=False)
            after = kill(folder, name, number, after=True)
            if not before and not after:
                break


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(int, sys.argv[2:]))
