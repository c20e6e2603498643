"""Checks where a login can be stored on this machine, with a meaningless secret."""

from __future__ import annotations

import secrets
from pathlib import Path

from medtui.data.doctor.finding import Finding, failed, note, ok
from medtui.data.timeouts import within
from medtui.data.tokens import KEYRING_SECONDS, NoKeyring, usable_keyring
from medtui.store import files
from medtui.store.keyring_chunks import SERVICE

PROBE = "doctor"


def kept(folder: Path) -> Finding:
    """The line `login`: whether a keyring works, or a folder for the file in its place."""
    answer: str | Exception
    try:
        answer = within(KEYRING_SECONDS, _try_keyring)
    except Exception as error:  # backends raise whatever their platform does
        answer = error
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
    if isinstance(answer, NoKeyring):
        return note("login", f"No system keyring: the login is stored in {folder}.")
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
    files.write(probe, "")
    probe.unlink()
