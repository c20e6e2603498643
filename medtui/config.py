"""Where settings come from and where files live: flags beat the environment beats the file.

The file is TOML, at `MEDTUI_CONFIG` or in the user's configuration folder:

    server = "https://abc.supabase.co"    # or "local": the one of this machine
    key = "sb_publishable_…"
    room_template = "https://meet.jit.si/medtui-{id}"
    overlap_minutes = 60
    theme = "medtui-light"
    preset = "plab2"

One's own presets, for the station clock and the mark sheet, stand beside it in `presets.toml`.
"""

from __future__ import annotations

import base64
import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from medtui import disk

if TYPE_CHECKING:
    from collections.abc import Callable

    from medtui.station.presets import Preset
    from medtui.station.rubrics import Rubric

T = TypeVar("T")

WORD = re.compile(r"[A-Za-z0-9._:-]+")

LOCAL = "local"
"""The value of `server` for the persistent one of this machine."""


LOCK_SECONDS = 5
"""Longer than another program takes to write its settings."""


class BadConfig(Exception):
    """The settings cannot be used; the text is a sentence that says where and why."""


@dataclass(frozen=True)
class Settings:
    """What medtui was told."""

    file: Path
    """Where settings are written."""
    server: str = ""
    """A Supabase project's URL, `local`, or empty: nothing is configured."""
    key: str = ""
    """The project's public key."""
    room_template: str = "https://meet.jit.si/medtui-{id}"
    """What a new session's room link is made from; {id} becomes the session's id."""
    overlap_minutes: int = 60
    """Two sessions that start less than this apart overlap."""
    theme: str = "medtui-dark"
    """A theme of Textual's or ours."""
    preset: str = ""
    """The station clock's, by id or name; empty: the platform's own."""

    @property
    def state(self) -> Path:
        """The folder of all that is kept on this machine: drafts, mark sheets, logs."""
        if "MEDTUI_CONFIG" in os.environ:
            return self.file.parent / "state"
        from platformdirs import user_state_path

        return user_state_path("medtui", appauthor=False)

    def with_changes(self, **values: Any) -> Settings:
        """These settings with some changed, and written to the file. Raises BadConfig."""
        changed = replace(self, **values)
        _write(changed.file, values)
        return changed


_NAMES = {field.name for field in fields(Settings)} - {"file"}


def load(flags: Mapping[str, str | None] | None = None) -> Settings:
    """The settings in force. Raises BadConfig."""
    file = _file()
    values = _read(file)
    env = os.environ
    if url := env.get("SUPABASE_URL"):
        values["server"] = url
        values["key"] = (
            env.get("SUPABASE_ANON_KEY")
            or env.get("SUPABASE_PUBLISHABLE_KEY")
            or values.get("key", "")
        )
    values.update({name: value for name, value in (flags or {}).items() if value is not None})
    return Settings(file=file, **values)


def presets(settings: Settings) -> tuple[Preset, ...]:
    """The presets of the station clock, one's own last. Raises BadConfig."""
    from medtui.station.own import parse
    from medtui.station.presets import PRESETS

    return (*PRESETS, *_own(settings, parse))


def rubrics(settings: Settings) -> tuple[Rubric, ...]:
    """What can be marked by, one's own last: they stand in the same file. Raises BadConfig."""
    from medtui.station.own import parse_rubrics
    from medtui.station.rubrics import RUBRICS

    return (*RUBRICS, *_own(settings, parse_rubrics))


def _own(settings: Settings, parse: Callable[[str, str], tuple[T, ...]]) -> tuple[T, ...]:
    from medtui.station.own import BadPreset

    file = settings.file.parent / "presets.toml"
    try:
        return parse(file.read_text(encoding="utf-8"), str(file))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except BadPreset as error:
        raise BadConfig(f"{error} Mend or remove it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{file} cannot be read: {_why(error)}.") from error


def preset(settings: Settings, named: str = "") -> Preset:
    """The preset of this name, else that of the settings, else the platform's. BadConfig."""
    from medtui.station.presets import DEFAULT, find

    known = presets(settings)
    wanted = named or settings.preset
    if not wanted:
        return DEFAULT
    if found := find(wanted, known):
        return found
    choices = ", ".join(preset.id for preset in known)
    raise BadConfig(f"There is no preset called {wanted}: choose one of {choices}.")


def invited(line: str) -> tuple[str, str]:
    """The URL and the public key in an invitation, as `medtui local run --invite` prints it.

    `http://KEY@HOST:PORT`, with `medtui join` before it or without. Raises BadConfig.
    """
    words = line.strip().strip("'\"").removeprefix("medtui join").strip()
    try:
        parts = urlsplit(words)
        host, port, key = parts.hostname, parts.port, parts.username
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https") or not WORD.fullmatch(host):
        raise BadConfig(
            "This is not an invitation: it looks like http://sb_publishable_…@192.168.1.20:54321. "
            "Copy the whole line that medtui local run --invite prints."
        )
    if not key or not WORD.fullmatch(key):
        raise BadConfig("This invitation has no key before its @: copy the whole line.")
    if _is_secret(key):
        raise BadConfig(
            "This invitation holds a secret key, which is nobody's but the operator's: "
            "ask for one with the publishable key."
        )
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}" + (f":{port}" if port else ""), key


def is_public(key: str) -> bool:
    """Whether a key is surely one that everybody may know."""
    try:
        return bool(WORD.fullmatch(key)) and not _is_secret(key)
    except BadConfig:
        return False


def _is_secret(key: str) -> bool:
    """Whether the key is past all policies: of the newer kind by its name, else by its claims."""
    if key.startswith("sb_"):
        return not key.startswith("sb_publishable_")
    try:
        claims = key.split(".")[1]
        padded = claims + "=" * (-len(claims) % 4)
        return bool(json.loads(base64.urlsafe_b64decode(padded)).get("role") != "anon")
    except (IndexError, ValueError, AttributeError) as error:
        raise BadConfig(
            "The key in this invitation is none of Supabase's: copy the whole line."
        ) from error


def state() -> Path:
    """The same folder, whatever the settings say."""
    return Settings(file=_file()).state


def _file() -> Path:
    if named := os.environ.get("MEDTUI_CONFIG"):
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("medtui", appauthor=False) / "config.toml"


def _read(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{file} cannot be read: {error}. Mend or remove it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{file} cannot be read: {_why(error)}.") from error
    except (ValueError, RecursionError) as error:  # what the parser does not call one of TOML
        raise BadConfig(f"{file} holds a number that is too long, or lists too deep.") from error
    known = {name: value for name, value in values.items() if name in _NAMES}
    for name, value in known.items():
        wanted: type = int if name == "overlap_minutes" else str
        if not isinstance(value, wanted) or isinstance(value, bool):
            kind = "a whole number" if wanted is int else "a text in quotes"
            raise BadConfig(f"{file}: {name} should be {kind}, but is {value!r}.")
    return known


def _write(file: Path, values: Mapping[str, Any]) -> None:
    """Set these values in the file, whole or not at all; its comments and other values stay."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        with disk.held(file, LOCK_SECONDS):  # two programs may each change something
            text = file.read_text(encoding="utf-8") if file.exists() else ""
            document = tomlkit.parse(text)
            document.update(values)
            disk.write(file, tomlkit.dumps(document))
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise BadConfig(f"The settings could not be written to {file}: {_why(error)}.") from error


def _why(error: Exception) -> str:
    """What a disk says, without the number and the path that Python adds."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
