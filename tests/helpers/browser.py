"""A page in headless Chromium, through the browser's own protocol: what it shows, and is sent."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import itertools
import json
import shutil
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import pyte
import websockets

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

# Without a screen, a sandbox, or calls home.
OPTIONS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    *("--enable-unsafe-swiftshader", "--remote-debugging-port=0"),
]


class Browser:
    """One page. What its terminal is sent over the websocket is drawn here too, to be read."""

    def __init__(self, url: str, *, width: int = 1280, height: int = 720) -> None:
        self._url = url
        self._size = width, height
        self._ids = itertools.count(1)
        self._answers: dict[int, asyncio.Future[Any]] = {}
        self._screen = pyte.Screen(200, 80)
        self._stream = pyte.ByteStream(self._screen)

    async def __aenter__(self) -> Browser:
        assert CHROMIUM is not None
        self._profile = tempfile.mkdtemp(prefix="browser-")
        width, height = self._size
        self._process = await asyncio.create_subprocess_exec(
            CHROMIUM,
            *OPTIONS,
            f"--user-data-dir={self._profile}",
            f"--window-size={width},{height}",
            "about:blank",
            stderr=asyncio.subprocess.PIPE,
        )
        assert self._process.stderr is not None
        async with asyncio.timeout(30):
            while b"DevTools listening" not in (line := await self._process.stderr.readline()):
                assert line, "the browser has ended"
        address = line.decode().split()[-1].strip()
        self._drain = asyncio.create_task(self._process.stderr.read())
        self._socket = await websockets.connect(address, max_size=None)
        self._reader = asyncio.create_task(self._read())
        self._session = ""
        targets = (await self.call("Target.getTargets"))["targetInfos"]
        page = next(target for target in targets if target["type"] == "page")
        attached = await self.call("Target.attachToTarget", targetId=page["targetId"], flatten=True)
        self._session = attached["sessionId"]
        await self.call("Network.enable")
        await self.call("Page.enable")
        await self.call("Page.navigate", url=self._url)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._reader.cancel()
        self._drain.cancel()
        await self._socket.close()
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        await self._process.wait()
        shutil.rmtree(self._profile, ignore_errors=True)

    async def call(self, method: str, **params: Any) -> Any:
        number = next(self._ids)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._answers[number] = asyncio.get_running_loop().create_future()
        await self._socket.send(json.dumps(message))
        return await asyncio.wait_for(self._answers[number], 60)

    async def evaluate(self, expression: str) -> Any:
        answer = await self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        return answer["result"].get("value")

    async def press(self, key: str, code: str, text: str = "") -> None:
        for kind in ("keyDown", "keyUp"):
            await self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code, text=text)

    async def screenshot(self, path: Path) -> None:
        answer = await self.call("Page.captureScreenshot")
        path.write_bytes(base64.b64decode(answer["data"]))

    @property
    def text(self) -> str:
        """What the terminal in the page shows."""
        return "\n".join(line.rstrip() for line in self._screen.display)

    async def until(self, *wanted: str, gone: str | None = None, seconds: float = 45) -> None:
        try:
            async with asyncio.timeout(seconds):
                while not all(text in self.text for text in wanted) or (gone and gone in self.text):
                    await asyncio.sleep(0.02)
        except TimeoutError:
            raise AssertionError(f"the page does not show {wanted}:\n{self.text}") from None

    async def until_title(self, wanted: str, seconds: float = 45) -> None:
        try:
            async with asyncio.timeout(seconds):
                while wanted not in (title := str(await self.evaluate("document.title"))):
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"the page's title is {title!r}") from None

    async def _read(self) -> None:
        async for raw in self._socket:
            message = json.loads(raw)
            if "id" in message:
                future = self._answers.pop(message["id"])
                if not future.done():
                    future.set_result(message.get("result", {}))
            elif message["method"] == "Network.webSocketCreated":
                self._screen.reset()
            elif message["method"] == "Network.webSocketFrameReceived":
                frame = message["params"]["response"]
                if frame["opcode"] == 2:
                    from tests.helpers.terminal import without_private

                    self._stream.feed(without_private(base64.b64decode(frame["payloadData"])))
