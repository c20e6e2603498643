"""A hub of models on this machine, which speaks Hugging Face's HTTP: small files, and faults."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

COMMIT = "c0ffee" + "0" * 34


class ModelHub:
    """Serves `files` as one repository's.

    `cut`: how many bytes of a file are sent before the connection is closed once, by name.
    `spoilt`: files whose bytes are not those of their digest. `holds`: the bytes of a file after
    which it is silent once, until `goes_on`.
    """

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.cut: dict[str, int] = {}
        self.spoilt: set[str] = set()
        self.holds: dict[str, int] = {}
        self.fails = 0
        """The status with which everything is refused; 0: nothing is."""
        self.goes_on = threading.Event()
        self.asked: list[tuple[str, str, str]] = []
        """Method, path and `Range` of each request."""
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def listing(self) -> list[dict[str, Any]]:
        return [
            {"rfilename": name, "size": len(data), "blobId": git_digest(data)}
            | ({"lfs": lfs(data)} if name == "model.bin" else {})
            for name, data in self.files.items()
        ]


def lfs(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}


def git_digest(data: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def etag(name: str, data: bytes) -> str:
    """As the hub has it: SHA-256 of a large file, Git's digest of a small one."""
    if name == "model.bin":
        return hashlib.sha256(data).hexdigest()
    return git_digest(data)


@contextmanager
def model_hub(files: dict[str, bytes]) -> Iterator[ModelHub]:
    hub = ModelHub(files)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, *, with_body: bool) -> None:
            hub.asked.append((self.command, self.path, self.headers.get("Range", "")))
            path = self.path.partition("?")[0]
            if hub.fails:
                self.send(b"", {}, hub.fails)
                return
            if path.startswith("/api/"):
                told: Any = {"id": "x", "modelId": "x", "sha": COMMIT, "siblings": hub.listing()}
                self.send(json.dumps(told).encode(), {"Content-Type": "application/json"})
                return
            name = path.rpartition("/")[2]
            if name not in hub.files:
                self.send(b"", {"X-Error-Code": "EntryNotFound"}, 404)
                return
            if name == "model.bin" and not path.startswith("/cdn/"):
                self.send(b"", {"Location": f"{hub.url}/cdn/model.bin"}, 302)
                return
            self.send_file(name, hub.files[name], with_body=with_body)

        def send(self, body: bytes, headers: dict[str, str], status: int = 200) -> None:
            self.send_response(status)
            for header, value in (headers | {"Content-Length": str(len(body))}).items():
                self.send_header(header, value)
            self.end_headers()
            self.wfile.write(body)

        def send_file(self, name: str, data: bytes, *, with_body: bool) -> None:
            first = 0
            if wish := self.headers.get("Range", "").removeprefix("bytes="):
                first = int(wish.partition("-")[0])
            self.send_response(206 if wish else 200)
            for header, value in {
                "ETag": f'"{etag(name, data)}"',
                "X-Repo-Commit": COMMIT,
                "Accept-Ranges": "bytes",
                "Content-Length": str(len(data) - first),
                **({"Content-Range": f"bytes {first}-{len(data) - 1}/{len(data)}"} if wish else {}),
            }.items():
                self.send_header(header, value)
            self.end_headers()
            if not with_body:
                return
            if name in hub.spoilt:
                data = data[:-1] + bytes([data[-1] ^ 1])
            until = hub.cut.pop(name, len(data))
            hold = min(until, hub.holds.pop(name, len(data)))
            with suppress(OSError):  # the one who asked has gone
                self.wfile.write(data[first:hold])
                self.wfile.flush()
                if hold < until:
                    hub.goes_on.wait(30)
                self.wfile.write(data[max(first, hold) : until])
            if until < len(data):
                self.close_connection = True

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    hub.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.goes_on.set()
        server.shutdown()
        server.server_close()
