"""Runs `medtui` in which something outside of it hangs: the first argument says what.

A resolver, a keyring, the disk, or a server of our own that starts: each is a call that does not
come back, as it is where a network or a device is gone. With the name of an error, as ENOSPC: the
disk refuses to be written to. The disk hangs from when there is a file
`hang` in the home.
"""

from __future__ import annotations

import errno
import os
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from keyring.backend import KeyringBackend

FOREVER = 600


def hang(*_: Any, **__: Any) -> Any:
    time.sleep(FOREVER)


class SilentKeyring(KeyringBackend):
    priority = 9  # type: ignore[assignment]
    get_password = set_password = delete_password = hang


def hang_at(what: str) -> None:
    if hasattr(errno, what):
        refuse(getattr(errno, what))
    elif what == "resolver":
        socket.getaddrinfo = hang
    elif what == "keyring":
        import keyring

        keyring.set_keyring(SilentKeyring())
    elif what == "disk":
        reached = os.fsync

        def fsync(handle: int) -> None:
            if Path(os.environ["HOME"], "hang").exists():
                hang()
            reached(handle)

        os.fsync = fsync
    elif what == "server":
        start: Any = subprocess.Popen

        def slow(command: list[str], **options: Any) -> Any:
            return start([sys.executable, "-c", f"import time; time.sleep({FOREVER})"], **options)

        subprocess.Popen = slow  # type: ignore[assignment,misc]


def refuse(code: int) -> None:
    """The disk of the home takes nothing any more, and says this."""
    home = os.environ["HOME"]

    def refusing(real: Any, *, only: int = 0) -> Any:
        def call(path: Any, *args: Any, **options: Any) -> Any:
            writes = not only or args[0] & only
            if writes and not isinstance(path, int) and os.fsdecode(path).startswith(home):
                raise OSError(code, os.strerror(code), path)
            return real(path, *args, **options)

        return call

    os.open = refusing(os.open, only=os.O_WRONLY | os.O_RDWR | os.O_CREAT)
    os.mkdir = refusing(os.mkdir)


if __name__ == "__main__":
    hang_at(sys.argv[1])
    from medtui.cli import main

    main(sys.argv[2:])
