"""Starts PostgreSQL so that it never outlives its parent.

    watcher.py UID GID [FOLDER…] -- COMMAND…

A script, not a module: it runs by itself (`python -I -S`) and imports next to nothing.
The process that was started becomes PostgreSQL, so that the parent has it as a direct child.
Before that it splits off a watcher, which waits for the end of either of two pipes: standard
input, whose other end only the parent holds, and one that every process of PostgreSQL has
inherited. The first to end means that the parent is gone, however it died: PostgreSQL is stopped,
fast, then at once. The second means that PostgreSQL is gone: the folders are removed.

As no step waits for the parent, there is no moment at which its death leaves anything behind.
"""

import contextlib
import os
import select
import signal
import sys

# Together below the ten seconds in which everything must be gone. The last is for the kernel.
STOPS = ((signal.SIGINT, 4.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 1.0))


def main() -> None:
    uid, gid = int(sys.argv[1]), int(sys.argv[2])
    end = sys.argv.index("--")
    folders, command = sys.argv[3:end], sys.argv[end + 1 :]
    postgres = os.getpid()
    alive, inherited = os.pipe()
    if os.fork() == 0:
        os.close(inherited)
        # The watcher must not be PostgreSQL's child: it would take its end for a crash.
        if os.fork() == 0:
            watch(postgres, alive)
            for folder in folders:
                delete(folder)
        os._exit(0)
    os.wait()
    os.set_inheritable(inherited, True)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    if uid != os.getuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.execv(command[0], command)  # noqa: S606


def watch(postgres: int, alive: int) -> None:
    """Return when no process of PostgreSQL is left; stop it when the parent is gone."""
    select.select([0, alive], [], [])
    for number, seconds in STOPS:
        # Asked first: a number is only sent to a process that is certainly still PostgreSQL.
        if select.select([alive], [], [], 0)[0]:
            return
        # A dead postmaster's children are about to notice.
        with contextlib.suppress(ProcessLookupError):
            os.kill(postgres, number)
        select.select([alive], [], [], seconds)


def delete(folder: str) -> None:
    import shutil  # Costs more than all the rest, and is seldom needed.

    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
