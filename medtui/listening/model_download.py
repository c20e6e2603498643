"""Downloads a model, in a process of its own, and says how far it is.

What came stays when it is interrupted, and the next try goes on there. A file whose digest is not
the one that was published is removed, and never used.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import json
import os
import re
import shutil
import sys
import threading
from collections.abc import Callable
from fnmatch import fnmatch
from pathlib import Path

from medtui.listening.errors import ListenError
from medtui.listening.speech_models import (
    CHECKED,
    DIGEST,
    FILES,
    SpeechModel,
    cache_of,
    digest_of,
    folder_of,
    hub,
    named,
)
from medtui.store import files
from medtui.store.environment import for_children

LOOK_SECONDS = 0.3
PATTERNS = [*FILES, "preprocessor_config.json", "vocabulary.*"]
NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

Progress = Callable[[float], None]
"""Called with how many MB of the model are here."""


async def fetch(model: SpeechModel, progress: Progress = lambda megabytes: None) -> Path:
    """Download a model, and return its folder; cancelling it stops. Raises ListenError."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", __name__, model.name),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=for_children(),
        start_new_session=True,  # ctrl+c ends it by way of us
    )
    assert process.stdout is not None  # noqa: S101
    try:
        with contextlib.suppress(ValueError, KeyError):  # it was ended in the middle of a line
            while line := await process.stdout.readline():
                told = json.loads(line)
                if "refused" in told:
                    raise ListenError(told["refused"])
                if "folder" in told:
                    return Path(told["folder"])
                progress(told["megabytes"])
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        await process.wait()
    raise ListenError(
        f"The download of the model {model.name} has ended: do it again, and it goes on where it"
        " was."
    )


def download(model: SpeechModel) -> Path:
    """Download a model, and return its folder. Raises ListenError. Blocks for minutes."""
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    try:
        return _downloaded(model)
    except ListenError:
        raise
    except Exception as error:  # the hub's client has no family of its own errors
        raise _refusal(error, model) from error


def _downloaded(model: SpeechModel) -> Path:
    """Put the model where the hub's client keeps it. Raises any error."""
    from huggingface_hub import HfApi

    root = cache_of(model)
    assert root is not None  # noqa: S101
    (root / "blobs").mkdir(parents=True, exist_ok=True)
    claim = files.claim(root / "medtui-download")
    if claim is None:
        raise ListenError(
            f"The model {model.name} is being downloaded by another window: wait for it."
        )
    try:
        told = HfApi(token=False).model_info(model.repository, files_metadata=True)
        if not re.fullmatch(DIGEST, str(told.sha)):  # it becomes a folder's name
            raise ListenError(_spoilt(model))
        folder = root / "snapshots" / str(told.sha)
        wanted = [each for each in told.siblings or () if _is_wanted(each.rfilename)]
        for each in wanted:
            digest = each.lfs.sha256 if each.lfs is not None else str(each.blob_id)
            if not re.fullmatch(DIGEST, digest):
                raise ListenError(_spoilt(model))
            _get(model, str(told.sha), each.rfilename, root / "blobs" / digest, each.size)
            _place(root / "blobs" / digest, folder / each.rfilename)
        (root / "refs").mkdir(exist_ok=True)
        (root / "refs" / "main").write_text(str(told.sha))
        (root / CHECKED).write_text(str(told.sha))
    finally:
        claim.release()
    if (found := folder_of(model.name)) is None:
        raise ListenError(_spoilt(model))
    return found


def _is_wanted(name: str) -> bool:
    return any(fnmatch(name, pattern) for pattern in PATTERNS) and "/" not in name


def _get(model: SpeechModel, commit: str, name: str, blob: Path, size: int | None) -> None:
    """Download one file, from where an earlier try has ended. Raises any error.

    The hub's client keeps nothing of what it could not finish; its function for one file can go on.
    """
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get

    if blob.is_file():
        return
    part = blob.with_name(f"{blob.name}.medtui")
    with part.open("ab") as file:
        http_get(
            hf_hub_url(model.repository, name, revision=commit),
            file,
            resume_size=file.tell(),
            headers={"User-Agent": "medtui"},
            expected_size=size,
        )
    if digest_of(part, len(blob.name)) != blob.name:
        part.unlink()
        raise ListenError(_spoilt(model))
    part.replace(blob)


def _place(blob: Path, file: Path) -> None:
    """Let `file` be that blob, as a link or, where there are none, as a copy."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    try:
        file.symlink_to(Path("..") / ".." / "blobs" / blob.name)
    except OSError:  # Windows without the right to make links
        shutil.copyfile(blob, file)


def _spoilt(model: SpeechModel) -> str:
    return (
        f"The model {model.name} from {hub()} is not what was published, and was removed: download"
        " it again."
    )


def _refusal(error: BaseException, model: SpeechModel) -> ListenError:
    """Why there is no model, in a sentence."""
    status: int | None = None
    cause: BaseException | None = error
    is_away = False
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in NO_ROOM:
            return ListenError(
                f"There is too little room on the disk for the model {model.name}"
                f" ({model.megabytes:,} MB): make room, and do it again."
            )
        if type(cause).__name__ == "OfflineModeIsEnabled":
            return ListenError(
                "HF_HUB_OFFLINE forbids downloads: unset it, or name a folder as the model."
            )
        status = status or getattr(getattr(cause, "response", None), "status_code", None)
        is_away = is_away or "Connect" in type(cause).__name__ or "Timeout" in type(cause).__name__
        cause = cause.__cause__ or cause.__context__
    how = f"an error ({status})" if status else type(error).__name__
    if is_away and not status:
        what = f"{hub()} cannot be reached: check the network, and do it again"
    else:
        what = f"{hub()} has answered with {how}: do it again later"
    return ListenError(
        f"{what}; it goes on where it was. Or download {model.repository} elsewhere, and name its"
        " folder as the model."
    )


def main(name: str) -> int:
    """The process: downloads a model, and writes lines of JSON: how far it is, its folder, or why
    not. It ends when its input does, as when medtui was killed."""
    model = named(name)
    assert model is not None  # noqa: S101
    threading.Thread(target=_end_with_input, daemon=True).start()
    threading.Thread(target=_tell_progress, args=(model,), daemon=True).start()
    try:
        _tell(folder=str(download(model)))
    except ListenError as error:
        _tell(refused=str(error))
        return 1
    return 0


def _tell(**line: object) -> None:
    os.write(1, json.dumps(line).encode() + b"\n")


def _end_with_input() -> None:
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os._exit(1)


def _tell_progress(model: SpeechModel) -> None:
    root, ends = cache_of(model), threading.Event()
    while root is not None and not ends.wait(LOOK_SECONDS):
        size = 0
        for file in (root / "blobs").glob("*"):
            with contextlib.suppress(OSError):
                size += file.stat().st_size
        _tell(megabytes=round(size / 1e6, 1))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
