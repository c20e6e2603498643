"""Starts PostgreSQL so that it never outlives its parent.

    watcher.py UID GID FOLDER… [-- COMMAND [ARGUMENT…]]…

A script, not a module: it runs by itself (`python -I -S`) and imports next to nothing. The commands
run as the user, one after the other; the process that was started becomes the last of them, which
is PostgreSQL, so that the parent has it as a direct child.

Before that it splits off a watcher, which waits for the end of either of two pipes: standard input,
whose other end only the parent holds, and one that every process of PostgreSQL has inherited. The
first to end means that the parent is gone, however it died: PostgreSQL is stopped, fast, then at
once. The second means that PostgreSQL is gone: the folders are removed.

Standard output tells the parent the same: it ends when PostgreSQL and the watcher are gone.

As no step waits for the parent, there is no moment at which its death leaves anything behind.
"""

import contextlib
import itertools
import os
import select
import signal
import sys

# Together below the ten seconds in which everything must be gone. A fast stop waits for those who
# read the log to read on, and one that hangs must not hold it up.
STOPS = ((signal.SIGINT, 4.0), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 1.0))


def main() -> None:
    uid, gid = int(sys.argv[1]), int(sys.argv[2])
    parts = itertools.groupby(sys.argv[3:], key="--".__eq__)
    folders, *commands = [list(part) for is_end, part in parts if not is_end]
    postgres = os.getpid()
    alive, inherited = os.pipe()
    if os.fork() == 0:
        os.close(inherited)
        # The watcher must not be PostgreSQL's child: it would take its end for a crash.
        if os.fork() == 0:
            watch(postgres, alive)
            import shutil  # costs more than all the rest, and is needed now alone

            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
        os._exit(0)
    os.wait()
    # PostgreSQL holds both pipes' ends without knowing: it reads nothing, and writes to the log.
    for pipe in (inherited, os.dup(1)):
        os.set_inheritable(pipe, True)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    if uid != os.getuid():
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    for command in commands[:-1]:
        if os.spawnv(os.P_WAIT, command[0], command) != 0:  # noqa: S606
            sys.exit(1)
    os.execv(commands[-1][0], commands[-1])  # noqa: S606


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


if __name__ == "__main__":
    main()
