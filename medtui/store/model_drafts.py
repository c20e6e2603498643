"""Drafts of marks by a model, on this machine alone: no server is sent one.

A session's draft is beside its room's notes, and goes with them after 30 days. Its marks alone,
without a word of what was said, stay: the history compares markers by them. Functions may block
for a moment.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from medtui.documents.fields import number, record
from medtui.store import files

if TYPE_CHECKING:
    from medtui.documents.model_draft import ModelDraft
    from medtui.documents.transcript import Transcript

MOST = 2_000
"""The most sessions whose marks are read."""


class KeptDraft:
    """The draft of one transcript. Made by `of_session` or `of_file`."""

    def __init__(self, file: Path, marks: Path | None = None) -> None:
        self._file = file
        self._marks = marks

    @classmethod
    def of_session(cls, state: Path, person: UUID, session_id: UUID) -> KeptDraft:
        return cls(
            state / "rooms" / str(person) / f"{session_id}.draft.json",
            state / "draft-marks" / str(person) / f"{session_id}.json",
        )

    @classmethod
    def of_file(cls, state: Path, path: Path) -> KeptDraft:
        name = hashlib.sha256(str(path.absolute()).encode()).hexdigest()[:32]
        return cls(state / "model-drafts" / f"{name}.json")

    def recall(self, talk: str) -> ModelDraft | None:
        """The draft of a talk with this digest; None: there is none, or of another talk."""
        from medtui.documents.model_draft import LARGEST, from_json

        try:
            if self._file.stat().st_size > LARGEST:
                return None
            draft = from_json(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, RecursionError):
            return None
        return draft if draft is not None and draft.talk == talk else None

    def recall_of(self, transcript: Transcript) -> ModelDraft | None:
        """The draft of this very transcript; None if there is none."""
        if not self._file.exists():
            return None
        from medtui.documents.model_draft import talk_digest

        return self.recall(talk_digest(transcript))

    def save(self, draft: ModelDraft) -> None:
        """Keep a draft in place of the one before. Raises OSError."""
        from medtui.documents.model_draft import as_json

        files.write(self._file, json.dumps(as_json(draft), ensure_ascii=False))
        if self._marks is not None:
            percents = {each.domain.name: each.percent for each in draft.domains}
            files.write(self._marks, json.dumps({"domains": percents}, ensure_ascii=False))


def recall_marks(state: Path, person: UUID) -> dict[UUID, dict[str, float]]:
    """The percentages by domain of a person's drafts, by session. Broken files are left out."""
    found: dict[UUID, dict[str, float]] = {}
    paths = sorted((state / "draft-marks" / str(person)).glob("*.json"))
    for path in paths[:MOST]:
        with contextlib.suppress(OSError, ValueError, RecursionError):
            kept = record(record(json.loads(path.read_text(encoding="utf-8"))).get("domains"))
            marks = {str(name): number(percent) for name, percent in kept.items()}
            found[UUID(path.stem)] = {
                name: percent
                for name, percent in marks.items()
                if percent is not None and math.isfinite(percent)
            }
    return found
