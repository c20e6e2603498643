"""`medtui board` whose server's time is what a file says: a fortnight passes in a minute.

python tests/shared_screen/at.py FILE [options of medtui board …]
"""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

from medtui.cli import main
from medtui.data import live
from medtui.data.clock import ServerClock

told = Path(sys.argv[1])


def now(self: ServerClock) -> datetime:
    return datetime.fromisoformat(told.read_text())


ServerClock.now = now  # type: ignore[method-assign]
live.REREAD_SECONDS = 1.0
main(["board", *sys.argv[2:]])
