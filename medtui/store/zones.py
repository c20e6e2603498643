"""The time zone that times are shown in: that of TZ in any of its forms, else this machine's."""

from __future__ import annotations

import io
import os
import re
import struct
import time
from datetime import UTC, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo

from medtui.core.key_names import key_of
from medtui.core.text import clean_line

LOCALTIME = Path("/etc/localtime")

POSIX = re.compile(r"([A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)[+-]?\d[^\n]*")
"""POSIX rules begin with a name of three letters or more and an offset; the rest is unchecked."""

AMERICAN = ",M3.2.0,M11.1.0"
"""When summer time begins and ends if TZ names it without rules: the C library's default."""


class NoZone(Exception):
    """A text names no time zone; `guess` is the most similar name, or ""."""

    def __init__(self, guess: str = "") -> None:
        super().__init__(guess)
        self.guess = guess


def local_zone() -> tuple[tzinfo, str]:
    """The zone that times are shown in, and a sentence if TZ cannot be understood, else "".

    A TZ that means nothing is removed from the environment, as programs that this one starts
    could each understand it differently.
    """
    given = os.environ.get("TZ")
    if given is None:
        return _machines_zone(), ""
    try:
        return zone_named(given), ""
    except NoZone as error:
        del os.environ["TZ"]
        if hasattr(time, "tzset"):  # not on Windows
            time.tzset()
        guess = f" (did you mean {error.guess}?)" if error.guess else ""
        zone = _machines_zone()
        return zone, (
            f'TZ is set to "{given}", which is not a time zone{guess}: times are shown in this'
            f" computer's own, {zone}. Correct the variable, or unset it."
        )


def configured_zone(named: str, file: Path) -> tuple[tzinfo, str]:
    """The zone that times are shown in, and a sentence if a name of one is wrong, else "".

    That of TZ, else the one `named` in the settings' `file`, else this machine's.
    """
    if not named.strip() or "TZ" in os.environ:
        return local_zone()
    try:
        return zone_named(named), ""
    except NoZone as error:
        found, _ = local_zone()
        guess = f" (did you mean {error.guess}?)" if error.guess else ""
        return found, (
            f'{file}: zone is "{clean_line(named)}", not a time zone{guess}: times are shown'
            f" in this computer's own, {found}. Correct it there, or press "
            f"{key_of('board.settings')} on the board."
        )


def zone_named(text: str) -> tzinfo:
    """The zone that a value of TZ means; case and blanks do not matter. Raises NoZone.

    A name ("Europe/London"), a file of one ("/etc/localtime"), or the rules themselves
    ("EST5EDT,M3.2.0,M11.1.0", "<+03>-3"); each may follow a colon. Empty is UTC, as for C programs.
    """
    name = text.strip().removeprefix(":").strip()
    if not name:
        return UTC
    try:
        return _from_file(Path(name)) if Path(name).is_absolute() else ZoneInfo(name)
    except (ValueError, LookupError, OSError):
        pass
    if POSIX.fullmatch(name):
        for rules in (name, name + AMERICAN):
            try:
                return _from_rules(rules)
            except ValueError:
                continue
    return _nearly(name)


def _from_file(path: Path) -> ZoneInfo:
    """The zone in a file. Raises OSError or ValueError if it is no file of a zone."""
    if not path.is_file():  # a pipe would be waited for
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        return ZoneInfo.from_file(file, key=str(path))


def _from_rules(rules: str) -> ZoneInfo:
    """The zone of POSIX rules, read as a zone file (RFC 8536) that holds these rules alone.

    Raises ValueError.
    """
    head = b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4)
    kinds = struct.pack(">lBB", 0, 0, 0) + b"UTC\0"
    data = (head + kinds) * 2 + b"\n" + rules.encode() + b"\n"
    return ZoneInfo.from_file(io.BytesIO(data), key=rules)


def _nearly(name: str) -> tzinfo:
    """The zone of this name in another case, or with blanks for underscores. Raises NoZone."""
    from difflib import get_close_matches
    from zoneinfo import available_timezones

    known = {zone.casefold(): zone for zone in available_timezones()}
    wanted = re.sub(r"\s+", "_", name).casefold()
    if wanted in known:
        return ZoneInfo(known[wanted])
    guesses = get_close_matches(wanted, known, n=1, cutoff=0.75)
    raise NoZone(known[guesses[0]] if guesses else "")


def _machines_zone() -> tzinfo:
    try:
        from tzlocal import get_localzone

        return get_localzone()
    except (LookupError, ValueError, OSError):
        pass  # as where two files of the machine contradict each other
    try:
        return _from_file(LOCALTIME)
    except (ValueError, OSError):
        return UTC
