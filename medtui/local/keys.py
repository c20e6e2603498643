"""A project's signing secret, and the two API keys that are signed with it."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

ISSUER = "supabase-local"
TEN_YEARS = 10 * 365 * 86_400


@dataclass(frozen=True)
class Keys:
    """Made once for a data folder. Both API keys are JWTs that name a role."""

    jwt_secret: str
    anon_key: str
    service_role_key: str

    @classmethod
    def new(cls) -> Keys:
        secret = secrets.token_urlsafe(40)
        now = int(time.time())

        def key(role: str) -> str:
            claims = {"iss": ISSUER, "role": role, "iat": now, "exp": now + TEN_YEARS}
            return jwt.encode(claims, secret, algorithm="HS256")

        return cls(secret, key("anon"), key("service_role"))

    def sign(self, claims: Mapping[str, Any]) -> str:
        """A JWT with these claims."""
        return jwt.encode(dict(claims), self.jwt_secret, algorithm="HS256")

    def verify(self, token: str) -> dict[str, Any]:
        """A JWT's claims. Raises jwt.InvalidTokenError when it is forged, expired or no JWT."""
        # GoTrue, PostgREST and Realtime do not insist on an audience.
        return jwt.decode(
            token, self.jwt_secret, algorithms=["HS256"], options={"verify_aud": False}
        )
