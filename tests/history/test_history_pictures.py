"""The demo's history and progress, as one sees them.

    pytest tests/history/test_history_pictures.py --snapshot-update

writes the pictures again; the README shows one of them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from medtui.core.history import HistoryEntry
from medtui.demo import files, load
from medtui.demo.people import PASSWORD, PEOPLE
from medtui.documents.assessment import Marker
from medtui.local.postgres import SUPERUSER
from tests.helpers.seats import NOW, Pictures
from tests.helpers.stack import Person, Stack


@pytest.fixture
async def amara(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Person:
    """The demo's own person, with a past."""
    monkeypatch.setattr(files, "BREATH", 0)
    await load(stack.cluster.dsn(SUPERUSER, stack.database), now=NOW)
    await files.add_files(stack.url, stack.keys, NOW)
    sample = PEOPLE[0]
    return Person(sample.id, sample.email, PASSWORD, sample.name, token="")


async def test_the_demos_history_and_progress(amara: Person, seat: Any, pictures: Pictures) -> None:
    here = await seat(clock=lambda: NOW)
    await here.board(amara)
    await here.press("h")
    await here.until_text("32 sessions")
    await here.until(lambda: "eading" not in here.text.splitlines()[0])
    await here.press("j", "j")
    await pictures(here, "history")
    await here.resize(40, 12)
    row = re.compile(r"24 Nov \d\d:\d\d actor D\. Reyes? +\d\d % +TA")
    await here.until(lambda: row.search(here.text))
    await here.resize(80, 24)
    await here.press("tab")
    await here.until_text("19 of them marked")
    await pictures(here, "progress")
    draft_eight(here.app.settings.state, amara, here.app.screen._history.entries)
    await here.press("escape", "h")
    await here.until_text("32 sessions")
    await here.press("tab")
    await here.until_text("How far markers agree", "the draft and")
    await pictures(here, "progress-agreement")


def draft_eight(state: Path, person: Person, entries: Iterable[HistoryEntry]) -> None:
    """Drafts by a model of the last nine stations that the platform's AI has marked."""
    marked = [entry for entry in entries if entry.marks and entry.marks.marker is Marker.AI]
    folder = state / "draft-marks" / str(person.id)
    folder.mkdir(parents=True)
    for number, entry in enumerate(marked[:9]):
        assert entry.marks is not None
        marks = {
            domain.name: max(0.0, domain.percent - 6 + number % 4 * 3)
            for domain in entry.marks.domains
            if domain.percent is not None
        }
        (folder / f"{entry.session.id}.json").write_text(json.dumps({"domains": marks}))
