"""The data module: everything that talks to the server, and nothing that draws.

`Backend` is the one object that screens use; importing this package is cheap, the
`supabase` client is imported when a backend is opened.
"""

from medtui.data.auth import NeedsConfirmation, User
from medtui.data.backend import Backend, Server
from medtui.data.check import check, is_unprotected
from medtui.data.errors import (
    Changed,
    DataError,
    Gone,
    Invalid,
    NotAllowed,
    NotSignedIn,
    ServerTooOld,
    Taken,
    TooOften,
    Unreachable,
)
from medtui.data.tokens import MemoryTokens, StoredTokens

__all__ = [
    "Backend",
    "Changed",
    "DataError",
    "Gone",
    "Invalid",
    "MemoryTokens",
    "NeedsConfirmation",
    "NotAllowed",
    "NotSignedIn",
    "Server",
    "ServerTooOld",
    "StoredTokens",
    "Taken",
    "TooOften",
    "Unreachable",
    "User",
    "check",
    "is_unprotected",
]
