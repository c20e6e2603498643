"""Where settings come from and where files live: flags beat the environment beats the file.

The file is TOML, at `MEDTUI_CONFIG` or in the user's configuration folder. Each field of `Settings`
but `file` is a setting; the top-level README lists them. `[[servers]]` are those that were used:

    [[servers]]
    url = "https://abc.supabase.co"       # or "local"
    key = "sb_publishable_…"
    name = "Ward 7"                       # optional: else its host is shown

The user's own presets, for the station clock and the mark sheet, are beside it in `presets.toml`.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints
from urllib.parse import urlsplit

from medtui.core import known_servers
from medtui.core.api_keys import is_public, is_secret, tidy
from medtui.core.keymap import flattened
from medtui.core.known_servers import KnownServer as KnownServer
from medtui.core.text import ascii_host, clean_line
from medtui.store import files

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from tomlkit import TOMLDocument

    from medtui.core.notice_rules import NoticeRules
    from medtui.core.presets import Preset
    from medtui.core.rubrics import Rubric
    from medtui.core.wall_sections import Names

T = TypeVar("T")

WORD = re.compile(r"[A-Za-z0-9._-]+")

_INVITATION = re.compile(
    r"(?:medtui\s*join\s*)?(https?)://(?:([^][@/?#\\\s]*)@)?"
    r"([a-z0-9._-]*[a-z0-9]|\[[0-9a-f:.]+\])(?::([0-9]{1,5}))?",
    re.ASCII | re.IGNORECASE,
)
"""Scheme, key, host and port, and nothing beside them."""

_AROUND = " \t\u00a0'\"`‘’“”«»<>$.,;"
"""Characters that chats and people put around an invitation."""

_UNSEEN = re.compile("[\u00ad\u200b-\u200d\u2060\ufeff]")
"""Invisible characters that chats put into long words."""

LOCAL = "local"
"""The value of `server` for the persistent one of this machine."""

LOCK_SECONDS = 5
"""Seconds to wait for a lock: longer than another program takes to write its settings."""


class BadConfig(Exception):
    """The settings cannot be used; the text is a sentence that says where and why."""


@dataclass(frozen=True)
class Settings:
    """The settings in force, from flags, environment and file."""

    file: Path
    """Where settings are written."""
    server: str = ""
    """A Supabase project's URL, or `local` for the server on this computer."""
    key: str = ""
    """The project's public key."""
    room_template: str = "https://meet.jit.si/medtui-{id}"
    """A new session's room link; `{id}` becomes the session's id."""
    overlap_minutes: int = 60
    """Two sessions that start less than this many minutes apart overlap."""
    hours: str = "18:00-22:00"
    """The hours at which you usually practise: the board can show the free seats in them."""
    zone: str = ""
    """The zone that times are shown in, as `Europe/London`; empty: this computer's own."""
    theme: str = "medtui-dark"
    """`medtui-dark`, `medtui-light`, `medtui-contrast`, or a theme of Textual."""
    motion: bool = True
    """Whether anything moves on the screen: scrolling, marks that fade."""
    braille: bool = True
    """Whether charts are drawn with braille dots; false: with characters that every font has."""
    bell: bool = True
    """Whether the terminal's bell rings, for the station clock and for notices."""
    preset: str = ""
    """The preset of the station clock, by id or name; empty: the platform's own."""
    notices: str = "app, terminal, desktop, push"
    """How notices are told: any of app (toasts), terminal, desktop and push."""
    mute: str = ""
    """Kinds of notices that are not told, as `booked, soon`."""
    quiet_hours: str = ""
    """When only the app tells notices, as `22:00-07:00`."""
    notice_url: str = ""
    """An Apprise URL that notices are sent to; `keyring`: the one that `medtui notices` keeps."""
    draft_url: str = ""
    """The endpoint that drafts marks by a model, as `http://127.0.0.1:11434/v1`; empty: none."""
    draft_model: str = ""
    """The model that is asked there, as it is called there."""
    listen_model: str = "base.en"
    """The model that turns recordings into transcripts, by name, or its folder."""
    keep_recordings: bool = False
    """Whether the sound of a recorded station stays on this computer when both have its words."""
    names: str = "initials"
    """How much of people's names `medtui board` shows: `full`, `initials` or `none`."""
    servers: tuple[KnownServer, ...] = ()
    """The servers that were used, in the order in which they were first used."""

    keys: tuple[tuple[str, object], ...] = ()
    """`[keys]`: other keys for actions, by their ids ([list](.github/docs/settings.md#keys))."""

    @property
    def state(self) -> Path:
        """The folder of all that is kept on this machine: drafts, mark sheets, logs."""
        if "MEDTUI_CONFIG" in os.environ:
            return self.file.parent / "state"
        from platformdirs import user_state_path

        return user_state_path("medtui", appauthor=False)

    def with_changes(self, **values: Any) -> Settings:
        """These settings with some changed, and written to the file. Raises BadConfig."""
        _write(self.file, lambda document: document.update(values))
        return replace(self, **values)

    def with_default(self, name: str) -> Settings:
        """These settings without one that the file has: its default counts. Raises BadConfig."""
        _write(self.file, lambda document: document.pop(name, None))
        default: Any = next(field.default for field in fields(Settings) if field.name == name)
        return replace(self, **{name: default})

    def with_server(self, url: str, key: str, name: str = "") -> Settings:
        """These settings with this server in use and in the list; saved. Raises BadConfig.

        `name` empty: the name that it has in the list, if any, stays.
        """
        _write(self.file, partial(known_servers.choose, url=url, key=key, name=name))
        servers = known_servers.read(_read(self.file).get("servers", ()))
        return replace(self, server=url, key=key, servers=servers)

    def with_name(self, server: KnownServer, name: str) -> Settings:
        """These settings with another name for a known server. Raises BadConfig."""
        _write(self.file, lambda document: known_servers.note(document, server, {"name": name}))
        return replace(self, servers=known_servers.read(_read(self.file).get("servers", ())))

    @property
    def known_servers(self) -> tuple[KnownServer, ...]:
        """The servers that were used, with the one in use, which older settings do not list."""
        if not self.server or any(known.url == self.server for known in self.servers):
            return self.servers
        return (*self.servers, KnownServer(self.server, self.key))

    def name_of(self, url: str) -> str:
        """A server's name: the one that the user gave it, else its host. Never empty."""
        for known in self.servers:
            if known.url == url and (name := clean_line(known.name)):
                return name
        if url == LOCAL:
            return "this computer"
        try:
            host = urlsplit(url if "://" in url else f"//{url}").hostname or ""
        except ValueError:
            return clean_line(url)
        return (host if ":" in host else ascii_host(host)) or clean_line(url)


_KINDS = {
    str: "a text in quotes",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
}
"""What a setting of each type should be."""


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
    values["servers"] = known_servers.read(values.get("servers", ()))
    values.update({name: tidy(values[name]) for name in ("server", "key") if name in values})
    return Settings(file=file, **values)


def presets(settings: Settings) -> tuple[Preset, ...]:
    """The presets of the station clock, the user's own last. Raises BadConfig."""
    from medtui.core.presets import PRESETS
    from medtui.core.user_presets import parse

    return (*PRESETS, *_own(settings, parse))


def rubrics(settings: Settings) -> tuple[Rubric, ...]:
    """The rubrics, the user's own last: they are in the presets' file. Raises BadConfig."""
    from medtui.core.rubrics import RUBRICS
    from medtui.core.user_presets import parse_rubrics

    return (*RUBRICS, *_own(settings, parse_rubrics))


def _own(settings: Settings, parse: Callable[[str, str], tuple[T, ...]]) -> tuple[T, ...]:
    from medtui.core.user_presets import BadPreset

    file = settings.file.parent / "presets.toml"
    try:
        return parse(file.read_text(encoding="utf-8-sig"), str(file))
    except (FileNotFoundError, NotADirectoryError):
        return ()
    except BadPreset as error:
        raise BadConfig(f"{error} Fix or remove it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{file} cannot be read: {_why(error)}.") from error


def notice_rules(settings: Settings) -> NoticeRules:
    """What notices are told, and how. Raises BadConfig."""
    from medtui.core.notice_rules import BadRules, rules

    try:
        return rules(settings.notices, settings.mute, settings.quiet_hours)
    except BadRules as error:
        raise BadConfig(f"{settings.file}: {error}") from error


def zone(settings: Settings) -> tuple[tzinfo, str]:
    """See `configured_zone`."""
    from medtui.store.zones import configured_zone

    return configured_zone(settings.zone, settings.file)


def shared_names(settings: Settings) -> Names:
    """How much of people's names the shared screen shows. Raises BadConfig."""
    from medtui.core.wall_sections import Names

    try:
        return Names(settings.names.strip().lower())
    except ValueError:
        choices = ", ".join(names.value for names in Names)
        raise BadConfig(
            f"{settings.file}: names is {clean_line(settings.names)}, but should be one of"
            f" {choices}."
        ) from None


def preset(settings: Settings, named: str = "") -> Preset:
    """The preset of this name, else that of the settings, else the platform's.

    Raises BadConfig.
    """
    from medtui.core.presets import DEFAULT, find

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

    `http://KEY@HOST:PORT`, with `medtui join` before it or without, and as chats and shells leave
    it: in quotes, between blanks, broken into lines. Raises BadConfig.
    """
    found = _INVITATION.fullmatch(_bare(line))
    scheme, key, host, port = found.groups() if found else ("", "", "", "")
    if not found or not _is_host(host) or not 1 <= int(port or 1) <= 65535:
        raise BadConfig(
            "This is not an invitation: it looks like http://sb_publishable_…@192.168.1.20:54321. "
            "Copy the whole line that medtui local run --invite prints."
        )
    if not key or not WORD.fullmatch(key):
        raise BadConfig("This invitation has no key before its @: copy the whole line.")
    if is_secret(key):
        raise BadConfig(
            "This invitation holds a secret key, which is only for the server's administrator: "
            "ask for one with the publishable key."
        )
    if not is_public(key):
        raise BadConfig("The key in this invitation is not a Supabase key: copy the whole line.")
    return f"{scheme.lower()}://{host.lower()}" + (f":{int(port)}" if port else ""), key


def is_invitation(text: str) -> bool:
    """Whether a text is meant as an invitation, valid or not, rather than as a URL or a key."""
    bare = _bare(text).lower()
    return bare.startswith("medtui") or ("://" in bare and "@" in bare)


def _bare(line: str) -> str:
    """An invitation without the characters around it and the breaks in it."""
    joined = "".join(part.strip() for part in _UNSEEN.sub("", line).splitlines())
    return joined.strip(_AROUND)


def _is_host(host: str) -> bool:
    """Whether a host is an IPv6 address in brackets, an IPv4 address, or a name."""
    try:
        if host.startswith("["):
            return bool(ipaddress.IPv6Address(host[1:-1]))
        if host.replace(".", "").isdigit():
            return bool(ipaddress.IPv4Address(host))
    except ValueError:
        return False
    return all(host.split("."))


def state() -> Path:
    """The folder of all that is kept on this machine, without reading the settings."""
    return Settings(file=_file()).state


def _file() -> Path:
    if named := os.environ.get("MEDTUI_CONFIG"):
        return Path(named).expanduser()
    from platformdirs import user_config_path

    return user_config_path("medtui", appauthor=False) / "config.toml"


def _read(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8-sig"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(f"{file} cannot be read: {error}. Fix or remove it.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"{file} cannot be read: {_why(error)}.") from error
    except (ValueError, RecursionError) as error:  # what the parser does not call one of TOML
        raise BadConfig(f"{file} holds a number that is too long, or lists too deep.") from error
    types = get_type_hints(Settings)
    names = {field.name for field in fields(Settings)} - {"file"}
    return {
        name: _typed(file, name, types[name], value)
        for name, value in values.items()
        if name in names
    }


def _typed(file: Path, name: str, wanted: Any, value: Any) -> Any:
    """A setting's value, if it is of the wanted type. Raises BadConfig."""
    if name == "servers":
        if not isinstance(value, list):
            raise BadConfig(f"{file}: servers should be [[servers]] tables, but is {value!r}.")
    elif name == "keys":
        if not isinstance(value, dict):
            raise BadConfig(f"{file}: keys should be a [keys] table, but is {value!r}.")
        return tuple(flattened(value))
    elif wanted is float and type(value) is int:
        return float(value)
    elif type(value) is not wanted:  # isinstance would take true for a whole number
        raise BadConfig(f"{file}: {name} should be {_KINDS[wanted]}, but is {value!r}.")
    return value


def _write(file: Path, change: Callable[[TOMLDocument], object]) -> None:
    """Change the file, whole or not at all; its comments and other values stay."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        with files.held(file, LOCK_SECONDS):  # two programs may each change something
            text = file.read_text(encoding="utf-8-sig") if file.exists() else ""
            document = tomlkit.parse(text)
            change(document)
            files.write(file, tomlkit.dumps(document))
    except (OSError, UnicodeDecodeError, TOMLKitError) as error:
        raise BadConfig(f"The settings could not be written to {file}: {_why(error)}.") from error


def _why(error: Exception) -> str:
    """An error's reason, without the number and the path that Python adds."""
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
