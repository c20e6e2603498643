"""The two kinds of documents."""

from __future__ import annotations

from typing import Literal

from medtui.documents.assessment import Assessment
from medtui.documents.transcript import Transcript

Kind = Literal["transcript", "assessment"]
Document = Transcript | Assessment
