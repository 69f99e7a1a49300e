"""Stops the Yakin of this installation in order, on Windows: it finishes its current items first.

The Task Scheduler can only end a program at once. What a program takes for "please end" is Ctrl+Break at its console, and
only a program of the same session can send that: this one is a task too, see register-tasks.ps1.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CTRL_BREAK = 1


def main() -> int:
    """Ask, then wait; returns 0 when Yakin has ended or was not running, else 1."""
    parser = argparse.ArgumentParser(description="Stop the Yakin of this installation in order.")
    parser.add_argument("--minutes", type=float, default=15, help="wait so long; then it is left running")
    seconds = parser.parse_args().minutes * 60
    import psutil

    services = [process for process in psutil.process_iter(["cmdline"]) if is_service(process.info["cmdline"] or ())]
    started = {process.pid for process in services}
    for process in services:
        # The python.exe of an environment starts the real one, at the same console; twice would mean "at once".
        if process.ppid() not in started:
            press_break_at(process.pid)
    _, alive = psutil.wait_procs(services, timeout=seconds)
    return 1 if alive else 0


def is_service(command: list[str] | tuple[str, ...]) -> bool:
    """Whether a command line is that of this installation's `runner.py serve`."""
    runner = os.path.normcase(ROOT / "runner.py")
    return len(command) > 2 and os.path.normcase(command[1]) == runner and command[2] == "serve"


def press_break_at(process: int) -> None:
    """Send Ctrl+Break to everything at the console of a process, but not to ourselves.

    Raises:
        OSError: Its console cannot be reached.
    """
    import ctypes

    kernel = getattr(ctypes, "WinDLL")("kernel32", use_last_error=True)  # noqa: B009 - exists on Windows only
    kernel.FreeConsole()
    if not kernel.AttachConsole(process):
        raise OSError(f"the console of process {process} cannot be reached")
    ignoring = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_uint32)(lambda _event: 1)
    kernel.SetConsoleCtrlHandler(ignoring, True)
    if not kernel.GenerateConsoleCtrlEvent(CTRL_BREAK, 0):
        raise OSError(f"process {process} cannot be asked to end")
    kernel.FreeConsole()


if __name__ == "__main__":
    sys.exit(main())
