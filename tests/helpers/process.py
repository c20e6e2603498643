"""A local server in a process of its own, as the command line starts it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from medtui.local.postgres import locked

KEYS = ["API_URL", "ANON_KEY", "SERVICE_ROLE_KEY", "DB_URL", "JWT_SECRET"]

# The command, but for the patience of a server that nobody holds, and of its sample files.
PROGRAM = """
from medtui import cli
from medtui.local import folder, run

folder.GRACE, folder.RELEASE = 1.5, 0.2
run.FILES_AFTER = 0
cli.main()
"""


class Server:
    """A server in a process of its own, on any free port unless the options say otherwise."""

    def __init__(self, *options: object) -> None:
        command = [sys.executable, "-c", PROGRAM, "local", "run", *map(str, options)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def line(self) -> dict[str, str]:
        """What it prints when it is ready."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, self.process.communicate()[1]
        return dict(json.loads(line))

    def end(self, number: signal.Signals | None = None) -> tuple[int, str, str]:
        """The exit code, and the rest of both outputs, after a signal if one is given."""
        if number is not None:
            self.process.send_signal(number)
        out, err = self.process.communicate(timeout=20)
        return self.process.returncode, out, err


def hold(line: dict[str, str]) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(line["HOLD"])
    return connection


def answers(line: dict[str, str]) -> bool:
    profiles = line["API_URL"] + "/rest/v1/profiles?select=user_id"
    return httpx.get(profiles, headers={"apikey": line["ANON_KEY"]}).json() == []


def nobody_is_left(data: Path) -> bool:
    lock = os.open(data / "pgdata.lock", os.O_RDWR)
    try:
        return locked(lock)
    finally:
        os.close(lock)


def within(seconds: float, condition: Callable[[], object]) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.005)
    return False


Serve = Callable[..., Server]
