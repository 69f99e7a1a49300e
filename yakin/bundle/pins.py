"""What a lock file pins: packages with their versions, for which machines, and the hashes of their files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from yakin.bundle.target import Target


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of a lock file.

    Attributes:
        name: Its normalised name (PEP 503).
        version: The only version that is installed.
        marker: Environment marker (PEP 508) of the machines that need it; None when all do.
        hashes: SHA-256 of each file that may be installed, in hex.
    """

    name: str
    version: str
    marker: str | None
    hashes: frozenset[str]

    @property
    def requirement(self) -> str:
        """The package as pip reads it from a file of requirements, without its marker."""
        hashes = " ".join(f"--hash=sha256:{each}" for each in sorted(self.hashes))
        return f"{self.name}=={self.version} {hashes}"


def pins_of(lock: str) -> Sequence[Pin]:
    """All packages of a lock file, in its order.

    Args:
        lock: Text of the file: `name==version ; marker`, then `--hash=sha256:…`, on lines joined by a backslash.
    """
    joined = re.sub(r"\\\r?\n", " ", lock)
    found = re.finditer(
        r"^([\w.\-]+)(?:\[[^\]]*\])?==([^\s;]+)(?:\s*;\s*(.*?))?(?=\s--hash)(.*)$", joined, re.MULTILINE
    )
    return [
        Pin(normalised(each[1]), each[2], each[3] or None, frozenset(re.findall(r"sha256:([0-9a-f]{64})", each[4])))
        for each in found
    ]


def needed(lock: str, target: Target) -> Sequence[Pin]:
    """The packages of a lock file that a kind of machine needs.

    pip would look at the markers of the machine it runs on, not at those of the machine it downloads for.
    """
    return [pin for pin in pins_of(lock) if target.needs(pin.marker)]


def normalised(name: str) -> str:
    """A package's name in the one spelling that can be compared (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()
