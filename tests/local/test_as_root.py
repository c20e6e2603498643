"""Started by root: no other account can have root read, write or believe what is not root's own."""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from medtui.local import LocalError
from medtui.local.account import SystemAccount
from medtui.local.folder import clear_sockets, running
from medtui.local.install import install
from medtui.local.postgres import Cluster

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root has anything to lose here")

SECRET = "root:$6$secret"

# In the temporary folders of a server puts links to a file of root's, or exchanges the folders for
# links to a folder of root's, wherever it may.
LINKS = """
import os, sys
folder, victim = sys.argv[1:]
print("ready", flush=True)
while True:
    for name in os.listdir(folder):
        for place in (f"{folder}/{name}", f"{folder}/{name}/pg"):
            for link in ("password", "password.first", "holders"):
                try:
                    os.symlink(victim, f"{place}/{link}")
                except OSError:
                    pass
"""
EXCHANGES = """
import os, sys
folder, victim = sys.argv[1:]
print("ready", flush=True)
while True:
    for name in os.listdir(folder):
        for place in (f"{folder}/{name}", f"{folder}/{name}/pg"):
            try:
                os.rename(place, f"{folder}/.{os.getpid()}")
                os.symlink(os.path.dirname(victim), place)
            except OSError:
                pass
"""

# Takes the place of PostgreSQL's socket and asks every client for its password in plain text.
IMPOSTOR = """
import os, socket, struct, sys
path = sys.argv[1]
os.unlink(path)
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen()
print("ready", flush=True)
while True:
    client, _ = listener.accept()
    client.recv(10_000)
    client.sendall(b"R" + struct.pack("!ii", 8, 3))
    print(client.recv(10_000), flush=True)
    client.close()
"""

# Starts and stops a server twice, and prints what this process has touched in others' folders.
WATCHED = """
import asyncio, json, os, sys
from pathlib import Path

touched, data = [], Path(sys.argv[1])

def note(event, arguments):
    if event.partition(".")[0] in ("open", "os", "shutil", "socket"):
        for path in arguments:
            if isinstance(path, (str, Path)) and ("/pgdata/" in str(path) or "/pg/" in str(path)):
                touched.append([event, str(path)])

from medtui.local.postgres import Cluster

async def main():
    for _ in range(2):
        cluster = await Cluster.start(data)
        await cluster.stop()

sys.addaudithook(note)
asyncio.run(main())
print(json.dumps(touched))
"""


@contextmanager
def as_nobody(program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """A Python program of the account that PostgreSQL has; it has said a first line."""
    nobody = pwd.getpwnam(SystemAccount.choose().name)
    process = subprocess.Popen(
        ["/usr/bin/env", "python3", "-c", program, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
        user=nobody.pw_uid,
        group=nobody.pw_gid,
        extra_groups=[],
        cwd="/",
        env={"PATH": f"{Path(sys.executable).resolve().parent}:/usr/local/bin:/usr/bin:/bin"},
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def victim(folder: Path) -> Path:
    """A file that only root may read, as root's own are."""
    (folder / "root").mkdir(mode=0o711)
    path = folder / "root" / "victim"
    path.write_text(SECRET)
    path.chmod(0o600)
    return path


@pytest.mark.detail
@pytest.mark.parametrize("starts", [1, pytest.param(3, marks=pytest.mark.long)])
@pytest.mark.parametrize("race", [LINKS, EXCHANGES], ids=["links", "exchanges"])
async def test_links_in_its_temporary_folders_lead_nowhere(
    race: str, starts: int, folder: Path, victim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = folder / "temporary"
    temporary.mkdir()
    temporary.chmod(0o1777)  # as /tmp
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    before = victim.stat(), victim.parent.stat()
    with as_nobody(race, temporary, victim):
        for number in range(starts):
            try:
                cluster = await Cluster.start(folder / f"data-{number}")
            except LocalError:
                continue  # It may keep PostgreSQL from starting.
            await cluster.stop()
    assert victim.read_text() == SECRET
    for path, was in zip((victim, victim.parent), before, strict=True):
        now = path.stat()
        assert (now.st_mode, now.st_uid, now.st_gid) == (was.st_mode, was.st_uid, was.st_gid)


@pytest.mark.detail
async def test_root_touches_nothing_in_the_accounts_folders(folder: Path) -> None:
    command = [sys.executable, "-c", WATCHED, str(folder / "data")]
    touched = json.loads(await asyncio.to_thread(subprocess.check_output, command))
    assert touched == []


def test_the_account_is_given_nothing_of_roots_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The account's other programs can read what PostgreSQL's process was given."""
    account = SystemAccount.choose()
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("HOME", "/root")
    monkeypatch.setenv("LC_TIME", "C")
    given = account.run("/usr/bin/env").stdout
    assert account.other
    assert SECRET not in given
    assert "HOME=" not in given
    assert "LC_TIME=C" in given


@pytest.mark.detail(after=1)
@pytest.mark.parametrize("link", [True, False])
def test_a_folder_that_was_exchanged_is_not_given_away(
    link: bool, folder: Path, victim: Path
) -> None:
    account = SystemAccount.choose()
    made = folder / "made"
    if link:
        made.symlink_to(victim.parent)
    else:
        os.link(victim, made)
    with pytest.raises(LocalError, match="Cannot give"):
        account.take(made)
    with pytest.raises(OSError, match="exists"):
        account.write(made, "password")
    assert (victim.stat().st_uid, victim.parent.stat().st_uid) == (0, 0)
    assert victim.read_text() == SECRET


@pytest.mark.detail
async def test_a_version_that_is_none_is_not_read_or_repeated(
    practice: Path, victim: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("medtui.local.postgres.PATIENCE", 0.5)
    version = practice / "pgdata" / "PG_VERSION"
    for kind in ("link", "pipe", "words"):
        version.unlink()
        match kind:
            case "link":
                version.symlink_to(victim)
            case "pipe":
                os.mkfifo(version)
            case "words":
                version.write_text("\x1b]0;hello\x07")
        with pytest.raises(LocalError, match="cannot be read") as refused:
            await asyncio.wait_for(Cluster.start(practice), 60)
        assert SECRET not in str(refused.value), kind
        assert "\x1b" not in str(refused.value)


@pytest.mark.detail
async def test_an_impostor_on_its_socket_is_not_told_the_password(practice: Path) -> None:
    cluster = await Cluster.start(practice)
    try:
        with as_nobody(IMPOSTOR, cluster.socket_dir / ".s.PGSQL.5432") as impostor:
            with pytest.raises(psycopg.OperationalError):
                await install(cluster)
            assert impostor.stdout is not None
            assert impostor.stdout.readline() == "b''\n"
    finally:
        await cluster.stop()


def test_a_server_is_not_asked_in_a_folder_of_another_account(folder: Path) -> None:
    """Left by a server that was killed, and made again by another account under the same name."""
    nobody = pwd.getpwnam(SystemAccount.choose().name)
    theirs, data = folder / "medtui-left", folder / "data"
    for made in (theirs, data):
        made.mkdir()
    (data / "holders").write_text(str(theirs / "holders"))
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(theirs / "holders"))
        listener.listen()
        os.chown(theirs, nobody.pw_uid, nobody.pw_gid)
        assert running(data, patience=0.2) is None
        listener.setblocking(False)
        with pytest.raises(BlockingIOError):
            listener.accept()
    clear_sockets(data)
    assert theirs.exists()


@pytest.mark.detail
def test_it_is_held_in_a_folder_of_roots(practice: Path) -> None:
    folder = practice
    program = "from medtui import cli; cli.main()"
    process = subprocess.Popen(
        [sys.executable, "-c", program, "local", "run", "--data", str(folder), "--port", "0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline()
        hold = Path((folder / "holders").read_text())
        assert hold.parent.stat().st_uid == 0
        assert not hold.stat().st_mode & 0o077
        assert running(folder) is not None
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


@pytest.mark.detail(after=1)
@pytest.mark.parametrize("way", ["theirs", "writable", "itself", "link"])
async def test_data_in_another_accounts_folder_is_refused(way: str, folder: Path) -> None:
    nobody = pwd.getpwnam(SystemAccount.choose().name)
    outer = folder / "outer"
    outer.mkdir()
    data = outer / "data"
    match way:
        case "theirs":
            os.chown(outer, nobody.pw_uid, nobody.pw_gid)
        case "writable":
            outer.chmod(0o777)
        case "itself":
            data.mkdir()
            data.chmod(0o1777)
        case "link":
            os.chown(outer, nobody.pw_uid, nobody.pw_gid)
            (folder / "link").symlink_to(data)
            data = folder / "link"
    with pytest.raises(LocalError, match="another account can change"):
        await Cluster.start(data)
    assert sorted(path.name for path in outer.iterdir()) == (["data"] if way == "itself" else [])


@pytest.mark.detail
async def test_deleting_follows_no_links(folder: Path, victim: Path) -> None:
    assert shutil.rmtree.avoids_symlink_attacks
    cluster = await Cluster.start(folder / "data", throwaway=True)
    (cluster.socket_dir / "link").symlink_to(victim.parent)
    (folder / "data" / "pgdata" / "link").symlink_to(victim.parent)
    await cluster.stop()
    assert not (folder / "data").exists()
    assert victim.read_text() == SECRET
