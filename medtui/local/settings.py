"""What a data folder remembers between runs: its keys, its port, how people sign up."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from medtui.local import LocalError
from medtui.local.keys import ServerKeys
from medtui.store import files


@dataclass(frozen=True)
class ServerSettings:
    """Made at first start.

    `port` is null until a port has been taken. `confirm_email`: a sign-up waits for a code.
    `mail`: whether e-mails would hold a `code` or a `link`.
    """

    keys: ServerKeys
    port: int | None = None
    confirm_email: bool = False
    mail: str = "code"

    @classmethod
    def of(cls, folder: Path) -> ServerSettings:
        """The folder's settings. Raises LocalError if the file is damaged."""
        path = folder / "settings.json"
        try:
            stored = json.loads(path.read_text())
            settings = cls(
                ServerKeys.complete(stored["keys"]),
                stored["port"],
                stored.get("confirm_email", False),
                stored.get("mail", "code"),
            )
        except FileNotFoundError:
            stored, settings = None, cls(ServerKeys.new())
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise LocalError(
                f"{path} cannot be read ({error}): restore it, or remove it, "
                "and everybody signs in again with new keys."
            ) from None
        if stored != asdict(settings):  # made now, or by an earlier medtui
            settings.save(folder)
        return settings

    def save(self, folder: Path) -> None:
        files.write(folder / "settings.json", json.dumps(asdict(self), indent=2))
