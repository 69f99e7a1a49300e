"""Programs that a test starts, kills, freezes and wakes, each with everything that it has started itself."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import psutil

ROOT = Path(__file__).parents[2]

_LOOK_EVERY = 0.003
"""Seconds between looks: short beside the time that an answer takes from a system to the journal."""


def until(condition: Callable[[], object], seconds: float, told: Callable[[], str] = lambda: "") -> None:
    """Wait until a condition holds.

    Raises:
        AssertionError: It did not in time; with what is told then.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"waited for {seconds:g} s in vain\n{told()}"
        time.sleep(_LOOK_EVERY)


class Program:
    """A process with a log of what it prints.

    Args:
        command: What to start.
        folder: Where it runs.
        log: File for what it prints.
        environment: Variables besides those that every process here gets.
    """

    def __init__(
        self, command: Sequence[str], *, folder: Path, log: Path, environment: Mapping[str, str] | None = None
    ) -> None:
        self._log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as printed:
            self._process = subprocess.Popen(
                command,
                cwd=folder,
                env={
                    **os.environ,
                    "PYTHONPATH": str(ROOT),
                    "PYTHONUTF8": "1",
                    "LC_ALL": "C.UTF-8",
                    "COLUMNS": "160",
                    **(environment or {}),
                },
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._alive = psutil.Process(self._process.pid)
        self._started: set[psutil.Process] = set()

    @property
    def pid(self) -> int:
        """Its number."""
        return self._process.pid

    @property
    def printed(self) -> str:
        """What it has printed so far."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    @property
    def ended(self) -> bool:
        """Whether it has ended."""
        return self._process.poll() is not None

    def end(self, seconds: float = 600) -> int:
        """Wait for its end: its exit status.

        Raises:
            AssertionError: It did not end in time; with what it printed.
        """
        until(lambda: self.ended, seconds, lambda: self.printed)
        return int(self._process.returncode)

    def kill(self) -> None:
        """kill -9 for this process alone; what it has started is left behind as a crash would leave it."""
        self._send(self._alive, signal.SIGSTOP)
        self._note()
        self._process.kill()
        self._process.wait(timeout=60)

    def kill_all(self) -> None:
        """kill -9 for it and all that it has started, as if the power of its machine had failed."""
        self.freeze()
        for process in self._tree():
            with contextlib.suppress(psutil.NoSuchProcess):
                process.kill()
        self._process.wait(timeout=60)

    def freeze(self) -> None:
        """SIGSTOP for it, at once, and then for all that it has started."""
        self._send(self._alive, signal.SIGSTOP)
        seen = 0
        while seen != (seen := sum(1 for process in self._tree() if self._send(process, signal.SIGSTOP))):
            pass

    def thaw(self) -> None:
        """SIGCONT for it and all that it has started, what it started first."""
        for process in reversed(list(self._tree())):
            self._send(process, signal.SIGCONT)

    def interrupt(self) -> None:
        """^C."""
        self.send(signal.SIGINT)

    def send(self, number: int) -> None:
        """A signal, to it alone."""
        self._note()
        self._process.send_signal(number)

    def leave_nothing(self) -> None:
        """See that neither it nor anything that it has started is there any more, whatever state the test is in."""
        if not self.ended:
            self.kill_all()
        self.gone(10)

    def gone(self, seconds: float) -> list[str]:
        """Wait until all that it has started is gone; kill what then is not, and tell what that was."""
        left = psutil.wait_procs(self._started, timeout=seconds)[1]
        told = []
        for process in left:
            with contextlib.suppress(psutil.NoSuchProcess):
                told.append(f"{process.pid} {process.name()}")
                process.kill()
        psutil.wait_procs(left, timeout=seconds)
        return told

    def _tree(self) -> Iterator[psutil.Process]:
        self._note()
        yield self._alive
        yield from self._started

    def _note(self) -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            self._started.update(self._alive.children(recursive=True))

    def _send(self, process: psutil.Process, number: int) -> bool:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            return False
        return True


def yakin(*arguments: str, machine: str | None = None, clock: Path | None = None) -> list[str]:
    """The command line of the product.

    Args:
        arguments: Its verb and what follows.
        machine: Name of the machine it believes to be on; this one's when left out.
        clock: File with the seconds by which its clock is wrong.
    """
    if machine is None and clock is None:
        return [sys.executable, "-m", "yakin", *arguments]
    odd = [*(["--machine", machine] if machine else []), *(["--clock", str(clock)] if clock else [])]
    return [sys.executable, "-m", "tests.chaos.elsewhere", *odd, "--", *arguments]
