"""What a data folder remembers between runs: its port and its keys."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from medtui.local import LocalError
from medtui.local.keys import Keys
from medtui.local.postgres import save


@dataclass(frozen=True)
class Settings:
    """Made at first start. `port` is null until a port has been taken."""

    keys: Keys
    port: int | None = None

    @classmethod
    def of(cls, folder: Path) -> Settings:
        """The folder's settings. LocalError when somebody has damaged the file."""
        path = folder / "settings.json"
        try:
            stored = json.loads(path.read_text())
            return cls(Keys(**stored["keys"]), stored["port"])
        except FileNotFoundError:
            settings = cls(Keys.new())
            settings.save(folder)
            return settings
        except (ValueError, TypeError, KeyError) as error:
            raise LocalError(
                f"{path} cannot be read ({error}): restore it, or remove it, "
                "and everybody signs in again with new keys."
            ) from None

    def at(self, port: int) -> Settings:
        return replace(self, port=port)

    def save(self, folder: Path) -> None:
        save(folder / "settings.json", json.dumps(asdict(self), indent=2))
