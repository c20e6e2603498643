"""The models that can be used by name, and where they are on this machine.

Nothing is downloaded unasked: `folder_of` looks on the disk alone, `download` fetches.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from medtui.listening.errors import ListenError
from medtui.store.environment import for_children

FILES = ("config.json", "model.bin", "tokenizer.json")
"""Without the last one the library would ask the network for it."""


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A model. `megabytes`: of its download."""

    name: str
    repository: str
    megabytes: int

    @property
    def address(self) -> str:
        return f"https://huggingface.co/{self.repository}"


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


def download(model: SpeechModel) -> Path:
    """Download a model, and return its folder. Raises ListenError. Blocks for minutes."""
    try:
        os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
        from faster_whisper.utils import download_model

        return Path(download_model(model.repository))
    except Exception as error:  # the hub's client has no family of its own errors
        raise ListenError(
            f"The model {model.name} could not be downloaded from {model.address}"
            f" ({type(error).__name__}): try again, or download it elsewhere and name its folder."
        ) from error


def _in_cache(model: SpeechModel) -> Path | None:
    try:
        from huggingface_hub.constants import HF_HUB_CACHE
    except ImportError:
        return None
    root = Path(HF_HUB_CACHE) / f"models--{model.repository.replace('/', '--')}"
    try:
        commit = (root / "refs" / "main").read_text().strip()
    except (OSError, UnicodeDecodeError):
        return None
    folder = root / "snapshots" / commit
    return folder if all((folder / file).is_file() for file in FILES) else None


async def fetch(model: SpeechModel) -> Path:
    """As `download`, by a process that ends when this is cancelled. Raises ListenError."""
    import asyncio

    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "medtui.listening.speech_models", model.name),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=for_children(),
    )
    try:
        said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    if process.returncode:
        raise ListenError(said.decode() or f"The model {model.name} could not be downloaded.")
    return Path(said.decode())


def main(name: str) -> int:
    """Main function of the process: downloads a model and prints its folder, or why not."""
    model = named(name)
    assert model is not None  # noqa: S101
    try:
        sys.stdout.write(str(download(model)))
    except ListenError as error:
        sys.stdout.write(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
