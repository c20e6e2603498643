"""Reads a document while the screen answers keys.

A small file is read in a thread, a large one by a separate process: a parser blocks the other
threads, and its memory is returned only when the process ends. The process can be stopped at
any moment, and is stopped after SECONDS.
"""

from __future__ import annotations

import gc
import pickle
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import IO, Any, TypeVar

from medtui.documents.assessment import Assessment
from medtui.documents.decode import MAX_BYTES, load
from medtui.documents.errors import DocumentError
from medtui.documents.flatten import SHOWN, flattened
from medtui.documents.kinds import Document, Kind
from medtui.documents.transcript import Transcript, Turn, word_of

T = TypeVar("T")

SMALL = 512 * 1024
SECONDS = 20.0
"""A file that takes longer to read is refused."""
TURNS_AT_ONCE = 200
HEAD = 1024 * 1024
"""Bytes of a large file in which its first turns are looked for. Services put the whole text of a
talk before its words: 350 KB for five hours."""


class Reading:
    """A document that is being read, from a file or from bytes. Reading starts at once.

    `await result()` returns it, or raises DocumentError; `stop` ends the reading early.
    Of a long talk there is something to show before that: `await beginning()` returns its first
    turns, then `await first()` all of them. `result` can be awaited after both, or alone.
    """

    def __init__(self, source: Path | bytes, expected: Kind | None = None) -> None:
        self._source = source
        self._expected = expected
        self._first: Document | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._has_begun = False
        """Whether the first turns were received, or that there are none."""
        if _size(source) > SMALL:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, expected or "-", _argument(source)],
                stdin=subprocess.PIPE if isinstance(source, bytes) else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )

    async def beginning(self) -> Transcript | None:
        """The first turns of a large file's talk, without notes, which are about all of it; None
        for a small file, where the beginning is not enough to tell, and if asked again.

        Raises DocumentError; when cancelled, stops reading.
        """
        if self._process is None or self._has_begun:
            return None
        self._has_begun = True
        return await self._within_time(partial(self._received, _beginning, HEAD))

    async def first(self) -> Document:
        """The document with all turns or marks. For a large file of a talk, `unclaimed` and the
        notes about it are missing.

        Raises DocumentError; when cancelled, stops reading.
        """
        if self._first is None:
            await self.beginning()
            self._first = await self._within_time(self._begin)
        return self._first

    async def result(self) -> Document:
        """The document. Raises DocumentError; when cancelled, stops reading."""
        document = await self.first()
        if self._process is not None and isinstance(document, Transcript):
            document = await self._within_time(
                partial(self._received, partial(_completed, document))
            )
        self.stop()
        self._first, self._process = document, None
        return document

    def stop(self) -> None:
        """End the reading, if it is still under way."""
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    async def _within_time(self, work: Callable[[], T]) -> T:
        import asyncio  # here, so that the process starts before this import

        try:
            async with asyncio.timeout(SECONDS):
                return await asyncio.to_thread(work)
        except TimeoutError:
            self.stop()
            raise DocumentError(
                f"This file could not be read within {SECONDS:.0f} seconds: choose a smaller one.",
                title="Too slow",
            ) from None
        except BaseException:
            self.stop()
            raise

    def _begin(self) -> Document:
        if self._process is not None:
            return self._received(_begun)
        from medtui.documents.reader import read

        data = self._source if isinstance(self._source, bytes) else load(self._source)
        return read(data, self._expected)

    def _received(self, receive: Callable[[IO[bytes]], T], most: int = MAX_BYTES + 1) -> T:
        """What the process sends after it was given the next bytes, `most` of them."""
        process = self._process
        assert process is not None  # noqa: S101
        assert process.stdout is not None  # noqa: S101
        try:
            if isinstance(self._source, bytes) and process.stdin is not None:
                process.stdin.write(self._source[:most])
                self._source = self._source[most:]
                if self._source:
                    process.stdin.flush()
                else:
                    process.stdin.close()
                    process.stdin = None
            return receive(process.stdout)
        except (EOFError, OSError, ValueError, pickle.UnpicklingError) as error:
            raise DocumentError(
                "This file could not be read: it takes more memory than there is, or reading it"
                " was stopped."
            ) from error


def main(arguments: list[str]) -> int:
    """Main function of the process: reads a document and writes it to standard output."""
    expected, source = arguments
    from medtui.documents.beginning import beginning_of
    from medtui.documents.reader import begin

    gc.disable()  # the process ends soon; collecting only takes time
    kind: Any = None if expected == "-" else expected
    try:
        head = _read(source, HEAD)
        _send([beginning_of(head, kind) if len(head) == HEAD else None])
        # No variable for the bytes: `begin` frees them as soon as it can.
        begun = begin(head + _read(source) if source == "-" else _read(source), kind)
        if not isinstance(begun.document, Transcript):
            _send(_parts(begun.whole()))
            return 0
        _send(_parts(begun.document))
        whole = begun.whole()
        _send([(whole.notes, whole.unclaimed)])
    except DocumentError as error:
        _send(_parts(error))
    except MemoryError:
        _send(_parts(DocumentError("This file takes more memory to read than there is.")))
    return 0


def _read(source: str, most: int = MAX_BYTES + 1) -> bytes:
    """The next bytes of standard input, or the first bytes of a file. Raises DocumentError."""
    return sys.stdin.buffer.read(most) if source == "-" else load(Path(source), most)


def _send(parts: Iterable[Any]) -> None:
    for part in parts:
        pickle.dump(part, sys.stdout.buffer, pickle.HIGHEST_PROTOCOL)
    sys.stdout.buffer.flush()


def _parts(document: Document | DocumentError) -> Iterator[Any]:
    """A transcript without turns, then its turns in parts that each take little time to read."""
    if isinstance(document, DocumentError):
        yield {"message": document.message, "title": document.title}
        return
    if isinstance(document, Assessment):
        yield replace(document, unclaimed=_bounded(document.unclaimed))
        return
    yield replace(document, turns=()), len(document.turns)
    for at in range(0, len(document.turns), TURNS_AT_ONCE):
        turns = document.turns[at : at + TURNS_AT_ONCE]
        heads = [
            (turn.text, turn.speaker, turn.start, turn.end, turn.confidence, len(turn.words))
            for turn in turns
        ]
        # Words by columns: a sixth of the time that as many tuples take.
        yield heads, list(zip(*(word for turn in turns for word in turn.words), strict=True))


def _beginning(pipe: IO[bytes]) -> Transcript | None:
    found: Transcript | None = _loaded(pipe)
    return found


def _begun(pipe: IO[bytes]) -> Document:
    """Read the document from the process. Raises the DocumentError that it sends."""
    head = _loaded(pipe)
    if isinstance(head, Assessment):
        return head
    transcript: Transcript = head[0]
    count: int = head[1]
    turns: list[Turn] = []
    was_enabled = gc.isenabled()
    gc.disable()  # it would visit all words again and again
    try:
        while len(turns) < count:
            heads, columns = pickle.load(pipe)  # noqa: S301
            words = list(map(word_of, zip(*columns, strict=True)))
            at = 0
            for text, speaker, start, end, sure, length in heads:
                mine = tuple(words[at : at + length])
                turns.append(Turn(text, speaker, start, end, sure, mine))
                at += length
    finally:
        if was_enabled:
            gc.enable()
    return replace(transcript, turns=tuple(turns))


def _completed(transcript: Transcript, pipe: IO[bytes]) -> Document:
    """The transcript with the notes and values that the process sends after the turns."""
    notes, unclaimed = _loaded(pipe)
    return replace(transcript, notes=notes, unclaimed=unclaimed)


def _loaded(pipe: IO[bytes]) -> Any:
    """The next part that the process sends. Raises the DocumentError that it sends instead."""
    part = pickle.load(pipe)  # noqa: S301  # safe: written by our own process
    if isinstance(part, dict):
        raise DocumentError(part["message"], title=part["title"])
    return part


def _bounded(unclaimed: dict[str, Any]) -> dict[str, Any]:
    """The unclaimed values; if there are more than SHOWN, the lines that would be shown."""
    lines = flattened(unclaimed)
    return {"": lines} if len(lines) > SHOWN else unclaimed


def _size(source: Path | bytes) -> int:
    if isinstance(source, bytes):
        return len(source)
    try:
        return source.stat().st_size
    except OSError:
        return 0


def _argument(source: Path | bytes) -> str:
    return "-" if isinstance(source, bytes) else str(source.absolute())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
