"""Pictures of every screen: `python -m tests.pictures FOLDER [pytest's options]`.

Each at 40x12, 80x24, 120x40 and 200x60, in our three themes and in one of the terminal's colours,
as SVG, and as PNG where `rsvg-convert` is. `faults.txt` there lists what is too faint, what has a
colour of its own in the terminal's theme, and where the cursor is not at the focus.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> int:
    folder = Path(sys.argv[1]).resolve()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "faults.txt").write_text("")
    tests = [str(file) for file in sorted((ROOT / "tests").glob("*/test_*pictures.py"))]
    command = [sys.executable, "-m", "pytest", "-q", "--gallery", str(folder), *tests]
    ended = subprocess.run([*command, *sys.argv[2:]], cwd=ROOT, check=False).returncode
    if shutil.which("rsvg-convert"):
        for picture in sorted(folder.glob("*.svg")):
            png = picture.with_suffix(".png")
            svg = _with_blanks(picture.read_text()).encode()
            subprocess.run(["rsvg-convert", "-o", str(png)], input=svg, check=True)
    print((folder / "faults.txt").read_text() or "Nothing is wrong.")
    return ended


def _with_blanks(svg: str) -> str:
    """The same picture with plain blanks: `rsvg-convert` drops no-break ones at a text's ends."""
    return svg.replace("&#160;", " ").replace("<svg ", '<svg xml:space="preserve" ', 1)


if __name__ == "__main__":
    sys.exit(main())
