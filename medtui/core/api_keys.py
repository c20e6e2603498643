"""Which Supabase keys are secret, as far as their text shows."""

from __future__ import annotations

import base64
import binascii
import re

MARKS = " \t\r\n\"'`“”‘’«»<>,;\ufeff\u200b\u200c\u200d\u2060\u00a0"
"""Characters that copying adds around a key or an address."""

_JWT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]*=*", re.ASCII)


def tidy(text: str) -> str:
    """A key or an address without the quotes, blanks and marks around it."""
    return text.strip(MARKS)


def is_secret(text: str) -> bool:
    """Whether a text contains a key with more rights than the public one, in any disguise.

    Keys of the newer kind say so by their names (`sb_secret_`, and `sbp_` for a whole account),
    JWTs by their role. Upper case, blanks, quotes and words around a key change nothing.
    """
    plain = re.sub(r"[^\x21-\x7e]", "", text)  # blanks, line ends, invisible marks
    if re.search(r"sb_(?!publishable_)|sbp_", plain, re.IGNORECASE):
        return True
    roles = [claims_of(jwt).get("role") for jwt in _JWT.findall(plain)]
    return any(role not in (None, "anon") for role in roles)


def is_public(key: str) -> bool:
    """Whether this is certainly a public key."""
    if is_secret(key):
        return False
    return key.startswith("sb_publishable_") or claims_of(key).get("role") == "anon"


def claims_of(key: str) -> dict[str, object]:
    """A JWT's claims, unverified; empty if it is no JWT."""
    import json

    try:
        payload = key.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, RecursionError, binascii.Error):
        return {}
    return claims if isinstance(claims, dict) else {}
