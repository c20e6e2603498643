"""Whether a file is a recording, by its first bytes."""

from __future__ import annotations

from pathlib import Path

_BEGINS = (
    b"ID3",
    b"fLaC",
    b"OggS",
    b"\x1aE\xdf\xa3",
    b"#!AMR",
    b"caff",
    b"wvpk",
    b"\x30\x26\xb2\x75",
)
_MPEG = {0xE2, 0xE3, 0xF1, 0xF2, 0xF3, 0xF9, 0xFA, 0xFB}
"""Second bytes of a frame of MP3 or AAC."""


def is_recording(path: Path) -> bool:
    """Whether a file is in a container of sound or video; False if it cannot be read. Blocks."""
    try:
        with path.open("rb") as file:
            head = file.read(16)
    except (OSError, ValueError):
        return False
    if head.startswith(_BEGINS) or head[4:8] == b"ftyp":
        return True
    if head[:4] in (b"RIFF", b"RF64", b"FORM"):
        return head[8:12] in (b"WAVE", b"AVI ", b"AIFF", b"AIFC")
    return len(head) > 1 and head[0] == 0xFF and head[1] in _MPEG
