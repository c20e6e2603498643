"""What a data folder remembers between runs: its keys, its port, how people sign up.

The older kind is a JWT that names a role. The newer one is opaque (`sb_publishable_…` for `anon`,
`sb_secret_…` for `service_role`): the gateway puts the JWT of its role in its place, and the
services never see it.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import jwt

from medtui.local import LocalError
from medtui.store import files

ISSUER = "supabase-local"
TEN_YEARS = 10 * 365 * 86_400
OPAQUE = "sb_"


@dataclass(frozen=True)
class ServerKeys:
    """Made once for a data folder."""

    jwt_secret: str
    anon_key: str
    service_role_key: str
    publishable_key: str
    secret_key: str

    @classmethod
    def new(cls) -> ServerKeys:
        return cls.complete({})

    @classmethod
    def complete(cls, stored: Mapping[str, str]) -> ServerKeys:
        """The stored keys, and new ones for those that an earlier medtui did not make."""
        secret = stored.get("jwt_secret") or secrets.token_urlsafe(40)
        now = int(time.time())

        def signed(role: str) -> str:
            claims = {"iss": ISSUER, "role": role, "iat": now, "exp": now + TEN_YEARS}
            return jwt.encode(claims, secret, algorithm="HS256")

        made = {
            "jwt_secret": secret,
            "anon_key": signed("anon"),
            "service_role_key": signed("service_role"),
            "publishable_key": _opaque("publishable"),
            "secret_key": _opaque("secret"),
        }
        return cls(**made | dict(stored))

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT with these claims."""
        return jwt.encode(dict(claims), self.jwt_secret, algorithm="HS256")

    def verify(self, token: str, *, leeway: float = 0) -> dict[str, Any]:
        """A JWT's claims. Raises jwt.InvalidTokenError when it is forged, expired or no JWT.

        `leeway` is by how many seconds clocks may differ.
        """
        # GoTrue, PostgREST and Realtime do not insist on an audience.
        return jwt.decode(
            token,
            self.jwt_secret,
            algorithms=["HS256"],
            options={"verify_aud": False},
            leeway=leeway,
        )

    def token_of(self, key: str | None) -> str | None:
        """The JWT of an API key's role; None when it is none of our keys."""
        tokens = {self.publishable_key: self.anon_key, self.secret_key: self.service_role_key}
        return key if key in tokens.values() else tokens.get(key or "")


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


def is_opaque(key: object) -> bool:
    """Whether this is an API key of the newer kind, ours or not."""
    return isinstance(key, str) and key.startswith(OPAQUE)


def _opaque(kind: str) -> str:
    """A key as a hosted project's: 22 random characters, and 8 that check them."""
    body = f"{OPAQUE}{kind}_{secrets.token_urlsafe(16)}"
    check = base64.urlsafe_b64encode(hashlib.sha256(body.encode()).digest())[:8].decode()
    return f"{body}_{check}"
