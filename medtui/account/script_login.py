"""With what to sign in without the form, for scripts.

`MEDTUI_EMAIL`, and `MEDTUI_PASSWORD` or else the line in `MEDTUI_PASSWORD_FILE`; the command
line takes them out of the environment, so that no process that is started later has them.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from medtui.config import BadConfig
from medtui.launcher import Login

EMAIL, PASSWORD, FILE = "MEDTUI_EMAIL", "MEDTUI_PASSWORD", "MEDTUI_PASSWORD_FILE"

MOST = 4096
"""Bytes of a file that is taken for one that holds a password."""


def login(values: Mapping[str, str]) -> Login | None:
    """With what to sign in; None when nothing of it is set. Raises BadConfig.

    Args:
        values: those of the three variables that are set. The password beats the file.
    """
    if not values:
        return None
    email = values.get(EMAIL, "").strip()
    if not email:
        others = " and ".join(name for name in (PASSWORD, FILE) if name in values)
        raise BadConfig(
            f"{EMAIL} is empty: set it to your e-mail, or unset it."
            if EMAIL in values
            else f"{others} without {EMAIL} is not a login: set both, or neither."
        )
    if PASSWORD in values:
        password, source, warning = values[PASSWORD], PASSWORD, ""
    elif FILE in values:
        password, warning = _read(values[FILE])
        source = values[FILE]
    else:
        raise BadConfig(f"{EMAIL} needs {PASSWORD} or {FILE}: set one of them.")
    if not password:
        raise BadConfig(f"{source} is empty: put your password there.")
    return Login(email, password, warning)


def _read(name: str) -> tuple[str, str]:
    """The password in a file, and a warning about it. Raises BadConfig."""
    if not name:
        raise BadConfig(f"{FILE} is empty: set it to the file that holds your password.")
    path = Path(name).expanduser()
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            content = file.read(MOST + 1)
        text = content.decode()
    except FileNotFoundError:
        raise BadConfig(f"{path}, which {FILE} names, is not there: check its name.") from None
    except OSError as error:
        reason = error.strerror or "it is not an ordinary file"
        raise BadConfig(f"{path}, which {FILE} names, cannot be read: {reason}.") from None
    except UnicodeDecodeError:
        raise BadConfig(
            f"{path}, which {FILE} names, is not text: it should be your password."
        ) from None
    password = text.removesuffix("\n").removesuffix("\r")
    if len(content) > MOST or "\n" in password:
        raise BadConfig(
            f"{path}, which {FILE} names, holds more than a password: put the password "
            "alone on one line."
        )
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        return password, f"Other users can read {path}: chmod 600 makes it private."
    return password, ""
