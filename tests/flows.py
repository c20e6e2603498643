"""Keys and seconds of the flows, and each screen's text: `python -m tests.flows`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def main() -> int:
    command = [sys.executable, "-m", "pytest", "-n", "0", "-q", "-s", "tests/test_flows.py"]
    return subprocess.run([*command, *sys.argv[1:]], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
