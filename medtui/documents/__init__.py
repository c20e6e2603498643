"""transcript.json and assessment.json: many shapes in, one shape out.

    document = read(load(Path("transcript.json")))     # a Transcript or an Assessment

Raises DocumentError for a file that cannot be read; its message can be shown to the user. Names are
imported when they are first asked for: what is large is read by a process of its own, and
the process that starts it imports no reader.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from medtui.documents.assessment import Assessment as Assessment
    from medtui.documents.decode import load as load
    from medtui.documents.errors import DocumentError as DocumentError
    from medtui.documents.kinds import Document as Document
    from medtui.documents.kinds import Kind as Kind
    from medtui.documents.reader import read as read
    from medtui.documents.transcript import Transcript as Transcript

_HOMES = {
    "Assessment": "assessment",
    "Document": "kinds",
    "DocumentError": "errors",
    "Kind": "kinds",
    "Transcript": "transcript",
    "load": "decode",
    "read": "reader",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
