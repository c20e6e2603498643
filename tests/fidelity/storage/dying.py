"""Gateways that die at a chosen moment, for test_crashes.

Reads lines of JSON: where to serve, and at which of its dealings with the folder of files it is to
die, by SIGKILL, before the dealing happens. Answers with the gateway's URL. Each is a fork: the
imports are made once.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from medtui.local.gateway import Gateway
from medtui.local.keys import ServerKeys

DEALINGS = {"open": 0, "os.rename": 1, "os.remove": 0}
"""What Python reports of files before it does it, and which argument is the (new) path."""


async def serve(order: dict[str, Any]) -> None:
    dsns, files = order["dsns"], order["files"]
    gateway = await Gateway.start(dsns.get, ServerKeys(**order["keys"]), files=Path(files))
    left = order["dealings"]

    def count(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        if event in DEALINGS and str(arguments[DEALINGS[event]]).startswith(files):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    if left:
        sys.addaudithook(count)
    print(json.dumps({"url": gateway.url, "pid": os.getpid()}), flush=True)
    await asyncio.Event().wait()


def main() -> None:
    for line in sys.stdin:
        if os.fork() == 0:
            asyncio.run(serve(json.loads(line)))
        else:
            os.wait()
            print("gone", flush=True)


if __name__ == "__main__":
    main()
