"""Where a login is kept on this machine, tried with a secret that means nothing."""

from __future__ import annotations

import queue
import secrets
import threading
from pathlib import Path

from medtui import disk
from medtui.data.doctor.finding import Finding, failed, note, ok
from medtui.data.pieces import SERVICE
from medtui.data.tokens import usable_keyring

PATIENCE = 10.0
"""A keyring may ask for a password to be unlocked; nobody may be there to see it."""

PROBE = "doctor"


def kept(folder: Path) -> Finding:
    """The line `login`: a keyring that works, or a folder for the file in its place."""
    answers: queue.SimpleQueue[str | Exception] = queue.SimpleQueue()

    def attempt() -> None:
        try:
            answers.put(_try_keyring())
        except Exception as error:  # backends raise whatever their platform does
            answers.put(error)

    # Not to be waited for: the program ends even if the keyring never answers.
    threading.Thread(target=attempt, daemon=True).start()
    try:
        answer = answers.get(timeout=PATIENCE)
    except queue.Empty:
        answer = TimeoutError()
    if isinstance(answer, str):
        return ok("login", f"It is kept in the keyring ({answer}).")
    try:
        _try_file(folder)
    except OSError as error:
        return failed(
            "login",
            f"There is no keyring, and {folder} cannot be written: {error.strerror}.",
            "Make that folder yours; until then you sign in each time.",
        )
    if isinstance(answer, LookupError):
        return note("login", f"There is no keyring: it is kept in a file of yours in {folder}.")
    return failed(
        "login",
        f"The keyring does not work ({type(answer).__name__}): a file in {folder} takes its place.",
        "Unlock the keyring, or choose another with PYTHON_KEYRING_BACKEND.",
    )


def _try_keyring() -> str:
    backend = usable_keyring()
    secret = secrets.token_hex(8)
    backend.set_password(SERVICE, PROBE, secret)
    try:
        found = backend.get_password(SERVICE, PROBE)
    finally:
        backend.delete_password(SERVICE, PROBE)
    if found != secret:
        raise ValueError
    return str(backend.name)


def _try_file(folder: Path) -> None:
    probe = folder / f"{PROBE}.{secrets.token_hex(4)}"
    disk.write(probe, "")
    probe.unlink()
