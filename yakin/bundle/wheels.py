"""Wheels for a kind of machine, fetched by pip from wherever pip is set up to look."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from yakin.bundle.pins import Pin, normalised
from yakin.bundle.target import Target
from yakin.errors import BundleError

Fetch: TypeAlias = Callable[[Sequence[Pin], Target, Path], None]
"""Puts one wheel for each pin into a folder.

Raises:
    BundleError: Some wheel cannot be had; says which and why.
"""

_NO_ROOM = re.compile(r"No space left on device|not enough space on the disk|\[Errno 28\]", re.IGNORECASE)
_NO_MATCH = re.compile(r"No matching distribution found for ([\w.\-]+)")
_WRONG_HASH = re.compile(r"DO NOT MATCH THE HASHES.*?^\s+([\w.\-]+)==", re.DOTALL | re.MULTILINE)
_UNREACHABLE = re.compile(
    r"Failed to establish a new connection|NewConnectionError|NameResolutionError|ConnectTimeout|ProxyError"
    r"|Cannot connect to proxy|Connection refused|Connection to \S+ timed out|Network is unreachable|ReadTimeoutError"
    r"|SSLError|Could not fetch URL",
)
_NOTHING_FOUND = "(from versions: none)"
_LINES_TOLD = 5


def download(pins: Sequence[Pin], target: Target, into: Path) -> None:
    """Fetch by `pip download`; see `Fetch`. Every file is compared with the hashes of its pin.

    Raises:
        BundleError: No index is reachable, a package has no wheel for this kind of machine, the disk is full.
    """
    missing: list[Pin] = []
    wanted = list(pins)
    while failed := _missing_after(wanted, target, into):
        missing += [pin for pin in wanted if pin.name == failed]
        wanted = [pin for pin in wanted if pin.name != failed]
    if missing:
        raise BundleError(
            "There is no wheel for {platform} with Python {python} of: {packages}",
            hint="Choose another --python, or see that the package index that pip is set to has these packages",
            platform=target.platform,
            python=target.python,
            packages=", ".join(f"{pin.name} {pin.version}" for pin in missing),
        )


def _missing_after(pins: Sequence[Pin], target: Target, into: Path) -> str | None:
    """Try to fetch; returns the package that has no wheel, or None when all are there."""
    requirements = into / "requirements.txt"
    requirements.write_text("".join(f"{pin.requirement}\n" for pin in pins), encoding="utf-8")
    try:
        done = subprocess.run(
            [*_pip_download(target), "-r", str(requirements), "-d", str(into)],
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
            env={**os.environ, "PYTHONUTF8": "1"},
        )
    finally:
        requirements.unlink()
    if done.returncode == 0:
        return None
    output = done.stdout + done.stderr
    found = _NO_MATCH.search(output)
    if found is None or (_NOTHING_FOUND in output and _UNREACHABLE.search(output)):
        raise _why(output)
    return normalised(found[1])


def _pip_download(target: Target) -> Iterator[str]:
    yield from (sys.executable, "-m", "pip", "download", "--disable-pip-version-check", "--no-input")
    yield from ("--progress-bar", "off", "--only-binary=:all:", "--no-deps", "--require-hashes")
    yield from ("--implementation", "cp", "--python-version", target.python)
    for tag in target.tags:
        yield from ("--platform", tag)


def _why(output: str) -> BundleError:
    """What pip's output means."""
    if _NO_ROOM.search(output):
        return no_room()
    if wrong := _WRONG_HASH.search(output):
        return BundleError(
            "What the package index has for {package} is not what requirements.lock pins: its hash is another",
            hint="Do not use it. See which index pip is set to, and who changed that file there",
            package=wrong[1],
        )
    if _UNREACHABLE.search(output):
        return BundleError(
            "No package index can be reached from this machine",
            hint="Make the bundle on a machine that reaches one; `pip config list` shows which one pip is set to",
        )
    last = [line for line in output.splitlines() if line.strip()][-_LINES_TOLD:]
    return BundleError("pip could not download the wheels:\n{output}", output="\n".join(last))


def no_room() -> BundleError:
    """The disk is full."""
    return BundleError("The disk is full", hint="Make room, or choose another disk with --output")


def matched(pins: Sequence[Pin], folder: Path) -> Mapping[Pin, Path]:
    """Each pin with its wheel.

    Raises:
        BundleError: There is no wheel of a pin, or its hash is none of those pinned.
    """
    wheels = {name: path for path in sorted(folder.glob("*.whl")) for name in [normalised(path.name.split("-")[0])]}
    found = {pin: wheels[pin.name] for pin in pins if pin.name in wheels}
    wrong = [pin for pin in pins if pin not in found or sha256_of(found[pin]) not in pin.hashes]
    if wrong:
        raise BundleError(
            "These packages were not downloaded as requirements.lock pins them: {packages}",
            packages=", ".join(f"{pin.name} {pin.version}" for pin in wrong),
        )
    return found


def sha256_of(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
