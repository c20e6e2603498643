"""The models that can be used by name, and where they are on this machine.

Nothing is downloaded unasked: `folder_of` looks on the disk alone, `model_download` fetches.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from medtui.listening.errors import ListenError

FILES = ("config.json", "model.bin", "tokenizer.json")
"""Without the last one the library would ask the network for it."""


SHA256 = 64
DIGEST = "[0-9a-f]{40}|[0-9a-f]{64}"

CHECKED = "medtui-checked"
"""The file beside a model that says of which commit all files were compared with their digests."""


def hub() -> str:
    """Where models come from, as it is shown: without a login that the variable may hold."""
    parts = urlsplit(os.environ.get("HF_ENDPOINT") or "https://huggingface.co")
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path.rstrip('/')}"


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A model. `megabytes`: of its download."""

    name: str
    repository: str
    megabytes: int

    @property
    def address(self) -> str:
        return f"{hub()}/{self.repository}"


MODELS = (
    SpeechModel("tiny.en", "Systran/faster-whisper-tiny.en", 78),
    SpeechModel("base.en", "Systran/faster-whisper-base.en", 148),
    SpeechModel("small.en", "Systran/faster-whisper-small.en", 486),
    SpeechModel("medium.en", "Systran/faster-whisper-medium.en", 1530),
    SpeechModel("tiny", "Systran/faster-whisper-tiny", 78),
    SpeechModel("base", "Systran/faster-whisper-base", 148),
    SpeechModel("small", "Systran/faster-whisper-small", 486),
    SpeechModel("medium", "Systran/faster-whisper-medium", 1530),
    SpeechModel("large-v3", "Systran/faster-whisper-large-v3", 3090),
)
DEFAULT = "base.en"


def named(name: str) -> SpeechModel | None:
    """The model of this name; None if there is none, as a folder's path is none."""
    return next((model for model in MODELS if model.name == name), None)


def folder_of(name: str) -> Path | None:
    """The folder of a model that is on this machine; None if it is still to be downloaded.

    `name`: of a model, or the path of a folder. Raises ListenError. Blocks.
    """
    model = named(name)
    if model is None:
        folder = Path(name).expanduser()
        if not folder.is_dir():
            choices = ", ".join(each.name for each in MODELS)
            raise ListenError(
                f"There is no model {name}: name a folder that has one, or one of {choices}."
            )
        if missing := [file for file in FILES if not (folder / file).is_file()]:
            raise ListenError(f"{name} is no model for faster-whisper: it has no {missing[0]}.")
        return folder
    return _in_cache(model)


def cache_of(model: SpeechModel) -> Path | None:
    """The folder in which the hub's client keeps a model; None without that client."""
    try:
        from huggingface_hub.constants import HF_HUB_CACHE
    except ImportError:
        return None
    return Path(HF_HUB_CACHE) / f"models--{model.repository.replace('/', '--')}"


def _in_cache(model: SpeechModel) -> Path | None:
    root = cache_of(model)
    if root is None:
        return None
    try:
        commit = (root / "refs" / "main").read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = root / "snapshots" / commit
    if not all((folder / file).is_file() for file in FILES):
        return None
    return folder if _is_sound(folder, root / CHECKED, commit) else None


def _is_sound(folder: Path, mark: Path, commit: str) -> bool:
    """Whether the files are those that were published, which is looked at once.

    Spoilt ones are removed. `mark`: the file that says of which commit that is known.
    """
    with contextlib.suppress(OSError, UnicodeDecodeError):
        if mark.read_text() == commit:
            return True
    spoilt = [file for file in sorted(folder.iterdir()) if _is_spoilt(file)]
    for file in spoilt:
        file.resolve().unlink(missing_ok=True)
        file.unlink(missing_ok=True)
    if not spoilt:
        with contextlib.suppress(OSError):  # the next use looks again
            mark.write_text(commit)
    return not spoilt


def _is_spoilt(file: Path) -> bool:
    """Whether a file is not what its digest says. The hub's client names what it keeps by that.

    Without such a name, as on a disk without links, it is taken to be right.
    """
    name = file.resolve().name
    if not file.is_symlink() or not re.fullmatch(DIGEST, name):
        return False
    return digest_of(file, len(name)) != name


def digest_of(file: Path, letters: int) -> str:
    """A file's digest as the hub has it: SHA-256 in 64 letters, or Git's in 40. Raises OSError."""
    with file.open("rb") as content:
        if letters == SHA256:
            return hashlib.file_digest(content, "sha256").hexdigest()
        git = hashlib.sha1(b"blob %d\0" % file.stat().st_size, usedforsecurity=False)
        git.update(content.read())
        return git.hexdigest()
