"""Yakin as on another machine: under another host's name, with a clock that is set while it runs.

Everything else is the real thing; what of the machine Yakin looks at is told differently before it is loaded.
"""

from __future__ import annotations

import argparse
import socket
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path


def main() -> int:
    """Run Yakin with the arguments after `--`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--machine")
    parser.add_argument("--clock", type=Path)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    if options.machine:
        socket.gethostname = lambda: options.machine
    if options.clock:
        _set_clock(options.clock)
    from yakin.cli import main as yakin

    sys.argv = ["yakin", *options.arguments[1:]]
    return yakin()


def _set_clock(wrong: Path) -> None:
    """Let the wall clock be wrong by as many seconds as the file says at every look."""
    from yakin.clock import SystemClock

    right_now, right_time = SystemClock.now, time.time

    def seconds() -> float:
        return float(wrong.read_text(encoding="ascii"))

    def now(self: SystemClock) -> datetime:
        return right_now(self) + timedelta(seconds=seconds())

    def epoch() -> float:
        return right_time() + seconds()

    SystemClock.now = now  # type: ignore[method-assign]
    time.time = epoch


if __name__ == "__main__":
    sys.exit(main())
