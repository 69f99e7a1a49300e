"""Python, and the packages that Yakin was tested with."""

from __future__ import annotations

import platform
import struct
import sys
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from yakin.actions import Diagnosis, warn, well, wrong
from yakin.bundle.pins import pins_of
from yakin.doctor.patient import Patient

LOCK = Path(__file__).parents[2] / "requirements.lock"
"""The packages and their versions; in a checkout beside the code, elsewhere not there."""

_OLDEST = (3, 11)
_BITS = struct.calcsize("P") * 8
_MOST_NAMES = 5


def python(_patient: Patient) -> Iterator[Diagnosis]:
    """The version of Python, and what it is made for."""
    yield python_of(sys.version_info[:3], _BITS)


def python_of(found: tuple[int, int, int], bits: int) -> Diagnosis:
    """What there is to say of a version of Python.

    Args:
        found: The version.
        bits: What it is made for, 32 or 64.
    """
    told = ".".join(map(str, found))
    if found < _OLDEST:
        return wrong(
            "Python is {version}; Yakin needs {oldest} or newer",
            hint="Install a newer Python, delete the folder .venv and call runner.py with the new one",
            version=told,
            oldest=".".join(map(str, _OLDEST)),
        )
    if bits < 64:
        return warn(
            "Python {version} is made for {bits} bits: large workbooks do not fit into its memory",
            hint="Install the 64-bit Python, delete the folder .venv and call runner.py with the new one",
            version=told,
            bits=bits,
        )
    return well("Python {version}, {implementation}", version=told, implementation=platform.python_implementation())


def packages(_patient: Patient) -> Iterator[Diagnosis]:
    """Whether the installed packages are those of `requirements.lock`."""
    if LOCK.is_file():
        yield packages_of(LOCK.read_text(encoding="utf-8"), _installed)
    else:
        yield well("Installed as a package: there is no requirements.lock to compare with")


def packages_of(lock: str, installed: Callable[[str], str | None]) -> Diagnosis:
    """Compare a lock file with what is installed.

    A package that is for some systems only, by a condition behind `;`, may be missing.

    Args:
        lock: Text of the file.
        installed: Name of a package → its version, None when it is not there.
    """
    pinned = pins_of(lock)
    strange: list[str] = []
    for pin in pinned:
        found = installed(pin.name)
        if found != pin.version and not (found is None and pin.marker):
            strange.append(f"{pin.name} {found or '-'} ≠ {pin.version}")
    if not strange:
        return well("Installed is what requirements.lock says, {count} packages", count=len(pinned))
    return wrong(
        "Installed packages differ from requirements.lock: {packages}",
        hint="Delete the folder .venv and call runner.py again: it installs them anew",
        packages=", ".join(strange[:_MOST_NAMES]) + (" …" if len(strange) > _MOST_NAMES else ""),
    )


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
