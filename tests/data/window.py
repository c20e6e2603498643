"""One of several windows with the same login: asks without a pause, and tells what came of it.

`python -m tests.data.window URL KEY FOLDER`, until its standard input closes; then one line of
JSON: how many requests were answered, what was refused or broke, and what the data module told.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter
from pathlib import Path

from medtui.data import Backend, DataError, Server, StoredTokens
from medtui.data.events import Event


async def main(url: str, key: str, folder: str) -> None:
    told: Counter[str] = Counter()
    errors: Counter[str] = Counter()
    answered = 0

    def notify(event: Event) -> None:
        told[type(event).__name__] += 1

    over = asyncio.create_task(asyncio.to_thread(sys.stdin.read))
    tokens = StoredTokens(url, Path(folder))
    async with Backend.open(Server(url, key), tokens=tokens, notify=notify) as backend:
        print("ready" if backend.auth.user else "nobody", flush=True)
        backend.live.start()
        while not over.done():
            try:
                assert await backend.profiles.mine() is not None
                await backend.sessions.window(backend.clock.now())
                answered += 2
            except DataError as error:
                errors[f"{type(error).__name__}: {error.message}"] += 1
            await asyncio.sleep(0.1)
        user = backend.auth.user and str(backend.auth.user.id)
    print(json.dumps({"answered": answered, "errors": errors, "told": told, "user": user}))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
