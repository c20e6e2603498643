"""The data module: everything that talks to the server, and nothing that draws.

`Backend` is the one object that screens use; importing this package is cheap, the
`supabase` client is imported when a backend is opened.
"""

from medtui.data.backend import Backend, Server
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

__all__ = [
    "Backend",
    "Changed",
    "DataError",
    "Gone",
    "Invalid",
    "NotAllowed",
    "NotSignedIn",
    "Server",
    "ServerTooOld",
    "Taken",
    "TooOften",
    "Unreachable",
]
