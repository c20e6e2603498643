"""Recordings as strangers make them: what cannot be read is one sentence."""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from medtui.listening.audio import RATE, Sound, are_two_people
from medtui.listening.errors import ListenError
from medtui.listening.speech_models import folder_of
from tests.listening import recordings

NOISE = np.random.default_rng(1).normal(0, 0.1, (2, RATE * 2)).astype(np.float32)


def wav(rate: int, channels: int = 1) -> bytes:
    """A WAV file of these rates, whatever they are."""
    data = b"\1\2" * 4_000
    head = struct.pack("<HHIIHH", 1, channels, rate, rate * 2 % 2**32, 2, 16)
    body = b"WAVEfmt " + struct.pack("<I", len(head)) + head
    body += b"data" + struct.pack("<I", len(data)) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def concat(address: str) -> bytes:
    return f"ffconcat version 1.0\nfile '{address}'\n".encode()


def playlist(address: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}\n#EXT-X-ENDLIST\n".encode()


BROKEN: dict[str, bytes | Callable[[Path], bytes]] = {
    "empty": b"",
    "text": b"Doctor: Good morning.\n" * 50,
    "json": b'{"results": {}}',
    "picture": b"\x89PNG\r\n\x1a\n" + b"\0" * 200,
    "zeros": b"\0" * 5_000,
    "one sample a second": wav(1),
    "no rate": wav(0),
    "billions of samples a second": wav(4_000_000_000),
    "only its head": wav(16_000)[:40],
    "noise": np.random.default_rng(2).bytes(20_000),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_files_are_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    file = tmp_path / "talk\x1b[31m.wav"
    file.write_bytes(BROKEN[kind])  # type: ignore[arg-type]
    with pytest.raises(ListenError) as refused:
        list(Sound(file).blocks())
    words = str(refused.value)
    assert words.endswith(".")
    assert "\n" not in words
    assert "Traceback" not in words


@pytest.mark.parametrize("kind", [playlist, concat])
def test_a_file_that_names_an_address_reaches_for_nothing(
    kind: Callable[[str], bytes], tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        file = tmp_path / "talk.mp3"
        file.write_bytes(kind(f"http://127.0.0.1:{server.getsockname()[1]}/secret"))
        with pytest.raises(ListenError):
            list(Sound(file).blocks())
        with pytest.raises(TimeoutError):
            server.accept()


def test_a_file_that_names_another_file_does_not_open_it(tmp_path: Path) -> None:
    recordings.write(tmp_path / "other.wav", NOISE)
    file = tmp_path / "talk.mp3"
    file.write_bytes(concat(str(tmp_path / "other.wav")))
    with pytest.raises(ListenError):
        list(Sound(file).blocks())


def test_a_recording_that_was_cut_short_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = recordings.write(tmp_path / "whole.mp3", NOISE, "libmp3lame")
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    read = sum(block.shape[1] for block in Sound(cut).blocks())
    assert RATE * 0.7 < read < RATE * 1.3


def test_missing_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(ListenError, match=r"nothing.wav is not there"):
        Sound(tmp_path / "nothing.wav")
    with pytest.raises(ListenError, match="is a folder"):
        Sound(tmp_path)


def test_two_channels_are_two_people_only_if_they_differ(tmp_path: Path) -> None:
    doctor, patient = recordings.tracks(20)
    apart = recordings.write(tmp_path / "apart.wav", np.stack([doctor, patient]))
    near = recordings.write(
        tmp_path / "near.wav", np.stack([doctor + 0.1 * patient, patient + 0.1 * doctor])
    )
    mixed = recordings.write(tmp_path / "mixed.wav", np.stack([doctor + patient] * 2))
    assert are_two_people(apart)
    assert are_two_people(near), "each also hears the other from afar"
    assert not are_two_people(mixed)


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ListenError, match="There is no model huge"):
        folder_of("huge")
    with pytest.raises(ListenError, match=r"has no config\.json"):
        folder_of(str(tmp_path))
    assert folder_of(str(recordings.model())) == recordings.model()
