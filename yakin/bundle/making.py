"""Putting a bundle together."""

from __future__ import annotations

import contextlib
import errno
import json
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from yakin import __version__
from yakin.bundle import wheels
from yakin.bundle.archive import Entries, sums_of, write_zip
from yakin.bundle.install import ABOUT, PROJECT, SUMS, WHEELS
from yakin.bundle.pins import Pin, needed
from yakin.bundle.sbom import bill_of_materials
from yakin.bundle.sources import own_files
from yakin.bundle.target import Target
from yakin.errors import BundleError

LOCK = "requirements.lock"
BILL = "sbom.cdx.json"

_HERE = Path(__file__).parent
_PROGRAMS = {
    "install.py": _HERE / "install.py",
    "install.cmd": _HERE / "scripts" / "install.cmd",
    "install.sh": _HERE / "scripts" / "install.sh",
}


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle that was made.

    Attributes:
        path: The zip.
        sha256: Its hash, in hex.
        files: How many of the project's own files are in it.
        wheels: How many packages are in it.
        size: Its length in bytes.
    """

    path: Path
    sha256: str
    files: int
    wheels: int
    size: int


def default_name(target: Target) -> str:
    """Name of a bundle for a kind of machine, without `.zip`."""
    return f"yakin-{__version__}-{target.platform}-py{target.python}"


def make_bundle(
    root: Path,
    target: Target,
    output: Path,
    *,
    left_out: Iterable[str] = (),
    fetch: wheels.Fetch = wheels.download,
) -> Bundle:
    """Make a bundle; nothing is left behind when that fails.

    Args:
        root: The project's folder.
        target: For which kind of machine.
        output: The zip to write; it must not exist.
        left_out: Files and folders of the project that stay here, see `own_files`.
        fetch: How wheels are fetched.

    Raises:
        BundleError: It cannot be made; says what is missing, or what stands in the way.
    """
    if output.exists():
        raise BundleError("{path} exists already", hint="Delete it, or name another --output", path=output)
    if not (root / LOCK).is_file():
        raise BundleError("{folder} has no {lock}: nothing says what to install", folder=root, lock=LOCK)
    with _told_when_full(), _working_folder(output.parent) as folder:
        pins = needed((root / LOCK).read_text(encoding="utf-8"), target)
        fetch(pins, target, folder)
        found = wheels.matched(pins, folder)
        own = own_files(root, left_out)
        entries = _entries(own, found, target)
        unfinished = folder / "bundle.zip"
        with unfinished.open("wb") as stream:
            write_zip(stream, {**entries, SUMS: sums_of(entries)}, default_name(target))
        size, digest = unfinished.stat().st_size, wheels.sha256_of(unfinished)
        unfinished.rename(output)
    return Bundle(output, digest, len(own), len(found), size)


def _entries(own: Mapping[str, Path], found: Mapping[Pin, Path], target: Target) -> Entries:
    about = {"yakin": __version__, "platform": target.platform, "python": target.python}
    return {
        **_PROGRAMS,
        ABOUT: (json.dumps(about, indent=2) + "\n").encode(),
        BILL: bill_of_materials(found, target),
        **{f"{PROJECT}/{name}": path for name, path in own.items()},
        **{f"{WHEELS}/{path.name}": path for path in found.values()},
    }


@contextlib.contextmanager
def _working_folder(beside: Path) -> Iterator[Path]:
    """A folder on the disk of the output, so that the finished zip only needs a new name."""
    try:
        working = tempfile.TemporaryDirectory(prefix=".yakin-bundle-", dir=beside)
    except FileNotFoundError:
        raise BundleError("There is no folder {folder}", folder=beside) from None
    except PermissionError:
        raise BundleError("Nothing can be written into {folder}", folder=beside) from None
    with working as folder:
        yield Path(folder)


@contextlib.contextmanager
def _told_when_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise wheels.no_room() from error
        raise
