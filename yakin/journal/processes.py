"""Who this process is, and whether another one is surely gone: what a lease says of its holder.

A number of a process is given again after its end, so the moment of its start is part of its name. That moment must not
change when the machine's clock is set: on Linux it is counted from the boot, on Windows it is kept as it was.
"""

from __future__ import annotations

import os
import socket
import sys
import uuid
from functools import cached_property
from pathlib import Path
from typing import Protocol

_PROC = Path("/proc")
_FIRST_NAMESPACE = "pid:[4026531836]"
"""The namespace of processes outside of containers: the kernel numbers it the same on every machine."""


class Processes(Protocol):
    """Names processes, and tells whether they are surely gone."""

    def me(self) -> tuple[str, str]:
        """Machine and name of this process, which no other process ever has."""
        ...

    def is_gone(self, machine: str, process: str) -> bool | None:
        """Whether a process has surely ended.

        Returns:
            True when it surely has, False when it surely has not, None when it cannot be told from here.
        """
        ...


class SystemProcesses:
    """The processes of this machine, as its operating system tells of them."""

    def me(self) -> tuple[str, str]:
        """Machine and name of this process: `pid:start`, the start in hundredths of a second."""
        pid = os.getpid()
        return self._machine, f"{pid}:{_start_of(pid)}"

    def is_gone(self, machine: str, process: str) -> bool | None:
        """Whether a process has surely ended; processes of other machines and containers cannot be seen from here."""
        pid, _, start = process.partition(":")
        if machine != self._machine or not pid.isdecimal():
            return None
        try:
            now = _start_of(int(pid))
        except ProcessLookupError:
            return True
        except OSError:
            return None
        if now == start:
            return False
        # Elsewhere the start may be told differently once the clock was set: another start proves nothing.
        return True if sys.platform in ("linux", "win32") else None

    @cached_property
    def _machine(self) -> str:
        node = uuid.getnode()
        if node >> 40 & 1:
            # A machine without a network card: the number was made up, in each process another.
            boot = _PROC / "sys" / "kernel" / "random" / "boot_id"
            node = uuid.UUID(boot.read_text(encoding="ascii").strip()).int if boot.exists() else node
        namespace = _namespace()
        # Containers may share the host's name and card, and number their processes each for itself.
        inside = "" if namespace in ("", _FIRST_NAMESPACE) else f":{namespace}"
        return f"{socket.gethostname()}:{node:x}{inside}"


def _namespace() -> str:
    try:
        return str((_PROC / "self" / "ns" / "pid").readlink())
    except OSError:
        return ""


def _start_of(pid: int) -> str:
    """When a process started, in hundredths of a second.

    Raises:
        ProcessLookupError: There is no such process, or it has ended and only its parent has not noticed.
        OSError: It may not be looked at.
    """
    return _start_on_linux(pid) if sys.platform == "linux" else _start_elsewhere(pid)


def _start_on_linux(pid: int) -> str:
    # Where other people's processes are hidden in /proc, only this tells "hidden" from "not there".
    try:
        os.kill(pid, 0)
    except PermissionError:
        pass
    # The name of the program stands in brackets and may hold anything.
    state, *numbers = (
        (_PROC / str(pid) / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    )
    threads, start = int(numbers[16]), int(numbers[18])
    # While it is being killed, its first thread may be gone and the others not yet.
    if state in ("Z", "X") and threads <= 1:
        raise ProcessLookupError(pid)
    return str(start * 100 // os.sysconf("SC_CLK_TCK"))


def _start_elsewhere(pid: int) -> str:
    import psutil

    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE:
            raise ProcessLookupError(pid)
        return str(round(process.create_time() * 100))
    except psutil.NoSuchProcess as error:
        raise ProcessLookupError(pid) from error
    except psutil.Error as error:
        raise PermissionError(pid) from error
