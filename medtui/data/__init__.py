"""The data module: everything that talks to the server, and nothing that draws.

`Backend` is the one object that screens use. Names are imported when they are first
asked for: the login screen needs to know where logins are kept, and not yet pydantic's
models; the `supabase` client is imported when a backend is opened.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medtui.data.auth import User as User
    from medtui.data.auth_errors import CodeSent as CodeSent
    from medtui.data.auth_errors import NeedsCode as NeedsCode
    from medtui.data.auth_errors import NeedsConfirmation as NeedsConfirmation
    from medtui.data.auth_errors import NeedsPassword as NeedsPassword
    from medtui.data.backend import Backend as Backend
    from medtui.data.codes import Code as Code
    from medtui.data.connection import Server as Server
    from medtui.data.errors import Changed as Changed
    from medtui.data.errors import DataError as DataError
    from medtui.data.errors import FileExists as FileExists
    from medtui.data.errors import Gone as Gone
    from medtui.data.errors import HalfDone as HalfDone
    from medtui.data.errors import Invalid as Invalid
    from medtui.data.errors import NotAllowed as NotAllowed
    from medtui.data.errors import NotSignedIn as NotSignedIn
    from medtui.data.errors import ServerTooOld as ServerTooOld
    from medtui.data.errors import Taken as Taken
    from medtui.data.errors import TooOften as TooOften
    from medtui.data.errors import Unreachable as Unreachable
    from medtui.data.server_address import check_server as check_server
    from medtui.data.server_address import is_unprotected as is_unprotected
    from medtui.data.tokens import MemoryTokens as MemoryTokens
    from medtui.data.tokens import StoredTokens as StoredTokens

_MODULES = {
    "auth": ("User",),
    "backend": ("Backend",),
    "server_address": ("check_server", "is_unprotected"),
    "codes": ("Code",),
    "connection": ("Server",),
    "errors": (
        *("Changed", "DataError", "FileExists", "Gone", "HalfDone", "Invalid", "NotAllowed"),
        *("NotSignedIn", "ServerTooOld", "Taken", "TooOften", "Unreachable"),
    ),
    "auth_errors": ("CodeSent", "NeedsCode", "NeedsConfirmation", "NeedsPassword"),
    "tokens": ("MemoryTokens", "StoredTokens"),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
